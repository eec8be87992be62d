package db

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"github.com/ferryapp/ferry/uploader"
)

// commandRow is a row of table commands. Column command of table transfers has the last
// command whose effect a transfer has.
type commandRow struct {
	ID         int64 `gorm:"primaryKey;autoIncrement:false"`
	Kind       string
	Everything int64 // 0 or 1
	Batch      int64
	Listed     []byte
	Final      int64 // 0 or 1
	Given      sql.NullInt64
}

func (commandRow) TableName() string { return "commands" }

func (r commandRow) key() int64 { return r.ID }

func (r commandRow) valid() bool {
	_, err := r.command()
	return err == nil && r.ID <= maxCommand
}

// maxCommand is the highest command of a recovered row. A damaged higher one would leave
// no IDs for later commands.
const maxCommand = 1 << 40

func newCommandRow(c uploader.SavedCommand) commandRow {
	return commandRow{
		ID: int64(c.ID), Kind: string(c.Kind), Everything: int64(boolInt(c.Target.All)), Batch: int64(c.Target.Batch),
		Listed: packIDs(c.Target.IDs), Final: int64(boolInt(c.Target.Final)), Given: nullTimestamp(c.Given),
	}
}

func (r commandRow) command() (uploader.SavedCommand, error) {
	ids, err := unpackIDs(r.Listed)
	if err != nil {
		return uploader.SavedCommand{}, fmt.Errorf("%w: command %d: %w", ErrDamaged, r.ID, err)
	}
	return uploader.SavedCommand{
		ID: uploader.CommandID(r.ID), Kind: uploader.CommandKind(r.Kind), Given: uploader.Timestamp(r.Given.Int64),
		Target: uploader.Target{IDs: ids, Batch: uploader.BatchID(r.Batch), All: r.Everything != 0, Final: r.Final != 0},
	}, nil
}

// normalized returns a valid row as it would be saved: the driver reads an empty BLOB as
// NULL.
func (r commandRow) normalized() commandRow {
	command, _ := r.command()
	return newCommandRow(command)
}

// loadCommands sets the commands, and which of their effects the selected transfers have. Only
// while there are commands, which is rare, it reads the rows of the transfers for that.
func loadCommands(ctx context.Context, tx *gorm.DB, transfers rowSelection, saved *uploader.Saved) error {
	next, err := nextID[uploader.CommandID](tx, "commands")
	if err != nil {
		return err
	}
	saved.LastCommand = next - 1
	var rows []commandRow
	if err := tx.Order("id").Find(&rows).Error; err != nil {
		return fmt.Errorf("load commands: %w", err)
	}
	for _, row := range rows {
		command, err := row.command()
		if err != nil {
			return err
		}
		saved.Commands = append(saved.Commands, command)
	}
	if len(rows) == 0 {
		return nil
	}
	saved.Applied = map[uploader.TransferID]uploader.CommandID{}
	for part := range transfers.parts(tx) {
		if err := loadApplied(ctx, part.Where("command >= ?", rows[0].ID), saved.Applied); err != nil {
			return fmt.Errorf("load applied commands: %w", err)
		}
	}
	return nil
}

// loadApplied adds the last commands of the rows of a query.
func loadApplied(ctx context.Context, query *gorm.DB, all map[uploader.TransferID]uploader.CommandID) error {
	applied, err := query.Model(&transferRow{}).Select("id", "command").Rows()
	if err != nil {
		return err
	}
	defer applied.Close()
	for applied.Next() && ctx.Err() == nil {
		var id uploader.TransferID
		var command uploader.CommandID
		if err := applied.Scan(&id, &command); err != nil {
			return fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		all[id] = command
	}
	return errors.Join(ctx.Err(), applied.Err())
}

// saveCommands inserts commands and removes those up to done.
func saveCommands(ctx context.Context, tx *gorm.DB, commands []uploader.SavedCommand, done uploader.CommandID) error {
	if err := upsert(ctx, tx, commands, newCommandRow); err != nil || done == 0 {
		return err
	}
	if err := tx.Delete(&commandRow{}, "id <= ?", int64(done)).Error; err != nil {
		return fmt.Errorf("remove commands: %w", err)
	}
	return nil
}

// keepCommandIDsUnused makes the IDs of later commands higher than those of the transfers,
// also if the commands themselves could not be recovered.
func keepCommandIDsUnused(tx *gorm.DB) error {
	return tx.Exec(`
		INSERT INTO commands (id, kind, everything, batch, listed, final)
			SELECT max(coalesce((SELECT max(command) FROM transfers), 0), coalesce((SELECT max(id) FROM commands), 0)) + 1, '', 0, 0, x'', 0;
		DELETE FROM commands WHERE kind = ''`).Error
}

// packIDs returns IDs in ascending order, each as its difference to the one before.
func packIDs(ids []uploader.TransferID) []byte {
	packed, last := []byte{}, uploader.TransferID(0)
	for _, id := range slices.Sorted(slices.Values(ids)) {
		packed = binary.AppendUvarint(packed, uint64(id-last)) //nolint:gosec // not negative: sorted
		last = id
	}
	return packed
}

var errIDs = errors.New("list of IDs is truncated")

func unpackIDs(packed []byte) ([]uploader.TransferID, error) {
	var ids []uploader.TransferID
	last := uploader.TransferID(0)
	for len(packed) > 0 {
		difference, n := binary.Uvarint(packed)
		if n <= 0 {
			return nil, errIDs
		}
		last += uploader.TransferID(difference) //nolint:gosec // the same 64 bits
		ids, packed = append(ids, last), packed[n:]
	}
	return ids, nil
}
