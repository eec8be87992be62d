package db

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// waitingColumns are the columns that differ between transfers that only wait. Almost always
// the others have the zero values of their fields in these.
var waitingColumns = []string{
	"id", "batch", "server", "path", "rel_path", "size", "mod_seconds", "mod_nanos", "volume", "file_index",
	"fingerprint", "rank", "intent", "phase", "added", "on_exists",
}

// rowText is an expression for all of transferColumns in one BLOB, which a rowReader reads:
// W if it has only waitingColumns and the others are zero, otherwise A; numbers in decimal,
// each followed by a comma; then the bytes of the texts and BLOBs without anything between
// them. The numbers are the values of the columns of numbers and then the lengths of the
// others, in the order of transferColumns; NULL is an empty one.
//
// For each column of a result the driver asks for the type and the value separately, which
// locks two mutexes each time. For 46 columns that took more than half of the time.
var rowText = newRowText()

func newRowText() string {
	var zero []string
	for i, field := range new(transferRow).fields() {
		if column := transferColumns[i]; !slices.Contains(waitingColumns, column) {
			zero = append(zero, column+isZero(field))
		}
	}
	onlyWaits := func(column string) bool { return slices.Contains(waitingColumns, column) }
	all := func(string) bool { return true }
	return "CAST(CASE WHEN " + strings.Join(zero, " AND ") + " THEN " + textOf("W", onlyWaits) + " ELSE " + textOf("A", all) + " END AS BLOB)"
}

// isZero returns the condition for a column with that field to have the field's zero value.
func isZero(field any) string {
	switch field.(type) {
	case *int64:
		return " = 0"
	case *string:
		return " = ''"
	default:
		return " IS NULL"
	}
}

// textOf returns the expression of rowText for some columns.
func textOf(form string, of func(column string) bool) string {
	var numbers, lengths, texts []string
	for i, field := range new(transferRow).fields() {
		column := transferColumns[i]
		if !of(column) {
			continue
		}
		switch field.(type) {
		case *int64:
			numbers = append(numbers, column)
		case *sql.NullInt64:
			numbers = append(numbers, "ifnull("+column+", '')")
		case *sql.NullString, *[]byte:
			lengths, texts = append(lengths, "ifnull(octet_length("+column+"), '')"), append(texts, column)
		default:
			lengths, texts = append(lengths, "octet_length("+column+")"), append(texts, column)
		}
	}
	return "'" + form + "' || concat_ws(',', " + strings.Join(append(numbers, lengths...), ", ") + ", '') || concat(" + strings.Join(texts, ", ") + ")"
}

// rowReader reads rowText into the fields of a row.
type rowReader struct {
	row          *transferRow
	all, waiting rowFields
	cleared      bool // the fields that are not in waiting are zero
}

// rowFields are the fields of a form of rowText.
type rowFields struct {
	numbers []any // *int64 and *sql.NullInt64
	texts   []any // *string, *[]byte and *sql.NullString
	lengths []sql.NullInt64
}

func newRowReader(row *transferRow) *rowReader {
	r := &rowReader{row: row}
	for i, field := range row.fields() {
		r.all.add(field)
		if slices.Contains(waitingColumns, transferColumns[i]) {
			r.waiting.add(field)
		}
	}
	return r
}

func (f *rowFields) add(field any) {
	switch field.(type) {
	case *int64, *sql.NullInt64:
		f.numbers = append(f.numbers, field)
	default:
		f.texts, f.lengths = append(f.texts, field), append(f.lengths, sql.NullInt64{})
	}
}

var errRowText = errors.New("values of the row cannot be separated")

// read sets the fields of the row. Those of BLOBs share the memory of text.
func (r *rowReader) read(text []byte) error {
	if len(text) == 0 {
		return errRowText
	}
	switch form := text[0]; form {
	case 'W':
		if !r.cleared {
			*r.row, r.cleared = transferRow{}, true
		}
		return r.waiting.read(text[1:])
	default:
		r.cleared = false
		return r.all.read(text[1:])
	}
}

func (f *rowFields) read(text []byte) error {
	var err error
	for _, field := range f.numbers {
		var number sql.NullInt64
		if number, text, err = readNumber(text); err != nil {
			return err
		}
		switch field := field.(type) {
		case *int64:
			if !number.Valid {
				return errRowText
			}
			*field = number.Int64
		case *sql.NullInt64:
			*field = number
		}
	}
	for i := range f.lengths {
		if f.lengths[i], text, err = readNumber(text); err != nil {
			return err
		}
	}
	for i, field := range f.texts {
		length := f.lengths[i]
		if length.Int64 < 0 || length.Int64 > int64(len(text)) {
			return errRowText
		}
		value := text[:length.Int64:length.Int64]
		text = text[length.Int64:]
		switch field := field.(type) {
		case *[]byte:
			*field = value
		case *string:
			setText(field, value)
		case *sql.NullString:
			field.Valid = length.Valid
			setText(&field.String, value)
		}
	}
	if len(text) > 0 {
		return errRowText
	}
	return nil
}

// setText sets a text, which is mostly the same as in the row before: that allocates nothing.
func setText(to *string, value []byte) {
	if *to != string(value) {
		*to = string(value)
	}
}

// readNumber reads a number up to the next comma; an empty one is not valid.
func readNumber(text []byte) (number sql.NullInt64, rest []byte, err error) {
	end := bytes.IndexByte(text, ',')
	if end < 0 {
		return sql.NullInt64{}, nil, errRowText
	}
	if end == 0 {
		return sql.NullInt64{}, text[1:], nil
	}
	n, err := strconv.ParseInt(string(text[:end]), 10, 64)
	if err != nil {
		return sql.NullInt64{}, nil, fmt.Errorf("%w: %w", errRowText, err)
	}
	return sql.NullInt64{Int64: n, Valid: true}, text[end+1:], nil
}
