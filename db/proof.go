package db

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

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

// removeBlocks deletes the blocks of transfers that overlap ranges, given as a JSON array of
// IDs with the start and the end of a range. As blocks do not overlap each other, the last one
// to be deleted is the first one that does not end before the range does. Those of an earlier
// version do overlap: other blocks begin where they end, and only all of them are deleted.
const removeBlocks = `DELETE FROM marks WHERE (transfer, at) IN (
	SELECT marks.transfer, marks.at FROM json_each(?) AS cut CROSS JOIN marks
	WHERE marks.transfer = cut.value ->> 0 AND marks.at > cut.value ->> 1 AND marks.start < cut.value ->> 2
	AND marks.at <= coalesce((SELECT min(at) FROM marks WHERE transfer = cut.value ->> 0 AND at >= cut.value ->> 2), 9223372036854775807))`

// saveProofs saves blocks of each transfer in place of those that they overlap, like
// [source.Proof.Replace]. While many small files are sent, a commit has the proofs of several.
// A transfer whose upload was not begun before has no blocks to replace.
func saveProofs(ctx context.Context, tx *gorm.DB, proofs map[uploader.TransferID]source.Proof, before map[uploader.TransferID]*uploader.Transfer) error {
	var rows []blockRow
	var cuts [][3]int64
	for id, blocks := range proofs {
		if previous := before[id]; previous == nil || previous.Session.Begun() {
			for _, r := range blocks.Covered() {
				cuts = append(cuts, [3]int64{int64(id), r.Start, r.End})
			}
		}
		for _, b := range blocks {
			if b.Digest != nil {
				rows = append(rows, blockRow{Transfer: int64(id), At: b.End, Start: b.Start, State: b.Digest})
			}
		}
	}
	if len(cuts) > 0 {
		list, err := json.Marshal(cuts)
		if err != nil {
			return err
		}
		if _, err := tx.Statement.ConnPool.ExecContext(ctx, removeBlocks, string(list)); err != nil {
			return fmt.Errorf("remove blocks: %w", err)
		}
	}
	return upsertBlocks(ctx, tx, rows)
}

// blockRows is the number of blocks that one statement saves.
const blockRows = 1000

// upsertBlocks inserts or replaces blocks, with the values in the same form as those of
// upsertStatement.
func upsertBlocks(ctx context.Context, tx *gorm.DB, blocks []blockRow) error {
	for rows := range slices.Chunk(blocks, blockRows) {
		if err := ctx.Err(); err != nil {
			return err
		}
		packed := newPackedRows(len(rows))
		transfer, _ := packed.add(func(row int) any { return &rows[row].Transfer })
		at, _ := packed.add(func(row int) any { return &rows[row].At })
		start, _ := packed.add(func(row int) any { return &rows[row].Start })
		state, states := packed.add(func(row int) any { return &rows[row].State })
		text := "INSERT INTO marks (transfer, at, start, state) SELECT " + strings.Join([]string{transfer, at, start, state}, ", ") +
			" FROM jsonb_each(?) WHERE true ON CONFLICT (transfer, at) DO UPDATE SET start = excluded.start, state = excluded.state"
		if _, err := tx.Statement.ConnPool.ExecContext(ctx, text, states, packed.json()); err != nil {
			return fmt.Errorf("save blocks: %w", err)
		}
	}
	return nil
}
