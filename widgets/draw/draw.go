// Package draw provides what Ferry's widgets are composed of: single-line
// labels, wrapped text, icons and a widget renderer.
//
// Everything here must be used on the UI goroutine.
package draw

import (
	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"
)

// The text sizes of the widgets.
const (
	SizeText    = fynetheme.SizeNameText
	SizeCaption = fynetheme.SizeNameCaptionText
)

// SetVisible shows or hides object if that changes its visibility. Fyne repaints
// the window even when Show is called on a visible object, and removes the renderers of what
// is hidden for a minute: see [LayOut].
func SetVisible(object fyne.CanvasObject, visible bool) {
	switch {
	case visible == object.Visible():
	case visible:
		object.Show()
		LayOut(object)
	default:
		object.Hide()
	}
}

// Snap rounds a coordinate that is not negative to whole units, which keeps the
// lines of icons sharp.
func Snap(x float32) float32 { return float32(int(x + 0.5)) }
