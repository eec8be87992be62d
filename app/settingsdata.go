package app

import (
	"context"
	"errors"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"

	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/widgets"
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
	f.rows = append(f.rows, widgets.NewSetting(words.Say("settings.folder"), words.Printable(keeping.Dir), open))
	f.deed("backup", theme.Icon(theme.IconData), ferry.backUp)
	f.deed("log", theme.Icon(theme.IconDocument), func() { ferry.openPlace(ferry.system.reveal, keeping.Log) })
	f.deed("diagnostics", theme.Icon(theme.IconCopy), ferry.copyDiagnostics)
	f.deed("clear", theme.Icon(theme.IconRemove), func() { f.leave(); ferry.removeFinished() })
}

// openPlace shows a file or folder in the file manager.
func (f *ferry) openPlace(show func(context.Context, string) error, path string) {
	f.errands.run(func(ctx context.Context) {
		if err := show(ctx, path); err != nil {
			f.config.Log.Warn("folder not shown", "error", err)
			f.errands.post(func() {
				f.window.warn(words.Say("reveal.failed", words.Data{"Folder": words.Printable(path)}))
			})
		}
	})
}

// backUp asks for a folder, and writes a copy of the database into it.
func (f *ferry) backUp() {
	if f.choosing {
		return
	}
	f.choosing = true
	question := platform.Question{Title: words.Say("settings.backup.where"), Accept: words.Say("settings.backup.here"), Parent: handleOf(f.window.window)}
	f.errands.run(func(ctx context.Context) {
		folders, err := f.system.chooser.Folders(ctx, question)
		f.errands.post(func() {
			f.choosing = false
			switch {
			case errors.Is(err, platform.ErrNoChooser):
				f.askBackupFolder()
			case err != nil:
				f.config.Log.Warn("file dialog failed", "error", err)
				f.window.warn(words.Say("choose.failed"))
			case len(folders) > 0:
				f.backUpTo(folders[0])
			}
		})
	})
}

// askBackupFolder asks inside the window.
func (f *ferry) askBackupFolder() {
	dialog.ShowFolderOpen(func(folder fyne.ListableURI, err error) {
		if err == nil && folder != nil {
			f.backUpTo(folder.Path())
		}
	}, f.window.window)
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
