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
var shipped embed.FS

// applicationID stands in the file's header and says whose it is: "Frry".
const applicationID = 0x46727279

// migration brings the schema from the version before to its own.
type migration struct {
	version int
	name    string
	sql     string
}

// migrations reads the numbered SQL files, 0001_name.sql and on, without a gap.
func migrations(files fs.FS) ([]migration, error) {
	names, err := fs.Glob(files, "migrations/*.sql")
	if err != nil {
		return nil, fmt.Errorf("list migrations: %w", err)
	}
	all := make([]migration, len(names))
	for i, name := range names { // sorted by name
		var version int
		if _, err := fmt.Sscanf(name, "migrations/%04d_", &version); err != nil || version != i+1 {
			return nil, fmt.Errorf("migration %s is not number %d", name, i+1)
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read migration: %w", err)
		}
		all[i] = migration{version: version, name: name, sql: string(text)}
	}
	return all, nil
}

// migrate applies what the file's version lacks, all or nothing. keeper is a
// single connection with foreign keys off: they are checked as a whole before
// the commit instead.
func migrate(ctx context.Context, keeper *gorm.DB, all []migration, from int) error {
	return keeper.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		for _, m := range all[from:] {
			if err := tx.Exec(m.sql).Error; err != nil {
				return fmt.Errorf("migrate %s: %w", m.name, err)
			}
		}
		if err := checkForeignKeys(tx); err != nil {
			return err
		}
		// A pragma takes no parameters; both are numbers of our own.
		return tx.Exec(fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", applicationID, len(all))).Error
	})
}

// errOrphans is a defect of a migration, not of the file.
var errOrphans = errors.New("a migration leaves rows without their parent")

func checkForeignKeys(tx *gorm.DB) error {
	rows, err := tx.Raw("PRAGMA foreign_key_check").Rows()
	if err != nil {
		return fmt.Errorf("check foreign keys: %w", err)
	}
	defer rows.Close()
	if rows.Next() {
		return errOrphans
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
