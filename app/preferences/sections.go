package preferences

import (
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/words"
)

// addNotifications adds the settings of the desktop notifications.
func (f *sectionForm) addNotifications() {
	f.addCheckbox("finished", func(s *settings.Settings) *bool { return &s.Notifications.Finished })
	f.addCheckbox("needs-you", func(s *settings.Settings) *bool { return &s.Notifications.NeedsAttention })
	f.addCheckbox("interrupted", func(s *settings.Settings) *bool { return &s.Notifications.Interrupted })
}

// addStart adds the settings of starting and quitting.
func (f *sectionForm) addStart() {
	addSelect(f, "on-start", func(s *settings.Settings) *settings.OnStart { return &s.Start.OnStart },
		[]settings.OnStart{settings.OnStartResume, settings.OnStartAsk},
		func(o settings.OnStart) string { return words.Text("settings.on-start." + string(o)) })
	f.addCheckbox("at-login", func(s *settings.Settings) *bool { return &s.Start.AtLogin })
	f.addCheckbox("close-to-tray", func(s *settings.Settings) *bool { return &s.Start.CloseToTray })
	f.addCheckbox("ask-before-quit", func(s *settings.Settings) *bool { return &s.Start.ConfirmQuit })
}

// addAppearance adds the settings of appearance and language.
func (f *sectionForm) addAppearance() {
	addSelect(f, "language", func(s *settings.Settings) *words.Language { return &s.Appearance.Language },
		append([]words.Language{""}, words.Languages()...), languageLabel)
	addSelect(f, "theme", func(s *settings.Settings) *settings.Theme { return &s.Appearance.Theme },
		[]settings.Theme{settings.ThemeSystem, settings.ThemeLight, settings.ThemeDark},
		func(t settings.Theme) string { return words.Text("settings.theme." + string(t)) })
	addSelect(f, "scale", func(s *settings.Settings) *float64 { return &s.Appearance.Scale }, settings.Scales(),
		words.Percent)
	addSelect(f, "density", func(s *settings.Settings) *settings.Density { return &s.Appearance.Density },
		[]settings.Density{settings.DensityComfortable, settings.DensityCompact},
		func(d settings.Density) string { return words.Text("settings.density." + string(d)) })
	f.addCheckbox("thumbnails", func(s *settings.Settings) *bool { return &s.Appearance.Thumbnails })
}

func languageLabel(l words.Language) string {
	if l == "" {
		return words.Text("settings.language.system", words.Data{"Language": words.System().Name()})
	}
	return l.Name()
}
