package db

import (
	"context"
	"encoding/json"

	"gorm.io/gorm/clause"

	"github.com/ferryapp/ferry/uploader/fault"
)

// settingRow is a row of table settings. Value is JSON.
type settingRow struct {
	Key   string `gorm:"primaryKey"`
	Value string
}

func (settingRow) TableName() string { return "settings" }

// Setting returns the value saved under key, or nil if there is none.
func (d *DB) Setting(ctx context.Context, key string) (json.RawMessage, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var found []settingRow
	if err := d.reader.Where(&settingRow{Key: key}, "Key").Find(&found).Error; err != nil {
		return nil, d.classify(fault.Load, err)
	}
	if len(found) == 0 {
		return nil, nil
	}
	return json.RawMessage(found[0].Value), nil
}

// SaveSetting saves value, which must be valid JSON, under key. A nil value removes the
// key.
func (d *DB) SaveSetting(ctx context.Context, key string, value json.RawMessage) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	row := settingRow{Key: key, Value: string(value)}
	if value == nil {
		return d.classify(fault.Save, d.writer.Delete(&row).Error)
	}
	return d.classify(fault.Save, d.writer.Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error)
}
