package draw

import "fyne.io/fyne/v2"

// ForwardKey passes a key that a focused object does not handle to its window.
func ForwardKey(object fyne.CanvasObject, e *fyne.KeyEvent) {
	if c := fyne.CurrentApp().Driver().CanvasForObject(object); c != nil && c.OnTypedKey() != nil {
		c.OnTypedKey()(e)
	}
}

// ForwardShortcut passes a shortcut that a focused object does not handle to its
// window, which does not receive it otherwise.
func ForwardShortcut(object fyne.CanvasObject, s fyne.Shortcut) {
	if c, ok := fyne.CurrentApp().Driver().CanvasForObject(object).(fyne.Shortcutable); ok {
		c.TypedShortcut(s)
	}
}
