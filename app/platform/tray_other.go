//go:build !linux

package platform

import "context"

// HasTray reports whether this desktop shows tray icons. Windows and macOS
// always do.
func HasTray(context.Context) bool { return true }

// FollowTray returns at once: the tray does not go.
func FollowTray(context.Context, func()) {}
