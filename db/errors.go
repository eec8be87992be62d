package db

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	sqlite "github.com/glebarez/go-sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// What is found inside of the faults this package returns.
var (
	// ErrNotFerry says that the file belongs to another program. It was not
	// touched.
	ErrNotFerry = errors.New("this file is not a Ferry database")

	// ErrNewer says that a newer version of this program wrote the file.
	ErrNewer = errors.New("made by a newer Ferry")

	// ErrDamaged says that the file's content is broken. Opening it the next time
	// repairs it as well as possible.
	ErrDamaged = errors.New("the database is damaged")

	// ErrUnwritable says that the file or its folder cannot be written.
	ErrUnwritable error = unavailable("the database cannot be written")

	// ErrFull says that the disk, or what this user may have of it, is full.
	ErrFull error = unavailable("the disk is full")

	// ErrHeld says that another program keeps the database from being written.
	ErrHeld error = unavailable("another program holds the database")
)

// unavailable is an error that is not about what was to be saved.
type unavailable string

func (u unavailable) Error() string { return string(u) }

// Is implements the contract of uploader.Store.
func (unavailable) Is(target error) bool { return target == uploader.ErrUnavailable }

// classify makes the fault of an error. A context's end is not a fault and
// stays what it is, and so does nil.
func classify(op fault.Op, err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if f, ok := errors.AsType[*fault.Fault](err); ok {
		return f
	}
	if sentinel := sentinelOf(err); sentinel != nil && !errors.Is(err, sentinel) {
		err = fmt.Errorf("%w: %w", sentinel, err)
	}
	return fault.New(fault.LocalDisk, op, err)
}

// sentinelOf is the exported error that SQLite's or the file system's one
// stands for, nil for none.
func sentinelOf(err error) error {
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrNotExist) {
		return ErrUnwritable
	}
	coded, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return nil
	}
	switch coded.Code() & 0xff { // the rest of the bits are details
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return ErrDamaged
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		return ErrUnwritable
	case sqlite3.SQLITE_FULL:
		return ErrFull
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return ErrHeld
	default:
		return nil
	}
}
