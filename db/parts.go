package db

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// Parts implements uploader.Store.
func (d *DB) Parts(ctx context.Context, id uploader.TransferID) ([]uploader.Part, error) {
	var rows []partRow
	err := d.read(ctx, func(tx *gorm.DB) error {
		return tx.Where("transfer = ?", int64(id)).Order("part").Find(&rows).Error
	})
	if err != nil {
		return nil, d.fail(fault.Load, fmt.Errorf("load parts of transfer %d: %w", id, err))
	}
	var parts []uploader.Part
	for i := range rows {
		parts = append(parts, rows[i].part())
	}
	return parts, nil
}
