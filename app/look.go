package app

import (
	"context"

	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/widgets/theme"
)

// followSettings has what the user chooses hold at once, until ctx ends.
func (f *ferry) followSettings(ctx context.Context) {
	for range f.config.Settings.Watch(ctx) {
		f.errands.post(f.applySettings)
	}
}

// applySettings brings the face to the state of the settings.
func (f *ferry) applySettings() {
	chosen := f.config.Settings.Get()
	if chosen.Look != f.look {
		f.wear(chosen.Look)
	}
	if f.settings != nil {
		f.settings.show(chosen)
	}
	f.presenter.now()
}

// wear changes how Ferry looks and speaks. Colours follow by themselves; where
// words or sizes change, everything is made anew.
func (f *ferry) wear(look settings.Look) {
	last := f.look
	f.look = look
	if look.Theme != last.Theme || look.Scale != last.Scale {
		f.toolkit.Settings().SetTheme(themeOf(look))
	}
	if look.Language == last.Language && look.Scale == last.Scale {
		return
	}
	if err := words.Load(string(look.Language)); err != nil {
		f.config.Log.Error("language not loaded", "language", look.Language, "error", err)
	}
	f.remake()
}

// remake makes the window and the tray anew, as they are.
func (f *ferry) remake() {
	f.window.refurnish(f)
	if f.left != nil {
		f.askLeft(f.snapshot())
	}
	if f.tray != nil {
		f.tray.restate()
	}
	f.show(f.snapshot())
	if f.settings != nil {
		f.settings.reopen(f)
	}
}

// themeOf is the toolkit's word for a look.
func themeOf(look settings.Look) *theme.Theme {
	mode := theme.System
	switch look.Theme {
	case settings.ThemeLight:
		mode = theme.Light
	case settings.ThemeDark:
		mode = theme.Dark
	}
	return theme.New(mode, float32(look.Scale))
}
