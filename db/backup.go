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

	"gorm.io/gorm"

	"github.com/ferryapp/ferry/uploader/fault"
)

const (
	backupSuffix = ".backup-"
	backupsKept  = 3
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
	err = errors.Join(file.Close(), copyOut(d.writer, to))
	if err != nil {
		err = errors.Join(err, os.Remove(to))
	}
	return d.fail(fault.Save, err)
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

// backUp copies the file as it is at schema version, and drops the oldest
// backups. The copy gets its name when it is whole.
func (p *place) backUp(keeper *gorm.DB, version int) error {
	scratch, err := p.scratch()
	if err != nil {
		return err
	}
	defer os.Remove(scratch)
	if err := copyOut(keeper, scratch); err != nil {
		return err
	}
	backup := fmt.Sprintf("%s%s%s-v%d", p.path, backupSuffix, stamp(p.now()), version)
	if err := os.Rename(scratch, backup); err != nil {
		return fmt.Errorf("back up database: %w", err)
	}
	return p.pruneBackups()
}

// backups lists them, newest first.
func (p *place) backups() ([]string, error) {
	folder, base := filepath.Split(p.path)
	entries, err := os.ReadDir(folder) // sorted by name, and so by age
	if err != nil {
		return nil, fmt.Errorf("list backups: %w", err)
	}
	var found []string
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), base+backupSuffix) {
			found = append(found, folder+entry.Name())
		}
	}
	slices.Reverse(found)
	return found, nil
}

func (p *place) pruneBackups() error {
	found, err := p.backups()
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
