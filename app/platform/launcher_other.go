//go:build !linux && !windows

package platform

import "context"

// Run returns immediately: the icon of this system is not changed.
func (l *Launcher) Run(context.Context) {}
