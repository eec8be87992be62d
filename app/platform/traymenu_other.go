//go:build !linux

package platform

import "context"

// TrayMenu is not used on this system: the toolkit shows the menu.
type TrayMenu struct{}

// NewTrayMenu returns nil: the toolkit shows the menu.
func NewTrayMenu() *TrayMenu { return nil }

// Show does nothing.
func (m *TrayMenu) Show(items []MenuItem) {}

// Export does nothing.
func (m *TrayMenu) Export() error { return nil }

// Run returns immediately.
func (m *TrayMenu) Run(context.Context) {}
