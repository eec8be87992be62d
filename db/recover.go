package db

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/ferryapp/ferry/uploader"
)

// What SQLite keeps beside a file, and what is kept here.
const (
	walSuffix     = "-wal"     // left behind when a session was not closed
	shmSuffix     = "-shm"     // the log's index
	journalSuffix = "-journal" // SQLite's older kind of log
	suspectSuffix = ".suspect" // left by a session that met damage
	damagedSuffix = ".damaged-"
	scratchSuffix = ".new-" // not finished, and nobody's yet
)

// Recovery is what became of a damaged file: the user must hear of it.
type Recovery struct {
	SetAside string // where the damaged file is now; "" when nothing was damaged
	Restored string // the backup in use instead; "" when it is a new file
	Salvaged int    // transfers that could still be read from the damaged file
	Reason   string // what was found, for the log and the details pane
}

// Happened reports whether there is anything to tell.
func (r Recovery) Happened() bool { return r.SetAside != "" }

// traces are what the last session left beside the file.
type traces struct {
	unclosed bool // it ended without Close, which removes the log
	damage   bool // it met damage
}

func markSuspect(path string) error {
	return os.WriteFile(path+suspectSuffix, nil, 0o600)
}

func clearSuspicion(path string) error {
	return ignoreMissing(os.Remove(path + suspectSuffix))
}

// quickCheck reads the whole file, all but the indexes' agreement with tables.
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

// readAll finds damage inside of values, which quickCheck takes for good.
func readAll(ctx context.Context, tx *gorm.DB) error {
	if _, err := loadServers(tx); err != nil {
		return err
	}
	if _, err := loadBatches(tx); err != nil {
		return err
	}
	return eachTransfer(ctx, tx, func(uploader.Transfer) {})
}

// replace makes a new file, out of the newest good backup when there is one and
// of what can be read of the damaged file, and only then puts it in that one's
// place. Stopped at any point, it begins again at the next Open: the mark stays
// until a good file stands there.
func (p *place) replace(ctx context.Context, reason error) error {
	if err := markSuspect(p.path); err != nil {
		return fmt.Errorf("%w: %w", ErrUnwritable, err)
	}
	recovery := Recovery{Reason: reason.Error()}
	scratch, restored, err := p.substitute(ctx)
	if err != nil {
		return err
	}
	defer os.Remove(scratch) // nothing is there any more once it has moved
	recovery.Restored = restored
	if recovery.Salvaged, err = p.salvage(ctx, scratch); err != nil {
		recovery.Salvaged = 0
		recovery.Reason += "; nothing was taken over: " + err.Error()
	}
	recovery.SetAside = p.asideName()
	if err := recovery.record(scratch); err != nil {
		return err
	}
	if err := p.setAside(recovery.SetAside); err != nil {
		return err
	}
	if err := p.moveIn(scratch); err != nil {
		return err
	}
	return clearSuspicion(p.path)
}

// recoverySetting is where a new file remembers what it replaced, so that it is
// told again until a session that had heard of it ends cleanly.
const recoverySetting = "recovery"

func (r Recovery) record(file string) error {
	value, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("record recovery: %w", err)
	}
	maker, err := pool(file, roleMaker, 1)
	if err != nil {
		return err
	}
	row := []settingRow{{Key: recoverySetting, Value: string(value)}}
	return errors.Join(upsert(context.Background(), maker, row, same), shut(maker))
}

// recorded is the recovery that nobody may have heard of yet.
func (d *DB) recorded(ctx context.Context) (r Recovery, err error) {
	value, err := d.Setting(ctx, recoverySetting)
	if err != nil || value == nil {
		return Recovery{}, err
	}
	if err := json.Unmarshal(value, &r); err != nil {
		return Recovery{}, fmt.Errorf("%w: recorded recovery: %w", ErrDamaged, err)
	}
	return r, nil
}

// substitute is a good file beside the place, and the backup it comes from.
func (p *place) substitute(ctx context.Context) (scratch, backup string, err error) {
	backups, err := p.backups(backupSuffix, weeklySuffix)
	if err != nil {
		return "", "", err
	}
	for _, backup := range backups {
		if scratch, err := p.restore(ctx, backup); err == nil {
			return scratch, backup, nil
		}
	}
	scratch, err = p.create(ctx)
	return scratch, "", err
}

// setAside gives the file, and the logs that belong to it, another name, under
// which it can still be opened. Its own name stays until it is replaced.
func (p *place) setAside(aside string) error {
	if err := ignoreMissing(duplicate(aside, p.path)); err != nil {
		return fmt.Errorf("set damaged database aside: %w", err)
	}
	for _, suffix := range []string{walSuffix, shmSuffix, journalSuffix} {
		if err := ignoreMissing(os.Rename(p.path+suffix, aside+suffix)); err != nil {
			return fmt.Errorf("set damaged database aside: %w", err)
		}
	}
	return nil
}

// asideName is a name that nothing has yet.
func (p *place) asideName() string {
	aside := p.path + damagedSuffix + stamp(p.now())
	for exists(aside) || exists(aside+walSuffix) {
		aside += "+"
	}
	return aside
}

// duplicate gives a file a second name or, where the file system has none, a copy.
func duplicate(to, from string) error {
	if err := os.Link(from, to); err == nil {
		return nil
	}
	return copyFile(to, from)
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// stamp is a time as part of a file's name. Names sort by age.
func stamp(t time.Time) string { return t.UTC().Format(stampLayout) }

const stampLayout = "20060102-150405.000"
