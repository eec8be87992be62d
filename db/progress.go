package db

import (
	"fmt"
	"strings"

	"gorm.io/gorm"

	"github.com/ferryapp/ferry/uploader"
)

// progressRows is the number of transfers whose progress one statement updates. See
// insertRows for the cost of parameters.
const progressRows = 40

// progressColumns are the columns that change while a file is uploaded. With many
// small files almost every second row to save differs in no others, and updating them
// takes half as long as replacing the row.
var progressColumns = []string{
	"phase", "url", "upload_offset", "sent", "expires", "attempt", "started", "finished", "active", "resumed", "sha256", "change_time", "unconfirmed",
}

// progressValues returns the ID and the values of progressColumns.
func progressValues(t *uploader.Transfer) []any {
	r := newTransferRow(t)
	return []any{
		r.ID, r.Phase, r.URL, r.UploadOffset, r.Sent, r.Expires, r.Attempt, r.Started, r.Finished, r.Active, r.Resumed, r.Sha256, r.ChangeTime, r.Unconfirmed,
	}
}

// onlyProgressDiffers reports whether all differences are in progressColumns.
func onlyProgressDiffers(before, after uploader.Transfer) bool {
	before.Phase, before.Attempt = after.Phase, after.Attempt
	before.Session.URL, before.Session.Expires = after.Session.URL, after.Session.Expires
	before.Session.Offset, before.Session.Sent, before.Session.Unconfirmed = after.Session.Offset, after.Session.Sent, after.Session.Unconfirmed
	before.Started, before.Finished, before.ActiveTime = after.Started, after.Finished, after.ActiveTime
	before.ResumedFrom, before.SHA256, before.ChangeTime = after.ResumedFrom, after.SHA256, after.ChangeTime
	return before == after
}

// updateProgress updates progressColumns. It reports whether all of the transfers have
// a row.
func updateProgress(tx *gorm.DB, transfers []*uploader.Transfer) (bool, error) {
	values := make([]any, 0, len(transfers)*(1+len(progressColumns)))
	for _, t := range transfers {
		values = append(values, progressValues(t)...)
	}
	// GORM's Exec would parse the text to count the parameters.
	result, err := tx.Statement.ConnPool.ExecContext(tx.Statement.Context, progressSQL(len(transfers)), values...)
	if err != nil {
		return false, fmt.Errorf("update progress: %w", err)
	}
	updated, err := result.RowsAffected()
	return updated == int64(len(transfers)), err
}

func progressSQL(rows int) string {
	var text strings.Builder
	text.WriteString("UPDATE transfers SET ")
	for i, column := range progressColumns {
		if i > 0 {
			text.WriteByte(',')
		}
		fmt.Fprintf(&text, "%s = new.column%d", column, i+2)
	}
	row := "(?" + strings.Repeat(",?", len(progressColumns)) + ")"
	text.WriteString(" FROM (VALUES " + row + strings.Repeat(","+row, rows-1) + ") AS new WHERE transfers.id = new.column1")
	return text.String()
}
