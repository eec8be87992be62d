package draw

import (
	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"
)

// The theme's text sizes that the widgets use.
const (
	SizeText    = fynetheme.SizeNameText
	SizeCaption = fynetheme.SizeNameCaptionText
)

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

// Snap rounds to whole units, which keeps lines of icons sharp.
func Snap(x float32) float32 { return float32(int(x + 0.5)) }

// PassKey gives a key to the window that an object is in.
func PassKey(o fyne.CanvasObject, e *fyne.KeyEvent) {
	if c := fyne.CurrentApp().Driver().CanvasForObject(o); c != nil && c.OnTypedKey() != nil {
		c.OnTypedKey()(e)
	}
}
