//go:build cgo && !ci

package platform

import "github.com/go-gl/glfw/v3.4/glfw"

// minVisible is how much of a window must be on a screen, in screen coordinates, for a user to be
// able to move it.
const minVisible = 64

// PlacedWindow is a window whose placement is known. Its methods must be called on the UI
// goroutine, while the window exists.
type PlacedWindow struct{ window *glfw.Window }

// CurrentWindow returns the window whose drawing context is current; nil if there is none, or if
// the system does not tell where windows are.
func CurrentWindow() *PlacedWindow {
	if glfw.GetPlatform() == glfw.PlatformWayland {
		return nil
	}
	window := glfw.GetCurrentContext()
	if window == nil {
		return nil
	}
	return &PlacedWindow{window}
}

// Placement returns where the window is.
func (w *PlacedWindow) Placement() Placement {
	x, y := w.window.GetPos()
	is := func(attribute glfw.Hint) bool { return w.window.GetAttrib(attribute) == glfw.True }
	return Placement{X: x, Y: y, Maximized: is(glfw.Maximized), Minimized: is(glfw.Iconified)}
}

// Maximize maximises the window.
func (w *PlacedWindow) Maximize() { w.window.Maximize() }

// Watch calls changed whenever the window was moved, maximised or restored.
func (w *PlacedWindow) Watch(changed func()) {
	var before glfw.PosCallback
	before = w.window.SetPosCallback(func(window *glfw.Window, x, y int) {
		if before != nil {
			before(window, x, y) // the toolkit's
		}
		changed()
	})
	w.window.SetMaximizeCallback(func(*glfw.Window, bool) { changed() })
}

// IsOnScreen reports whether enough of the upper edge of the window would be on a screen at a position.
func (w *PlacedWindow) IsOnScreen(x, y, width int) bool {
	for _, monitor := range glfw.GetMonitors() {
		left, top, areaWidth, areaHeight := monitor.GetWorkarea()
		if min(x+width, left+areaWidth)-max(x, left) >= minVisible && y >= top && y <= top+areaHeight-minVisible {
			return true
		}
	}
	return false
}
