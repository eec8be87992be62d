package db

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	sqlite "github.com/glebarez/go-sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// Errors that the faults of this package wrap.
var (
	// ErrNotFerry means that the file belongs to another program. It was not changed.
	ErrNotFerry = errors.New("not a Ferry database")

	// ErrNewer means that a newer version of this program wrote the file.
	ErrNewer = errors.New("written by a newer version of Ferry")

	// ErrAltered means that the file has tables, triggers, views or the like that no
	// version of Ferry creates. It was not changed.
	ErrAltered = errors.New("database was altered by another program")

	// ErrDamaged means that the file's content is damaged. The next Open repairs it as
	// far as possible.
	ErrDamaged = errors.New("database is damaged")

	// ErrUnwritable means that the file or its folder cannot be written.
	ErrUnwritable error = unavailable("database cannot be written")

	// ErrFull means that the disk is full or the user's quota is used up.
	ErrFull error = unavailable("disk is full")

	// ErrLocked means that another program has the database locked.
	ErrLocked error = unavailable("database is locked by another program")
)

// unavailable is an error that does not depend on the values to save. It matches
// [uploader.ErrUnavailable].
type unavailable string

func (u unavailable) Error() string { return string(u) }

func (unavailable) Is(target error) bool { return target == uploader.ErrUnavailable }

// classify turns an error into a *fault.Fault. A fault, a context's error and nil are
// returned unchanged.
func classify(op fault.Op, err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if f, ok := errors.AsType[*fault.Fault](err); ok {
		return f
	}
	if isSQLite(err, sqlite3.SQLITE_CANTOPEN) {
		if limit := checkOpenFiles(); limit != nil {
			err = fmt.Errorf("%w: %w", err, limit)
		}
	}
	if sentinel := sentinelOf(err); sentinel != nil && !errors.Is(err, sentinel) {
		err = fmt.Errorf("%w: %w", sentinel, err)
	}
	return fault.New(fault.LocalDisk, op, err)
}

// sentinelOf returns the exported error that corresponds to an error of SQLite or
// the file system, or nil.
func sentinelOf(err error) error {
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrNotExist) {
		return ErrUnwritable
	}
	coded, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return nil
	}
	switch coded.Code() & 0xff { // the higher bits are the extended code
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return ErrDamaged
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		return ErrUnwritable
	case sqlite3.SQLITE_FULL:
		return ErrFull
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return ErrLocked
	default:
		return nil
	}
}

// isSQLite reports whether err is an error of SQLite with that primary result code.
func isSQLite(err error, code int) bool {
	coded, ok := errors.AsType[*sqlite.Error](err)
	return ok && coded.Code()&0xff == code
}

// maxFiles is how many files SQLite has open of one connection: the database, its log, the
// index of that, a journal and a temporary file.
const maxFiles = 5

// checkOpenFiles returns the operating system's error if it does not allow as many more
// open files as a connection needs, and nil if it does. SQLite does not report why it
// could not open a file.
func checkOpenFiles() error {
	var opened [maxFiles]*os.File
	defer func() {
		for _, file := range opened {
			_ = file.Close() // nil is an error too
		}
	}()
	for i := range opened {
		file, err := os.Open(os.DevNull)
		if fault.IsExhausted(err) {
			return err
		}
		opened[i] = file
	}
	return nil
}

// asDamage wraps an error by which SQLite reports a broken file in ErrDamaged.
func asDamage(err error) error {
	if errors.Is(sentinelOf(err), ErrDamaged) && !errors.Is(err, ErrDamaged) {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return err
}
