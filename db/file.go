package db

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/ferryapp/ferry/uploader/atomicfile"
	"github.com/ferryapp/ferry/uploader/privatefile"
)

// Suffixes of the files beside a database.
const (
	walSuffix     = "-wal"     // SQLite's write-ahead log; remains if the database was not closed
	shmSuffix     = "-shm"     // the index of the log
	journalSuffix = "-journal" // SQLite's rollback journal
	suspectSuffix = ".suspect" // marks a file in which a session found damage
	damagedSuffix = ".damaged-"
	tempSuffix    = ".new-" // an unfinished file
)

// file is the location of a database file.
type file struct {
	path       string // absolute
	migrations []migration
	now        func() time.Time
}

// ensure makes sure that a Ferry database exists at the path and can be written. It
// reports whether it created the database.
func (f *file) ensure(ctx context.Context) (created bool, err error) {
	if err := os.MkdirAll(filepath.Dir(f.path), 0o700); err != nil {
		return false, fmt.Errorf("%w: %w", ErrUnwritable, err)
	}
	if err := f.checkOwn(); err != nil {
		return false, fmt.Errorf("%w: %w", ErrUnwritable, err)
	}
	err = checkHeader(f.path, len(f.migrations))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	if err := f.removeTemp(); err != nil {
		return false, err
	}
	if err == nil {
		return false, f.checkWritable()
	}
	temp, err := f.create(ctx)
	if err != nil {
		return false, err
	}
	defer os.Remove(temp) // fails if it was renamed
	return true, f.install(temp)
}

// checkOwn refuses a database, or a file that SQLite keeps beside it, that another user may
// have prepared. SQLite opens them by their paths.
func (f *file) checkOwn() error {
	err := privatefile.Check(f.path, f.path+walSuffix, f.path+shmSuffix, f.path+journalSuffix)
	if refused, ok := errors.AsType[*privatefile.Error](err); ok && refused.Problem == privatefile.NotFile {
		return nil // no file of SQLite
	}
	return err
}

// removeTemp removes temporary files that an earlier process left.
func (f *file) removeTemp() error {
	folder, base := filepath.Split(f.path)
	entries, err := os.ReadDir(folder)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnwritable, err)
	}
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), base+tempSuffix) {
			if err := os.RemoveAll(folder + entry.Name()); err != nil {
				return fmt.Errorf("%w: %w", ErrUnwritable, err)
			}
		}
	}
	return nil
}

// checkWritable checks file and folder, because SQLite opens a file that it cannot
// write read-only without an error.
func (f *file) checkWritable() error {
	opened, err := privatefile.OpenFile(f.path, os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnwritable, err)
	}
	if err := opened.Close(); err != nil {
		return fmt.Errorf("%w: %w", ErrUnwritable, err)
	}
	temp, err := f.createTemp()
	if err != nil {
		return err
	}
	return os.Remove(temp)
}

// createTemp creates an empty file beside the database, accessible to this user
// only, and returns its path.
func (f *file) createTemp() (string, error) {
	temp, err := os.CreateTemp(filepath.Dir(f.path), filepath.Base(f.path)+tempSuffix+"*")
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrUnwritable, err)
	}
	if err := temp.Close(); err != nil {
		return "", fmt.Errorf("%w: %w", ErrUnwritable, err)
	}
	return temp.Name(), nil
}

// create creates a new database under a temporary name.
func (f *file) create(ctx context.Context) (temp string, err error) {
	temp, err = f.createTemp()
	if err != nil {
		return "", err
	}
	if err := f.initSchema(ctx, temp); err != nil {
		return "", errors.Join(fmt.Errorf("create database: %w", err), os.Remove(temp))
	}
	return temp, nil
}

// initSchema migrates a file that no other connection has open, and that may be
// empty, to the current schema.
func (f *file) initSchema(ctx context.Context, path string) error {
	pool, err := openPool(path, roleExclusive, 1)
	if err != nil {
		return err
	}
	version, err := schemaVersion(pool)
	if err == nil && version < len(f.migrations) {
		err = migrate(ctx, pool, f.migrations, version)
	}
	return errors.Join(err, closePool(pool))
}

// install renames a complete database to its final path. A log that is there belongs
// to another file and is set aside, or SQLite would replay it.
func (f *file) install(temp string) error {
	if exists(f.path+walSuffix) || exists(f.path+journalSuffix) {
		if err := f.setLogAside(temp); err != nil {
			return err
		}
	}
	if err := atomicfile.Rename(temp, f.path); err != nil {
		return fmt.Errorf("install database: %w", err)
	}
	return nil
}

// exists reports whether path names anything.
func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func ignoreNotExist(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func copyFile(to, from string) error {
	source, err := privatefile.OpenFile(from, os.O_RDONLY, 0)
	if err != nil {
		return fmt.Errorf("copy file: %w", err)
	}
	defer source.Close()
	target, err := privatefile.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("copy file: %w", err)
	}
	_, err = io.Copy(target, source)
	return errors.Join(err, target.Sync(), target.Close())
}

func syncFile(path string) error {
	opened, err := privatefile.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("sync file: %w", err)
	}
	return errors.Join(opened.Sync(), opened.Close())
}
