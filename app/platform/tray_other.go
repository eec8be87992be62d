//go:build !linux

package platform

import "context"

// HasTray reports whether this desktop shows tray icons. Windows and macOS
// always do.
func HasTray(context.Context) bool { return true }
