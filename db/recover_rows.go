package db

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"

	"gorm.io/gorm"

	"github.com/ferryapp/ferry/uploader"
)

// recoverPage is the number of rows read in one query.
const recoverPage = 1000

// recoveredRows is what could be read of the tables that belong to no transfer.
type recoveredRows struct {
	servers   []serverRow
	cookies   []cookieRow
	batches   []batchRow
	commands  []commandRow
	transfers []transferRow
	history   []historyRow
	settings  []settingRow
}

// recoverRows inserts every readable row of the damaged file into the database at
// path, where it replaces the rows of an older backup, and returns the number of
// transfers. It reads a copy, because SQLite may write to a file that it reads.
// Unreadable rows are left out without an error.
func (f *file) recoverRows(ctx context.Context, path string) (int, error) {
	folder, err := os.MkdirTemp(filepath.Dir(f.path), filepath.Base(f.path)+tempSuffix+"*")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(folder)
	copied := filepath.Join(folder, "damaged")
	for _, suffix := range []string{"", walSuffix} {
		if err := ignoreNotExist(copyFile(copied+suffix, f.path+suffix)); err != nil {
			return 0, err
		}
	}
	damaged, err := openPool(copied, roleMaintenance, 1)
	if err != nil {
		return 0, err
	}
	damaged = damaged.WithContext(ctx)
	rows := recoveredRows{
		servers:   readTable[serverRow](ctx, damaged),
		cookies:   readTable[cookieRow](ctx, damaged),
		batches:   readTable[batchRow](ctx, damaged),
		commands:  readTable[commandRow](ctx, damaged),
		transfers: readTable[transferRow](ctx, damaged),
		history:   readTable[historyRow](ctx, damaged),
		settings:  readSettings(damaged),
	}
	err = insertRecovered(ctx, path, damaged, rows)
	_ = closePool(damaged) // a damaged copy
	return len(rows.transfers), err
}

func insertRecovered(ctx context.Context, path string, damaged *gorm.DB, rows recoveredRows) error {
	pool, err := openPool(path, roleExclusive, 1)
	if err != nil {
		return err
	}
	err = pool.Transaction(func(tx *gorm.DB) error {
		insertValid(ctx, tx, rows.servers, serverRow.normalized)
		insertValid(ctx, tx, rows.cookies, identity)
		insertValid(ctx, tx, rows.batches, batchRow.normalized)
		insertValid(ctx, tx, rows.commands, commandRow.normalized)
		insertValid(ctx, tx, rows.transfers, transferRow.normalized)
		insertValid(ctx, tx, rows.history, historyRow.normalized)
		insertValid(ctx, tx, rows.settings, identity)
		if err := keepCommandIDsUnused(tx); err != nil {
			return err
		}
		if err := removeOrphanedCookies(tx); err != nil {
			return err
		}
		if err := removeListedHistory(tx); err != nil {
			return err
		}
		_ = recoverUsage(damaged, tx) // rows that the schema refuses are left out
		return recoverChildren(ctx, damaged, tx, rows.transfers)
	})
	return errors.Join(err, closePool(pool))
}

// insertValid inserts or replaces rows. It finds rows that the schema refuses by
// bisection and leaves them out.
func insertValid[From, To any](ctx context.Context, tx *gorm.DB, rows []From, normalized func(From) To) {
	err := tx.Transaction(func(tx *gorm.DB) error { // nested: a failure rolls back only this part
		return upsert(ctx, tx, rows, normalized)
	})
	if err == nil || len(rows) < 2 || ctx.Err() != nil {
		return
	}
	half := len(rows) / 2
	insertValid(ctx, tx, rows[:half], normalized)
	insertValid(ctx, tx, rows[half:], normalized)
}

func identity[Row any](row Row) Row { return row }

// keyedRow is a row with an integer primary key.
type keyedRow interface {
	key() int64
	valid() bool // its columns have values that can be converted
}

func (r transferRow) key() int64 { return r.ID }
func (r batchRow) key() int64    { return r.ID }
func (r historyRow) key() int64  { return r.ID }
func (r serverRow) key() int64   { return r.ID }

func (r transferRow) valid() bool {
	_, err := r.transfer()
	return err == nil
}

func (r batchRow) valid() bool {
	_, err := r.batch()
	return err == nil
}

func (r historyRow) valid() bool {
	_, err := r.transfer()
	return err == nil
}

func (r serverRow) valid() bool {
	row := r.normalized()
	_, err := row.server()
	return err == nil
}

// normalized fills columns that a file of an older version does not have with what
// the migration would set. It replaces unreadable options, which the user can set
// again, so that the endpoint is not lost with them.
func (r serverRow) normalized() serverRow {
	if json.Unmarshal([]byte(r.Profile), new(uploader.ServerOptions)) != nil {
		r.Profile = "{}"
	}
	if json.Unmarshal([]byte(r.Access), new(uploader.Access)) != nil {
		r.Access = "{}"
	}
	r.Identity = cmp.Or(r.Identity, r.Endpoint)
	return r
}

// normalized returns a valid row as it would be saved. The driver reads an empty BLOB
// as NULL.
func (r batchRow) normalized() batchRow {
	batch, _ := r.batch()
	return newBatchRow(batch)
}

func (r transferRow) normalized() transferRow {
	transfer, _ := r.transfer()
	row := newTransferRow(&transfer)
	if r.Command >= 0 && r.Command <= maxCommand {
		row.Command = r.Command
	}
	return row
}

func (r historyRow) normalized() historyRow {
	entry, _ := r.transfer()
	return newHistoryRow(&entry)
}

// removeListedHistory removes the entries whose transfer is in the list: in the backup or
// in the damaged file it was in another table than in the other one.
func removeListedHistory(tx *gorm.DB) error {
	return tx.Exec("DELETE FROM history WHERE id IN (SELECT id FROM transfers)").Error
}

// readTable reads a table in the order of its key and skips what is unreadable.
func readTable[Row keyedRow](ctx context.Context, damaged *gorm.DB) []Row {
	var all []Row
	for after := int64(0); ctx.Err() == nil; {
		rows, err := readAfter[Row](damaged, after, recoverPage)
		for _, row := range rows {
			after = row.key()
			if row.valid() {
				all = append(all, row)
			}
		}
		switch {
		case err != nil:
			next, ok := firstReadable[Row](damaged, after)
			if !ok || (next == after && len(rows) == 0) {
				return all
			}
			after = next
		case len(rows) == 0:
			return all
		}
	}
	return all
}

var errKeyOrder = errors.New("keys are not ascending")

// readAfter returns the rows with keys above after, up to the first unreadable one.
func readAfter[Row keyedRow](damaged *gorm.DB, after int64, limit int) (rows []Row, err error) {
	err = eachRow(damaged, damaged.Model(new(Row)).Where("id > ?", after).Order("id").Limit(limit), func(row Row) error {
		if row.key() <= after {
			return errKeyOrder
		}
		after = row.key()
		rows = append(rows, row)
		return nil
	})
	return rows, err
}

// eachRow calls visit with each row of a query, up to the first that is unreadable or
// for which visit fails.
func eachRow[Row any](damaged, query *gorm.DB, visit func(Row) error) error {
	rows, err := query.Rows()
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var row Row
		if err := damaged.ScanRows(rows, &row); err != nil {
			return err
		}
		if err := visit(row); err != nil {
			return err
		}
	}
	return rows.Err()
}

// firstReadable returns the lowest key, at or above unreadable, after which reading
// works again. It finds it by steps that double and then by bisection of the last.
func firstReadable[Row keyedRow](damaged *gorm.DB, unreadable int64) (after int64, ok bool) {
	readable := func(after int64) bool {
		_, err := readAfter[Row](damaged, after, 1)
		return err == nil
	}
	good, step := unreadable, int64(1)
	for !readable(good) {
		if good > math.MaxInt64-step {
			return 0, false
		}
		unreadable, good, step = good, good+step, min(step*2, math.MaxInt64/4)
	}
	for good-unreadable > 1 {
		if middle := unreadable + (good-unreadable)/2; readable(middle) {
			good = middle
		} else {
			unreadable = middle
		}
	}
	return good, true
}

// readSettings returns the settings with valid values, or none if the table, which is
// small, is unreadable.
func readSettings(damaged *gorm.DB) []settingRow {
	var rows, valid []settingRow
	if damaged.Find(&rows).Error != nil {
		return nil
	}
	for _, row := range rows {
		if json.Valid([]byte(row.Value)) {
			valid = append(valid, row)
		}
	}
	return valid
}
