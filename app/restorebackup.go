package app

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/words"
)

// Backup is a backup of the database that was checked and can be restored.
type Backup struct {
	Saved      time.Time // when the backup was written
	Transfers  int       // in its list
	Unfinished int       // of these
	Servers    int       // without the built-in receiver

	// Restore makes the backup replace the database when the window has ended, and Ferry start
	// again with the paths, which it adds.
	Restore func(paths []string)

	// Discard forgets the backup. It may be called from any goroutine.
	Discard func() error
}

// BackupError is why a file cannot be restored, with a sentence for the user.
type BackupError struct {
	Text string
	Err  error
}

func (e *BackupError) Error() string { return e.Err.Error() }

func (e *BackupError) Unwrap() error { return e.Err }

// restore asks for a backup, checks it, and replaces the database by it if the user agrees.
func (d *backups) restore() {
	question := platform.ChooserOptions{Title: words.Text("settings.restore.which"), AcceptLabel: words.Text("settings.restore.check")}
	d.files.chooseFiles(question, func(paths []string) { d.check(paths[0]) })
}

// check checks a backup, which can take some seconds.
func (d *backups) check(path string) {
	if d.checking {
		return
	}
	d.checking = true
	d.showMessage(words.Text("settings.restore.checking"))
	d.bridge.Run(func(ctx context.Context) {
		backup, err := d.data.PrepareRestore(ctx, path)
		d.bridge.Post(func() {
			d.checking = false
			if err != nil {
				d.log.Warn("backup refused", "err", err)
				d.refuse(err)
				return
			}
			d.confirm(backup, path)
		})
	})
}

// refuse says why a file cannot be restored.
func (d *backups) refuse(err error) {
	text := view.ErrorText(err)
	if refused, ok := errors.AsType[*BackupError](err); ok {
		text = refused.Text
	}
	d.dialogs.Ask(form.Question{
		Title: words.Text("restore.refused.title"), Text: words.Sentences(text, words.Text("restore.refused.text")),
		Answers: []form.Answer{{Label: words.Text("restore.close")}},
	})
}

// confirm asks whether to replace the database.
func (d *backups) confirm(backup Backup, path string) {
	data := words.Data{
		"File": words.Printable(filepath.Base(path)), "Time": words.Clock(backup.Saved, time.Now()), "Uploads": words.Count("restore.uploads", backup.Transfers),
		"Unfinished": words.Number(backup.Unfinished), "Servers": words.Count("restore.servers", backup.Servers),
	}
	accepted := false
	d.dialogs.Ask(form.Question{
		Title: words.Text("restore.title"), Text: words.Text("restore.text", data),
		Closed: func() {
			d.bridge.Post(func() { // after the answer
				if !accepted {
					d.discard(backup)
				}
			})
		},
		Answers: []form.Answer{
			{Label: words.Text("cancel")},
			{Label: words.Text("restore.do"), Importance: widget.DangerImportance, Do: func() {
				accepted = true
				backup.Restore(d.takeWaiting())
				d.exit()
			}},
		},
	})
}

func (d *backups) discard(backup Backup) {
	d.bridge.Run(func(context.Context) {
		if err := backup.Discard(); err != nil {
			d.log.Warn("copy of the backup not removed", "err", err)
		}
	})
}
