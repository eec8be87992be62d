package app

import (
	"context"

	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/widgets/theme"
)

// followSettings applies the settings whenever they change, until ctx ends.
func (sh *shell) followSettings(ctx context.Context) {
	changes := sh.config.Settings.Watch(ctx)
	sh.bridge.Post(sh.applySettings) // they may have changed since newShell
	for range changes {
		sh.bridge.Post(sh.applySettings)
	}
}

func (sh *shell) applySettings() {
	chosen := sh.config.Settings.Get()
	if chosen.Appearance != sh.appearance {
		sh.applyAppearance(chosen.Appearance)
	}
	sh.thumbnails.set(chosen.Appearance.Thumbnails)
	sh.preferences.Show(chosen)
	sh.bridge.Refresh()
}

// applyAppearance changes theme, size and language. The toolkit applies new colours; for
// another language, size or density the window is built again.
func (sh *shell) applyAppearance(next settings.Appearance) {
	last := sh.appearance
	sh.appearance = next
	if next.Theme != last.Theme || next.Scale != last.Scale || next.Density != last.Density {
		sh.setTheme()
	}
	if next.Language == last.Language && next.Scale == last.Scale && next.Density == last.Density {
		return
	}
	if err := words.Load(string(next.Language)); err != nil {
		sh.config.Log.Error("language not loaded", "language", next.Language, "err", err)
	}
	sh.cjk.find()
	sh.rebuild()
}

// setTheme applies the theme of the settings that were applied last.
func (sh *shell) setTheme() {
	sh.toolkit.Settings().SetTheme(themeOf(sh.appearance).WithCJK(sh.cjk.fonts))
}

// rebuild builds the window and the tray's menu again, with their present state.
func (sh *shell) rebuild() {
	sh.window.rebuild()
	sh.prompt.retranslate()
	if sh.tray != nil {
		sh.tray.Invalidate()
	}
	sh.show(sh.bridge.Snapshot())
	sh.preferences.Reopen()
}

// themeOf returns the toolkit's theme for the settings.
func themeOf(appearance settings.Appearance) *theme.Theme {
	mode := theme.System
	switch appearance.Theme {
	case settings.ThemeLight:
		mode = theme.Light
	case settings.ThemeDark:
		mode = theme.Dark
	}
	look := theme.New(mode, float32(appearance.Scale))
	if appearance.Density == settings.DensityCompact {
		return look.Compact()
	}
	return look
}
