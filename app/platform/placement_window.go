//go:build cgo && !ci

package platform

import "github.com/go-gl/glfw/v3.4/glfw"

// minVisible is how much of a window must be on a screen, in screen coordinates, for a user to be
// able to move it.
const minVisible = 64

// WindowPlacement returns the placement of the window whose drawing context is current. known is
// false if there is none, or if the system does not tell. Like the other functions of this file,
// it must be called on the UI goroutine.
func WindowPlacement() (p Placement, known bool) {
	window := placedWindow()
	if window == nil {
		return Placement{}, false
	}
	p.X, p.Y = window.GetPos()
	p.Maximized = window.GetAttrib(glfw.Maximized) == glfw.True
	return p, true
}

// MaximizeWindow maximises the window whose drawing context is current.
func MaximizeWindow() {
	if window := placedWindow(); window != nil {
		window.Maximize()
	}
}

// WatchPlacement calls changed, on the UI goroutine, whenever the window whose drawing context is
// current was moved, maximised or restored.
func WatchPlacement(changed func()) {
	window := placedWindow()
	if window == nil {
		return
	}
	var before glfw.PosCallback
	before = window.SetPosCallback(func(w *glfw.Window, x, y int) {
		if before != nil {
			before(w, x, y) // the toolkit's
		}
		changed()
	})
	window.SetMaximizeCallback(func(*glfw.Window, bool) { changed() })
}

// OnScreen reports whether enough of the upper edge of a window is on a screen, so that a user can
// move the window. The screens are known once there is a window.
func OnScreen(x, y, width int) bool {
	for _, monitor := range glfw.GetMonitors() {
		left, top, w, h := monitor.GetWorkarea()
		if min(x+width, left+w)-max(x, left) >= minVisible && y >= top && y <= top+h-minVisible {
			return true
		}
	}
	return false
}

// placedWindow returns the window whose drawing context is current; nil if there is none, or if
// the system does not tell where windows are.
func placedWindow() *glfw.Window {
	if glfw.GetPlatform() == glfw.PlatformWayland {
		return nil
	}
	return glfw.GetCurrentContext()
}
