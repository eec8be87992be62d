package preferences

import (
	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/widgets/dialog"
	"github.com/ferryapp/ferry/widgets/theme"
)

// addData adds the fields of the section about Ferry's data.
func (f *sectionForm) addData(config Config) {
	open := form.NewButton(f.Host, words.Text("settings.folder.do"), theme.Icon(theme.IconFolderOpen), config.Data.OpenFolder)
	f.rows = append(f.rows, dialog.NewSetting(words.Text("settings.folder"), words.Path(config.Folder), open))
	change := form.NewButton(f.Host, words.Text("settings.received.do"), theme.Icon(theme.IconFolder), config.Data.ChangeReceived)
	f.rows = append(f.rows, dialog.NewSetting(words.Text("settings.received"), words.Path(config.Data.Received()), change))
	f.addButton("backup", theme.Icon(theme.IconData), config.Data.BackUp)
	f.addButton("restore", theme.Icon(theme.IconData), config.Data.Restore)
	f.addButton("export", theme.Icon(theme.IconSettings), config.Data.ExportSettings)
	f.addButton("import", theme.Icon(theme.IconSettings), config.Data.ImportSettings)
	f.addButton("log", theme.Icon(theme.IconDocument), config.Data.ShowLog)
	f.addButton("diagnostics", theme.Icon(theme.IconCopy), config.Data.CopyDiagnostics)
	f.addButton("clear", theme.Icon(theme.IconRemove), func() { f.Close(); config.Data.RemoveFinished() })
}
