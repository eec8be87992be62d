package db

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
)

// Proof implements uploader.Store.
func (d *DB) Proof(ctx context.Context, id uploader.TransferID) (source.Proof, error) {
	var rows []markRow
	err := d.read(ctx, func(tx *gorm.DB) error {
		return tx.Where("transfer = ?", int64(id)).Order("at").Find(&rows).Error
	})
	if err != nil {
		return nil, d.fail(fault.Load, fmt.Errorf("load proof of transfer %d: %w", id, err))
	}
	var proof source.Proof
	for _, row := range rows {
		proof = append(proof, source.Mark{At: row.At, State: row.State})
	}
	return proof, nil
}

// extendProof puts marks in the place of those that are at or behind the first.
func extendProof(ctx context.Context, tx *gorm.DB, id uploader.TransferID, marks source.Proof) error {
	if len(marks) == 0 {
		return nil
	}
	if err := tx.Delete(&markRow{}, "transfer = ? AND at >= ?", int64(id), marks[0].At).Error; err != nil {
		return fmt.Errorf("cut proof of transfer %d: %w", id, err)
	}
	return upsert(ctx, tx, marks, func(m source.Mark) markRow {
		return markRow{Transfer: int64(id), At: m.At, State: m.State}
	})
}
