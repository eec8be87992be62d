package view_test

import (
	"testing"

	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/source"
)

// TestBytesAtRisk counts what cancelling may lose: more than what is acknowledged
// while a request runs, or after it broke off.
func TestBytesAtRisk(t *testing.T) {
	for name, c := range map[string]struct {
		phase        uploader.Phase
		acknowledged int64
		saved        int64 // as sent
		sending      int64 // by a worker; -1 for none
		want         int64
	}{
		"nothing sent":                 {uploader.PhaseQueued, 0, 0, -1, 0},
		"first request running":        {uploader.PhaseSending, 0, 0, 30_000_000, 30_000_000},
		"request broke off":            {uploader.PhaseQueued, 0, 30_000_000, -1, 30_000_000},
		"acknowledged":                 {uploader.PhaseQueued, 5, 5, -1, 5},
		"acknowledged more than known": {uploader.PhaseSending, 7, 5, 6, 7},
	} {
		t.Run(name, func(t *testing.T) {
			transfer := &uploader.Transfer{
				ID: 1, Phase: c.phase, Source: source.File{Path: "/film.mov", Size: 100_000_000},
				Session: uploader.Session{URL: "https://s/1", Offset: c.acknowledged, Sent: c.saved},
			}
			s := &uploader.Snapshot{Transfers: uploader.RowsOf(transfer), Progress: map[uploader.TransferID]uploader.Progress{}}
			if c.sending >= 0 {
				s.Progress[1] = uploader.Progress{Sent: c.sending}
			}
			if got := view.BytesAtRisk(s, view.SelectionOf(transfer)); got != c.want {
				t.Errorf("%d bytes at risk, want %d", got, c.want)
			}
		})
	}
}
