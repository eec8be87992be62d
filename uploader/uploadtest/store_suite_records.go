package uploadtest

import (
	"math"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/source"
)

// Tests of the records that belong to a transfer or a server: proof, parts, events and
// cookies.

func testProof(t *testing.T, reopen Reopen) {
	store := reopen()
	sending := &uploader.Transfer{ID: 1, Phase: uploader.PhaseSending, Session: uploader.Session{URL: "u"}}
	other := &uploader.Transfer{ID: 2, Phase: uploader.PhaseSending, Session: uploader.Session{URL: "v"}}
	block := func(start, end int64, sum string) source.Block {
		return source.Block{Start: start, End: end, Digest: []byte(sum)}
	}
	saveProof := func(id uploader.TransferID, blocks ...source.Block) {
		t.Helper()
		save(t, store, uploader.Changes{
			Transfers: []*uploader.Transfer{sending, other},
			Proofs:    map[uploader.TransferID]source.Proof{id: blocks},
		})
	}
	want := func(id uploader.TransferID, blocks ...source.Block) {
		t.Helper()
		got, err := store.Proof(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		wantEqual(t, got, source.Proof(blocks))
	}
	saveProof(1, block(0, 10, "a"), block(10, 20, "b"), block(20, 25, "half a block"))
	saveProof(2, block(0, 10, "other"))
	saveProof(1, block(25, 30, "c"))
	want(1, block(0, 10, "a"), block(10, 20, "b"), block(20, 25, "half a block"), block(25, 30, "c"))
	saveProof(1, block(20, 28, "longer"))
	store = reopen()
	want(1, block(0, 10, "a"), block(10, 20, "b"), block(20, 28, "longer"))
	saveProof(1, block(60, 70, "of another part"), block(70, 75, "half a block"))
	saveProof(1, block(28, 30, "d"), block(70, 80, "whole"))
	store = reopen()
	want(1, block(0, 10, "a"), block(10, 20, "b"), block(20, 28, "longer"), block(28, 30, "d"), block(60, 70, "of another part"), block(70, 80, "whole"))
	saveProof(1, block(15, 61, "across"))
	want(1, block(0, 10, "a"), block(15, 61, "across"), block(70, 80, "whole"))
	saveProof(1, source.Forgotten(source.Range{Start: 9, End: 11}))
	want(1, block(15, 61, "across"), block(70, 80, "whole"))
	saveProof(1, source.Forgotten(source.Range{End: math.MaxInt64}), block(10, 15, "new"))
	want(1, block(10, 15, "new"))
	want(2, block(0, 10, "other"))

	done, restarted := *sending, *other
	done.Phase, restarted.Session = uploader.PhaseDone, uploader.Session{}
	save(t, store, uploader.Changes{
		Transfers: []*uploader.Transfer{&done, &restarted},
		Proofs:    map[uploader.TransferID]source.Proof{1: {block(30, 40, "too late")}},
	})
	want(1)
	want(2)

	saveProof(2, block(0, 10, "again"))
	save(t, store, uploader.Changes{RemovedTransfers: []uploader.TransferID{2}})
	want(2)
	want(77)
}

func testParts(t *testing.T, reopen Reopen) {
	store := reopen()
	sending := &uploader.Transfer{ID: 1, Phase: uploader.PhaseSending, Session: uploader.Session{Parts: 2}}
	other := &uploader.Transfer{ID: 2, Phase: uploader.PhaseSending, Session: uploader.Session{Parts: 1}}
	saveParts := func(id uploader.TransferID, parts ...uploader.Part) {
		t.Helper()
		save(t, store, uploader.Changes{
			Transfers: []*uploader.Transfer{sending, other},
			Parts:     map[uploader.TransferID][]uploader.Part{id: parts},
		})
	}
	want := func(id uploader.TransferID, parts ...uploader.Part) {
		t.Helper()
		got, err := store.Parts(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		wantEqual(t, got, parts)
	}
	first := uploader.Part{Index: 0, Length: 10}
	second := uploader.Part{Index: 1, Start: 10, Length: 5}
	saveParts(1, second, first)
	saveParts(2, first)
	store = reopen()
	want(1, first, second)
	second.URL, second.Offset, second.Expires = "http://s/1", 3, instant(1)
	second.Unconfirmed = timestamp(2)
	saveParts(1, second)
	want(1, first, second)
	want(2, first)

	done, restarted := *sending, *other
	done.Phase, restarted.Session = uploader.PhaseDone, uploader.Session{URL: "one piece"}
	save(t, store, uploader.Changes{Transfers: []*uploader.Transfer{&done, &restarted}})
	want(1)
	want(2)

	saveParts(2, first)
	save(t, store, uploader.Changes{RemovedTransfers: []uploader.TransferID{2}})
	want(2)
}

func testEvents(t *testing.T, reopen Reopen) {
	store := reopen()
	transfer, other := fullTransfer(1), fullTransfer(2)
	save(t, store, uploader.Changes{Transfers: []*uploader.Transfer{&transfer, &other}})
	var all []uploader.Event
	addEvents := func(count int) {
		t.Helper()
		var events []uploader.Event
		for range count {
			n := len(all)
			e := uploader.Event{At: instant(n), Kind: uploader.EventResumed, Offset: int64(n)}
			if n%3 == 0 {
				e.Kind, e.Until, e.Fault = uploader.EventWaiting, instant(n+5), fullTransfer(1).Fault
			}
			events, all = append(events, e), append(all, e)
		}
		save(t, store, uploader.Changes{Events: map[uploader.TransferID][]uploader.Event{1: events, 2: events[:1]}})
	}
	want := func(id uploader.TransferID, want []uploader.Event) {
		t.Helper()
		got, err := store.Events(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		wantEqual(t, got, want)
	}
	addEvents(3)
	addEvents(1)
	store = reopen()
	want(1, all)
	want(2, []uploader.Event{all[0], all[3]})
	save(t, store, uploader.Changes{Transfers: []*uploader.Transfer{&transfer}})
	want(1, all)

	addEvents(uploader.MaxEvents - 10)
	addEvents(30)
	store = reopen()
	want(1, all[len(all)-uploader.MaxEvents:])
	want(2, []uploader.Event{all[0], all[3], all[4], all[uploader.MaxEvents-6]})

	save(t, store, uploader.Changes{RemovedTransfers: []uploader.TransferID{1}})
	want(1, nil)
	want(77, nil)
	if got, err := store.Events(t.Context(), 2); err != nil || len(got) != 4 {
		t.Errorf("the other transfer has %d events, %v", len(got), err)
	}
}

func testRemovedServersAndBatches(t *testing.T, reopen Reopen) {
	store := reopen()
	save(t, store, uploader.Changes{
		Servers: []uploader.Server{{ID: 5, Name: "five"}},
		Batches: []uploader.Batch{{ID: 1, Server: 5}, {ID: 2, Server: 5}},
	})
	save(t, store, uploader.Changes{RemovedServers: []uploader.ServerID{5}, RemovedBatches: []uploader.BatchID{1, 99}})
	got := load(t, reopen())
	if got.NextServer <= 5 {
		t.Errorf("NextServer is %d, the ID of a removed server", got.NextServer)
	}
	wantEqual(t, got.Batches, []uploader.Batch{{ID: 2, Server: 5}})
}

func testCookies(t *testing.T, reopen Reopen) {
	store := reopen()
	want := func(want map[uploader.ServerID]string) {
		t.Helper()
		wantEqual(t, load(t, store).Cookies, want)
	}
	want(nil)
	const jar = `[{"host":"s.example","path":"/","name":"node","value":"1"}]`
	save(t, store, uploader.Changes{
		Servers: []uploader.Server{{ID: 2}, {ID: 3}},
		Cookies: map[uploader.ServerID]string{2: jar, 3: "[]", 1: "[1]"},
	})
	store = reopen()
	want(map[uploader.ServerID]string{1: "[1]", 2: jar, 3: "[]"})
	save(t, store, uploader.Changes{Cookies: map[uploader.ServerID]string{1: "", 2: "[2]", 77: ""}})
	want(map[uploader.ServerID]string{2: "[2]", 3: "[]"})
	save(t, store, uploader.Changes{RemovedServers: []uploader.ServerID{2}})
	store = reopen()
	want(map[uploader.ServerID]string{3: "[]"})
	save(t, store, uploader.Changes{RemovedServers: []uploader.ServerID{3}, Cookies: map[uploader.ServerID]string{3: jar}})
	want(nil)
}
