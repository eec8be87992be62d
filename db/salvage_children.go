package db

import (
	"context"
	"slices"

	"gorm.io/gorm"
)

// child is a row that belongs to a transfer.
type child interface {
	markRow | partRow | eventRow
}

// heirs is for how many transfers what belongs to them is read at once.
const heirs = 500

// takeChildren takes over what belongs to transfers that were taken over: the proofs,
// the parts and what happened. Of a transfer of which some cannot be read, what
// comes before that is taken: a shorter proof proves less, and the server is asked
// about a part that is not known. What an older backup says of the transfers goes:
// it is of another session. A failure leaves a table out and no transfer.
func takeChildren(ctx context.Context, damaged, tx *gorm.DB, transfers []transferRow) error {
	for some := range slices.Chunk(transfers, heirs) {
		if err := ctx.Err(); err != nil {
			return err
		}
		ids := make([]int64, len(some))
		for i, row := range some {
			ids[i] = row.ID
		}
		inherit(ctx, damaged, tx, ids, "at", func(r markRow) bool { return r.At > 0 && len(r.State) > 0 })
		inherit(ctx, damaged, tx, ids, "part", func(r partRow) bool { return r.Part >= 0 && r.Length > 0 })
		inherit(ctx, damaged, tx, ids, "seq", func(r eventRow) bool { return r.Kind != "" })
	}
	return nil
}

func inherit[Row child](ctx context.Context, damaged, tx *gorm.DB, ids []int64, key string, intact func(Row) bool) {
	rows := childrenOf(damaged, ids, key, intact)
	err := tx.Transaction(func(tx *gorm.DB) error { // one inside of the other: a failure undoes no more than this
		var model Row
		for some := range slices.Chunk(ids, batchKeys) {
			if err := tx.Delete(&model, "transfer IN ?", some).Error; err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		adopt(ctx, tx, rows, same)
	}
}

// childrenOf reads what belongs to transfers. Where that is broken it halves them,
// down to the one.
func childrenOf[Row child](damaged *gorm.DB, ids []int64, key string, intact func(Row) bool) []Row {
	found, err := readChildren(damaged, ids, key, intact)
	if err == nil || len(ids) == 1 {
		return found
	}
	if !damaged.Migrator().HasTable(new(Row)) {
		return nil
	}
	half := len(ids) / 2
	return append(childrenOf(damaged, ids[:half], key, intact), childrenOf(damaged, ids[half:], key, intact)...)
}

// readChildren returns what belongs to transfers, up to the first that is broken.
func readChildren[Row child](damaged *gorm.DB, ids []int64, key string, intact func(Row) bool) (found []Row, err error) {
	query := damaged.Model(new(Row)).Where("transfer BETWEEN ? AND ?", ids[0], ids[len(ids)-1]).Order("transfer, " + key)
	err = eachRow(damaged, query, func(row Row) error {
		if _, taken := slices.BinarySearch(ids, owner(row)); taken && intact(row) {
			found = append(found, row)
		}
		return nil
	})
	return found, err
}

func owner[Row child](row Row) int64 {
	switch r := any(row).(type) {
	case markRow:
		return r.Transfer
	case partRow:
		return r.Transfer
	case eventRow:
		return r.Transfer
	}
	return 0
}
