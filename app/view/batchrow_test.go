package view

import (
	"testing"
	"time"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader"
)

func TestBatchName(t *testing.T) {
	apptest.LoadEnglish(t)
	tests := map[string]struct {
		roots []string
		want  string
	}{
		"a folder":       {[]string{"/home/ada/Iceland raws"}, "Iceland raws"},
		"two things":     {[]string{"/home/ada/Wedding", "/home/ada/notes.txt"}, "Wedding and 1 more"},
		"several things": {[]string{"/home/ada/Wedding", "/a", "/b"}, "Wedding and 2 more"},
		"nothing known":  {nil, "7 files"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := batchName(&uploader.Batch{Roots: test.roots}, uploader.BatchTotals{Files: 7}); got != test.want {
				t.Errorf("called %q, want %q", got, test.want)
			}
		})
	}
}

func TestBatchOfEmptyFilesCountsFiles(t *testing.T) {
	apptest.LoadEnglish(t)
	sum := uploader.BatchTotals{Files: 4}
	sum.Count[uploader.StateDone], sum.Count[uploader.StateWaiting] = 1, 3
	batch := &uploader.Batch{Roots: []string{"/lab"}, Scanned: true}
	model := BatchRow(apptest.Snapshot(), batch, sum, 0, 0)
	if model.Size != "" || !model.ShowBar || model.Acked != 0.25 || model.Sent != 0.25 {
		t.Errorf("shown as %+v", model)
	}
}

func TestBatchETANeedsTotalETA(t *testing.T) {
	apptest.LoadEnglish(t)
	sum := uploader.BatchTotals{Files: 2, Bytes: 9e9, Sent: 3e9, Rate: 50e6}
	sum.Count[uploader.StateUploading], sum.Count[uploader.StateWaiting] = 1, 1
	batch := &uploader.Batch{Roots: []string{"/lab"}, Scanned: true}
	s := apptest.Snapshot()
	if model := BatchRow(s, batch, sum, 0, 0); model.ETA != "" || model.Speed != "50.0 MB/s" {
		t.Errorf("without evidence shown as %q, %q", model.Speed, model.ETA)
	}
	s.Totals.ETA = 3 * time.Minute
	if model := BatchRow(s, batch, sum, 0, 0); model.ETA != "about 2 min" {
		t.Errorf("with evidence shown as %q", model.ETA)
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
		{"the first file is asked about", sum(func(s *uploader.BatchTotals) { s.Count[uploader.StateChecking] = 1 }), uploader.StateChecking},
		{"the next file is asked about", sum(func(s *uploader.BatchTotals) { s.Count[uploader.StateChecking], s.Count[uploader.StateDone] = 1, 3 }), uploader.StateUploading},
		{"the next file is read", sum(func(s *uploader.BatchTotals) { s.Count[uploader.StatePreparing], s.Sent = 1, 4e9 }), uploader.StateUploading},
		{"the next file is not begun yet", sum(func(s *uploader.BatchTotals) { s.Count[uploader.StateWaiting], s.Rate = 6, 5e6 }), uploader.StateUploading},
		{"the rest waits for its turn", sum(func(s *uploader.BatchTotals) { s.Count[uploader.StateWaiting], s.Sent = 6, 4e9 }), uploader.StateWaiting},
		{"one needs a person", sum(func(s *uploader.BatchTotals) { s.Count[uploader.StateFailed], s.Rate = 1, 5e6 }), uploader.StateFailed},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := leadingState(&uploader.Batch{Scanned: true}, test.sum); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}
