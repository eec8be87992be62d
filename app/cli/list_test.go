package cli

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/instance"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/uploadtest"
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
			err := ListSaved(uploader.Saved{Transfers: uploader.RowsOf(&c.transfer)}, noHistory, true, func(r Reply) error {
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

// TestListSavedRestoresWhatItLists: a second list of very many transfers would take as much
// memory as the first one.
func TestListSavedRestoresWhatItLists(t *testing.T) {
	var saved uploader.RowsBuilder
	for id := range uploader.TransferID(20_000) {
		saved.Add(uploader.Transfer{ID: id + 1, Source: source.File{Path: "/card/film.mov", Size: 10}})
	}
	all, enough := uploader.Saved{Transfers: saved.Rows()}, errors.New("enough")
	allocated := testing.AllocsPerRun(1, func() {
		if err := ListSaved(all, noHistory, false, func(Reply) error { return enough }); !errors.Is(err, enough) {
			t.Fatalf("got %v, want the error of the first reply", err)
		}
	})
	if allocated > 1000 {
		t.Errorf("allocates %v times before the first of %d transfers is listed, want at most 1000", allocated, all.Transfers.Len())
	}
}

func noHistory(uploader.HistoryQuery) ([]uploader.Transfer, error) { return nil, nil }

// TestListIncludesHistoryNewestFirst lists removed entries between transfers of the list.
func TestListIncludesHistoryNewestFirst(t *testing.T) {
	done := func(id uploader.TransferID) *uploader.Transfer {
		return &uploader.Transfer{ID: id, Phase: uploader.PhaseDone, Finished: uploader.Timestamp(10_000 - id), Source: source.File{Path: "/film.mov", Size: 10}}
	}
	store := uploadtest.NewStore()
	var listed, removed []*uploader.Transfer
	for id := uploader.TransferID(1); id <= 2500; id++ {
		if id%3 == 0 {
			listed = append(listed, done(id))
		} else {
			removed = append(removed, done(id))
		}
	}
	if err := store.Save(t.Context(), uploader.Changes{Transfers: listed, History: removed}); err != nil {
		t.Fatal(err)
	}
	find := func(query uploader.HistoryQuery) ([]uploader.Transfer, error) {
		return store.FindHistory(t.Context(), query)
	}
	for _, all := range []bool{true, false} {
		next := uploader.TransferID(2500)
		err := ListSaved(uploader.Saved{Transfers: uploader.RowsOf(listed...)}, find, all, func(r Reply) error {
			if r.Entry.ID != next || r.Entry.State != uploader.StateDone.String() {
				t.Fatalf("entry %d is %s, want %d", r.Entry.ID, r.Entry.State, next)
			}
			next--
			return nil
		})
		if want := map[bool]uploader.TransferID{true: 0, false: 2500}[all]; err != nil || next != want {
			t.Errorf("all %v: listed down to %d, %v; want %d", all, next+1, err, want+1)
		}
	}
}

// listedEngine has a snapshot, and transfers that wait for the user.
type listedEngine struct {
	Engine
	snapshot  *uploader.Snapshot
	undecided map[uploader.TransferID]bool
}

func (e *listedEngine) Snapshot() *uploader.Snapshot { return e.snapshot }

func (e *listedEngine) Undecided(context.Context) (map[uploader.TransferID]bool, error) {
	return e.undecided, nil
}

// TestListOfRunningInstanceHasTheWordsOfTheWindow: what waits has its reason, or its position
// in the queue.
func TestListOfRunningInstanceHasTheWordsOfTheWindow(t *testing.T) {
	if err := words.Load("en"); err != nil {
		t.Fatal(err)
	}
	const free, held, blocked uploader.ServerID = 2, 3, 4
	queued := func(id uploader.TransferID, server uploader.ServerID) *uploader.Transfer {
		return &uploader.Transfer{ID: id, Server: server, Phase: uploader.PhaseQueued, Source: source.File{Path: "/film.mov", Size: 10}}
	}
	e := &listedEngine{
		snapshot: &uploader.Snapshot{
			Servers:   []uploader.Server{{ID: free}, {ID: held}, {ID: blocked}},
			Transfers: uploader.RowsOf(queued(1, free), queued(2, free), queued(3, held), queued(4, blocked), queued(5, free)),
			Totals:    uploader.Totals{Count: map[uploader.State]int{uploader.StateWaiting: 5}},
			Holds:     map[uploader.ServerID]uploader.Hold{held: {Reason: uploader.HeldByMetering}},
			Blocked:   map[uploader.ServerID]*fault.Fault{blocked: {Kind: fault.Auth, Op: fault.Create, Status: 401}},
		},
		undecided: map[uploader.TransferID]bool{5: true},
	}
	got := map[uploader.TransferID]string{}
	err := (&Executor{Engine: e}).Execute(t.Context(), instance.Request{Command: instance.List}, func(r Reply) error {
		got[r.Entry.ID] = r.Entry.Message
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[uploader.TransferID]string{
		1: "Waiting, 1st in the queue", 2: "Waiting, 2nd in the queue", 3: words.Text("held.metering"), 4: words.Fault(e.snapshot.Blocked[blocked], words.Subject{}).Short,
		5: words.Text("state.awaits-you"),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
}
