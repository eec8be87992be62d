package db

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// usageRow is a row of table usage.
type usageRow struct {
	Day, Server, Bytes, Files, Active, Resumes int64
}

func (usageRow) TableName() string { return "usage" }

// Usage returns what was uploaded on each day to each server, oldest first.
func (d *DB) Usage(ctx context.Context) (all []uploader.Usage, err error) {
	err = d.read(ctx, func(tx *gorm.DB) error {
		rows, err := loadUsage(tx.WithContext(ctx))
		for _, r := range rows {
			all = append(all, uploader.Usage{
				Day: uploader.Day(r.Day), Server: uploader.ServerID(r.Server), Bytes: r.Bytes, Files: r.Files,
				Active: time.Duration(r.Active), Resumes: r.Resumes,
			})
		}
		return err
	})
	return all, d.classify(fault.Load, err)
}

func loadUsage(tx *gorm.DB) ([]usageRow, error) {
	var rows []usageRow
	if err := tx.Order("day, server").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("load usage: %w", err)
	}
	return rows, nil
}

// addUsage adds to the rows of each day and server, in one statement.
func addUsage(ctx context.Context, tx *gorm.DB, usage []uploader.Usage) error {
	if len(usage) == 0 {
		return nil
	}
	var values []any
	for _, u := range usage {
		values = append(values, int64(u.Day), int64(u.Server), addable(u.Bytes), addable(u.Files), addable(int64(u.Active)), addable(u.Resumes))
	}
	const row = "(?,?,?,?,?,?)"
	text := "INSERT INTO usage (day, server, bytes, files, active, resumes) VALUES " + row + strings.Repeat(","+row, len(usage)-1) +
		" ON CONFLICT (day, server) DO UPDATE SET " + addition("bytes") + ", " + addition("files") + ", " + addition("active") + ", " + addition("resumes")
	if _, err := tx.Statement.ConnPool.ExecContext(ctx, text, values...); err != nil {
		return fmt.Errorf("save usage: %w", err)
	}
	return nil
}

// maxUsage limits each number of table usage, so that no sum exceeds what SQLite can add:
// usage is saved with progress, which must not fail because of it.
const maxUsage = 1 << 61

// addable returns a number of a save, not negative and limited.
func addable(n int64) int64 { return min(max(n, 0), maxUsage) }

// addition returns the assignment that adds a column of a new row to that of the saved one.
func addition(column string) string {
	return fmt.Sprintf("%s = min(%s, %d) + excluded.%s", column, column, int64(maxUsage), column)
}

// recoverUsage copies the usage of a damaged file, unless it cannot be read: then that of
// an older backup stays.
func recoverUsage(damaged, tx *gorm.DB) error {
	rows, err := loadUsage(damaged)
	if err != nil || len(rows) == 0 {
		return nil //nolint:nilerr // what cannot be read is left out
	}
	return tx.Transaction(func(tx *gorm.DB) error {
		if err := tx.Exec("DELETE FROM usage").Error; err != nil {
			return err
		}
		return tx.CreateInBatches(rows, insertRows).Error
	})
}
