package db

import (
	"net/url"
	"path/filepath"
	"strings"
)

// role is what a connection is for.
type role int

const (
	// roleMaker builds a file that nobody else knows yet.
	roleMaker role = iota

	// roleKeeper checks and migrates before the pools open. Foreign keys are off
	// because a migration may rebuild a table, and dropping the old one would
	// delete its children.
	roleKeeper

	roleWriter
	roleReader
)

// pragmas belong to the DSN: a pool opens connections when it likes, and each of
// them needs them.
func (r role) pragmas() []string {
	always := []string{"busy_timeout(10000)", "synchronous(FULL)"}
	switch r {
	case roleMaker:
		return append(always, "journal_mode(DELETE)", "foreign_keys(0)")
	case roleKeeper:
		return append(always, "journal_mode(WAL)", "foreign_keys(0)")
	case roleReader:
		return append(always, "journal_mode(WAL)", "foreign_keys(1)", "query_only(1)")
	default:
		return append(always, "journal_mode(WAL)", "foreign_keys(1)", "journal_size_limit(67108864)")
	}
}

// dsn is the driver's name for the file at path, an absolute one. It is a URI,
// because in a plain path everything after a question mark would be taken for
// parameters. mode=rw keeps SQLite from creating a file of its own, and
// immediate transactions from failing when they turn from reading to writing.
func dsn(path string, r role) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") { // a drive letter
		path = "/" + path
	}
	query := url.Values{"mode": {"rw"}, "_txlock": {"immediate"}, "_pragma": r.pragmas()}
	uri := url.URL{Scheme: "file", Path: path, RawQuery: query.Encode()}
	return uri.String()
}
