package db

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"gorm.io/gorm"
	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/uploader"
)

// openEmpty returns an empty database, which is closed when the test ends.
func openEmpty(t *testing.T) *DB {
	t.Helper()
	d, err := Open(t.Context(), filepath.Join(t.TempDir(), "ferry.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// TestUpsertKeepsEveryValue saves rows whose columns have few different values, so that
// some are the same in all rows, twice.
func TestUpsertKeepsEveryValue(t *testing.T) {
	t.Parallel()
	d := openEmpty(t)
	rapid.Check(t, func(r *rapid.T) {
		count := rapid.IntRange(1, 4).Draw(r, "rows")
		for range 2 {
			rows := make([]transferRow, count)
			applied := uploader.CommandID(rapid.IntRange(0, 3).Draw(r, "applied"))
			for i := range rows {
				rows[i] = anyRow(r)
				rows[i].ID, rows[i].Command = int64(i+1), int64(applied)
			}
			var got []transferRow
			err := d.write(t.Context(), func(tx *gorm.DB) error {
				if err := tx.Exec("DELETE FROM transfers WHERE id > ?", count).Error; err != nil {
					return err
				}
				if err := upsertTransferRows(tx, rows, applied); err != nil {
					return err
				}
				return tx.Order("id").Find(&got).Error
			})
			if diff := cmp.Diff(rows, got, cmpopts.EquateEmpty()); diff != "" || err != nil {
				r.Fatalf("%v (-saved +loaded):\n%s", err, diff)
			}
		}
	})
}

// anyRow returns a row with any values that the schema allows. A column that may be empty
// but not NULL is refused as NULL by the schema.
func anyRow(r *rapid.T) transferRow {
	var row transferRow
	text := rapid.SampledFrom([]string{"", "a", "üü", "a\x00b", "\xff", "'?\"\\", strings.Repeat("x", 5000)})
	number := rapid.SampledFrom([]int64{0, 1, -1, 1<<63 - 1, -1 << 63, 1 << 53, 1<<53 + 1})
	for i, field := range row.fields() {
		label := transferColumns[i]
		switch f := field.(type) {
		case *int64:
			*f = number.Draw(r, label)
		case *string:
			*f = text.Draw(r, label)
		case *[]byte:
			*f = []byte(text.Draw(r, label))
		case *sql.NullInt64:
			if f.Valid = rapid.Bool().Draw(r, label+" valid"); f.Valid {
				f.Int64 = number.Draw(r, label)
			}
		case *sql.NullString:
			if f.Valid = rapid.Bool().Draw(r, label+" valid"); f.Valid {
				f.String = text.Draw(r, label)
			}
		}
	}
	row.AsIs &= 1
	row.Sha256 = nil
	if rapid.Bool().Draw(r, "has a SHA-256") {
		row.Sha256 = make([]byte, 32)
	}
	return row
}

// TestUpsertStatementDoesNotGrow: the driver's time for a statement grows with the square
// of the number of parameters.
func TestUpsertStatementDoesNotGrow(t *testing.T) {
	t.Parallel()
	statement := func(count int) (string, int) {
		rows := make([]transferRow, count)
		for i := range rows {
			rows[i] = newTransferRow(&uploader.Transfer{ID: uploader.TransferID(i + 1), Fingerprint: strings.Repeat("x", i), Rank: int64(i)})
		}
		text, values := upsertStatement(rows, 0)
		return text, len(values)
	}
	few, parametersOfFew := statement(2)
	if many, parameters := statement(upsertRows); many != few || parameters != parametersOfFew {
		t.Errorf("a statement for %d rows has %d parameters, one for 2 has %d:\n%s\n%s", upsertRows, parameters, parametersOfFew, many, few)
	}
}
