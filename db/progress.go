package db

import (
	"fmt"
	"strings"

	"gorm.io/gorm"

	"github.com/ferryapp/ferry/uploader"
)

// progressRows is the number of transfers whose progress one statement updates.
const progressRows = 1000

// progressColumns are the columns that change while a file is uploaded. With many
// small files almost all rows to save differ in no others, and updating those that differ
// takes a fraction of the time of replacing the row. At most 16, the bits of a columnSet.
var progressColumns = []struct {
	name    string
	value   func(*transferRow) any
	differs func(a, b *uploader.Transfer) bool
}{
	{"phase", func(r *transferRow) any { return &r.Phase }, func(a, b *uploader.Transfer) bool { return a.Phase != b.Phase }},
	{"url", func(r *transferRow) any { return &r.URL }, func(a, b *uploader.Transfer) bool { return a.Session.URL != b.Session.URL }},
	{"upload_offset", func(r *transferRow) any { return &r.UploadOffset }, func(a, b *uploader.Transfer) bool { return a.Session.Offset != b.Session.Offset }},
	{"sent", func(r *transferRow) any { return &r.Sent }, func(a, b *uploader.Transfer) bool { return a.Session.Sent != b.Session.Sent }},
	{"expires", func(r *transferRow) any { return &r.Expires }, func(a, b *uploader.Transfer) bool { return a.Session.Expires != b.Session.Expires }},
	{"attempt", func(r *transferRow) any { return &r.Attempt }, func(a, b *uploader.Transfer) bool { return a.Attempt != b.Attempt }},
	{"started", func(r *transferRow) any { return &r.Started }, func(a, b *uploader.Transfer) bool { return a.Started != b.Started }},
	{"finished", func(r *transferRow) any { return &r.Finished }, func(a, b *uploader.Transfer) bool { return a.Finished != b.Finished }},
	{"active", func(r *transferRow) any { return &r.Active }, func(a, b *uploader.Transfer) bool { return a.ActiveTime != b.ActiveTime }},
	{"resumed", func(r *transferRow) any { return &r.Resumed }, func(a, b *uploader.Transfer) bool { return a.ResumedFrom != b.ResumedFrom }},
	{"sha256", func(r *transferRow) any { return &r.Sha256 }, func(a, b *uploader.Transfer) bool { return a.SHA256 != b.SHA256 }},
	{"change_time", func(r *transferRow) any { return &r.ChangeTime }, func(a, b *uploader.Transfer) bool { return a.ChangeTime != b.ChangeTime }},
	{"unconfirmed", func(r *transferRow) any { return &r.Unconfirmed }, func(a, b *uploader.Transfer) bool {
		return a.Session.Unconfirmed != b.Session.Unconfirmed
	}},
}

// columnSet is some of progressColumns: bit i is that of index i.
type columnSet uint16

func (s columnSet) has(i int) bool { return s&(1<<i) != 0 }

// changedProgress returns the progressColumns in which two values of a transfer differ.
func changedProgress(before, after *uploader.Transfer) (changed columnSet) {
	for i, column := range progressColumns {
		if column.differs(before, after) {
			changed |= 1 << i
		}
	}
	return changed
}

// onlyProgressDiffers reports whether there are differences, all of them in
// progressColumns.
func onlyProgressDiffers(before, after uploader.Transfer) bool {
	if before == after {
		return false
	}
	before.Phase, before.Attempt = after.Phase, after.Attempt
	before.Session.URL, before.Session.Expires = after.Session.URL, after.Session.Expires
	before.Session.Offset, before.Session.Sent, before.Session.Unconfirmed = after.Session.Offset, after.Session.Sent, after.Session.Unconfirmed
	before.Started, before.Finished, before.ActiveTime = after.Started, after.Finished, after.ActiveTime
	before.ResumedFrom, before.SHA256, before.ChangeTime = after.ResumedFrom, after.SHA256, after.ChangeTime
	return before == after
}

// updateProgress updates some of progressColumns. It reports whether all of the transfers
// have a row.
func updateProgress(tx *gorm.DB, columns columnSet, transfers []*uploader.Transfer, applied uploader.CommandID) (bool, error) {
	text, values := progressStatement(columns, transfers, applied)
	// GORM's Exec would parse the text to count the parameters.
	result, err := tx.Statement.ConnPool.ExecContext(tx.Statement.Context, text, values...)
	if err != nil {
		return false, fmt.Errorf("update progress: %w", err)
	}
	updated, err := result.RowsAffected()
	return updated == int64(len(transfers)), err
}

// progressStatement returns the statement of updateProgress, with the values in the same form as
// those of upsertStatement: the driver compiles the text each time, so it is short.
func progressStatement(columns columnSet, transfers []*uploader.Transfer, applied uploader.CommandID) (text string, values []any) {
	rows := make([]transferRow, len(transfers))
	for i, t := range transfers {
		rows[i] = newTransferRow(t)
	}
	packed := newPackedRows(len(rows))
	id, _ := packed.add(func(row int) any { return &rows[row].ID })
	set := []string{"command = ?"}
	values = append(values, int64(applied))
	for i, column := range progressColumns {
		if !columns.has(i) {
			continue
		}
		expression, data := packed.add(func(row int) any { return column.value(&rows[row]) })
		set = append(set, column.name+" = "+expression)
		if data != nil {
			values = append(values, data)
		}
	}
	text = "UPDATE transfers SET " + strings.Join(set, ", ") + " FROM jsonb_each(?) WHERE transfers.id = " + id
	return text, append(values, packed.json())
}
