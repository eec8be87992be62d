package program

import (
	"context"
	"encoding/json"
	"path/filepath"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/ferryapp/ferry/db"
)

// chosen JSON makes that the profile's settings.
func chosen(ts *testscript.TestScript, _ bool, args []string) {
	ctx := context.Background()
	d, err := db.Open(ctx, filepath.Join(ts.Getenv("FERRY_PROFILE"), "ferry.db"))
	ts.Check(err)
	ts.Check(d.SaveSetting(ctx, "settings", json.RawMessage(args[0])))
	ts.Check(d.Close())
}
