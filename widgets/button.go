package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets/draw"
)

// Button is a button of the window. Unlike the toolkit's, Enter presses it as well as Space, and
// other keys are those of the window.
type Button struct{ widget.Button }

// NewButton returns a button with a label, an icon, or both.
func NewButton(label string, icon fyne.Resource, tapped func()) *Button {
	b := &Button{}
	b.Text, b.Icon, b.OnTapped = label, icon, tapped
	b.ExtendBaseWidget(b)
	return b
}

// TypedKey implements [fyne.Focusable].
func (b *Button) TypedKey(e *fyne.KeyEvent) { pressOrForward(b, e) }

// pressOrForward presses a button that has the focus with Space or Enter. Other keys are passed to
// the window, and so are all if the button was hidden meanwhile.
func pressOrForward(button interface {
	fyne.CanvasObject
	fyne.Tappable
}, e *fyne.KeyEvent,
) {
	presses := e.Name == fyne.KeySpace || e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter
	switch d, ok := button.(fyne.Disableable); {
	case !presses, !button.Visible():
		draw.ForwardKey(button, e)
	case !ok || !d.Disabled():
		button.Tapped(nil)
	}
}
