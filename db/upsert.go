package db

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gorm.io/gorm"

	"github.com/ferryapp/ferry/uploader"
)

// upsertRows is the number of transfers that one statement saves.
const upsertRows = 1024

// upsertTransfers inserts or replaces the rows of transfers. The driver compiles each
// statement when it is executed, and searches all parameters for each one, so the number
// of parameters does not grow with that of the rows: see upsertStatement. A new row takes
// a fourth of the time that it takes with a parameter for each of its values.
func upsertTransfers(ctx context.Context, tx *gorm.DB, transfers []*uploader.Transfer, applied uploader.CommandID) error {
	for chunk := range slices.Chunk(transfers, upsertRows) {
		if err := ctx.Err(); err != nil {
			return err
		}
		rows := make([]transferRow, len(chunk))
		for i, t := range chunk {
			rows[i] = newTransferRow(t)
		}
		if err := upsertTransferRows(tx, rows, applied); err != nil {
			return err
		}
	}
	return nil
}

func upsertTransferRows(tx *gorm.DB, rows []transferRow, applied uploader.CommandID) error {
	text, values := upsertStatement(rows, applied)
	if _, err := tx.Statement.ConnPool.ExecContext(tx.Statement.Context, text, values...); err != nil {
		return fmt.Errorf("save transfers: %w", err)
	}
	return nil
}

// upsertStatement returns the statement that inserts or replaces the rows, which must not
// be empty. A value that is the same in all of them is one parameter. The others are in
// one parameter for all rows, a JSON array for each, and texts and BLOBs in one BLOB for
// each column, in which the array has their place.
func upsertStatement(rows []transferRow, applied uploader.CommandID) (text string, values []any) {
	fields := make([][]any, len(rows))
	for i := range rows {
		fields[i] = rows[i].fields()
	}
	differing := newPackedRows(len(rows))
	selected, updated := []string{"?"}, []string{"command = excluded.command"}
	values = append(values, int64(applied))
	for i, column := range transferColumns {
		if column != "id" {
			updated = append(updated, column+" = excluded."+column)
		}
		if first := fields[0][i]; !slices.ContainsFunc(fields, func(row []any) bool { return !equalFields(row[i], first) }) {
			selected, values = append(selected, "?"), append(values, first)
			continue
		}
		expression, data := differing.add(func(row int) any { return fields[row][i] })
		selected = append(selected, expression)
		if data != nil {
			values = append(values, data)
		}
	}
	text = "INSERT INTO transfers (command, " + strings.Join(transferColumns, ", ") + ")" +
		" SELECT " + strings.Join(selected, ", ") + " FROM jsonb_each(?) WHERE true" + // without WHERE, ON would belong to FROM
		" ON CONFLICT (id) DO UPDATE SET " + strings.Join(updated, ", ")
	return text, append(values, differing.json())
}

// equalFields compares two values of transferRow.fields for the same column.
func equalFields(a, b any) bool {
	switch a := a.(type) {
	case *int64:
		return *a == *b.(*int64)
	case *string:
		return *a == *b.(*string)
	case *[]byte:
		b := b.(*[]byte)
		return (*a == nil) == (*b == nil) && bytes.Equal(*a, *b)
	case *sql.NullInt64:
		return *a == *b.(*sql.NullInt64)
	case *sql.NullString:
		return *a == *b.(*sql.NullString)
	default:
		panic(fmt.Sprintf("column of type %T", a))
	}
}

// packedRows are values of several rows, which a statement reads with jsonb_each.
type packedRows struct {
	rows  [][]byte // of each: the elements of its JSON array, separated by commas
	width int      // number of elements
}

func newPackedRows(count int) *packedRows { return &packedRows{rows: make([][]byte, count)} }

// add adds a column, given by a function that returns its field in a row. It returns the
// expression that reads a value of it, and the data of its one parameter; nil for none.
func (p *packedRows) add(field func(row int) any) (expression string, data []byte) {
	data = []byte{0} // of an empty BLOB, substr returns NULL
	kind := ""
	place := p.width
	for row := range p.rows {
		switch f := field(row).(type) {
		case *int64:
			p.addInt(row, *f)
		case *sql.NullInt64:
			if f.Valid {
				p.addInt(row, f.Int64)
			} else {
				p.addElement(row, "null")
			}
		case *[]byte:
			kind = "BLOB"
			data = p.addBytes(row, data, *f, *f != nil)
		case *string:
			kind = "TEXT"
			data = p.addBytes(row, data, []byte(*f), true)
		case *sql.NullString:
			kind = "TEXT"
			data = p.addBytes(row, data, []byte(f.String), f.Valid)
		}
	}
	if kind == "" {
		p.width++
		return fmt.Sprintf("value ->> %d", place), nil
	}
	p.width += 2
	return fmt.Sprintf("CAST(substr(?, value ->> %d, value ->> %d) AS %s)", place, place+1, kind), data
}

// addBytes adds the place of bytes in data, to which it appends them; NULL if they are not
// valid.
func (p *packedRows) addBytes(row int, data, value []byte, valid bool) []byte {
	if valid {
		p.addInt(row, int64(len(data))+1)
	} else {
		p.addElement(row, "null")
	}
	p.addInt(row, int64(len(value)))
	return append(data, value...)
}

func (p *packedRows) addInt(row int, n int64) {
	p.separate(row)
	p.rows[row] = strconv.AppendInt(p.rows[row], n, 10)
}

func (p *packedRows) addElement(row int, json string) {
	p.separate(row)
	p.rows[row] = append(p.rows[row], json...)
}

func (p *packedRows) separate(row int) {
	if len(p.rows[row]) > 0 {
		p.rows[row] = append(p.rows[row], ',')
	}
}

// json returns an array with the array of each row.
func (p *packedRows) json() string {
	return "[[" + string(bytes.Join(p.rows, []byte("],["))) + "]]"
}
