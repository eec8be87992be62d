package db

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/atomicfile"
	"github.com/ferryapp/ferry/uploader/fault"
)

// Errors of [PrepareReplacement] about the chosen file.
var (
	// ErrInUse means that the file is the database that it would replace.
	ErrInUse = errors.New("the file is the database in use")

	// ErrUnclosed means that a log is beside the file: it was copied while it was in use, and
	// some of its content is in the log.
	ErrUnclosed = errors.New("the file has a log")
)

// replacedSuffix marks a database that a backup replaced.
const replacedSuffix = ".replaced-"

// Contents describes a database.
type Contents struct {
	Saved      time.Time // when the file was last changed
	Transfers  int       // in the list
	Unfinished int       // of these
	Servers    int       // without the built-in receiver
}

// Replacement is a checked copy of a backup, with the current schema, that can replace a
// database. It is beside the database under a temporary name, which the next Open removes.
type Replacement struct {
	Contents Contents

	file *file
	temp string
	from string // path of the backup
}

// PrepareReplacement copies the backup of a database, which may be open, and checks the copy:
// header, schema, integrity and values. The backup is not changed and may belong to another
// user. Besides the errors of Open it returns [ErrInUse] and [ErrUnclosed]; an empty file is
// [ErrNotFerry], and damage is [ErrDamaged].
func PrepareReplacement(ctx context.Context, path, backup string) (*Replacement, error) {
	r, err := prepareReplacement(ctx, path, backup)
	switch {
	case err == nil:
		return r, nil
	case ctx.Err() != nil:
		return nil, ctx.Err() // SQLite's error only says that it was interrupted
	default:
		return nil, classify(fault.Open, err)
	}
}

func prepareReplacement(ctx context.Context, path, backup string) (*Replacement, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("restore backup: %w", err)
	}
	migrations, err := readMigrations(embedded)
	if err != nil {
		return nil, err
	}
	f := &file{path: path, migrations: migrations, now: time.Now}
	if err := f.checkChosen(backup); err != nil {
		return nil, err
	}
	r := &Replacement{file: f, from: backup}
	if r.temp, err = f.createTemp(); err != nil {
		return nil, err
	}
	if err := r.fill(ctx); err != nil {
		return nil, errors.Join(err, r.Discard())
	}
	return r, nil
}

// checkChosen refuses a file that is not a closed database of its own.
func (f *file) checkChosen(backup string) error {
	chosen, err := os.Stat(backup)
	if err != nil {
		return fmt.Errorf("restore backup: %w", err)
	}
	if !chosen.Mode().IsRegular() {
		return fmt.Errorf("%w: %s", ErrNotFerry, backup)
	}
	if present, err := os.Stat(f.path); err == nil && os.SameFile(chosen, present) {
		return fmt.Errorf("%w: %s", ErrInUse, backup)
	}
	for _, suffix := range []string{walSuffix, journalSuffix} {
		if log, err := os.Stat(backup + suffix); err == nil && log.Size() > 0 {
			return fmt.Errorf("%w: %s", ErrUnclosed, backup+suffix)
		}
	}
	return nil
}

// fill copies the backup, checks the copy, and migrates it.
func (r *Replacement) fill(ctx context.Context) error {
	saved, err := copyForeign(ctx, r.temp, r.from)
	if err != nil {
		return err
	}
	switch err := checkHeader(r.temp, len(r.file.migrations)); {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w: %s is empty", ErrNotFerry, r.from)
	case err != nil:
		return err
	}
	if err := r.file.checkSchema(ctx, r.temp); err != nil {
		return err
	}
	pool, err := openPool(r.temp, roleExclusive, 1)
	if err != nil {
		return asDamage(err)
	}
	if err := errors.Join(asDamage(integrityCheck(pool.WithContext(ctx))), closePool(pool)); err != nil {
		return err
	}
	if err := r.file.initSchema(ctx, r.temp); err != nil {
		return asDamage(err)
	}
	if r.Contents, err = contentsOf(ctx, r.temp); err != nil {
		return asDamage(err)
	}
	r.Contents.Saved = saved
	return nil
}

// integrityCheck reads the whole file, and compares indexes with tables and rows with those
// that they refer to.
func integrityCheck(tx *gorm.DB) error {
	var findings []string
	if err := tx.Raw("PRAGMA integrity_check(5)").Scan(&findings).Error; err != nil {
		return fmt.Errorf("check backup: %w", err)
	}
	if len(findings) != 1 || findings[0] != "ok" {
		return fmt.Errorf("%w: %s", ErrDamaged, strings.Join(findings, "; "))
	}
	err := checkForeignKeys(tx)
	if errors.Is(err, errForeignKeys) {
		return fmt.Errorf("%w: rows refer to missing ones", ErrDamaged)
	}
	return err
}

// contentsOf reads every value of a database that no other connection has open.
func contentsOf(ctx context.Context, path string) (c Contents, err error) {
	pool, err := openPool(path, roleExclusive, 1)
	if err != nil {
		return c, err
	}
	c, err = readContents(ctx, pool.WithContext(ctx))
	return c, errors.Join(err, closePool(pool))
}

func readContents(ctx context.Context, tx *gorm.DB) (c Contents, err error) {
	servers, err := loadServers(tx)
	if err != nil {
		return c, err
	}
	for _, server := range servers {
		if !server.Builtin() {
			c.Servers++
		}
	}
	if _, err := loadBatches(tx); err != nil {
		return c, err
	}
	return c, eachTransfer(ctx, tx, func(t uploader.Transfer) {
		c.Transfers++
		if t.Unfinished() {
			c.Unfinished++
		}
	})
}

// copyForeign copies a file that may belong to another user, and returns when it was last
// changed.
func copyForeign(ctx context.Context, to, from string) (changed time.Time, err error) {
	source, err := os.Open(from)
	if err != nil {
		return changed, fmt.Errorf("copy backup: %w", err)
	}
	defer source.Close()
	info, err := source.Stat()
	if err != nil {
		return changed, fmt.Errorf("copy backup: %w", err)
	}
	target, err := os.OpenFile(to, os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		return changed, fmt.Errorf("%w: %w", ErrUnwritable, err)
	}
	_, err = io.Copy(target, contextReader{ctx, source})
	if err = errors.Join(err, target.Sync(), target.Close()); err != nil {
		return changed, fmt.Errorf("copy backup: %w", err)
	}
	return info.ModTime(), nil
}

// contextReader reads until its context ends.
type contextReader struct {
	ctx    context.Context
	reader io.Reader
}

func (r contextReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.reader.Read(p)
}

// Setting is [DB.Setting] for the copy, before Install.
func (r *Replacement) Setting(ctx context.Context, key string) (value json.RawMessage, err error) {
	err = r.open(func(d *DB) error {
		value, err = d.Setting(ctx, key)
		return err
	})
	return value, err
}

// SaveSetting is [DB.SaveSetting] for the copy, before Install.
func (r *Replacement) SaveSetting(ctx context.Context, key string, value json.RawMessage) error {
	return r.open(func(d *DB) error { return d.SaveSetting(ctx, key, value) })
}

// open calls do with the copy, which no other connection has open.
func (r *Replacement) open(do func(*DB) error) error {
	pool, err := openPool(r.temp, roleExclusive, 1)
	if err != nil {
		return classify(fault.Save, err)
	}
	return errors.Join(do(&DB{file: r.file, writer: pool, reader: pool}), classify(fault.Save, closePool(pool)))
}

// Discard removes the copy. It has no effect after Install.
func (r *Replacement) Discard() error { return ignoreNotExist(os.Remove(r.temp)) }

// Install replaces the database, which must be closed, and returns the path of its copy,
// which is made first. A crash at any time leaves the old database or the new one, whole.
// The next Open reports the replacement in its Recovery.
func (r *Replacement) Install() (earlier string, err error) {
	earlier, err = r.install()
	return earlier, classify(fault.Save, err)
}

func (r *Replacement) install() (earlier string, err error) {
	f := r.file
	for _, suffix := range []string{walSuffix, journalSuffix} {
		if exists(f.path + suffix) { // it belongs to the old file, and SQLite would apply it to the new one
			return "", fmt.Errorf("%w: %s", ErrLocked, f.path+suffix)
		}
	}
	if earlier, err = f.backUp(replacedSuffix, func(to string) error { return copyFile(to, f.path) }); err != nil {
		return "", err
	}
	report := Recovery{SetAside: earlier, Restored: r.from, Requested: true}
	if err := report.save(r.temp); err != nil {
		return "", err
	}
	if err := syncFile(r.temp); err != nil {
		return "", err
	}
	if err := atomicfile.Rename(r.temp, f.path); err != nil {
		return "", fmt.Errorf("install backup: %w", err)
	}
	return earlier, clearSuspect(f.path)
}

// Replaced returns when a backup replaced the database last, of the replaced ones that are
// still there; the zero time for never.
func (d *DB) Replaced() (time.Time, error) {
	replaced, err := d.file.backups(replacedSuffix)
	if err != nil || len(replaced) == 0 {
		return time.Time{}, classify(fault.Load, err)
	}
	return d.file.backupTime(replaced[0]), nil
}
