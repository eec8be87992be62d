package db

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/ferryapp/ferry/uploader/atomicfile"
	"github.com/ferryapp/ferry/uploader/fault"
)

// There are two kinds of backups beside a database: from before each migration, and
// from each week in which it was in use. The newest of either kind are kept.
const (
	backupSuffix = ".backup-"
	weeklySuffix = ".weekly-"
	backupsKept  = 3
	weekly       = 7 * 24 * time.Hour
)

// Backup writes a copy of the whole database, for this user alone, to a file that
// does not exist yet. It may be called from any goroutine while others write.
func (d *DB) Backup(ctx context.Context, to string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	to, err := filepath.Abs(to)
	if err != nil {
		return classify(fault.Save, err)
	}
	file, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return classify(fault.Save, err)
	}
	err = errors.Join(file.Close(), d.copyOut(ctx, to))
	if err != nil {
		err = errors.Join(err, os.Remove(to))
	}
	return d.fail(fault.Save, err)
}

// copyOut copies on a connection of its own, so that nobody waits for it.
func (d *DB) copyOut(ctx context.Context, to string) error {
	own, err := pool(d.place.path, roleWriter, 1)
	if err != nil {
		return err
	}
	return errors.Join(copyOut(own.WithContext(ctx), to), shut(own))
}

// BackUpWeekly makes a backup beside the database when the last one is a week old,
// and drops the oldest. It may be called from any goroutine while others read and
// write, one call at a time.
func (d *DB) BackUpWeekly(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	due, err := d.place.weeklyDue()
	if due && err == nil {
		err = d.place.backUp(weeklySuffix, func(to string) error { return d.copyOut(ctx, to) })
	}
	return d.fail(fault.Save, err)
}

// weeklyDue reports whether a week has gone by. A backup from the future is from
// before the clock was set right.
func (p *place) weeklyDue() (bool, error) {
	found, err := p.backups(weeklySuffix)
	if err != nil || len(found) == 0 {
		return err == nil, err
	}
	at := p.stampOf(found[0])
	return p.now().Sub(at) >= weekly, nil
}

// copyOut lets SQLite write a compact copy, and waits until the disk has it.
func copyOut(tx *gorm.DB, to string) error {
	if err := tx.Exec("VACUUM INTO ?", to).Error; err != nil {
		return fmt.Errorf("back up database: %w", err)
	}
	return syncFile(to)
}

func syncFile(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("sync file: %w", err)
	}
	return errors.Join(file.Sync(), file.Close())
}

// backUp keeps a copy of the file, and drops the oldest of its kind. The copy gets
// its name when it is whole.
func (p *place) backUp(kind string, copyTo func(string) error) error {
	scratch, err := p.scratch()
	if err != nil {
		return err
	}
	defer os.Remove(scratch)
	if err := copyTo(scratch); err != nil {
		return err
	}
	version, err := versionOf(scratch)
	if err != nil {
		return err
	}
	backup := fmt.Sprintf("%s%s%s-v%d", p.path, kind, stamp(p.now()), version)
	if err := atomicfile.Rename(scratch, backup); err != nil {
		return fmt.Errorf("back up database: %w", err)
	}
	return p.pruneBackups(kind)
}

// backups lists those of some kinds, newest first.
func (p *place) backups(kinds ...string) ([]string, error) {
	folder, base := filepath.Split(p.path)
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, fmt.Errorf("list backups: %w", err)
	}
	var found []string
	for _, entry := range entries {
		if slices.ContainsFunc(kinds, func(kind string) bool { return strings.HasPrefix(entry.Name(), base+kind) }) {
			found = append(found, folder+entry.Name())
		}
	}
	slices.SortFunc(found, func(a, b string) int { return p.stampOf(b).Compare(p.stampOf(a)) })
	return found, nil
}

// stampOf is when a backup was made. One that says it is from the future was made
// under a clock that has been set back since: it counts as older than all others.
func (p *place) stampOf(backup string) time.Time {
	for _, kind := range []string{backupSuffix, weeklySuffix} {
		text, ok := strings.CutPrefix(backup, p.path+kind)
		if !ok || len(text) < len(stampLayout) {
			continue
		}
		at, err := time.Parse(stampLayout, text[:len(stampLayout)])
		if err == nil && !at.After(p.now()) {
			return at
		}
	}
	return time.Time{}
}

func (p *place) pruneBackups(kind string) error {
	found, err := p.backups(kind)
	if err != nil {
		return err
	}
	for _, old := range found[min(len(found), backupsKept):] {
		if err := os.Remove(old); err != nil {
			return fmt.Errorf("remove old backup: %w", err)
		}
	}
	return nil
}

// restore makes a copy of the backup beside the place, of the newest schema, if
// the backup is good.
func (p *place) restore(ctx context.Context, backup string) (string, error) {
	if err := inspect(backup, len(p.all)); err != nil {
		return "", err
	}
	scratch, err := p.scratch()
	if err != nil {
		return "", err
	}
	if err := p.copyGood(ctx, scratch, backup); err != nil {
		return "", errors.Join(err, os.Remove(scratch))
	}
	return scratch, nil
}

func (p *place) copyGood(ctx context.Context, scratch, backup string) error {
	if err := copyFile(scratch, backup); err != nil {
		return err
	}
	copied, err := pool(scratch, roleMaker, 1)
	if err != nil {
		return err
	}
	if err := errors.Join(quickCheck(copied.WithContext(ctx)), shut(copied)); err != nil {
		return err
	}
	return p.make(ctx, scratch)
}

func copyFile(to, from string) error {
	source, err := os.Open(from)
	if err != nil {
		return fmt.Errorf("copy file: %w", err)
	}
	defer source.Close()
	target, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("copy file: %w", err)
	}
	_, err = io.Copy(target, source)
	return errors.Join(err, target.Sync(), target.Close())
}
