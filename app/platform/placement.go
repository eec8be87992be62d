package platform

// Placement is where a window is on the screen. Windows of Wayland have no known position.
type Placement struct {
	X, Y      int // of the upper left corner inside the frame, in the system's screen coordinates
	Maximized bool
	Minimized bool // on Windows the rest is then not that to which it returns
}
