package db

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"gorm.io/gorm"

	"github.com/ferryapp/ferry/uploader"
)

// OpenWith is Open with other migrations and another clock.
func OpenWith(ctx context.Context, path string, migrations fs.FS, now func() time.Time) (*DB, error) {
	return openClassified(ctx, path, config{migrations: migrations, now: now})
}

// Migrations returns the migrations that Open applies.
func Migrations() fs.FS { return embedded }

// KnownSum returns the sum of the schema that is not compared with that of the migrations, and
// what it is to be.
func KnownSum(ctx context.Context) (known, want string, err error) {
	migrations, err := readMigrations(embedded)
	if err != nil {
		return "", "", err
	}
	made, err := expectedStructure(ctx, migrations)
	return knownSum, sumOf(migrations, made.schema), err
}

// QueryValue runs a query for one value on the writing connection.
func QueryValue[T any](d *DB, query string, args ...any) (value T, err error) {
	err = d.writer.Raw(query, args...).Row().Scan(&value)
	return value, err
}

// Exec runs a statement on the writing connection.
func Exec(d *DB, statement string, args ...any) error { return d.writer.Exec(statement, args...).Error }

// QueryReader runs a query for one value on a reading connection.
func QueryReader[T any](d *DB, query string) (value T, err error) {
	err = d.reader.Raw(query).Row().Scan(&value)
	return value, err
}

// QueryPlan returns the first step of SQLite's plan for a query.
func QueryPlan(d *DB, query string) (string, error) {
	var plan struct{ Detail string }
	err := d.reader.Raw("EXPLAIN QUERY PLAN " + query).Limit(1).Scan(&plan).Error
	return plan.Detail, err
}

// Write calls fn in a transaction, with a function that saves a transfer.
func Write(d *DB, fn func(insert func(*uploader.Transfer) error) error) error {
	ctx := context.Background()
	return d.write(ctx, func(tx *gorm.DB) error {
		return fn(func(t *uploader.Transfer) error { return upsertTransfers(ctx, tx, []*uploader.Transfer{t}, 0) })
	})
}

// WritersWaiting returns how many times a caller has waited for the writing connection.
func WritersWaiting(d *DB) int64 {
	connections, err := d.writer.DB()
	if err != nil {
		panic(err)
	}
	return connections.Stats().WaitCount
}

// The encoding of a batch's paths.
var (
	PackRoots   = packRoots
	UnpackRoots = unpackRoots
)

// TransferColumns are the columns in the order in which rows are scanned.
var TransferColumns = transferColumns

// CreateOlder creates a file with an older schema and runs a statement on it.
func CreateOlder(ctx context.Context, path string, version int, statement string) error {
	migrations, err := readMigrations(embedded)
	if err != nil {
		return err
	}
	older := &file{path: path, migrations: migrations[:version], now: time.Now}
	temp, err := older.create(ctx)
	if err != nil {
		return err
	}
	pool, err := openPool(temp, roleExclusive, 1)
	if err != nil {
		return err
	}
	if err := errors.Join(pool.Exec(statement).Error, closePool(pool)); err != nil {
		return err
	}
	return older.install(temp)
}
