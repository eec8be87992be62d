package db

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"gorm.io/gorm"
)

// What SQLite keeps beside a file, and what is kept here.
const (
	walSuffix     = "-wal"     // left behind when a session was not closed
	shmSuffix     = "-shm"     // the log's index
	journalSuffix = "-journal" // SQLite's older kind of log
	suspectSuffix = ".suspect" // left by a session that met damage
	damagedSuffix = ".damaged-"
)

// Recovery is what became of a damaged file: the user must hear of it.
type Recovery struct {
	SetAside string // where the damaged file is now; "" when nothing was damaged
	Restored string // the backup in use instead; "" when it is a new, empty file
	Reason   string // what was found, for the log and the details pane
}

// Happened reports whether there is anything to tell.
func (r Recovery) Happened() bool { return r.SetAside != "" }

// isSuspect reports whether the last session ended without Close, or met damage.
// A clean one removes its log.
func isSuspect(path string) bool {
	return exists(path+walSuffix) || exists(path+suspectSuffix)
}

func markSuspect(path string) error {
	return os.WriteFile(path+suspectSuffix, nil, 0o600)
}

func clearSuspicion(path string) error {
	err := os.Remove(path + suspectSuffix)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
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

// replace puts the newest good backup in the damaged file's place, or a new file.
func (p *place) replace(ctx context.Context, reason error) error {
	if err := p.setAside(reason); err != nil {
		return err
	}
	backups, err := p.backups()
	if err != nil {
		return err
	}
	for _, backup := range backups {
		if err := p.restore(ctx, backup); err == nil {
			p.recovery.Restored = backup
			return nil
		}
	}
	return p.create(ctx)
}

// setAside renames the file and all that belongs to it, so that it can still be
// opened under its new name.
func (p *place) setAside(reason error) error {
	aside := p.path + damagedSuffix + stamp(p.now())
	for exists(aside) || exists(aside+walSuffix) {
		aside += "+"
	}
	for _, suffix := range []string{walSuffix, shmSuffix, journalSuffix, ""} {
		err := os.Rename(p.path+suffix, aside+suffix)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("set damaged database aside: %w", err)
		}
	}
	p.recovery = Recovery{SetAside: aside, Reason: reason.Error()}
	return clearSuspicion(p.path)
}

// stamp is a time as part of a file's name. Names sort by age.
func stamp(t time.Time) string { return t.UTC().Format("20060102-150405.000") }
