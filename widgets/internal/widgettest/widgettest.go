// Package widgettest holds helpers for the tests of the widgets.
package widgettest

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/ferryapp/ferry/widgets/theme"
)

// SetTheme starts a test application that uses Ferry's theme in a mode.
func SetTheme(t testing.TB, mode theme.Mode) {
	test.NewTempApp(t).Settings().SetTheme(theme.New(mode, 1))
}

// Show opens a window of the given size that shows nothing but object.
func Show(t testing.TB, object fyne.CanvasObject, width, height float32) fyne.Window {
	window := test.NewTempWindow(t, object)
	window.SetPadded(false)
	window.Resize(fyne.NewSize(width, height))
	return window
}
