package app

import (
	"context"

	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/widgets/theme"
)

// followSettings applies the settings whenever they change, until ctx ends.
func (f *shell) followSettings(ctx context.Context) {
	for range f.config.Settings.Watch(ctx) {
		f.bridge.Post(f.applySettings)
	}
}

func (f *shell) applySettings() {
	chosen := f.config.Settings.Get()
	if chosen.Look != f.look {
		f.applyLook(chosen.Look)
	}
	f.preferences.Show(chosen)
	f.bridge.Refresh()
}

// applyLook changes theme, size and language. Colours follow by themselves; after a
// change of language or size the window is built again.
func (f *shell) applyLook(look settings.Look) {
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
	f.rebuild()
}

// rebuild builds the window and the tray's menu again, in the state they are in.
func (f *shell) rebuild() {
	f.window.refurnish()
	f.prompt.restate()
	if f.tray != nil {
		f.tray.restate()
	}
	f.show(f.bridge.Snapshot())
	f.preferences.Reopen()
}

// themeOf is the toolkit's theme for a look.
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
