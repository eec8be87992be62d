package db

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/ferryapp/ferry/uploader/atomicfile"
)

// place is where a database file belongs, and what it should be like there.
type place struct {
	path string
	all  []migration
	now  func() time.Time
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
	if err := p.sweep(); err != nil {
		return err
	}
	if err == nil {
		return p.checkWritable()
	}
	scratch, err := p.create(ctx)
	if err != nil {
		return err
	}
	defer os.Remove(scratch) // nothing is there any more once it has moved
	return p.moveIn(scratch)
}

// sweep removes what an earlier start was stopped from finishing.
func (p *place) sweep() error {
	folder, base := filepath.Split(p.path)
	entries, err := os.ReadDir(folder)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnwritable, err)
	}
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), base+scratchSuffix) {
			if err := os.RemoveAll(folder + entry.Name()); err != nil {
				return fmt.Errorf("%w: %w", ErrUnwritable, err)
			}
		}
	}
	return nil
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
	file, err := os.CreateTemp(filepath.Dir(p.path), filepath.Base(p.path)+scratchSuffix+"*")
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrUnwritable, err)
	}
	if err := file.Close(); err != nil {
		return "", fmt.Errorf("%w: %w", ErrUnwritable, err)
	}
	return file.Name(), nil
}

// create makes a new file beside the place.
func (p *place) create(ctx context.Context) (string, error) {
	scratch, err := p.scratch()
	if err != nil {
		return "", err
	}
	if err := p.make(ctx, scratch); err != nil {
		return "", errors.Join(fmt.Errorf("make database: %w", err), os.Remove(scratch))
	}
	return scratch, nil
}

// make brings a file that nobody else uses to the newest schema. It may be empty.
func (p *place) make(ctx context.Context, file string) error {
	maker, err := pool(file, roleMaker, 1)
	if err != nil {
		return err
	}
	version, err := schemaVersion(maker)
	if err == nil && version < len(p.all) {
		err = migrate(ctx, maker, p.all, version)
	}
	return errors.Join(err, shut(maker))
}

// errOrphan is why a log without its database is set aside.
var errOrphan = errors.New("the database is gone and only its log is there")

// moveIn gives a finished file its place, for good. A log that was left there
// belongs to another file, and SQLite would replay it into this one.
func (p *place) moveIn(file string) error {
	if exists(p.path+walSuffix) || exists(p.path+journalSuffix) {
		if err := p.setAsideLog(file); err != nil {
			return err
		}
	}
	if err := atomicfile.Rename(file, p.path); err != nil {
		return fmt.Errorf("move database into place: %w", err)
	}
	return nil
}

func (p *place) setAsideLog(file string) error {
	recovery := Recovery{SetAside: p.asideName(), Reason: errOrphan.Error()}
	if err := recovery.record(file); err != nil {
		return err
	}
	return p.setAside(recovery.SetAside)
}

// settle checks the file and brings it up to date; a damaged one it replaces, and
// takes over what can still be read of it.
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
	left := traces{unclosed: exists(p.path + walSuffix), damage: exists(p.path + suspectSuffix)}
	if left.unclosed {
		// Closing the keeper removes the log, the only trace so far. A start that is
		// killed between that and the repair must not make the next one trust the file.
		if err := markSuspect(p.path); err != nil {
			return fmt.Errorf("%w: %w", ErrUnwritable, err)
		}
	}
	keeper, err := pool(p.path, roleKeeper, 1)
	if err != nil {
		return damageOr(err)
	}
	err = damageOr(p.tend(ctx, keeper, left))
	return errors.Join(err, shut(keeper))
}

func (p *place) tend(ctx context.Context, keeper *gorm.DB, left traces) error {
	if left.unclosed || left.damage {
		if err := quickCheck(keeper.WithContext(ctx)); err != nil {
			return err
		}
	}
	if err := p.bringUp(ctx, keeper); err != nil {
		return err
	}
	if left.damage {
		if err := readAll(ctx, keeper); err != nil {
			return err
		}
	}
	return clearSuspicion(p.path)
}

// bringUp makes the schema the newest one.
func (p *place) bringUp(ctx context.Context, keeper *gorm.DB) error {
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
	if err := p.backUp(backupSuffix, func(to string) error { return copyOut(keeper, to) }); err != nil {
		return err
	}
	return migrate(ctx, keeper, p.all, from)
}

// checkColumns finds damage to the schema itself, which quick_check does not
// look at: every column must be there.
func checkColumns(keeper *gorm.DB) error {
	for _, model := range []any{&transferRow{}, &batchRow{}, &serverRow{}, &settingRow{}, &markRow{}, &partRow{}, &eventRow{}} {
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
	if errors.Is(sentinelOf(err), ErrDamaged) && !errors.Is(err, ErrDamaged) {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return err
}
