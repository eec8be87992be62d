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

// salvagePage is how many rows are read at once.
const salvagePage = 1000

// salvage takes what can be read of the damaged file over into another one, where
// it wins over an older backup, and says how many transfers that were. It works
// on a copy, so that reading writes nothing to the damaged file. What cannot be
// read is left out without an error.
func (p *place) salvage(ctx context.Context, into string) (int, error) {
	folder, err := os.MkdirTemp(filepath.Dir(p.path), filepath.Base(p.path)+scratchSuffix+"*")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(folder)
	copied := filepath.Join(folder, "damaged")
	for _, suffix := range []string{"", walSuffix} {
		if err := ignoreMissing(copyFile(copied+suffix, p.path+suffix)); err != nil {
			return 0, err
		}
	}
	damaged, err := pool(copied, roleKeeper, 1)
	if err != nil {
		return 0, err
	}
	found := rescued{
		servers:   rescue[serverRow](ctx, damaged),
		batches:   rescue[batchRow](ctx, damaged),
		transfers: rescue[transferRow](ctx, damaged),
		settings:  rescueSettings(damaged),
	}
	err = takeOver(ctx, into, damaged, found)
	_ = shut(damaged) // it is a copy, and broken
	return len(found.transfers), err
}

type rescued struct {
	servers   []serverRow
	batches   []batchRow
	transfers []transferRow
	settings  []settingRow
}

func takeOver(ctx context.Context, into string, damaged *gorm.DB, found rescued) error {
	maker, err := pool(into, roleMaker, 1)
	if err != nil {
		return err
	}
	err = maker.Transaction(func(tx *gorm.DB) error {
		adopt(ctx, tx, found.servers, serverRow.complete)
		adopt(ctx, tx, found.batches, batchRow.complete)
		adopt(ctx, tx, found.transfers, transferRow.complete)
		adopt(ctx, tx, found.settings, same)
		return takeChildren(ctx, damaged, tx, found.transfers)
	})
	return errors.Join(err, shut(maker))
}

// adopt takes rows over. What the schema does not take it finds by halving, and
// leaves out: one row holds up no other.
func adopt[From, To any](ctx context.Context, tx *gorm.DB, rows []From, complete func(From) To) {
	err := tx.Transaction(func(tx *gorm.DB) error { // one inside of the other: a failure undoes no more than this
		return upsert(ctx, tx, rows, complete)
	})
	if err == nil || len(rows) < 2 || ctx.Err() != nil {
		return
	}
	half := len(rows) / 2
	adopt(ctx, tx, rows[:half], complete)
	adopt(ctx, tx, rows[half:], complete)
}

func same[Row any](row Row) Row { return row }

// numbered is a row with a number for its key.
type numbered interface {
	number() int64
	intact() bool // whether it means anything
}

func (r transferRow) number() int64 { return r.ID }
func (r batchRow) number() int64    { return r.ID }
func (r serverRow) number() int64   { return r.ID }

func (r transferRow) intact() bool {
	_, err := r.transfer()
	return err == nil
}

func (r batchRow) intact() bool {
	_, err := r.batch()
	return err == nil
}

func (r serverRow) intact() bool {
	whole := r.complete()
	_, err := whole.server()
	return err == nil
}

// complete gives columns that a file of an older version does not have what its
// migration would. How to reach a server is of use without the rest, which the
// user can choose again.
func (r serverRow) complete() serverRow {
	if json.Unmarshal([]byte(r.Profile), new(uploader.Profile)) != nil {
		r.Profile = "{}"
	}
	if json.Unmarshal([]byte(r.Access), new(uploader.Access)) != nil {
		r.Access = "{}"
	}
	r.Identity = cmp.Or(r.Identity, r.Endpoint)
	return r
}

// complete is an intact row as it would be saved. The driver reads what is empty as
// what is not there.
func (r batchRow) complete() batchRow {
	batch, _ := r.batch()
	return newBatchRow(batch)
}

func (r transferRow) complete() transferRow {
	transfer, _ := r.transfer()
	return newTransferRow(&transfer)
}

// rescue reads a table in the order of its key, and jumps over what is broken.
func rescue[Row numbered](ctx context.Context, damaged *gorm.DB) []Row {
	var all []Row
	for after := int64(0); ctx.Err() == nil; {
		rows, err := readAfter[Row](damaged, after, salvagePage)
		for _, row := range rows {
			after = row.number()
			if row.intact() {
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

var errBackwards = errors.New("keys go backwards")

// readAfter returns the rows with keys above after, up to the first broken one.
func readAfter[Row numbered](damaged *gorm.DB, after int64, limit int) (found []Row, err error) {
	err = eachRow(damaged, damaged.Model(new(Row)).Where("id > ?", after).Order("id").Limit(limit), func(row Row) error {
		if row.number() <= after {
			return errBackwards
		}
		after = row.number()
		found = append(found, row)
		return nil
	})
	return found, err
}

// eachRow takes the rows of a query one by one, up to the first that is broken or
// not taken.
func eachRow[Row any](damaged, query *gorm.DB, take func(Row) error) error {
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
		if err := take(row); err != nil {
			return err
		}
	}
	return rows.Err()
}

// firstReadable returns the least key at or above which reading works again:
// in steps that double, and then by halving the last one.
func firstReadable[Row numbered](damaged *gorm.DB, broken int64) (after int64, ok bool) {
	readable := func(after int64) bool {
		_, err := readAfter[Row](damaged, after, 1)
		return err == nil
	}
	good, step := broken, int64(1)
	for !readable(good) {
		if good > math.MaxInt64-step {
			return 0, false
		}
		broken, good, step = good, good+step, min(step*2, math.MaxInt64/4)
	}
	for good-broken > 1 {
		if middle := broken + (good-broken)/2; readable(middle) {
			good = middle
		} else {
			broken = middle
		}
	}
	return good, true
}

// rescueSettings takes all or, when the little table is broken, none.
func rescueSettings(damaged *gorm.DB) []settingRow {
	var rows, intact []settingRow
	if damaged.Find(&rows).Error != nil {
		return nil
	}
	for _, row := range rows {
		if json.Valid([]byte(row.Value)) {
			intact = append(intact, row)
		}
	}
	return intact
}
