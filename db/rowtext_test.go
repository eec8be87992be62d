package db

import (
	"database/sql"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"gorm.io/gorm"
	"pgregory.net/rapid"
)

// TestRowTextHasEveryValue reads rows as one column each and by columns. Some rows have only
// the columns of waiting transfers, or one more.
func TestRowTextHasEveryValue(t *testing.T) {
	t.Parallel()
	d := openEmpty(t)
	rapid.Check(t, func(r *rapid.T) {
		rows := make([]transferRow, rapid.IntRange(1, 6).Draw(r, "rows"))
		for i := range rows {
			if rows[i] = anyRow(r); rapid.Bool().Draw(r, "waits") {
				kept := rapid.SampledFrom(transferColumns).Draw(r, "also")
				clearColumns(&rows[i], func(column string) bool { return column != kept && !slices.Contains(waitingColumns, column) })
			}
			rows[i].ID = int64(i + 1)
		}
		var want, got []transferRow
		err := d.write(t.Context(), func(tx *gorm.DB) error {
			if err := tx.Exec("DELETE FROM transfers").Error; err != nil {
				return err
			}
			if err := upsertTransferRows(tx, rows, 0); err != nil {
				return err
			}
			if err := tx.Order("id").Find(&want).Error; err != nil {
				return err
			}
			var err error
			got, err = readRowTexts(tx)
			return err
		})
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" || err != nil {
			r.Fatalf("%v (-by columns +as text):\n%s", err, diff)
		}
	})
}

// clearColumns sets columns of a row to the zero values of their fields.
func clearColumns(row *transferRow, matches func(column string) bool) {
	for i, field := range row.fields() {
		if matches(transferColumns[i]) {
			reflect.ValueOf(field).Elem().SetZero()
		}
	}
}

// readRowTexts reads all rows, by ID.
func readRowTexts(tx *gorm.DB) ([]transferRow, error) {
	texts, err := tx.Model(&transferRow{}).Select(rowText).Order("id").Rows()
	if err != nil {
		return nil, err
	}
	defer texts.Close()
	var all []transferRow
	var row transferRow
	reader := newRowReader(&row)
	for texts.Next() {
		var text sql.RawBytes
		if err := texts.Scan(&text); err != nil {
			return nil, err
		}
		if err := reader.read(slices.Clone(text)); err != nil {
			return nil, err
		}
		all = append(all, row)
	}
	return all, texts.Err()
}

// TestRowTextIsChecked checks that what is not a row is not read as one.
func TestRowTextIsChecked(t *testing.T) {
	t.Parallel()
	valid := "W1,2,3,4,5,6,7,8,9,,1,0,0,3,6,3,arunqueuedask"
	tests := []struct {
		name, text string
		fails      bool
	}{
		{"a waiting row", valid, false},
		{"nothing", "", true},
		{"no numbers", "W", true},
		{"a number is missing", "W1,2,3,", true},
		{"a number is not one", "Wx" + valid[2:], true},
		{"a number is NULL", "W" + valid[2:], true},
		{"a text is too short", valid[:len(valid)-1], true},
		{"something follows", valid + "x", true},
	}
	for _, test := range tests {
		var row transferRow
		if err := newRowReader(&row).read([]byte(test.text)); (err != nil) != test.fails {
			t.Errorf("%s: %v, row %+v", test.name, err, row)
		}
	}
}
