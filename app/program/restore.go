package program

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"

	"github.com/ferryapp/ferry/app"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/db"
	"github.com/ferryapp/ferry/uploader"
)

// undecidedKey is the key of a setting that a restored backup has until the user has decided
// about all of its unfinished uploads.
const undecidedKey = "restored-undecided"

// replacement is a backup that replaces the database when that is closed.
type replacement struct {
	*db.Replacement
	paths []string // to be added after the next start
}

// prepareRestore checks a backup. Its Restore makes close put the backup in place of the
// database, after everything that uses the database was closed and while this process still
// has the profile's lock.
func (s *session) prepareRestore(ctx context.Context, c command, path string) (app.Backup, error) {
	r, err := db.PrepareReplacement(ctx, c.profile.Database(), path)
	if err != nil {
		return app.Backup{}, explainBackup(err, path)
	}
	return app.Backup{
		Saved: r.Contents.Saved, Transfers: r.Contents.Transfers, Unfinished: r.Contents.Unfinished, Servers: r.Contents.Servers,
		Restore: func(paths []string) { s.replacement.Store(&replacement{r, paths}) },
		Discard: r.Discard,
	}, nil
}

// explainBackup adds a sentence for the user to the error of a backup that was refused.
func explainBackup(err error, path string) error {
	for _, refusal := range []struct {
		err error
		key string
	}{
		{db.ErrInUse, "restore.in-use"},
		{db.ErrUnclosed, "restore.unclosed"},
		{db.ErrNotFerry, "restore.foreign"},
		{db.ErrNewer, "restore.newer"},
		{db.ErrAltered, "restore.altered"},
		{db.ErrDamaged, "restore.damaged"},
		{db.ErrFull, "restore.full"},
		{fs.ErrNotExist, "restore.unreadable"},
		{fs.ErrPermission, "restore.unreadable"},
	} {
		if errors.Is(err, refusal.err) {
			return &app.BackupError{Text: words.Text(refusal.key, words.Data{"File": words.Path(path)}), Err: err}
		}
	}
	return err
}

// replaceDatabase puts the backup that the user chose in place of the closed database, with the
// settings that belong to this computer. If it fails, the database stays as it is.
func (s *session) replaceDatabase() error {
	r := s.replacement.Load()
	if r == nil {
		return nil
	}
	err := s.settings.Get().KeepComputerIn(context.Background(), r)
	if err == nil {
		err = r.SaveSetting(context.Background(), undecidedKey, json.RawMessage("true"))
	}
	if err == nil {
		_, err = r.Install()
	}
	if err != nil {
		return errors.Join(err, r.Discard())
	}
	return nil
}

// isUndecided reports whether the database is a restored backup with unfinished uploads about
// which the user has not decided, or whether that is not known.
func isUndecided(ctx context.Context, database *db.DB) bool {
	undecided, err := database.Setting(ctx, undecidedKey)
	return undecided != nil || err != nil
}

// saveDecided saves that the user has decided about all unfinished uploads of a restored backup,
// if so. Otherwise, or if it is not known, the next start asks again.
func (s *session) saveDecided(ctx context.Context) error {
	if !s.undecided || s.engine == nil {
		return nil
	}
	now := s.engine.Snapshot()
	if now.Seq == 0 {
		return nil // nothing is loaded
	}
	for _, batch := range now.Batches {
		if !batch.Scanned && batch.Intent == uploader.IntentRun {
			return nil
		}
	}
	waiting, err := s.engine.Undecided(ctx)
	if err != nil || len(waiting) > 0 {
		return nil //nolint:nilerr // the engine reports its error itself
	}
	return s.database.SaveSetting(ctx, undecidedKey, nil)
}
