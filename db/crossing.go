package db

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/ferryapp/ferry/uploader"
)

// crossingRows is how many transfers one statement moves on, as batchRows is for
// whole rows.
const crossingRows = 40

// crossingColumns are what changes of a transfer while it crosses. With many small
// files almost every second row saved differs in nothing else, and to save that
// alone takes half as long as to replace the row.
var crossingColumns = []string{
	"phase", "url", "upload_offset", "sent", "expires", "attempt", "started", "finished", "active", "resumed", "sha256",
}

func crossingValues(t *uploader.Transfer) []any {
	r := newTransferRow(t)
	return []any{
		r.ID, r.Phase, r.URL, r.UploadOffset, r.Sent, r.Expires, r.Attempt, r.Started, r.Finished, r.Active, r.Resumed, r.Sha256,
	}
}

// onlyCrossed reports whether nothing but the crossing columns differs.
func onlyCrossed(before, after uploader.Transfer) bool {
	before.Phase, before.Attempt = after.Phase, after.Attempt
	before.Session.URL, before.Session.Expires = after.Session.URL, after.Session.Expires
	before.Session.Offset, before.Session.Sent = after.Session.Offset, after.Session.Sent
	before.Started, before.Finished, before.Active = after.Started, after.Finished, after.Active
	before.Resumed, before.SHA256 = after.Resumed, after.SHA256
	return before == after
}

// saveTransfers saves transfers: of those that only crossed, or only stand otherwise,
// no more than that.
func saveTransfers(ctx context.Context, tx *gorm.DB, transfers []*uploader.Transfer, before map[uploader.TransferID]*uploader.Transfer) error {
	var crossed, whole []*uploader.Transfer
	standings := map[standing][]*uploader.Transfer{}
	for _, t := range transfers {
		switch was := before[t.ID]; {
		case was != nil && onlyCrossed(*was, *t):
			crossed = append(crossed, t)
		case was != nil && onlyStands(*was, *t):
			standings[standingOf(t)] = append(standings[standingOf(t)], t)
		default:
			whole = append(whole, t)
		}
	}
	for chunk := range slices.Chunk(crossed, crossingRows) {
		if err := ctx.Err(); err != nil {
			return err
		}
		done, err := moveOn(tx, chunk)
		if err != nil {
			return fmt.Errorf("save crossing: %w", err)
		}
		if !done {
			whole = append(whole, chunk...) // some are not there any more
		}
	}
	for _, alike := range standings {
		if err := ctx.Err(); err != nil {
			return err
		}
		done, err := stand(tx, alike)
		if err != nil {
			return fmt.Errorf("save standing: %w", err)
		}
		if !done {
			whole = append(whole, alike...)
		}
	}
	return upsert(ctx, tx, whole, newTransferRow)
}

// moveOn saves how far transfers are, and reports whether all of them were there.
func moveOn(tx *gorm.DB, transfers []*uploader.Transfer) (bool, error) {
	values := make([]any, 0, len(transfers)*(1+len(crossingColumns)))
	for _, t := range transfers {
		values = append(values, crossingValues(t)...)
	}
	// Not through GORM's own Exec, which takes the text apart to count parameters.
	result, err := tx.Statement.ConnPool.ExecContext(tx.Statement.Context, crossingSQL(len(transfers)), values...)
	if err != nil {
		return false, err
	}
	moved, err := result.RowsAffected()
	return moved == int64(len(transfers)), err
}

func crossingSQL(rows int) string {
	var text strings.Builder
	text.WriteString("UPDATE transfers SET ")
	for i, column := range crossingColumns {
		if i > 0 {
			text.WriteByte(',')
		}
		fmt.Fprintf(&text, "%s = moved.column%d", column, i+2)
	}
	row := "(?" + strings.Repeat(",?", len(crossingColumns)) + ")"
	text.WriteString(" FROM (VALUES " + row + strings.Repeat(","+row, rows-1) + ") AS moved WHERE transfers.id = moved.column1")
	return text.String()
}
