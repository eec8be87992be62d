package db

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"github.com/ferryapp/ferry/uploader/fault"
)

// OpenWith is Open with other migrations and another clock.
func OpenWith(ctx context.Context, path string, files fs.FS, now func() time.Time) (*DB, error) {
	d, err := open(ctx, path, settled{files: files, now: now})
	return d, classify(fault.Open, err)
}

// Shipped is the migrations that Open applies.
func Shipped() fs.FS { return shipped }

// Ask runs a query with one value for its answer, on the writing connection.
func Ask[T any](d *DB, query string, args ...any) (answer T, err error) {
	err = d.writer.Raw(query, args...).Row().Scan(&answer)
	return answer, err
}

// Do runs a statement on the writing connection.
func Do(d *DB, statement string, args ...any) error { return d.writer.Exec(statement, args...).Error }

// AskReader is Ask on a reading connection.
func AskReader[T any](d *DB, query string) (answer T, err error) {
	err = d.reader.Raw(query).Row().Scan(&answer)
	return answer, err
}

// AskPlan says how SQLite means to answer a query, its first step.
func AskPlan(d *DB, query string) (string, error) {
	var plan struct{ Detail string }
	err := d.reader.Raw("EXPLAIN QUERY PLAN " + query).Limit(1).Scan(&plan).Error
	return plan.Detail, err
}

// PackRoots and UnpackRoots are how a batch's paths are kept.
var (
	PackRoots   = packRoots
	UnpackRoots = unpackRoots
)

// TransferColumns is the model's columns in the order in which rows are scanned.
var TransferColumns = transferColumns

// MakeOlder makes a file of an older schema, and runs a statement on it.
func MakeOlder(ctx context.Context, path string, version int, fill string) error {
	all, err := migrations(shipped)
	if err != nil {
		return err
	}
	older := &place{path: path, all: all[:version], now: time.Now}
	scratch, err := older.create(ctx)
	if err != nil {
		return err
	}
	maker, err := pool(scratch, roleMaker, 1)
	if err != nil {
		return err
	}
	if err := errors.Join(maker.Exec(fill).Error, shut(maker)); err != nil {
		return err
	}
	return older.moveIn(scratch)
}
