package view

import (
	"testing"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader"
)

func TestTitle(t *testing.T) {
	apptest.LoadEnglish(t)
	sending := map[uploader.State]int{uploader.StateUploading: 1}
	for _, c := range []struct {
		name   string
		totals uploader.Totals
		want   string
	}{
		{"nothing is sent", uploader.Totals{Bytes: 100, Left: 40}, "Ferry"},
		{"whole percent that are complete", uploader.Totals{Count: sending, Bytes: 1000, Left: 425}, "57 % · Ferry"},
		{"nearly everything is sent", uploader.Totals{Count: sending, Bytes: 1000, Left: 1}, "99 % · Ferry"},
		{"empty files only", uploader.Totals{Count: sending}, "Ferry"},
	} {
		if got := Title(&uploader.Snapshot{Totals: c.totals}); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestPausedRowShowsAcknowledgedBytes(t *testing.T) {
	apptest.LoadEnglish(t)
	// The worker is still being stopped: more was sent than the server has acknowledged.
	paused := apptest.Transfer(1, apptest.Sending, apptest.Paused, apptest.Acknowledged(apptest.Gigabyte))
	s := apptest.Snapshot(paused)
	s.Progress[1] = uploader.Progress{Sent: 2 * apptest.Gigabyte, Rate: 10e6, ETA: apptest.Minutes(4)}
	row := TransferRow(s, paused, 0, ShownBytes(s, paused), apptest.Noon)
	if row.Status != "Paused at 1.0 of 4.0 GB" || row.Percent != "25 %" || row.Sent != 0.25 || row.Speed != "" || row.ETA != "" {
		t.Errorf("row %+v", row)
	}
	for _, line := range DetailsOf(s, paused, Record{}, apptest.Noon).Lines {
		if line.Name == "Sent" && line.Value != "1.0 of 4.0 GB" {
			t.Errorf("details: %q", line.Value)
		}
	}
}
