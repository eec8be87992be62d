package app

import (
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/theme"
)

// data is the section about Ferry's data.
func (f *settingsForm) data(config PreferencesConfig) {
	open := newPress(f.reach, words.Say("settings.folder.do"), theme.Icon(theme.IconFolderOpen), config.Data.OpenFolder)
	f.rows = append(f.rows, widgets.NewSetting(words.Say("settings.folder"), words.Printable(config.Folder), open))
	f.button("backup", theme.Icon(theme.IconData), config.Data.BackUp)
	f.button("log", theme.Icon(theme.IconDocument), config.Data.ShowLog)
	f.button("diagnostics", theme.Icon(theme.IconCopy), config.Data.CopyDiagnostics)
	f.button("clear", theme.Icon(theme.IconRemove), func() { f.leave(); config.Data.RemoveFinished() })
}
