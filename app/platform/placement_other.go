//go:build !cgo || ci

package platform

// WindowPlacement tells nothing: this build has no window.
func WindowPlacement() (Placement, bool) { return Placement{}, false }

// MaximizeWindow does nothing: this build has no window.
func MaximizeWindow() {}

// WatchPlacement does nothing: this build has no window.
func WatchPlacement(func()) {}

// OnScreen reports true: this build has no window.
func OnScreen(int, int, int) bool { return true }
