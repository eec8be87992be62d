package db

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"gorm.io/gorm"
)

// place is where a database file belongs, and what it should be like there.
type place struct {
	path     string
	all      []migration
	now      func() time.Time
	recovery Recovery
}

// occupy makes sure that a file of ours stands at the place and can be written.
func (p *place) occupy(ctx context.Context) error {
	if err := os.MkdirAll(filepath.Dir(p.path), 0o700); err != nil {
		return fmt.Errorf("%w: %w", ErrUnwritable, err)
	}
	err := inspect(p.path, len(p.all))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if errors.Is(err, fs.ErrNotExist) {
		return p.create(ctx)
	}
	return p.checkWritable()
}

// checkWritable asks the system: SQLite would silently fall back to reading.
func (p *place) checkWritable() error {
	file, err := os.OpenFile(p.path, os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnwritable, err)
	}
	if err := file.Close(); err != nil {
		return fmt.Errorf("%w: %w", ErrUnwritable, err)
	}
	probe, err := p.scratch()
	if err != nil {
		return err
	}
	return os.Remove(probe)
}

// scratch makes an empty file beside the place that only this user may read.
func (p *place) scratch() (string, error) {
	file, err := os.CreateTemp(filepath.Dir(p.path), filepath.Base(p.path)+".new-*")
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrUnwritable, err)
	}
	if err := file.Close(); err != nil {
		return "", fmt.Errorf("%w: %w", ErrUnwritable, err)
	}
	return file.Name(), nil
}

// create makes a new file beside the place and moves it there when it is whole.
func (p *place) create(ctx context.Context) error {
	scratch, err := p.scratch()
	if err != nil {
		return err
	}
	defer os.Remove(scratch) // nothing is there any more once it has moved
	maker, err := pool(scratch, roleMaker, 1)
	if err != nil {
		return err
	}
	if err := errors.Join(migrate(ctx, maker, p.all, 0), shut(maker)); err != nil {
		return fmt.Errorf("make database: %w", err)
	}
	return p.moveIn(scratch)
}

// errOrphan is why a log without its database is set aside.
var errOrphan = errors.New("the database is gone and only its log is there")

// moveIn gives a finished file its place, for good. A log that was left there
// belongs to another file, and SQLite would replay it into this one.
func (p *place) moveIn(file string) error {
	if exists(p.path+walSuffix) || exists(p.path+journalSuffix) {
		if err := p.setAside(errOrphan); err != nil {
			return err
		}
	}
	if err := os.Rename(file, p.path); err != nil {
		return fmt.Errorf("move database into place: %w", err)
	}
	return syncFolder(filepath.Dir(p.path))
}

// settle checks the file and brings it up to date; a damaged one it replaces.
func (p *place) settle(ctx context.Context) error {
	err := p.keep(ctx)
	if !errors.Is(err, ErrDamaged) {
		return err
	}
	if err := p.replace(ctx, err); err != nil {
		return err
	}
	return p.keep(ctx)
}

// keep looks for damage where there is reason to, and migrates. It works on a
// connection of its own, which is closed before the pools open.
func (p *place) keep(ctx context.Context) error {
	suspect := isSuspect(p.path)
	keeper, err := pool(p.path, roleKeeper, 1)
	if err != nil {
		return damageOr(err)
	}
	err = damageOr(p.tend(ctx, keeper, suspect))
	return errors.Join(err, shut(keeper))
}

func (p *place) tend(ctx context.Context, keeper *gorm.DB, suspect bool) error {
	if suspect {
		if err := quickCheck(keeper.WithContext(ctx)); err != nil {
			return err
		}
		if err := clearSuspicion(p.path); err != nil {
			return err
		}
	}
	version, err := schemaVersion(keeper)
	if err != nil {
		return err
	}
	if err := checkNewer(version, len(p.all)); err != nil {
		return err
	}
	if version < len(p.all) {
		if err := p.upgrade(ctx, keeper, version); err != nil {
			return err
		}
	}
	return checkColumns(keeper)
}

func (p *place) upgrade(ctx context.Context, keeper *gorm.DB, from int) error {
	if err := p.backUp(keeper, from); err != nil {
		return err
	}
	return migrate(ctx, keeper, p.all, from)
}

// checkColumns finds damage to the schema itself, which quick_check does not
// look at: every column must be there.
func checkColumns(keeper *gorm.DB) error {
	for _, model := range []any{&transferRow{}, &batchRow{}, &serverRow{}, &settingRow{}} {
		statement := gorm.Statement{DB: keeper}
		if err := statement.Parse(model); err != nil {
			return fmt.Errorf("check columns: %w", err)
		}
		rows, err := keeper.Model(model).Select(statement.Schema.DBNames).Limit(0).Rows()
		if err != nil {
			return fmt.Errorf("%w: check columns: %w", ErrDamaged, err)
		}
		if err := rows.Close(); err != nil {
			return fmt.Errorf("check columns: %w", err)
		}
	}
	return nil
}

// damageOr marks what SQLite calls a broken file as ErrDamaged.
func damageOr(err error) error {
	if sentinelOf(err) == ErrDamaged && !errors.Is(err, ErrDamaged) {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return err
}

// syncFolder makes a rename survive a power cut. Where folders cannot be synced
// (Windows), renames are durable by themselves.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer folder.Close()
	_ = folder.Sync()
	return nil
}
