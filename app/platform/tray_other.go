//go:build !linux

package platform

import "context"

// HasTray reports whether the desktop shows tray icons. Windows and macOS always do.
func HasTray(context.Context) bool { return true }

// RegisterTrayIcon does nothing: the tray is never restarted.
func RegisterTrayIcon(context.Context) error { return nil }

// WatchTray returns immediately: the tray never disappears.
func WatchTray(_ context.Context, changed, restarted func()) {}
