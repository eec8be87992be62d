package db

import (
	"context"
	"database/sql"
	"fmt"

	"gorm.io/gorm"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// partRow is a row of table parts.
type partRow struct {
	Transfer   int64 `gorm:"primaryKey;autoIncrement:false"`
	Part       int   `gorm:"primaryKey;autoIncrement:false"`
	URL        string
	Start      int64
	Length     int64
	PartOffset int64
	Expires    sql.NullInt64

	Unconfirmed sql.NullInt64
}

func (partRow) TableName() string { return "parts" }

func newPartRow(id uploader.TransferID, p uploader.Part) partRow {
	return partRow{
		Transfer: int64(id), Part: p.Index, URL: p.URL, Start: p.Start, Length: p.Length, PartOffset: p.Offset, Expires: nullTime(p.Expires),
		Unconfirmed: nullTimestamp(p.Unconfirmed),
	}
}

func (r *partRow) part() uploader.Part {
	return uploader.Part{
		Index: r.Part, URL: r.URL, Start: r.Start, Length: r.Length, Offset: r.PartOffset, Expires: timeOf(r.Expires),
		Unconfirmed: uploader.Timestamp(r.Unconfirmed.Int64),
	}
}

// Parts implements [uploader.Store].
func (d *DB) Parts(ctx context.Context, id uploader.TransferID) ([]uploader.Part, error) {
	var rows []partRow
	err := d.read(ctx, func(tx *gorm.DB) error {
		return tx.Where("transfer = ?", int64(id)).Order("part").Find(&rows).Error
	})
	if err != nil {
		return nil, d.classify(fault.Load, fmt.Errorf("load parts of transfer %d: %w", id, err))
	}
	var parts []uploader.Part
	for i := range rows {
		parts = append(parts, rows[i].part())
	}
	return parts, nil
}

func saveParts(ctx context.Context, tx *gorm.DB, id uploader.TransferID, parts []uploader.Part) error {
	return upsert(ctx, tx, parts, func(p uploader.Part) partRow { return newPartRow(id, p) })
}
