// Package db stores a profile in one SQLite file: its transfers, batches, servers
// and settings. [DB] implements [uploader.Store].
//
// Invariants:
//   - A change is committed as a whole and durably (WAL, synchronous FULL) or not
//     at all, even if the process is killed or the computer loses power.
//   - A file that belongs to another program, or that a newer version wrote, is
//     never written to: its header is read before SQLite opens it. A new file is
//     created under a temporary name and renamed when it is complete, so its header
//     always identifies it.
//   - A file whose schema no version of Ferry creates is not used: its triggers and
//     views would run with Ferry's statements. The schema is compared before any other
//     statement runs, and without writing to the file.
//   - A damaged file is never deleted. It is set aside under another name, which
//     [DB.Recovery] reports.
//
// One connection writes and several read, so readers see the last commit and do not
// wait for a writer. All methods may be called from any goroutine. Every error is a
// *[fault.Fault] of kind LocalDisk, which wraps one of the errors below where one
// applies, or the context's error. Open and Load, which read a whole file that may be
// damaged, are interrupted within a statement. Others are not: they take milliseconds,
// and the driver's interrupt may hit the next statement instead.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"gorm.io/gorm"

	"github.com/ferryapp/ferry/uploader/fault"
)

// DB is an open database file.
type DB struct {
	file     *file
	writer   *gorm.DB
	reader   *gorm.DB
	recovery Recovery
	created  bool        // Open created the file
	damaged  atomic.Bool // an operation found damage
	closing  sync.Once
	closeErr error
}

// Open opens the database at path. It creates the file and its folder if there is
// none, migrates an older schema after making a backup, and checks for damage after
// an unclean exit. [DB.Recovery] reports what it repaired.
func Open(ctx context.Context, path string) (*DB, error) {
	return openClassified(ctx, path, config{migrations: embedded, now: time.Now})
}

func openClassified(ctx context.Context, path string, config config) (*DB, error) {
	d, err := open(ctx, path, config)
	switch {
	case err == nil:
		return d, nil
	case ctx.Err() != nil:
		return nil, ctx.Err() // SQLite's error only says that it was interrupted
	default:
		return nil, classify(fault.Open, err)
	}
}

// config holds what tests replace.
type config struct {
	migrations fs.FS
	now        func() time.Time
}

func open(ctx context.Context, path string, config config) (*DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	migrations, err := readMigrations(config.migrations)
	if err != nil {
		return nil, err
	}
	f := &file{path: path, migrations: migrations, now: config.now}
	created, err := f.ensure(ctx)
	if err != nil {
		return nil, err
	}
	if err := f.prepare(ctx); err != nil {
		return nil, err
	}
	d, err := f.connect()
	if err != nil {
		return nil, err
	}
	d.created = created
	if d.recovery, err = d.loadRecovery(ctx); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// connect opens the connections to a file that was prepared.
func (f *file) connect() (*DB, error) {
	writer, err := openPool(f.path, roleWriter, 1)
	if err != nil {
		return nil, err
	}
	reader, err := openPool(f.path, roleReader, readers)
	if err != nil {
		return nil, errors.Join(err, closePool(writer))
	}
	return &DB{file: f, writer: writer, reader: reader}, nil
}

// Recovery returns what Open repaired, the zero value if nothing. It stays the same
// on each Open until a DB that returned it is closed.
func (d *DB) Recovery() Recovery { return d.recovery }

// Created reports whether Open created the file, because there was none.
func (d *DB) Created() bool { return d.created }

// Close closes the database. Further calls return the same error; no other method
// may be called afterwards.
func (d *DB) Close() error {
	d.closing.Do(func() { d.closeErr = d.close() })
	return d.closeErr
}

func (d *DB) close() error {
	var err error
	if d.recovery.Happened() {
		err = d.SaveSetting(context.Background(), recoverySetting, nil)
	}
	err = errors.Join(err, closePool(d.reader), closePool(d.writer)) // closing the last connection checkpoints the log
	if d.damaged.Load() {
		err = errors.Join(err, markSuspect(d.file.path))
	}
	return classify(fault.Save, err)
}

// read calls fn with a read-only transaction, which sees one state of the file.
func (d *DB) read(ctx context.Context, fn func(*gorm.DB) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return transact(d.reader, fn, &sql.TxOptions{ReadOnly: true})
}

// write calls fn with a transaction that is committed when fn returns nil.
func (d *DB) write(ctx context.Context, fn func(*gorm.DB) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return transact(d.writer, fn)
}

// classify classifies err and records damage, so that the next Open repairs it.
func (d *DB) classify(op fault.Op, err error) error {
	err = classify(op, err)
	if errors.Is(err, ErrDamaged) {
		d.damaged.Store(true)
	}
	return err
}
