package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// bindKeys gives the window its keys. Those that act on selected rows work
// wherever no text field has the focus.
func bindKeys(canvas fyne.Canvas, f *ferry) {
	chord := func(key fyne.KeyName, modifier fyne.KeyModifier, do func()) {
		canvas.AddShortcut(&desktop.CustomShortcut{KeyName: key, Modifier: modifier}, func(fyne.Shortcut) { do() })
	}
	command := fyne.KeyModifierShortcutDefault
	chord(fyne.KeyO, command, f.addFiles)
	chord(fyne.KeyO, command|fyne.KeyModifierShift, f.addFolder)
	chord(fyne.KeyQ, command, f.quit)
	canvas.AddShortcut(&fyne.ShortcutSelectAll{}, func(fyne.Shortcut) { f.window.list.rows.SelectAll() })
	canvas.SetOnTypedKey(func(event *fyne.KeyEvent) { f.typed(event.Name) })
}

// typed acts on the selected rows, unless something lies over them.
func (f *ferry) typed(key fyne.KeyName) {
	if f.window.window.Canvas().Overlays().Top() != nil {
		if key == fyne.KeyEscape {
			f.escape()
		}
		return
	}
	switch key {
	case fyne.KeySpace:
		f.pauseOrResumeSelected()
	case fyne.KeyDelete, fyne.KeyBackspace:
		f.dropSelected()
	case fyne.KeyEscape:
		f.window.list.rows.ClearSelection()
	case fyne.KeyF5:
		f.actOnSelected(actRetry)
	}
}
