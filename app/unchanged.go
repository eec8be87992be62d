package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// The toolkit draws the whole window again for every change of a widget, also
// when it is none. These change only what differs.

func setText(b *widget.Button, text string) {
	if b.Text != text {
		b.SetText(text)
	}
}

func setEnabled(w fyne.Disableable, enabled bool) {
	switch {
	case enabled != w.Disabled():
	case enabled:
		w.Enable()
	default:
		w.Disable()
	}
}
