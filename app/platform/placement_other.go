//go:build !cgo || ci

package platform

// PlacedWindow is a window whose placement is known. This build has none.
type PlacedWindow struct{}

// CurrentWindow returns nil.
func CurrentWindow() *PlacedWindow { return nil }

// Placement is not called.
func (*PlacedWindow) Placement() Placement { return Placement{} }

// Maximize is not called.
func (*PlacedWindow) Maximize() {}

// Watch is not called.
func (*PlacedWindow) Watch(func()) {}

// IsOnScreen is not called.
func (*PlacedWindow) IsOnScreen(int, int, int) bool { return true }
