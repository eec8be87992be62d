package view

import (
	"testing"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/widgets"
)

func TestReviewRow(t *testing.T) {
	apptest.LoadEnglish(t)
	checking := func(t *uploader.Transfer) { t.Phase = uploader.PhaseChecking }
	unreachable := func(t *uploader.Transfer) { t.Fault = fault.New(fault.Unreachable, fault.Head, nil) }
	for _, c := range []struct {
		name   string
		t      *uploader.Transfer
		status string
		button string
	}{
		{"ready", apptest.Transfer(1, apptest.Acknowledged(apptest.Gigabyte)), "Ready · 1.0 of 4.0 GB already uploaded · This computer", "Resume"},
		{"ready, not started", apptest.Transfer(1), "Ready · nothing uploaded yet · This computer", "Resume"},
		{"checking", apptest.Transfer(1, apptest.Acknowledged(apptest.Gigabyte), checking), "Checking with the server · This computer", "Resume"},
		{"server unreachable", apptest.Transfer(1, apptest.Acknowledged(apptest.Gigabyte), unreachable), "The server doesn't respond · This computer", "Resume"},
		{"file changed", apptest.Transfer(1, apptest.Acknowledged(apptest.Gigabyte), apptest.Failed(fault.SourceChanged)), "Changed since the upload began", "Start over"},
		{"file missing", apptest.Transfer(1, apptest.Acknowledged(apptest.Gigabyte), apptest.Failed(fault.SourceMissing)), "Not found: drive disconnected or file moved", "Locate…"},
		{"sign-in required", apptest.Transfer(1, apptest.Acknowledged(apptest.Gigabyte), apptest.Failed(fault.Auth)), "The server requires sign-in", "Sign in…"},
		{"upload no longer on the server", apptest.Transfer(1, apptest.Acknowledged(apptest.Gigabyte), apptest.Failed(fault.Gone)), "The server no longer has the first 1.0 GB", "Start over"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := apptest.Snapshot(c.t)
			row := ReviewRow(s, c.t, apptest.Noon)
			if row.Status != c.status {
				t.Errorf("got status %q", row.Status)
			}
			if got := labelledButton(row); got != c.button {
				t.Errorf("got button %q", got)
			}
		})
	}
}

// labelledButton returns the label of the prominent button; "" for none.
func labelledButton(row widgets.RowModel) string {
	for _, action := range row.Actions {
		if action.Prominent {
			return action.Label
		}
	}
	return ""
}
