package db

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// readers is the number of reading connections: for [DB.Proof], [DB.Events] and the
// settings besides the engine's own.
const readers = 4

// More than SQLite's defaults, 2 MB and 1,000 pages: a page that several commits change is
// read once, and copied from the log to the file once.
const (
	writerCache     = "cache_size(-16384)"       // KiB
	checkpointPages = "wal_autocheckpoint(4000)" // of 4 KiB
)

// role is the purpose of a connection.
type role int

const (
	// roleExclusive writes to a file that no other connection has open.
	roleExclusive role = iota

	// roleMaintenance checks and migrates before the other connections open. Foreign
	// keys are off because a migration may rebuild a table, and dropping the old one
	// would delete its children.
	roleMaintenance

	// roleInspector reads before anything is known about the file, and writes nothing
	// to it.
	roleInspector

	// roleFrozen is roleInspector for a file without a log, which SQLite would create.
	roleFrozen

	roleWriter
	roleReader
)

// pragmas returns the pragmas for each connection. They are part of the DSN because
// the pool opens connections at any time.
func (r role) pragmas() []string {
	// Functions with side effects are of no use in the schema of a file.
	common := []string{"busy_timeout(10000)", "synchronous(FULL)", "trusted_schema(0)"}
	switch r {
	case roleInspector, roleFrozen:
		return append(common, "query_only(1)")
	case roleExclusive:
		return append(common, "journal_mode(DELETE)", "foreign_keys(0)")
	case roleMaintenance:
		return append(common, "journal_mode(WAL)", "foreign_keys(0)")
	case roleReader:
		return append(common, "journal_mode(WAL)", "foreign_keys(1)", "query_only(1)")
	default:
		return append(common, "journal_mode(WAL)", "foreign_keys(1)", "journal_size_limit(67108864)", writerCache, checkpointPages)
	}
}

// dsn returns the driver's data source name for the file at path, which must be
// absolute. It is a URI, because in a plain path the driver takes everything after
// a question mark for parameters. mode=rw keeps SQLite from creating a file.
// Immediate transactions do not fail when they turn from reading to writing.
func dsn(path string, r role) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") { // a drive letter
		path = "/" + path
	}
	query := url.Values{"mode": {"rw"}, "_txlock": {"immediate"}, "_pragma": r.pragmas()}
	switch r {
	case roleInspector:
		query.Set("mode", "ro")
	case roleFrozen:
		query.Set("mode", "ro")
		query.Set("immutable", "1")
	}
	uri := url.URL{Scheme: "file", Path: path, RawQuery: query.Encode()}
	return uri.String()
}

// openPool returns a pool of up to size connections of one role. They stay open:
// closing the last one checkpoints the write-ahead log.
func openPool(path string, r role, size int) (*gorm.DB, error) {
	connections, err := sql.Open(sqlite.DriverName, dsn(path, r))
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	return newPool(connections, size)
}

func newPool(connections *sql.DB, size int) (*gorm.DB, error) {
	connections.SetMaxOpenConns(size)
	connections.SetMaxIdleConns(size)
	// PrepareStmt is off: the driver compiles a statement at each execution anyway,
	// and GORM's cache starts a goroutine that never ends.
	pool, err := gorm.Open(sqlite.Dialector{Conn: connections}, &gorm.Config{
		SkipDefaultTransaction: true,           // writes are in transactions or a single statement
		Logger:                 logger.Discard, // errors are returned, and logged by the caller
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open database: %w", err), connections.Close())
	}
	return pool, nil
}

func closePool(pool *gorm.DB) error {
	connections, err := pool.DB()
	if err != nil {
		return err
	}
	return connections.Close()
}
