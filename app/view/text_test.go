package view

import (
	"testing"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader"
)

func TestTitle(t *testing.T) {
	apptest.LoadEnglish(t)
	of := func(bytes, sent int64, states ...uploader.State) uploader.BatchTotals {
		sum := uploader.BatchTotals{Files: len(states), Bytes: bytes, Sent: sent}
		for _, state := range states {
			sum.Count[state]++
		}
		return sum
	}
	for _, c := range []struct {
		name    string
		sending int
		batches []uploader.BatchTotals
		want    string
	}{
		{"nothing is sent", 0, []uploader.BatchTotals{of(100, 40, uploader.StatePaused)}, "Ferry"},
		{"whole percent that are complete", 1, []uploader.BatchTotals{of(1000, 575, uploader.StateUploading)}, "57 % · Ferry"},
		{"nearly everything is sent", 1, []uploader.BatchTotals{of(1000, 999, uploader.StateUploading, uploader.StateDone)}, "99 % · Ferry"},
		{"a batch that waits counts", 1, []uploader.BatchTotals{of(100, 50, uploader.StateUploading), of(100, 0, uploader.StateWaiting)}, "25 % · Ferry"},
		{"batches that are done or paused do not", 1, []uploader.BatchTotals{of(100, 50, uploader.StateUploading), of(900, 900, uploader.StateDone), of(900, 0, uploader.StatePaused)}, "50 % · Ferry"},
		{"empty files only", 1, []uploader.BatchTotals{of(0, 0, uploader.StateUploading)}, "Ferry"},
	} {
		s := &uploader.Snapshot{BatchTotals: map[uploader.BatchID]uploader.BatchTotals{}}
		s.Totals.Count = map[uploader.State]int{uploader.StateUploading: c.sending}
		for i, sum := range c.batches {
			s.BatchTotals[uploader.BatchID(i+1)] = sum
		}
		if got := Title(s); got != c.want {
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
