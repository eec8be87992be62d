package preferences

import (
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/words"
)

// notifications are the settings of what the desktop is told.
func (f *sectionForm) notifications() {
	f.checkbox("finished", func(s *settings.Settings) *bool { return &s.Notifications.Finished })
	f.checkbox("needs-you", func(s *settings.Settings) *bool { return &s.Notifications.NeedsAttention })
	f.checkbox("interrupted", func(s *settings.Settings) *bool { return &s.Notifications.Interrupted })
}

// start are the settings of how Ferry starts and ends.
func (f *sectionForm) start() {
	selectOne(f, "on-start", func(s *settings.Settings) *settings.OnStart { return &s.Start.OnStart },
		[]settings.OnStart{settings.OnStartResume, settings.OnStartAsk},
		func(o settings.OnStart) string { return words.Text("settings.on-start." + string(o)) })
	f.checkbox("at-login", func(s *settings.Settings) *bool { return &s.Start.AtLogin })
	f.checkbox("close-to-tray", func(s *settings.Settings) *bool { return &s.Start.CloseToTray })
	f.checkbox("ask-before-quit", func(s *settings.Settings) *bool { return &s.Start.ConfirmQuit })
}

// appearance are the settings of how Ferry looks and speaks.
func (f *sectionForm) appearance() {
	selectOne(f, "language", func(s *settings.Settings) *words.Language { return &s.Appearance.Language },
		append([]words.Language{""}, words.Languages()...), languageLabel)
	selectOne(f, "theme", func(s *settings.Settings) *settings.Theme { return &s.Appearance.Theme },
		[]settings.Theme{settings.ThemeSystem, settings.ThemeLight, settings.ThemeDark},
		func(t settings.Theme) string { return words.Text("settings.theme." + string(t)) })
	selectOne(f, "scale", func(s *settings.Settings) *float64 { return &s.Appearance.Scale }, settings.Scales(),
		words.Percent)
}

func languageLabel(l words.Language) string {
	if l == "" {
		return words.Text("settings.language.system", words.Data{"Language": words.System().Name()})
	}
	return l.Name()
}
