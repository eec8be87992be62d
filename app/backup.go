package app

import (
	"context"
	"log/slog"

	"github.com/ferryapp/ferry/app/bridge"
	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/words"
)

// ProfileData describes the profile folder and how to back up its database.
type ProfileData struct {
	Dir string // the profile folder
	Log string // path of the log file

	Thumbnails string // the folder for thumbnails; "" for none

	CrashReport  string       // path of the report about a crash before this start; "" for none
	DismissCrash func() error // makes it not be offered again; it may be called from any goroutine

	// Backup writes a copy of the database to a folder, and returns the path of the
	// copy. It may be called from any goroutine.
	Backup func(ctx context.Context, folder string) (string, error)

	// PrepareRestore checks a backup of the database. A file that cannot be restored is a
	// *[BackupError]. It may be called from any goroutine.
	PrepareRestore func(ctx context.Context, path string) (Backup, error)
}

// backups makes copies of the database, and restores them. It must be used on the UI goroutine.
type backups struct {
	bridge      *bridge.Bridge
	data        ProfileData
	files       *fileDialogs
	dialogs     *form.Dialogs
	log         *slog.Logger
	showMessage func(text string)
	takeWaiting func() []string // see adder.takeWaiting
	exit        func()          // ends Ferry

	checking bool // a backup is being checked
}

// backUp asks for a folder, and copies the database to it.
func (d *backups) backUp() {
	question := platform.ChooserOptions{Title: words.Text("settings.backup.where"), AcceptLabel: words.Text("settings.backup.here")}
	d.files.chooseFolders(question, func(folders []string) { d.backUpTo(folders[0]) })
}

func (d *backups) backUpTo(folder string) {
	d.bridge.Run(func(ctx context.Context) {
		path, err := d.data.Backup(ctx, folder)
		d.bridge.Post(func() {
			if err != nil {
				d.log.Warn("backup failed", "err", err)
				d.showMessage(view.ErrorText(err))
				return
			}
			d.showMessage(words.Text("settings.backup.done", words.Data{"File": words.Path(path)}))
		})
	})
}
