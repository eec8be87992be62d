package db

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"

	"gorm.io/gorm"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// eventRow is a row of table events. Seq numbers the events of a transfer; a trigger
// removes the oldest.
type eventRow struct {
	Transfer     int64 `gorm:"primaryKey;autoIncrement:false"`
	Seq          int64 `gorm:"primaryKey;autoIncrement:false"`
	At           int64
	Kind         string
	UploadOffset int64
	Until        sql.NullInt64
	Fault        faultColumns `gorm:"embedded;embeddedPrefix:fault_"`
}

func (eventRow) TableName() string { return "events" }

func newEventRow(id uploader.TransferID, seq int64, e uploader.Event) eventRow {
	return eventRow{
		Transfer: int64(id), Seq: seq, At: e.At.UnixMilli(), Kind: string(e.Kind), UploadOffset: e.Offset, Until: nullTime(e.Until),
		Fault: newFaultColumns(e.Fault),
	}
}

func (r *eventRow) event() uploader.Event {
	return uploader.Event{
		At: timeOf(sql.NullInt64{Int64: r.At, Valid: true}), Kind: uploader.EventKind(r.Kind), Offset: r.UploadOffset, Until: timeOf(r.Until),
		Fault: r.Fault.fault(),
	}
}

// Events implements [uploader.Store].
func (d *DB) Events(ctx context.Context, id uploader.TransferID) ([]uploader.Event, error) {
	var rows []eventRow
	err := d.read(ctx, func(tx *gorm.DB) error {
		return tx.Where("transfer = ?", int64(id)).Order("seq").Find(&rows).Error
	})
	if err != nil {
		return nil, d.classify(fault.Load, fmt.Errorf("load events of transfer %d: %w", id, err))
	}
	var events []uploader.Event
	for i := range rows {
		events = append(events, rows[i].event())
	}
	return events, nil
}

// appendEvents numbers the events of each transfer from its last saved one.
func appendEvents(ctx context.Context, tx *gorm.DB, events map[uploader.TransferID][]uploader.Event) error {
	last := make(map[int64]int64, len(events))
	for ids := range slices.Chunk(slices.Sorted(maps.Keys(events)), maxInValues) {
		var found []struct{ Transfer, Seq int64 }
		query := tx.Model(&eventRow{}).Select("transfer, max(seq) AS seq").Where("transfer IN ?", ids).Group("transfer")
		if err := query.Find(&found).Error; err != nil {
			return fmt.Errorf("number events: %w", err)
		}
		for _, f := range found {
			last[f.Transfer] = f.Seq
		}
	}
	var rows []eventRow
	for id, added := range events {
		for i, e := range added {
			rows = append(rows, newEventRow(id, last[int64(id)]+int64(i)+1, e))
		}
	}
	return upsert(ctx, tx, rows, identity)
}
