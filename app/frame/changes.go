package frame

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// The toolkit redraws the whole window for every change of a widget, even one without
// effect. These functions change only what differs.

func setButtonText(b *widget.Button, text string) {
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
