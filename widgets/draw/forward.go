package draw

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// ForwardKey passes a key that a focused object does not handle to its window.
func ForwardKey(object fyne.CanvasObject, e *fyne.KeyEvent) {
	if c := fyne.CurrentApp().Driver().CanvasForObject(object); c != nil && c.OnTypedKey() != nil {
		c.OnTypedKey()(e)
	}
}

// ForwardKeyDown passes the press of a key on a focused object to its window as well.
func ForwardKeyDown(object fyne.CanvasObject, e *fyne.KeyEvent) {
	if c, ok := fyne.CurrentApp().Driver().CanvasForObject(object).(desktop.Canvas); ok && c.OnKeyDown() != nil {
		c.OnKeyDown()(e)
	}
}

// ForwardShortcut passes a shortcut that a focused object does not handle to its
// window, which does not receive it otherwise.
func ForwardShortcut(object fyne.CanvasObject, s fyne.Shortcut) {
	if c, ok := fyne.CurrentApp().Driver().CanvasForObject(object).(fyne.Shortcutable); ok {
		c.TypedShortcut(s)
	}
}
