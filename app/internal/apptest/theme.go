package apptest

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	fynetheme "fyne.io/fyne/v2/theme"

	"github.com/ferryapp/ferry/widgets/theme"
)

// sharpTheme is Ferry's theme without the blur behind dialogs: drawn by the processor and
// with the race detector, it takes seconds for each picture.
type sharpTheme struct{ *theme.Theme }

// Size implements fyne.Theme.
func (t sharpTheme) Size(name fyne.ThemeSizeName) float32 {
	if name == fynetheme.SizeNameModalBlurRadius {
		return 0
	}
	return t.Theme.Size(name)
}

// ApplyTheme shows the test's windows in Ferry's theme, without the blur behind dialogs.
func ApplyTheme(t *testing.T, mode theme.Mode, scale float32) {
	t.Helper()
	test.ApplyTheme(t, sharpTheme{theme.New(mode, scale)})
}
