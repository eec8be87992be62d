package db

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
)

// blockRow is a row of table marks: a block of the proof of a file.
type blockRow struct {
	Transfer int64 `gorm:"primaryKey;autoIncrement:false"`
	At       int64 `gorm:"primaryKey;autoIncrement:false"` // end of the block, in bytes
	Start    int64 // of the block
	State    []byte
}

func (blockRow) TableName() string { return "marks" }

// Proof implements [uploader.Store].
func (d *DB) Proof(ctx context.Context, id uploader.TransferID) (source.Proof, error) {
	var rows []blockRow
	err := d.read(ctx, func(tx *gorm.DB) error {
		return tx.Where("transfer = ?", int64(id)).Order("at").Find(&rows).Error
	})
	if err != nil {
		return nil, d.classify(fault.Load, fmt.Errorf("load proof of transfer %d: %w", id, err))
	}
	var proof source.Proof
	for _, row := range rows {
		proof = append(proof, source.Block{Start: row.Start, End: row.At, Digest: row.State})
	}
	return proof, nil
}

// saveProof saves blocks in place of those that end after the start of the first.
func saveProof(ctx context.Context, tx *gorm.DB, id uploader.TransferID, blocks source.Proof) error {
	if len(blocks) == 0 {
		return nil
	}
	if err := tx.Delete(&blockRow{}, "transfer = ? AND at > ?", int64(id), blocks[0].Start).Error; err != nil {
		return fmt.Errorf("truncate proof of transfer %d: %w", id, err)
	}
	return upsert(ctx, tx, blocks, func(b source.Block) blockRow {
		return blockRow{Transfer: int64(id), At: b.End, Start: b.Start, State: b.Digest}
	})
}
