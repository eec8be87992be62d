package apptest

import (
	"reflect"
	"slices"
	"sync"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

// newApp returns the app of all tests of a package.
var newApp = sync.OnceValue(test.NewApp)

// App returns an app of the toolkit's test driver. Its windows are closed when the test ends.
// It is the same one for all tests of a package: a new app, like a change of the theme, makes
// the toolkit load all fonts again, which takes longer than most tests do with the race
// detector.
func App(t testing.TB) fyne.App {
	app := newApp()
	fyne.SetCurrentApp(app)
	before := slices.Clone(app.Driver().AllWindows()) // Close changes the driver's own slice
	t.Cleanup(func() {
		for _, window := range slices.Clone(app.Driver().AllWindows()) {
			if !slices.Contains(before, window) {
				window.Close()
			}
		}
	})
	return sharedApp{app}
}

// sharedApp is an app whose theme is set only if it changes.
type sharedApp struct{ fyne.App }

// Settings implements fyne.App.
func (a sharedApp) Settings() fyne.Settings { return sharedSettings{a.App.Settings()} }

// sharedSettings are settings whose theme is set only if it changes.
type sharedSettings struct{ fyne.Settings }

// SetTheme implements fyne.Settings.
func (s sharedSettings) SetTheme(theme fyne.Theme) {
	if !reflect.DeepEqual(theme, s.Theme()) {
		s.Settings.SetTheme(theme)
	}
}
