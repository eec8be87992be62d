package db

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
)

// schema is the normalized definition of each table, index, trigger and view by name, ""
// for indexes that SQLite creates by itself.
type schema map[string]string

// count returns the number of definitions that begin with a text.
func (s schema) count(prefix string) int {
	n := 0
	for _, definition := range s {
		if strings.HasPrefix(definition, prefix) {
			n++
		}
	}
	return n
}

// automatic returns the number of indexes that SQLite has created by itself.
func (s schema) automatic() int {
	n := 0
	for _, definition := range s {
		if definition == "" {
			n++
		}
	}
	return n
}

// checkSchema compares the schema of the file at path with the one that the migrations
// make of its version. Triggers, views and expressions of a schema are executed by
// ordinary statements, so nothing else may run before it. It does not write to the file.
//
// A schema with more than a version of Ferry creates, or with longer or shorter
// definitions, is [ErrAltered]. One that damage to single bytes can explain, or from which
// only something is missing, is [ErrDamaged]: then rows are only read, and only from
// tables without generated columns, which executes nothing.
func (f *file) checkSchema(ctx context.Context, path string) error {
	role := roleInspector
	switch {
	case exists(path + journalSuffix):
		role = roleMaintenance // SQLite must first undo an unfinished transaction
	case !exists(path + walSuffix):
		role = roleFrozen
	}
	pool, err := openPool(path, role, 1)
	if err != nil {
		return asDamage(err)
	}
	return errors.Join(asDamage(f.checkSchemaOn(ctx, pool.WithContext(ctx))), closePool(pool))
}

func (f *file) checkSchemaOn(ctx context.Context, tx *gorm.DB) error {
	version, err := schemaVersion(tx)
	if err != nil {
		return err
	}
	if err := checkVersion(version, len(f.migrations)); err != nil {
		return err
	}
	got, err := readSchema(tx)
	if err != nil {
		return err
	}
	if sumOf(f.migrations[:version], got) == knownSum {
		return nil
	}
	want, err := expectedStructure(ctx, f.migrations[:version])
	if err != nil {
		return err
	}
	return compareStructure(tx, got, want)
}

// knownSum is the [sumOf] all migrations and the schema that they make. A file that has this
// schema is as expected, and no database is migrated for the comparison, which takes a tenth
// of the processor time of a start. TestKnownSum tells the new value after a migration was
// added.
const knownSum = "0ccd28c42de65c5c168e415274f5e599049f2c937cdb2fca8f61c7b8e1c998c8"

// sumOf returns the SHA-256, in hexadecimal digits, of migrations together with a schema.
func sumOf(migrations []migration, s schema) string {
	sum := sha256.New()
	for _, m := range migrations {
		fmt.Fprintf(sum, "%q\n", m.sql)
	}
	for _, name := range slices.Sorted(maps.Keys(s)) {
		fmt.Fprintf(sum, "%q %q\n", name, s[name])
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// structure is a schema with the columns of its tables.
type structure struct {
	schema  schema
	columns map[string][]column // by table
}

// structures caches expectedStructure by the SQL of the migrations, because one recovery
// checks several files.
var structures sync.Map // string to structure; it is not changed

// expectedStructure returns what the migrations make of an empty database.
func expectedStructure(ctx context.Context, migrations []migration) (structure, error) {
	var key strings.Builder
	for _, m := range migrations {
		key.WriteString(m.sql + "\x00")
	}
	if cached, ok := structures.Load(key.String()); ok {
		return cached.(structure), nil
	}
	pool, err := openMemory()
	if err != nil {
		return structure{}, err
	}
	want, err := migratedStructure(ctx, pool.WithContext(ctx), migrations)
	if err = errors.Join(err, closePool(pool)); err != nil {
		return structure{}, fmt.Errorf("create expected schema: %w", err)
	}
	structures.Store(key.String(), want)
	return want, nil
}

func migratedStructure(ctx context.Context, empty *gorm.DB, migrations []migration) (structure, error) {
	if err := migrate(ctx, empty, migrations, 0); err != nil {
		return structure{}, err
	}
	all, err := readSchema(empty)
	if err != nil {
		return structure{}, err
	}
	columns := map[string][]column{}
	for name, definition := range all {
		if strings.HasPrefix(definition, "create table ") {
			if columns[name], err = readColumns(empty, name); err != nil {
				return structure{}, err
			}
		}
	}
	return structure{all, columns}, nil
}

// openMemory returns one connection to a new database in memory.
func openMemory() (*gorm.DB, error) {
	connections, err := sql.Open(sqlite.DriverName, ":memory:")
	if err != nil {
		return nil, fmt.Errorf("open database in memory: %w", err)
	}
	return newPool(connections, 1)
}

// maxDamage is by how many characters the length of a definition may differ if single
// bytes of it are damaged, such as the one that begins a comment.
const maxDamage = 8

// definitionKinds are how definitions of Ferry's schemas begin. A schema that SQLite can
// read has at most as many of each as expected, also if it is damaged.
var definitionKinds = []string{"create table ", "create index ", "create trigger "}

// checkKinds returns ErrAltered if a schema has more definitions of a kind than expected,
// or one of another kind, such as a view.
func checkKinds(got, want schema) error {
	others := len(got) - got.automatic()
	for _, kind := range definitionKinds {
		n := got.count(kind)
		if n > want.count(kind) {
			return fmt.Errorf("%w: %d instead of %d definitions begin with %q", ErrAltered, n, want.count(kind), kind)
		}
		others -= n
	}
	if others > 0 || got.automatic() > want.automatic() {
		return fmt.Errorf("%w: %d definitions of another kind, %d automatic indexes", ErrAltered, others, got.automatic())
	}
	return nil
}

func compareStructure(tx *gorm.DB, got schema, want structure) (err error) {
	if err := checkKinds(got, want.schema); err != nil {
		return err
	}
	var damage error
	for name, wanted := range want.schema {
		definition, ok := got[name]
		switch {
		case !ok:
			damage = fmt.Errorf("%w: the definition of %s is missing", ErrDamaged, name)
			continue
		case definition == wanted:
			continue
		case strings.HasPrefix(wanted, "create table ") && strings.HasPrefix(definition, "create table "):
			err = compareTable(tx, name, want.columns[name], len(definition)-len(wanted))
		default:
			err = compareLengths(name, len(definition)-len(wanted))
		}
		if !errors.Is(err, ErrDamaged) {
			return err
		}
		damage = err
	}
	return damage
}

// compareLengths returns the error for a definition that is another than expected and
// longer by some characters.
func compareLengths(name string, longer int) error {
	if max(longer, -longer) > maxDamage {
		return fmt.Errorf("%w: the definition of %s is another", ErrAltered, name)
	}
	return fmt.Errorf("%w: the definition of %s is another", ErrDamaged, name)
}

// readSchema returns the schema, without the statistics that ANALYZE creates.
func readSchema(tx *gorm.DB) (schema, error) {
	const query = `SELECT CAST(coalesce(name, '') AS TEXT), CAST(coalesce(sql, '') AS TEXT) FROM sqlite_schema
		WHERE coalesce(name, '') NOT IN ('sqlite_stat1', 'sqlite_stat4')`
	rows, err := tx.Raw(query).Rows()
	if err != nil {
		return nil, fmt.Errorf("read schema: %w", err)
	}
	defer rows.Close()
	all := schema{}
	for rows.Next() {
		var name, text string
		if err := rows.Scan(&name, &text); err != nil {
			return nil, fmt.Errorf("read schema: %w", err)
		}
		if _, ok := all[name]; ok {
			return nil, fmt.Errorf("%w: two definitions of %.80q", ErrAltered, name)
		}
		all[name] = normalizedSQL(text)
	}
	return all, rows.Err()
}

// normalizedSQL returns a definition without comments, and outside quotes in lower case
// and with single spaces. Releases differ in the comments of the same migration.
func normalizedSQL(text string) string {
	var out strings.Builder
	space := func() {
		if s := out.String(); s != "" && !strings.HasSuffix(s, " ") {
			out.WriteByte(' ')
		}
	}
	for text != "" {
		end := 1 // of what comes next
		switch closing, quoted := closingQuote[text[0]]; {
		case strings.HasPrefix(text, "--"):
			end = endOf(text, 2, "\n")
			space()
		case strings.HasPrefix(text, "/*"):
			end = endOf(text, 2, "*/")
			space()
		case quoted:
			end = endOf(text, 1, closing)
			out.WriteString(text[:end])
		case strings.ContainsRune(" \t\r\n\f", rune(text[0])):
			space()
		case 'A' <= text[0] && text[0] <= 'Z':
			out.WriteByte(text[0] + 'a' - 'A')
		default:
			out.WriteByte(text[0])
		}
		text = text[end:]
	}
	return strings.TrimSuffix(out.String(), " ")
}

// closingQuote is what ends a quoted text, by what begins it. A doubled quote ends one and
// begins the next.
var closingQuote = map[byte]string{'\'': "'", '"': `"`, '`': "`", '[': "]"}

// endOf returns the index after the first closing in text[from:], or that of its end.
func endOf(text string, from int, closing string) int {
	if i := strings.Index(text[from:], closing); i >= 0 {
		return from + i + len(closing)
	}
	return len(text)
}

// column is the definition of a column.
type column struct {
	Name    string
	Type    string
	NotNull bool
	Preset  string // SQL of the default value
	Pk      int    // position in the primary key, from 1
	Hidden  int    // not 0 if it is generated
}

// compareTable returns the error for a table whose definition is another than expected
// and longer by some characters.
func compareTable(tx *gorm.DB, table string, want []column, longer int) error {
	got, err := readColumns(tx, table)
	if err != nil {
		return err
	}
	unchanged := 0 // columns
	for _, c := range got {
		if c.Hidden != 0 {
			return fmt.Errorf("%w: column %.80q of table %s is generated", ErrAltered, c.Name, table)
		}
		if slices.Contains(want, c) {
			unchanged++
		}
	}
	if unchanged == len(got) && len(got) < len(want) {
		return fmt.Errorf("%w: columns of table %s are missing", ErrDamaged, table)
	}
	if len(got) > len(want) {
		return fmt.Errorf("%w: table %s has more columns", ErrAltered, table)
	}
	return compareLengths(table, longer)
}

// readColumns returns the columns of a table. Its definition must begin with CREATE TABLE.
func readColumns(tx *gorm.DB, table string) (columns []column, err error) {
	const query = `SELECT name, type, "notnull" AS not_null, dflt_value AS preset, pk, hidden FROM pragma_table_xinfo(?)`
	if err := tx.Raw(query, table).Scan(&columns).Error; err != nil {
		return nil, fmt.Errorf("read columns of %s: %w", table, err)
	}
	return columns, nil
}
