package db

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"gorm.io/gorm"

	"github.com/ferryapp/ferry/uploader"
)

// cookieRow is a row of table cookies: the cookies that a server set. They are kept apart
// from the servers, which are shown and logged. A trigger removes them with their server.
type cookieRow struct {
	ID  int64  `gorm:"primaryKey;autoIncrement:false"` // of the server
	Jar string // JSON
}

func (cookieRow) TableName() string { return "cookies" }

func (r cookieRow) key() int64  { return r.ID }
func (r cookieRow) valid() bool { return r.ID > 0 && json.Valid([]byte(r.Jar)) }

// loadCookies returns the cookies of all servers that have any; nil for none.
func loadCookies(tx *gorm.DB) (map[uploader.ServerID]string, error) {
	var rows []cookieRow
	if err := tx.Order("id").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("load cookies: %w", err)
	}
	if len(rows) == 0 {
		return nil, nil
	}
	cookies := make(map[uploader.ServerID]string, len(rows))
	for _, row := range rows {
		cookies[uploader.ServerID(row.ID)] = row.Jar
	}
	return cookies, nil
}

// saveCookies replaces the cookies of servers. "" removes them.
func saveCookies(ctx context.Context, tx *gorm.DB, cookies map[uploader.ServerID]string) error {
	var rows []cookieRow
	var removed []uploader.ServerID
	for _, id := range slices.Sorted(maps.Keys(cookies)) {
		if cookies[id] == "" {
			removed = append(removed, id)
			continue
		}
		rows = append(rows, cookieRow{ID: int64(id), Jar: cookies[id]})
	}
	if err := upsert(ctx, tx, rows, identity); err != nil {
		return err
	}
	return remove(ctx, tx, &cookieRow{}, removed)
}

// removeOrphanedCookies removes the cookies of servers that are not saved, as after a
// recovery.
func removeOrphanedCookies(tx *gorm.DB) error {
	if err := tx.Exec("DELETE FROM cookies WHERE id NOT IN (SELECT id FROM servers)").Error; err != nil {
		return fmt.Errorf("remove orphaned cookies: %w", err)
	}
	return nil
}
