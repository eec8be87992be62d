package widgets

import "fyne.io/fyne/v2"

// SetVisible shows or hides what is not already shown or hidden: showing again what
// is shown would draw the window anew.
func SetVisible(object fyne.CanvasObject, visible bool) {
	switch {
	case visible == object.Visible():
	case visible:
		object.Show()
	default:
		object.Hide()
	}
}
