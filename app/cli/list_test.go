package cli

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
)

// TestListSavedAfterKill lists what a process saved before it was killed: nothing is
// being sent any more, and only acknowledged bytes count.
func TestListSavedAfterKill(t *testing.T) {
	saved := func(phase uploader.Phase, change func(*uploader.Transfer)) uploader.Transfer {
		t := uploader.Transfer{
			ID: 1, Server: 2, Phase: phase, Source: source.File{Path: "/film.mov", Size: 3_000_000},
			Session: uploader.Session{URL: "https://s/1", Sent: 3_000_000},
		}
		if change != nil {
			change(&t)
		}
		return t
	}
	type entry struct {
		State string
		Sent  int64
	}
	for name, c := range map[string]struct {
		transfer uploader.Transfer
		want     entry
	}{
		"was sending, nothing acknowledged": {saved(uploader.PhaseSending, nil), entry{"interrupted", 0}},
		"was sending, a part acknowledged": {
			saved(uploader.PhaseSending, func(t *uploader.Transfer) { t.Session.Offset = 1_000_000 }), entry{"interrupted", 1_000_000},
		},
		"was checking": {saved(uploader.PhaseChecking, nil), entry{"interrupted", 0}},
		"was waiting to retry": {
			saved(uploader.PhaseWaiting, func(t *uploader.Transfer) { t.Fault = &fault.Fault{Kind: fault.Transient} }), entry{"interrupted", 0},
		},
		"queued": {saved(uploader.PhaseQueued, func(t *uploader.Transfer) { t.Session = uploader.Session{} }), entry{"interrupted", 0}},
		"paused": {saved(uploader.PhaseSending, func(t *uploader.Transfer) { t.Intent = uploader.IntentPause }), entry{"paused", 0}},
		"failed": {
			saved(uploader.PhaseFailed, func(t *uploader.Transfer) { t.Fault = &fault.Fault{Kind: fault.Refused} }), entry{"failed", 0},
		},
		"done": {saved(uploader.PhaseDone, nil), entry{"done", 3_000_000}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []entry
			err := ListSaved(uploader.Saved{Transfers: []uploader.Transfer{c.transfer}}, true, func(r Reply) error {
				got = append(got, entry{r.Entry.State, r.Entry.Sent})
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]entry{c.want}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
