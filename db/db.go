// Package db keeps a profile's memory in one SQLite file: transfers, batches,
// servers and settings. DB implements uploader.Store.
//
// What holds always:
//   - A change is committed wholly and durably (WAL, synchronous FULL) or not at
//     all, whatever kills the program or the computer.
//   - A file that is not Ferry's, or is a newer Ferry's, is never written to: its
//     header is read before SQLite sees it. A file of ours is born complete, made
//     beside its place and then renamed, so its header always says whose it is.
//   - A damaged file is never thrown away. It is set aside, and Recovery says so.
//
// One connection writes and several read, so readers see the last commit and
// never wait for a writer. All methods may be called from any goroutine. Every
// error is a *fault.Fault of kind LocalDisk around one of the errors below where
// one fits, or the context's end. A write that has begun is not interrupted
// within a statement: it takes milliseconds, and the driver's interruption may
// strike the statement after it.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/ferryapp/ferry/uploader/fault"
)

// readers is how many connections read at once: FindPrevious and the settings,
// beside the engine's own.
const readers = 4

// DB is an open database file.
type DB struct {
	place    *place
	writer   *gorm.DB
	reader   *gorm.DB
	recovery Recovery
	damaged  atomic.Bool
	closing  sync.Once
	closed   error // what Close returned
}

// Open opens the database at path and makes it, and its folder, when there is
// none. It brings an older schema up to date after a backup, and looks for damage
// after an unclean exit. What it had to repair is in Recovery.
func Open(ctx context.Context, path string) (*DB, error) {
	d, err := open(ctx, path, settled{files: shipped, now: time.Now})
	if err != nil {
		return nil, classify(fault.Open, err)
	}
	return d, nil
}

// settled is what Open takes as given.
type settled struct {
	files fs.FS // with the migrations
	now   func() time.Time
}

func open(ctx context.Context, path string, given settled) (*DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	all, err := migrations(given.files)
	if err != nil {
		return nil, err
	}
	place := &place{path: path, all: all, now: given.now}
	if err := place.occupy(ctx); err != nil {
		return nil, err
	}
	if err := place.settle(ctx); err != nil {
		return nil, err
	}
	d, err := place.connect()
	if err != nil {
		return nil, err
	}
	if d.recovery, err = d.recorded(ctx); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// connect opens both pools on a file that is known to be good.
func (p *place) connect() (*DB, error) {
	writer, err := pool(p.path, roleWriter, 1)
	if err != nil {
		return nil, err
	}
	reader, err := pool(p.path, roleReader, readers)
	if err != nil {
		return nil, errors.Join(err, shut(writer))
	}
	return &DB{place: p, writer: writer, reader: reader}, nil
}

// pool opens connections of one role. They stay open: closing the last one
// checkpoints the write-ahead log.
func pool(path string, r role, size int) (*gorm.DB, error) {
	connections, err := sql.Open(sqlite.DriverName, dsn(path, r))
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	connections.SetMaxOpenConns(size)
	connections.SetMaxIdleConns(size)
	// PrepareStmt stays off: this driver compiles a statement at each execution
	// anyway, and GORM's cache has a goroutine that nothing ends.
	opened, err := gorm.Open(sqlite.Dialector{Conn: connections}, &gorm.Config{
		SkipDefaultTransaction: true,           // writes are in transactions, or one statement
		Logger:                 logger.Discard, // errors are returned, and logged by who gets them
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open database: %w", err), connections.Close())
	}
	return opened, nil
}

func shut(pool *gorm.DB) error {
	connections, err := pool.DB()
	if err != nil {
		return err
	}
	return connections.Close()
}

// Recovery says what Open had to repair; the zero value when nothing. It is said
// again at each Open until a session that had it ends with Close.
func (d *DB) Recovery() Recovery { return d.recovery }

// Close ends the session cleanly. Nothing may be called afterwards but Close,
// which then says the same again.
func (d *DB) Close() error {
	d.closing.Do(func() { d.closed = d.close() })
	return d.closed
}

func (d *DB) close() error {
	var err error
	if d.recovery.Happened() {
		err = d.SaveSetting(context.Background(), recoverySetting, nil)
	}
	err = errors.Join(err, shut(d.reader), shut(d.writer)) // the last one out checkpoints
	if d.damaged.Load() {
		err = errors.Join(err, markSuspect(d.place.path))
	}
	return classify(fault.Save, err)
}

// read runs f on one state of the file.
func (d *DB) read(ctx context.Context, f func(*gorm.DB) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return d.reader.Transaction(f, &sql.TxOptions{ReadOnly: true})
}

// write runs f in a transaction that is committed when f returns nil.
func (d *DB) write(ctx context.Context, f func(*gorm.DB) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	err := d.writer.Transaction(f)
	if err != nil {
		// A failed COMMIT may leave the transaction open on the only connection,
		// where the next one could not begin. Mostly there is none, and that is
		// the error ignored here.
		_ = d.writer.Exec("ROLLBACK").Error
	}
	return err
}

// fail classifies err and remembers damage, so that the next Open repairs it.
func (d *DB) fail(op fault.Op, err error) error {
	err = classify(op, err)
	if errors.Is(err, ErrDamaged) {
		d.damaged.Store(true)
	}
	return err
}

// exists reports whether there is anything at path.
func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
