package db

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/ferryapp/ferry/uploader/atomicfile"
	"github.com/ferryapp/ferry/uploader/fault"
)

// Backups are files beside the database: one from before each migration, one from each
// week in which the database was in use, and one from before a backup replaced it (see
// [Replacement]). The newest of each kind are kept.
const (
	migrationSuffix = ".backup-"
	weeklySuffix    = ".weekly-"
	maxBackups      = 3 // of each kind
	backupInterval  = 7 * 24 * time.Hour
)

// timestampLayout is the form of a time in a file name. Names sort by time.
const timestampLayout = "20060102-150405.000"

func timestamp(t time.Time) string { return t.UTC().Format(timestampLayout) }

// Backup writes a copy of the whole database, readable by this user only, to a file
// that must not exist.
func (d *DB) Backup(ctx context.Context, to string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	to, err := filepath.Abs(to)
	if err != nil {
		return classify(fault.Save, err)
	}
	created, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return classify(fault.Save, err)
	}
	err = errors.Join(created.Close(), d.vacuumInto(ctx, to))
	if err != nil {
		err = errors.Join(err, os.Remove(to))
	}
	return d.classify(fault.Save, err)
}

// vacuumInto copies on a new connection, so that readers and the writer do not wait.
func (d *DB) vacuumInto(ctx context.Context, to string) error {
	pool, err := openPool(d.file.path, roleWriter, 1)
	if err != nil {
		return err
	}
	return errors.Join(vacuumInto(pool.WithContext(ctx), to), closePool(pool))
}

// BackUpWeekly makes a backup beside the database if the last one is a week old, and
// removes the oldest. Only one call may run at a time.
func (d *DB) BackUpWeekly(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	due, err := d.file.weeklyDue()
	if due && err == nil {
		_, err = d.file.backUp(weeklySuffix, func(to string) error { return d.vacuumInto(ctx, to) })
	}
	return d.classify(fault.Save, err)
}

// weeklyDue reports whether the last weekly backup is a week old. One dated in the
// future was made before the clock was corrected, and does not count.
func (f *file) weeklyDue() (bool, error) {
	backups, err := f.backups(weeklySuffix)
	if err != nil || len(backups) == 0 {
		return err == nil, err
	}
	return f.now().Sub(f.backupTime(backups[0])) >= backupInterval, nil
}

// vacuumInto has SQLite write a compact copy, and syncs it to the disk.
func vacuumInto(tx *gorm.DB, to string) error {
	if err := tx.Exec("VACUUM INTO ?", to).Error; err != nil {
		return fmt.Errorf("back up database: %w", err)
	}
	return syncFile(to)
}

// backUp makes a backup of one kind, given by its suffix, removes the oldest, and returns
// its path. The backup gets its name when it is complete.
func (f *file) backUp(kind string, copyTo func(string) error) (backup string, err error) {
	temp, err := f.createTemp()
	if err != nil {
		return "", err
	}
	defer os.Remove(temp)
	if err := copyTo(temp); err != nil {
		return "", err
	}
	version, err := headerVersion(temp)
	if err != nil {
		return "", err
	}
	backup = fmt.Sprintf("%s%s%s-v%d", f.path, kind, timestamp(f.now()), version)
	if err := atomicfile.Rename(temp, backup); err != nil {
		return "", fmt.Errorf("back up database: %w", err)
	}
	return backup, f.pruneBackups(kind)
}

// backups returns the paths of the backups of the given kinds, newest first.
func (f *file) backups(kinds ...string) ([]string, error) {
	folder, base := filepath.Split(f.path)
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, fmt.Errorf("list backups: %w", err)
	}
	var paths []string
	for _, entry := range entries {
		if slices.ContainsFunc(kinds, func(kind string) bool { return strings.HasPrefix(entry.Name(), base+kind) }) {
			paths = append(paths, folder+entry.Name())
		}
	}
	slices.SortFunc(paths, func(a, b string) int { return f.backupTime(b).Compare(f.backupTime(a)) })
	return paths, nil
}

// backupTime returns the time in a backup's name. One in the future is from before
// the clock was corrected: it counts as the zero time, older than all others.
func (f *file) backupTime(backup string) time.Time {
	for _, kind := range []string{migrationSuffix, weeklySuffix, replacedSuffix} {
		text, ok := strings.CutPrefix(backup, f.path+kind)
		if !ok || len(text) < len(timestampLayout) {
			continue
		}
		at, err := time.Parse(timestampLayout, text[:len(timestampLayout)])
		if err == nil && !at.After(f.now()) {
			return at
		}
	}
	return time.Time{}
}

func (f *file) pruneBackups(kind string) error {
	backups, err := f.backups(kind)
	if err != nil {
		return err
	}
	for _, old := range backups[min(len(backups), maxBackups):] {
		if err := os.Remove(old); err != nil {
			return fmt.Errorf("remove old backup: %w", err)
		}
	}
	return nil
}

// restore copies a backup to a temporary file and migrates it to the current schema.
// It fails if the backup is damaged or not a Ferry database.
func (f *file) restore(ctx context.Context, backup string) (temp string, err error) {
	if err := checkHeader(backup, len(f.migrations)); err != nil {
		return "", err
	}
	temp, err = f.createTemp()
	if err != nil {
		return "", err
	}
	if err := f.restoreTo(ctx, temp, backup); err != nil {
		return "", errors.Join(err, os.Remove(temp))
	}
	return temp, nil
}

func (f *file) restoreTo(ctx context.Context, temp, backup string) error {
	if err := copyFile(temp, backup); err != nil {
		return err
	}
	if err := f.checkSchema(ctx, temp); err != nil {
		return err
	}
	pool, err := openPool(temp, roleExclusive, 1)
	if err != nil {
		return err
	}
	if err := errors.Join(quickCheck(pool.WithContext(ctx)), closePool(pool)); err != nil {
		return err
	}
	return f.initSchema(ctx, temp)
}
