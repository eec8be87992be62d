//go:build !linux

package platform

import "context"

// HasTray reports whether the desktop shows tray icons. Windows and macOS always do.
func HasTray(context.Context) bool { return true }

// ShowInTray does nothing: the tray is never restarted.
func ShowInTray(context.Context) error { return nil }

// FollowTray returns at once: the tray never disappears.
func FollowTray(_ context.Context, changed func()) {}
