//go:build !linux

package platform

import "context"

// Launcher is not used on this system.
type Launcher struct{}

// NewLauncher returns nil: the icon of this system is not changed.
func NewLauncher() *Launcher { return nil }

// Show does nothing.
func (l *Launcher) Show(LauncherState) {}

// Run returns immediately.
func (l *Launcher) Run(context.Context) {}
