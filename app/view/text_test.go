package view

import (
	"maps"
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

func TestRowOfAPausedUpload(t *testing.T) {
	apptest.LoadEnglish(t)
	acknowledged := apptest.Acknowledged(apptest.Gigabyte)
	for _, c := range []struct {
		name                        string
		t                           *uploader.Transfer
		live                        map[uploader.TransferID]uploader.Progress
		status, percent, size, sent string
		bar                         float64
	}{
		{
			"its worker is still being stopped", apptest.Transfer(1, apptest.Sending, apptest.Paused, acknowledged),
			map[uploader.TransferID]uploader.Progress{1: {Sent: 2 * apptest.Gigabyte, Rate: 10e6, ETA: apptest.Minutes(4)}},
			"Pausing", "50 %", "2.0 of 4.0 GB", "2.0 of 4.0 GB", 0.5,
		},
		{
			"its worker has ended", apptest.Transfer(1, apptest.Paused, acknowledged), nil,
			"Paused at 1.0 of 4.0 GB", "25 %", "4.0 GB", "1.0 of 4.0 GB", 0.25,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := apptest.Snapshot(c.t)
			maps.Copy(s.Progress, c.live)
			row := TransferRow(s, c.t, 0, ShownBytes(s, c.t), apptest.Noon)
			if row.Status != c.status || row.Percent != c.percent || row.Size != c.size || row.Sent != c.bar || row.Speed != "" || row.ETA != "" {
				t.Errorf("row %+v", row)
			}
			for _, line := range DetailsOf(s, c.t, Record{}, apptest.Noon).Lines {
				if line.Name == "Sent" && line.Value != c.sent {
					t.Errorf("details: %q", line.Value)
				}
			}
		})
	}
}
