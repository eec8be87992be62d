package db

import (
	"context"
	"slices"

	"gorm.io/gorm"
)

// childRow is a row that belongs to a transfer.
type childRow interface {
	blockRow | partRow | eventRow
	transferID() int64
}

func (r blockRow) transferID() int64 { return r.Transfer }
func (r partRow) transferID() int64  { return r.Transfer }
func (r eventRow) transferID() int64 { return r.Transfer }

// parentPage is the number of transfers whose children are read in one query.
const parentPage = 500

// recoverChildren inserts the proofs, parts and events of recovered transfers. If some
// of a transfer's rows are unreadable, it inserts those before them: a shorter proof
// covers less, and the state of a part that is not saved is queried from the server. It removes the
// rows that an older backup has of the transfers, because they are of another session.
// A failure leaves out rows of one table, but no transfer.
func recoverChildren(ctx context.Context, damaged, tx *gorm.DB, transfers []transferRow) error {
	for page := range slices.Chunk(transfers, parentPage) {
		if err := ctx.Err(); err != nil {
			return err
		}
		ids := make([]int64, len(page))
		for i, row := range page {
			ids[i] = row.ID
		}
		recoverTable(ctx, damaged, tx, ids, "at", func(r blockRow) bool { return r.Start >= 0 && r.At > r.Start && len(r.State) > 0 })
		recoverTable(ctx, damaged, tx, ids, "part", func(r partRow) bool { return r.Part >= 0 && r.Length > 0 })
		recoverTable(ctx, damaged, tx, ids, "seq", func(r eventRow) bool { return r.Kind != "" })
	}
	return nil
}

// recoverTable replaces the rows of one table that belong to transfers. key is the
// column that orders the rows of a transfer.
func recoverTable[Row childRow](ctx context.Context, damaged, tx *gorm.DB, ids []int64, key string, valid func(Row) bool) {
	rows := bisectChildren(damaged, ids, key, valid)
	err := tx.Transaction(func(tx *gorm.DB) error { // nested: a failure rolls back only this part
		var model Row
		for some := range slices.Chunk(ids, maxInValues) {
			if err := tx.Delete(&model, "transfer IN ?", some).Error; err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		insertValid(ctx, tx, rows, identity)
	}
}

// bisectChildren reads the rows that belong to transfers. Where some are unreadable,
// it bisects the transfers down to single ones.
func bisectChildren[Row childRow](damaged *gorm.DB, ids []int64, key string, valid func(Row) bool) []Row {
	rows, err := readChildren(damaged, ids, key, valid)
	if err == nil || len(ids) == 1 {
		return rows
	}
	if !damaged.Migrator().HasTable(new(Row)) {
		return nil
	}
	half := len(ids) / 2
	return append(bisectChildren(damaged, ids[:half], key, valid), bisectChildren(damaged, ids[half:], key, valid)...)
}

// readChildren returns the valid rows that belong to transfers, up to the first
// unreadable one.
func readChildren[Row childRow](damaged *gorm.DB, ids []int64, key string, valid func(Row) bool) (rows []Row, err error) {
	query := damaged.Model(new(Row)).Where("transfer BETWEEN ? AND ?", ids[0], ids[len(ids)-1]).Order("transfer, " + key)
	err = eachRow(damaged, query, func(row Row) error {
		if _, found := slices.BinarySearch(ids, row.transferID()); found && valid(row) {
			rows = append(rows, row)
		}
		return nil
	})
	return rows, err
}
