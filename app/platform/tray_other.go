//go:build !linux

package platform

import "context"

// HasTray reports whether this desktop shows tray icons. Windows and macOS
// always do.
func HasTray(context.Context) bool { return true }

// ShowInTray does nothing: the icon is where the tray is.
func ShowInTray(context.Context) error { return nil }

// FollowTray returns at once: the tray does not go.
func FollowTray(context.Context, func()) {}
