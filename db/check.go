package db

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"gorm.io/gorm"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/privatefile"
)

// lastExit is what the last session left beside the file.
type lastExit struct {
	unclean bool // the log, which Close removes
	suspect bool // the mark of a session that found damage
}

func markSuspect(path string) error {
	file, err := privatefile.OpenFile(path+suspectSuffix, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return file.Close()
}

func clearSuspect(path string) error {
	return ignoreNotExist(os.Remove(path + suspectSuffix))
}

// prepare checks and migrates the file. It replaces a damaged one by what it can
// recover.
func (f *file) prepare(ctx context.Context) error {
	err := f.checkAndMigrate(ctx)
	if !errors.Is(err, ErrDamaged) {
		return err
	}
	if err := f.replace(ctx, err); err != nil {
		return err
	}
	return f.checkAndMigrate(ctx)
}

// checkAndMigrate checks for damage, after an unclean exit or when damage was found,
// and migrates. It uses its own connection, which is closed before the others open.
func (f *file) checkAndMigrate(ctx context.Context) error {
	last := lastExit{unclean: exists(f.path + walSuffix), suspect: exists(f.path + suspectSuffix)}
	if err := f.checkSchema(ctx, f.path); err != nil {
		return err
	}
	if last.unclean {
		// Closing the connection removes the log, the only sign of the unclean exit. If
		// this process is killed before it has repaired the file, the mark makes the next
		// one check it.
		if err := markSuspect(f.path); err != nil {
			return fmt.Errorf("%w: %w", ErrUnwritable, err)
		}
	}
	pool, err := openPool(f.path, roleMaintenance, 1)
	if err != nil {
		return asDamage(err)
	}
	err = asDamage(f.checkAndMigrateOn(ctx, pool.WithContext(ctx), last))
	return errors.Join(err, closePool(pool))
}

func (f *file) checkAndMigrateOn(ctx context.Context, pool *gorm.DB, last lastExit) error {
	if last.unclean || last.suspect {
		if err := quickCheck(pool); err != nil {
			return err
		}
	}
	if err := f.migrate(ctx, pool); err != nil {
		return err
	}
	if last.suspect {
		if err := checkValues(ctx, pool); err != nil {
			return err
		}
	}
	return clearSuspect(f.path)
}

// migrate migrates an older schema to the current one, after making a backup.
func (f *file) migrate(ctx context.Context, pool *gorm.DB) error {
	version, err := schemaVersion(pool)
	if err != nil {
		return err
	}
	if err := checkVersion(version, len(f.migrations)); err != nil {
		return err
	}
	if version < len(f.migrations) {
		if _, err := f.backUp(migrationSuffix, func(to string) error { return vacuumInto(pool, to) }); err != nil {
			return err
		}
		if err := migrate(ctx, pool, f.migrations, version); err != nil {
			return err
		}
	}
	return nil
}

// quickCheck reads the whole file, but does not compare indexes with tables.
func quickCheck(tx *gorm.DB) error {
	var findings []string
	if err := tx.Raw("PRAGMA quick_check(5)").Scan(&findings).Error; err != nil {
		return fmt.Errorf("check database: %w", err)
	}
	if len(findings) == 1 && findings[0] == "ok" {
		return nil
	}
	return fmt.Errorf("%w: %s", ErrDamaged, strings.Join(findings, "; "))
}

// checkValues finds damaged values, which quickCheck does not check.
func checkValues(ctx context.Context, tx *gorm.DB) error {
	if _, err := loadServers(tx); err != nil {
		return err
	}
	if _, err := loadBatches(tx); err != nil {
		return err
	}
	return eachTransfer(ctx, tx, func(uploader.Transfer) {})
}
