package uploadtest

import (
	"slices"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// testLoadFirst has transfers of each kind, more than one statement selects, and compares all
// limits.
func testLoadFirst(t *testing.T, reopen Reopen) {
	store := reopen()
	last, first := uploader.NewBatchID(), uploader.NewBatchID()
	changes := uploader.Changes{
		Servers: []uploader.Server{{ID: 2, Name: "two", Endpoint: "http://127.0.0.1:1/"}},
		Cookies: map[uploader.ServerID]string{2: "[]"},
		Batches: []uploader.Batch{{ID: last, Server: 2, Rank: 7}, {ID: first, Server: 2, Rank: 3}},
	}
	var waiting, begun, failed, others []uploader.TransferID // the waiting ones in the user's order
	add := func(to *[]uploader.TransferID, transfer uploader.Transfer) {
		transfer.ID, transfer.Server = uploader.TransferID(len(changes.Transfers)+1), 2
		*to = append(*to, transfer.ID)
		changes.Transfers = append(changes.Transfers, &transfer)
	}
	for i := range int64(300) {
		add(&waiting, uploader.Transfer{Batch: first, Rank: i})
		add(&begun, uploader.Transfer{Batch: last, Rank: i, Session: uploader.Session{URL: "u"}})
	}
	add(&begun, uploader.Transfer{Batch: first, Intent: uploader.IntentPause, Session: uploader.Session{Parts: 2}})
	add(&begun, uploader.Transfer{Batch: first, Intent: uploader.IntentRemove, Session: uploader.Session{Offset: 9}})
	add(&begun, uploader.Transfer{Batch: first, Phase: uploader.PhaseFailed, Fault: fault.Newf(fault.Gone, fault.Create, ""), Session: uploader.Session{URL: "u"}})
	add(&others, uploader.Transfer{Batch: first, Intent: uploader.IntentPause})
	add(&others, uploader.Transfer{Batch: first, Phase: uploader.PhaseDone, Session: uploader.Session{URL: "u"}})
	add(&others, uploader.Transfer{Batch: first, Phase: uploader.PhaseCancelled, Session: uploader.Session{URL: "u"}})
	add(&others, uploader.Transfer{Batch: first, Intent: uploader.IntentRemove, Phase: uploader.PhaseFailed, Fault: fault.Newf(fault.Auth, fault.Create, "")})
	for _, f := range []*fault.Fault{fault.Newf(fault.Auth, fault.Create, ""), fault.Newf(fault.Refused, fault.Create, "")} {
		for range 3 {
			add(&failed, uploader.Transfer{Batch: first, Phase: uploader.PhaseFailed, Fault: f})
		}
	}
	for i := range int64(3) {
		add(&waiting, uploader.Transfer{Batch: last, Rank: 10 - i})
	}
	slices.Reverse(waiting[300:])
	changes.Commands = []uploader.SavedCommand{{ID: 1, Kind: uploader.CommandPause, Target: uploader.TargetAll()}}
	save(t, store, changes)
	save(t, store, uploader.Changes{Transfers: changes.Transfers[:4], Applied: 1})
	store = reopen()
	all := load(t, store)
	for _, limit := range []int{0, 1, 299, 300, 301, 303, len(changes.Transfers) - 1, len(changes.Transfers), 1 << 20} {
		got, err := store.LoadFirst(t.Context(), limit)
		if err != nil {
			t.Fatal(err)
		}
		if limit >= len(changes.Transfers) {
			wantEqual(t, got, all)
			continue
		}
		want := all
		want.Partial, want.Transfers, want.NextRank = true, got.Transfers, got.NextRank
		want.Applied = map[uploader.TransferID]uploader.CommandID{}
		kinds := map[fault.Kind]int{}
		var loaded []uploader.TransferID
		for row := range got.Transfers.Values() {
			wantEqual(t, row, all.Transfers.Find(row.ID))
			if applied, known := all.Applied[row.ID]; known {
				want.Applied[row.ID] = applied
			}
			if slices.Contains(failed, row.ID) {
				kinds[row.Fault.Kind]++
				continue
			}
			loaded = append(loaded, row.ID)
		}
		wantEqual(t, got, want)
		slices.Sort(loaded)
		wantIDs := slices.Sorted(slices.Values(slices.Concat(begun, waiting[:min(limit, len(waiting))])))
		wantEqual(t, loaded, wantIDs)
		if kinds[fault.Auth] != 1 || kinds[fault.Refused] != 1 {
			t.Errorf("limit %d: failed transfers by kind %v, want one of each", limit, kinds)
		}
	}
}
