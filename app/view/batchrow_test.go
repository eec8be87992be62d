package view

import (
	"strings"
	"testing"
	"time"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

func TestBatchName(t *testing.T) {
	apptest.LoadEnglish(t)
	tests := map[string]struct {
		roots []string
		want  string
	}{
		"one folder":    {[]string{"/home/ada/Iceland raws"}, "Iceland raws"},
		"two roots":     {[]string{"/home/ada/Wedding", "/home/ada/notes.txt"}, "Wedding and 1 more"},
		"several roots": {[]string{"/home/ada/Wedding", "/a", "/b"}, "Wedding and 2 more"},
		"no roots":      {nil, "7 files"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := batchName(&uploader.Batch{Roots: test.roots}, uploader.BatchTotals{Files: 7}); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestBatchOfEmptyFilesCountsFiles(t *testing.T) {
	apptest.LoadEnglish(t)
	sum := uploader.BatchTotals{Files: 4}
	sum.Count[uploader.StateDone], sum.Count[uploader.StateWaiting] = 1, 3
	batch := &uploader.Batch{Roots: []string{"/lab"}, Scanned: true}
	model := BatchRow(apptest.Snapshot(), batch, sum, 0, 0, nil)
	if model.Size != "" || !model.ShowBar || model.Acked != 0.25 || model.Sent != 0.25 {
		t.Errorf("got %+v", model)
	}
}

func TestBatchETANeedsTotalETA(t *testing.T) {
	apptest.LoadEnglish(t)
	sum := uploader.BatchTotals{Files: 2, Bytes: 9e9, Sent: 3e9, Rate: 50e6}
	sum.Count[uploader.StateUploading], sum.Count[uploader.StateWaiting] = 1, 1
	batch := &uploader.Batch{Roots: []string{"/lab"}, Scanned: true}
	s := apptest.Snapshot()
	if model := BatchRow(s, batch, sum, 0, 0, nil); model.ETA != "" || model.Speed != "50.0 MB/s" {
		t.Errorf("without a total ETA: got speed %q, ETA %q", model.Speed, model.ETA)
	}
	s.Totals.ETA = 3 * time.Minute
	if model := BatchRow(s, batch, sum, 0, 0, nil); model.ETA != "about 2 min" {
		t.Errorf("with a total ETA: got ETA %q", model.ETA)
	}
}

func TestBatchStateIsSteadyBetweenFiles(t *testing.T) {
	sum := func(change func(*uploader.BatchTotals)) uploader.BatchTotals {
		s := uploader.BatchTotals{Files: 9, Bytes: 9e9}
		change(&s)
		return s
	}
	tests := []struct {
		name string
		sum  uploader.BatchTotals
		want uploader.State
	}{
		{"checking the first file", sum(func(s *uploader.BatchTotals) { s.Count[uploader.StateChecking] = 1 }), uploader.StateChecking},
		{"checking the next file", sum(func(s *uploader.BatchTotals) { s.Count[uploader.StateChecking], s.Count[uploader.StateDone] = 1, 3 }), uploader.StateUploading},
		{"preparing the next file", sum(func(s *uploader.BatchTotals) { s.Count[uploader.StatePreparing], s.Sent = 1, 4e9 }), uploader.StateUploading},
		{"next file not started, rate above 0", sum(func(s *uploader.BatchTotals) { s.Count[uploader.StateWaiting], s.Rate = 6, 5e6 }), uploader.StateUploading},
		{"remaining files queued", sum(func(s *uploader.BatchTotals) { s.Count[uploader.StateWaiting], s.Sent = 6, 4e9 }), uploader.StateWaiting},
		{"one file failed", sum(func(s *uploader.BatchTotals) { s.Count[uploader.StateFailed], s.Rate = 1, 5e6 }), uploader.StateFailed},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := leadingState(&uploader.Batch{Scanned: true}, test.sum); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

// TestBatchSaysWhatIsTriedAgainFirst: a closed batch has the reason and the time, like the row
// of a file.
func TestBatchSaysWhatIsTriedAgainFirst(t *testing.T) {
	apptest.LoadEnglish(t)
	in := apptest.InBatch(2)
	retry := func(id uploader.TransferID, in time.Duration) *uploader.Transfer {
		return apptest.Transfer(id, apptest.InBatch(2), apptest.Waiting(fault.Transient), func(t *uploader.Transfer) {
			t.Attempt, t.NextTry = 4, uploader.TimestampOf(time.Now().Add(in))
		})
	}
	s := apptest.WithBatches(apptest.Snapshot(
		apptest.Transfer(1, apptest.Done, in), retry(2, 3*time.Minute), retry(3, -time.Second), apptest.Transfer(4, in),
	), apptest.Folder(2, "raws"))
	o := NewOutline()
	o.Update(s)
	next := o.NextRetry(2)
	if next == nil || next.ID != 3 {
		t.Fatalf("next is %+v", next)
	}
	sum := uploader.BatchTotals{Files: 4}
	sum.Count[uploader.StateDone], sum.Count[uploader.StateRetrying], sum.Count[uploader.StateWaiting] = 1, 2, 1
	row := BatchRow(s, &uploader.Batch{ID: 2, Roots: []string{"/raws"}, Scanned: true}, sum, 0, 0, o.NextRetry)
	if want := "Connection lost, retrying · 1 of 4 files"; !strings.HasPrefix(row.Status, want) {
		t.Errorf("got %q, want %q", row.Status, want)
	}
	s.Transfers = apptest.With(s.Transfers, apptest.Transfer(3, apptest.Done, in))
	if o.Update(s); o.NextRetry(2).ID != 2 {
		t.Error("the next one after another snapshot is wrong")
	}
	if o.NextRetry(9) != nil {
		t.Error("a batch without transfers has a retry")
	}
}
