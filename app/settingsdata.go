package app

import (
	"context"

	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/widgets/dialog"
	"github.com/ferryapp/ferry/widgets/theme"
)

// Keeping is where Ferry keeps what it remembers.
type Keeping struct {
	Dir string // the profile folder
	Log string // the log's path

	// Backup writes a copy of the database into a folder, and returns its path. It
	// may be called from any goroutine.
	Backup func(ctx context.Context, folder string) (string, error)
}

// data is what can be done with what Ferry keeps.
func (f *settingsForm) data(ferry *ferry) {
	keeping := ferry.config.Keeping
	open := newPress(f.reach, words.Say("settings.folder.do"), theme.Icon(theme.IconFolderOpen), func() { ferry.openPlace(ferry.system.openFolder, keeping.Dir) })
	f.rows = append(f.rows, dialog.NewSetting(words.Say("settings.folder"), words.Printable(keeping.Dir), open))
	f.deed("backup", theme.Icon(theme.IconData), ferry.backUp)
	f.deed("log", theme.Icon(theme.IconDocument), func() { ferry.openPlace(ferry.system.reveal, keeping.Log) })
	f.deed("diagnostics", theme.Icon(theme.IconCopy), ferry.copyDiagnostics)
	f.deed("clear", theme.Icon(theme.IconRemove), func() { f.leave(); ferry.removeFinished() })
}

// backUp asks for a folder, and writes a copy of the database into it.
func (f *ferry) backUp() {
	question := platform.Question{Title: words.Say("settings.backup.where"), Accept: words.Say("settings.backup.here")}
	f.chooseThen(f.system.chooser.Folders, question, f.askFolder, func(folders []string) { f.backUpTo(folders[0]) })
}

func (f *ferry) backUpTo(folder string) {
	f.errands.run(func(ctx context.Context) {
		path, err := f.config.Keeping.Backup(ctx, folder)
		f.errands.post(func() {
			if err != nil {
				f.config.Log.Warn("no backup", "error", err)
				f.window.warn(sentenceOf(err))
				return
			}
			f.window.warn(words.Say("settings.backup.done", words.Data{"File": words.Printable(path)}))
		})
	})
}

// copyDiagnostics puts a description of this Ferry on the clipboard.
func (f *ferry) copyDiagnostics() {
	f.toClipboard(programDiagnostics(f.config.Version, f.config.Settings.Get(), f.snapshot()))
}
