package db

import (
	"context"
	"encoding/json"
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

// truncateProofs deletes the blocks of transfers that end after an offset, given as a JSON
// array of IDs with their offsets.
const truncateProofs = `DELETE FROM marks WHERE (transfer, at) IN (
	SELECT marks.transfer, marks.at FROM json_each(?) AS cut CROSS JOIN marks
	WHERE marks.transfer = cut.value ->> 0 AND marks.at > cut.value ->> 1)`

// saveProofs saves blocks of each transfer in place of those that end after the start of
// the first. While many small files are sent, a commit has the proofs of several.
func saveProofs(ctx context.Context, tx *gorm.DB, proofs map[uploader.TransferID]source.Proof) error {
	var rows []blockRow
	var cuts [][2]int64
	for id, blocks := range proofs {
		if len(blocks) == 0 {
			continue
		}
		cuts = append(cuts, [2]int64{int64(id), blocks[0].Start})
		for _, b := range blocks {
			rows = append(rows, blockRow{Transfer: int64(id), At: b.End, Start: b.Start, State: b.Digest})
		}
	}
	if len(rows) == 0 {
		return nil
	}
	list, err := json.Marshal(cuts)
	if err != nil {
		return err
	}
	if _, err := tx.Statement.ConnPool.ExecContext(ctx, truncateProofs, string(list)); err != nil {
		return fmt.Errorf("truncate proofs: %w", err)
	}
	return upsert(ctx, tx, rows, func(r blockRow) blockRow { return r })
}
