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
	away := func(t *uploader.Transfer) { t.Fault = fault.New(fault.Unreachable, fault.Head, nil) }
	for _, c := range []struct {
		name   string
		t      *uploader.Transfer
		detail string
		way    string
	}{
		{"ready", apptest.Transfer(1, apptest.Acknowledged(apptest.Gigabyte)), "Ready · 1.0 of 4.0 GB already uploaded · This computer", "Resume"},
		{"ready, and not begun", apptest.Transfer(1), "Ready · nothing uploaded yet · This computer", "Resume"},
		{"being asked about", apptest.Transfer(1, apptest.Acknowledged(apptest.Gigabyte), checking), "Checking with the server · This computer", "Resume"},
		{"at a server that is away", apptest.Transfer(1, apptest.Acknowledged(apptest.Gigabyte), away), "The server doesn't respond · This computer", "Resume"},
		{"changed", apptest.Transfer(1, apptest.Acknowledged(apptest.Gigabyte), apptest.Failed(fault.SourceChanged)), "Changed since the upload began", "Start over"},
		{"missing", apptest.Transfer(1, apptest.Acknowledged(apptest.Gigabyte), apptest.Failed(fault.SourceMissing)), "Not found: drive disconnected or file moved", "Locate…"},
		{"behind a sign-in", apptest.Transfer(1, apptest.Acknowledged(apptest.Gigabyte), apptest.Failed(fault.Auth)), "The server requires sign-in", "Sign in…"},
		{"forgotten", apptest.Transfer(1, apptest.Acknowledged(apptest.Gigabyte), apptest.Failed(fault.Gone)), "The server no longer has the first 1.0 GB", "Start over"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := apptest.Snapshot(c.t)
			row := ReviewRow(s, c.t, apptest.Noon)
			if row.Status != c.detail {
				t.Errorf("says %q", row.Status)
			}
			if got := labelledButton(row); got != c.way {
				t.Errorf("offers %q", got)
			}
		})
	}
}

// labelledButton is the label of the button that has a text.
func labelledButton(row widgets.RowModel) string {
	for _, action := range row.Actions {
		if action.Prominent {
			return action.Label
		}
	}
	return ""
}
