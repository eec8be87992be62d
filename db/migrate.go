package db

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"gorm.io/gorm"
)

//go:embed migrations/*.sql
var embedded embed.FS

// applicationID in the file's header identifies Ferry's databases: "Frry".
const applicationID = 0x46727279

// migration changes the schema from the previous version to its own.
type migration struct {
	version int
	name    string
	sql     string
}

// readMigrations reads the SQL files, numbered from 0001_name.sql without a gap.
func readMigrations(files fs.FS) ([]migration, error) {
	names, err := fs.Glob(files, "migrations/*.sql")
	if err != nil {
		return nil, fmt.Errorf("list migrations: %w", err)
	}
	migrations := make([]migration, len(names))
	for i, name := range names { // sorted by name
		var version int
		if _, err := fmt.Sscanf(name, "migrations/%04d_", &version); err != nil || version != i+1 {
			return nil, fmt.Errorf("migration %s is not number %d", name, i+1)
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read migration: %w", err)
		}
		migrations[i] = migration{version: version, name: name, sql: string(text)}
	}
	return migrations, nil
}

// migrate applies the migrations after version from in one transaction. pool must be
// a single connection with foreign keys off: they are checked before the commit.
func migrate(ctx context.Context, pool *gorm.DB, migrations []migration, from int) error {
	return pool.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		for _, m := range migrations[from:] {
			if err := tx.Exec(m.sql).Error; err != nil {
				return fmt.Errorf("migrate %s: %w", m.name, err)
			}
		}
		if err := checkForeignKeys(tx); err != nil {
			return err
		}
		// A pragma takes no parameters; both values are numbers from this package.
		return tx.Exec(fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", applicationID, len(migrations))).Error
	})
}

// errForeignKeys is a defect of a migration, not of the file.
var errForeignKeys = errors.New("migration violates foreign keys")

func checkForeignKeys(tx *gorm.DB) error {
	rows, err := tx.Raw("PRAGMA foreign_key_check").Rows()
	if err != nil {
		return fmt.Errorf("check foreign keys: %w", err)
	}
	defer rows.Close()
	if rows.Next() {
		return errForeignKeys
	}
	return rows.Err()
}

func schemaVersion(tx *gorm.DB) (int, error) {
	var version int
	if err := tx.Raw("PRAGMA user_version").Row().Scan(&version); err != nil {
		return 0, fmt.Errorf("read schema version: %w", err)
	}
	return version, nil
}
