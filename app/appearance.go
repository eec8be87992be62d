package app

import (
	"context"

	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/widgets/theme"
)

// followSettings applies the settings whenever they change, until ctx ends.
func (sh *shell) followSettings(ctx context.Context) {
	for range sh.config.Settings.Watch(ctx) {
		sh.bridge.Post(sh.applySettings)
	}
}

func (sh *shell) applySettings() {
	chosen := sh.config.Settings.Get()
	if chosen.Appearance != sh.appearance {
		sh.applyAppearance(chosen.Appearance)
	}
	sh.preferences.Show(chosen)
	sh.bridge.Refresh()
}

// applyAppearance changes theme, size and language. Colours follow by themselves; after a
// setTray of language or size the window is built again.
func (sh *shell) applyAppearance(look settings.Appearance) {
	last := sh.appearance
	sh.appearance = look
	if look.Theme != last.Theme || look.Scale != last.Scale {
		sh.toolkit.Settings().SetTheme(themeOf(look))
	}
	if look.Language == last.Language && look.Scale == last.Scale {
		return
	}
	if err := words.Load(string(look.Language)); err != nil {
		sh.config.Log.Error("language not loaded", "language", look.Language, "error", err)
	}
	sh.rebuild()
}

// rebuild builds the window and the tray's menu again, in the state they are in.
func (sh *shell) rebuild() {
	sh.window.rebuild()
	sh.prompt.retranslate()
	if sh.tray != nil {
		sh.tray.Invalidate()
	}
	sh.show(sh.bridge.Snapshot())
	sh.preferences.Reopen()
}

// themeOf is the toolkit's theme for a look.
func themeOf(look settings.Appearance) *theme.Theme {
	mode := theme.System
	switch look.Theme {
	case settings.ThemeLight:
		mode = theme.Light
	case settings.ThemeDark:
		mode = theme.Dark
	}
	return theme.New(mode, float32(look.Scale))
}
