package preferences

import (
	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/widgets/dialog"
	"github.com/ferryapp/ferry/widgets/theme"
)

// data is the section about Ferry's data.
func (f *sectionForm) data(config Config) {
	open := form.NewButton(f.Host, words.Text("settings.folder.do"), theme.Icon(theme.IconFolderOpen), config.Data.OpenFolder)
	f.rows = append(f.rows, dialog.NewSetting(words.Text("settings.folder"), words.Printable(config.Folder), open))
	f.button("backup", theme.Icon(theme.IconData), config.Data.BackUp)
	f.button("log", theme.Icon(theme.IconDocument), config.Data.ShowLog)
	f.button("diagnostics", theme.Icon(theme.IconCopy), config.Data.CopyDiagnostics)
	f.button("clear", theme.Icon(theme.IconRemove), func() { f.Close(); config.Data.RemoveFinished() })
}
