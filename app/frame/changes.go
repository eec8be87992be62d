package frame

import (
	"fyne.io/fyne/v2"

	"github.com/ferryapp/ferry/widgets"
)

// The toolkit redraws the whole window for every change of a widget, even one without
// effect. These functions change only what differs.

func setButtonText(b *widgets.Button, text string) {
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
