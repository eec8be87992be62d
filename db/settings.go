package db

import (
	"context"
	"encoding/json"

	"gorm.io/gorm/clause"

	"github.com/ferryapp/ferry/uploader/fault"
)

type settingRow struct {
	Key   string `gorm:"primaryKey"`
	Value string
}

func (settingRow) TableName() string { return "settings" }

// Setting returns what was saved under key, nil when nothing was.
func (d *DB) Setting(ctx context.Context, key string) (json.RawMessage, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var found []settingRow
	if err := d.reader.Where(&settingRow{Key: key}, "Key").Find(&found).Error; err != nil {
		return nil, d.fail(fault.Load, err)
	}
	if len(found) == 0 {
		return nil, nil
	}
	return json.RawMessage(found[0].Value), nil
}

// SaveSetting saves value, which must be valid JSON, under key; nil removes it.
// It may be called from any goroutine.
func (d *DB) SaveSetting(ctx context.Context, key string, value json.RawMessage) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	row := settingRow{Key: key, Value: string(value)}
	if value == nil {
		return d.fail(fault.Save, d.writer.Delete(&row).Error)
	}
	return d.fail(fault.Save, d.writer.Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error)
}
