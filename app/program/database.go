package program

import (
	"context"
	"errors"
	"fmt"

	"github.com/ferryapp/ferry/app/cli"
	"github.com/ferryapp/ferry/app/windowstate"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/db"
	"github.com/ferryapp/ferry/docs"
	"github.com/ferryapp/ferry/uploader"
)

// loadSaved reads the saved state of a profile for which no engine runs.
func (c command) loadSaved(ctx context.Context) (uploader.Saved, error) {
	database, err := c.openDatabase(ctx)
	if err != nil {
		return uploader.Saved{}, err
	}
	saved, err := database.Load(ctx)
	return saved, errors.Join(err, database.Close())
}

// openDatabase opens the profile's database. In a new one it notes the release, so that the
// window can tell an update from a new profile. If the database had to be repaired, it logs
// and prints that.
func (c command) openDatabase(ctx context.Context) (*db.DB, error) {
	d, err := db.Open(ctx, c.profile.Database())
	file := words.Data{"File": words.Printable(c.profile.Database())}
	switch {
	case errors.Is(err, db.ErrNewer):
		return nil, &cli.UserError{Text: words.Text("cli.database.newer", file), Window: words.Text("start.database.newer", file)}
	case errors.Is(err, db.ErrAltered):
		return nil, &cli.UserError{Text: words.Text("cli.database.altered", file), Window: words.Text("start.database.altered", file)}
	case errors.Is(err, db.ErrNotFerry):
		return nil, &cli.UserError{Text: words.Text("cli.database.foreign", file), Window: words.Text("start.database.foreign", file)}
	case err != nil:
		return nil, err
	}
	if d.Created() {
		if err := windowstate.SaveFirst(ctx, d, docs.ReleaseOf(c.version)); err != nil {
			return nil, errors.Join(err, d.Close())
		}
	}
	switch r := d.Recovery(); {
	case r.Requested:
		c.log.Info("backup was restored", "backup", r.Restored, "earlier", r.SetAside)
		_, _ = fmt.Fprintln(c.streams.Err, recoveryText(d))
	case r.Happened():
		c.log.Error("database was damaged", "moved_to", r.SetAside, "restored", r.Restored, "reason", r.Reason)
		_, _ = fmt.Fprintln(c.streams.Err, recoveryText(d))
	}
	return d, nil
}

// recoveryText returns a text for the user about how a damaged database was repaired, or by
// which backup the user replaced it; "" if neither happened.
func recoveryText(d *db.DB) string {
	r := d.Recovery()
	key := "cli.recovered.empty"
	switch {
	case !r.Happened():
		return ""
	case r.Requested:
		return words.Text("cli.restored", words.Data{"Backup": words.Path(r.Restored), "Earlier": words.Path(r.SetAside)})
	case r.Restored != "":
		key = "cli.recovered"
	case r.Recovered > 0:
		key = "cli.recovered.salvaged"
	}
	return words.Text(key, words.Data{"SetAside": words.Path(r.SetAside)})
}
