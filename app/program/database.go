package program

import (
	"context"
	"errors"
	"fmt"

	"github.com/ferryapp/ferry/app/cli"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/db"
	"github.com/ferryapp/ferry/uploader"
)

// load reads what is saved of a profile in which nothing runs.
func load(ctx context.Context, w work) (uploader.Saved, error) {
	database, err := w.database(ctx)
	if err != nil {
		return uploader.Saved{}, err
	}
	saved, err := database.Load(ctx)
	return saved, errors.Join(err, database.Close())
}

// database opens the profile's database, and says when it had to be repaired.
func (w work) database(ctx context.Context) (*db.DB, error) {
	d, err := db.Open(ctx, w.profile.Database())
	file := words.Data{"File": words.Printable(w.profile.Database())}
	switch {
	case errors.Is(err, db.ErrNewer):
		return nil, &cli.UserError{Text: words.Say("cli.database.newer", file)}
	case errors.Is(err, db.ErrNotFerry):
		return nil, &cli.UserError{Text: words.Say("cli.database.foreign", file)}
	case err != nil:
		return nil, err
	}
	if r := d.Recovery(); r.Happened() {
		w.log.Error("the database was damaged", "aside", r.SetAside, "restored", r.Restored, "reason", r.Reason)
		_, _ = fmt.Fprintln(w.streams.Err, recovery(d))
	}
	return d, nil
}

// recovery says in words what became of a damaged database; "" when it was whole.
func recovery(d *db.DB) string {
	r := d.Recovery()
	key := "cli.recovered.empty"
	switch {
	case !r.Happened():
		return ""
	case r.Restored != "":
		key = "cli.recovered"
	case r.Salvaged > 0:
		key = "cli.recovered.salvaged"
	}
	return words.Say(key, words.Data{"SetAside": words.Printable(r.SetAside)})
}
