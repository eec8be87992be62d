package db

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
)

// Recovery describes how a damaged file was replaced, or one that the user replaced by a
// backup ([Replacement]), to be reported to the user. It is also stored, as JSON, until it
// was reported.
type Recovery struct {
	Requested bool   `json:",omitempty"` // the user replaced the file, which was not damaged
	SetAside  string // path of the replaced file; "" if there is none
	Restored  string // path of the backup that replaced it; "" if a new file did
	Recovered int    `json:"Salvaged"` // transfers recovered from the damaged file
	Reason    string // the damage found, for the log and the details pane
}

// Happened reports whether a file was replaced.
func (r Recovery) Happened() bool { return r.SetAside != "" }

// recoverySetting is the key under which a new file stores the Recovery that created
// it, until a DB that returned it is closed.
const recoverySetting = "recovery"

// save stores r in the database at path, which no other connection may have open.
func (r Recovery) save(path string) error {
	value, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("save recovery: %w", err)
	}
	pool, err := openPool(path, roleExclusive, 1)
	if err != nil {
		return err
	}
	rows := []settingRow{{Key: recoverySetting, Value: string(value)}}
	return errors.Join(upsert(context.Background(), pool, rows, identity), closePool(pool))
}

// loadRecovery returns the stored Recovery, the zero value if there is none.
func (d *DB) loadRecovery(ctx context.Context) (r Recovery, err error) {
	value, err := d.Setting(ctx, recoverySetting)
	if err != nil || value == nil {
		return Recovery{}, err
	}
	if err := json.Unmarshal(value, &r); err != nil {
		return Recovery{}, fmt.Errorf("%w: load recovery: %w", ErrDamaged, err)
	}
	return r, nil
}

// replace creates a new file from the newest good backup, or an empty one if there is
// none, adds what it can recover from the damaged file, and installs it. If it is
// interrupted, the next Open starts it over: the suspect mark stays until a good file
// is installed.
func (f *file) replace(ctx context.Context, reason error) error {
	if err := markSuspect(f.path); err != nil {
		return fmt.Errorf("%w: %w", ErrUnwritable, err)
	}
	recovery := Recovery{Reason: reason.Error()}
	temp, restored, err := f.replacement(ctx)
	if err != nil {
		return err
	}
	defer os.Remove(temp) // fails if it was renamed
	recovery.Restored = restored
	if recovery.Recovered, err = f.recoverRows(ctx, temp); err != nil {
		recovery.Recovered = 0
		recovery.Reason += "; nothing recovered: " + err.Error()
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	recovery.SetAside = f.asidePath()
	if err := recovery.save(temp); err != nil {
		return err
	}
	if err := f.setAside(recovery.SetAside); err != nil {
		return err
	}
	if err := f.install(temp); err != nil {
		return err
	}
	return clearSuspect(f.path)
}

// replacement creates a good database under a temporary name. backup is the path of
// the backup that it is a copy of, or "".
func (f *file) replacement(ctx context.Context) (temp, backup string, err error) {
	backups, err := f.backups(migrationSuffix, weeklySuffix)
	if err != nil {
		return "", "", err
	}
	for _, backup := range backups {
		if temp, err := f.restore(ctx, backup); err == nil {
			return temp, backup, nil
		}
	}
	temp, err = f.create(ctx)
	return temp, "", err
}

// setAside gives the file a second name, under which it can still be opened, and
// moves the logs that belong to it. The file keeps its own name until it is replaced.
func (f *file) setAside(aside string) error {
	if err := ignoreNotExist(linkOrCopy(aside, f.path)); err != nil {
		return fmt.Errorf("set damaged database aside: %w", err)
	}
	for _, suffix := range []string{walSuffix, shmSuffix, journalSuffix} {
		if err := ignoreNotExist(os.Rename(f.path+suffix, aside+suffix)); err != nil {
			return fmt.Errorf("set damaged database aside: %w", err)
		}
	}
	return nil
}

var errLogWithoutDatabase = errors.New("log without a database")

// setLogAside sets aside a log without its database, and stores a Recovery that says
// so in the new file temp.
func (f *file) setLogAside(temp string) error {
	recovery := Recovery{SetAside: f.asidePath(), Reason: errLogWithoutDatabase.Error()}
	if err := recovery.save(temp); err != nil {
		return err
	}
	return f.setAside(recovery.SetAside)
}

// asidePath returns a path that does not exist yet.
func (f *file) asidePath() string {
	aside := f.path + damagedSuffix + timestamp(f.now())
	for exists(aside) || exists(aside+walSuffix) {
		aside += "+"
	}
	return aside
}

// linkOrCopy creates a hard link or, on a file system that has none, a copy.
func linkOrCopy(to, from string) error {
	if err := os.Link(from, to); err == nil {
		return nil
	}
	return copyFile(to, from)
}
