package uploadtest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
)

// Reopen ends the use of a profile's store, if there is one open, and opens the
// same profile again.
type Reopen func() uploader.Store

// TestStore is the contract that every uploader.Store must fulfil. profile makes
// a new, empty profile; the suite opens it, and opens it again, with what it
// returns.
//
// Beyond what uploader.Store says, stores keep times and durations to the
// millisecond, a file's modification time exactly; they refuse IDs below 1 and
// the removal of the built-in server; and an empty fingerprint finds nothing.
func TestStore(t *testing.T, profile func(testing.TB) Reopen) {
	tests := []struct {
		name string
		run  func(*testing.T, Reopen)
	}{
		{"a new profile holds the built-in server alone", testNewProfile},
		{"everything about a transfer survives reopening", testTransferRoundTrip},
		{"any transfer comes back as it was saved", testAnyTransferRoundTrip},
		{"any change of a saved transfer is kept", testAnyChange},
		{"what many transfers became alike is kept of each", testAnyStanding},
		{"batches and servers survive reopening", testBatchAndServerRoundTrip},
		{"saving again replaces wholly", testReplace},
		{"transfers are loaded by rank, then ID", testOrder},
		{"a change that fails in the middle saves nothing", testAtomicity},
		{"the built-in server cannot be removed", testBuiltinStays},
		{"IDs of removed transfers are not used again", testNextID},
		{"removed transfers and servers are gone", testRemoval},
		{"previous transfers are all but the cancelled ones, oldest first", testFindPrevious},
		{"many fingerprints are found at once", testFindManyPrevious},
		{"a context that has ended stops everything", testEndedContext},
		{"previous transfers are found while others are saved", testConcurrency},
		{"a large change is saved whole", testLargeChange},
		{"a proof grows, is cut back, and goes with its upload", testProof},
		{"parts are replaced by index, and go with their session", testParts},
		{"events are told in order, the newest of them, as long as the transfer is there", testEvents},
		{"server IDs and batches of removed ones are gone for good", testRemovedForGood},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { test.run(t, profile(t)) })
	}
}

// asKept compares what was saved with what was loaded: the zone of a time and
// the cause of a fault are not kept, nor whether an empty list was nil.
var asKept = cmp.Options{
	cmpopts.IgnoreUnexported(fault.Fault{}),
	cmpopts.EquateEmpty(),
}

func testNewProfile(t *testing.T, reopen Reopen) {
	got := load(t, reopen())
	want := uploader.Saved{
		Servers:    []uploader.Server{{ID: uploader.BuiltinServer, Name: "This computer"}},
		NextID:     1,
		NextServer: 2,
		NextRank:   1,
	}
	equal(t, got, want)
}

func testTransferRoundTrip(t *testing.T, reopen Reopen) {
	full := fullTransfer(7)
	bare := uploader.Transfer{ID: 8, Rank: 99}
	save(t, reopen(), uploader.Changes{Transfers: []*uploader.Transfer{&full, &bare}})
	got := load(t, reopen())
	equal(t, got.Transfers, []uploader.Transfer{full, bare})
	if !got.Transfers[1].Source.ModTime.IsZero() || !got.Transfers[1].Added.IsZero() {
		t.Error("a zero time came back as another one")
	}
}

func testAnyTransferRoundTrip(t *testing.T, reopen Reopen) {
	store := reopen()
	rapid.Check(t, func(r *rapid.T) {
		want := anyTransfer(r)
		if err := store.Save(context.Background(), uploader.Changes{Transfers: []*uploader.Transfer{&want}}); err != nil {
			r.Fatalf("save: %v", err)
		}
		saved, err := store.Load(context.Background())
		if err != nil {
			r.Fatalf("load: %v", err)
		}
		at := slices.IndexFunc(saved.Transfers, func(t uploader.Transfer) bool { return t.ID == want.ID })
		if at < 0 {
			r.Fatalf("transfer %d was not loaded", want.ID)
		}
		if diff := cmp.Diff(want, saved.Transfers[at], asKept); diff != "" {
			r.Fatalf("saved (-) and loaded (+) differ:\n%s", diff)
		}
	})
}

// testAnyChange changes some of what changes while a file crosses, and now and then
// more than that.
func testAnyChange(t *testing.T, reopen Reopen) {
	store := reopen()
	rapid.Check(t, func(r *rapid.T) {
		want, next := anyTransfer(r), anyTransfer(r)
		some := func(what string) bool { return rapid.Bool().Draw(r, what) }
		before := map[uploader.TransferID]*uploader.Transfer{}
		for range 3 {
			saved := want
			if err := store.Save(context.Background(), uploader.Changes{Transfers: []*uploader.Transfer{&saved}, Before: before}); err != nil {
				r.Fatalf("save: %v", err)
			}
			before = map[uploader.TransferID]*uploader.Transfer{saved.ID: &saved}
			loaded, err := store.Load(context.Background())
			if err != nil {
				r.Fatalf("load: %v", err)
			}
			at := slices.IndexFunc(loaded.Transfers, func(t uploader.Transfer) bool { return t.ID == want.ID })
			if diff := cmp.Diff(want, loaded.Transfers[max(at, 0)], asKept); diff != "" {
				r.Fatalf("saved (-) and loaded (+) differ:\n%s", diff)
			}
			if some("phase") {
				want.Phase, want.Attempt = next.Phase, next.Attempt
			}
			if some("session") {
				parts := want.Session.Parts
				want.Session = next.Session
				want.Session.Parts = parts
			}
			if some("times") {
				want.Started, want.Finished, want.Active = next.Started, next.Finished, next.Active
			}
			if some("content") {
				want.Resumed, want.SHA256 = next.Resumed, next.SHA256
			}
			if some("more") && some("much more") {
				want.Intent, want.Fault, want.NextTry, want.Prior = next.Intent, next.Fault, next.NextTry, next.Prior
			}
		}
	})
}

// testAnyStanding changes the standing of some of what is saved, as a command for all
// does. One of them is gone, all the same.
func testAnyStanding(t *testing.T, reopen Reopen) {
	store := reopen()
	const rows = 12
	rapid.Check(t, func(r *rapid.T) {
		become, other := anyTransfer(r), anyTransfer(r)
		var first, then uploader.Changes
		var want []uploader.Transfer
		then.Before = map[uploader.TransferID]*uploader.Transfer{}
		for id := range uploader.TransferID(rows) {
			before := anyTransfer(r)
			before.ID, before.Rank = id+1, int64(id)
			after := before
			if next := &become; rapid.IntRange(0, 3).Draw(r, "which") > 0 {
				if rapid.IntRange(0, 9).Draw(r, "other") == 0 {
					next = &other
				}
				after.Intent, after.Phase, after.Fault, after.NextTry = next.Intent, next.Phase, next.Fault, next.NextTry
				after.Attempt, after.Finished, after.Active, after.Prior = next.Attempt, next.Finished, next.Active, next.Prior
			}
			first.Transfers = append(first.Transfers, &before)
			then.Transfers, then.Before[after.ID] = append(then.Transfers, &after), &before
			want = append(want, after)
		}
		gone := uploader.Changes{RemovedTransfers: []uploader.TransferID{uploader.TransferID(rapid.IntRange(1, rows).Draw(r, "gone"))}}
		for _, changes := range []uploader.Changes{first, gone, then} {
			if err := store.Save(context.Background(), changes); err != nil {
				r.Fatalf("save: %v", err)
			}
		}
		loaded, err := store.Load(context.Background())
		if err != nil {
			r.Fatalf("load: %v", err)
		}
		if diff := cmp.Diff(want, loaded.Transfers, asKept); diff != "" {
			r.Fatalf("saved (-) and loaded (+) differ:\n%s", diff)
		}
	})
}

func testBatchAndServerRoundTrip(t *testing.T, reopen Reopen) {
	batches := []uploader.Batch{
		{ID: 3, Server: 1, Roots: []string{"/home/a b", "/\xff\xfe/latin\xe9", "/new\nline", "/中文"}, Added: instant(0), Expanded: true},
		{ID: uploader.NewBatchID(), Server: 2, Roots: []string{""}, Added: instant(1), Intent: uploader.IntentHold},
		{ID: math.MaxInt64, Rank: -7, Options: uploader.Options{Connections: 4, Chunk: 6 << 20, Limit: 1 << 40, Again: true}},
	}
	servers := []uploader.Server{
		{ID: uploader.BuiltinServer, Name: "This computer", Endpoint: "http://127.0.0.1:41234/files/"},
		{ID: 2, Name: "工作室 \x00 odd", Endpoint: "https://studio.example/files?a=b#c"},
		{
			ID: 3, Name: "everything", Endpoint: "https://all.example/",
			Profile: uploader.Profile{
				ChunkMin: 1, ChunkMax: 1 << 40, ChunkMultiple: 256 << 10, BodyMost: 9, MethodOverride: true, Given: true, Connections: 4,
				Simultaneous: 2, Limit: 1 << 20, Metadata: "project 中文\nteam \"a\"", Checksums: true,
			},
			Access: uploader.Access{
				SignIn: uploader.SignInBasic, User: "ñ", Secret: "ferry-3", CA: "/ca.pem", Certificate: "/c.pem", Key: "/k.pem", Proxy: "socks5://[::1]:1080",
			},
		},
	}
	save(t, reopen(), uploader.Changes{Batches: batches, Servers: servers})
	got := load(t, reopen())
	equal(t, got.Batches, batches)
	equal(t, got.Servers, servers)
}

func testReplace(t *testing.T, reopen Reopen) {
	store := reopen()
	first := fullTransfer(1)
	save(t, store, uploader.Changes{
		Transfers: []*uploader.Transfer{&first},
		Batches:   []uploader.Batch{{ID: 5, Server: 1, Roots: []string{"/a", "/b"}, Added: instant(0), Expanded: true, Options: uploader.Options{Chunk: 1}}},
		Servers:   []uploader.Server{{ID: 2, Name: "one", Endpoint: "https://one.example/"}},
	})
	bare := uploader.Transfer{ID: 1}
	save(t, store, uploader.Changes{
		Transfers: []*uploader.Transfer{&bare},
		Batches:   []uploader.Batch{{ID: 5}},
		Servers:   []uploader.Server{{ID: 2}},
	})
	got := load(t, reopen())
	equal(t, got.Transfers, []uploader.Transfer{bare})
	equal(t, got.Batches, []uploader.Batch{{ID: 5}})
	equal(t, got.Servers[1], uploader.Server{ID: 2})
}

func testOrder(t *testing.T, reopen Reopen) {
	store := reopen()
	ranks := map[uploader.TransferID]int64{1: 30, 2: -10, 3: 30, 4: 0, 5: math.MinInt64}
	for id, rank := range ranks {
		save(t, store, uploader.Changes{Transfers: []*uploader.Transfer{{ID: id, Rank: rank}}})
	}
	got := load(t, store)
	equal(t, idsOf(got.Transfers), []uploader.TransferID{5, 2, 4, 1, 3})
	batches := []uploader.Batch{{ID: 7, Rank: 2}, {ID: 8, Rank: -1}, {ID: 9, Rank: 2}}
	save(t, store, uploader.Changes{Batches: batches, Transfers: []*uploader.Transfer{
		{ID: 11, Batch: 7, Rank: 5}, {ID: 12, Batch: 7, Rank: 3}, {ID: 13, Batch: 8, Rank: 90}, {ID: 14, Batch: 9, Rank: 4}, {ID: 15, Batch: 99, Rank: 1},
	}})
	got = load(t, store)
	equal(t, idsOf(got.Transfers), []uploader.TransferID{13, 5, 2, 4, 15, 1, 3, 12, 14, 11})
	if got.NextRank <= 90 {
		t.Errorf("NextRank is %d, and 90 is taken", got.NextRank)
	}
}

func testAtomicity(t *testing.T, reopen Reopen) {
	store := reopen()
	before := fullTransfer(1)
	save(t, store, uploader.Changes{Transfers: []*uploader.Transfer{&before}})
	want := load(t, store)

	changes := uploader.Changes{
		Batches:          []uploader.Batch{{ID: 9}},
		Servers:          []uploader.Server{{ID: 2, Name: "two"}},
		RemovedTransfers: []uploader.TransferID{1},
	}
	for id := uploader.TransferID(1); id <= 400; id++ {
		changes.Transfers = append(changes.Transfers, &uploader.Transfer{ID: id})
	}
	changes.Transfers[300] = &uploader.Transfer{ID: 0}
	refused(t, store.Save(t.Context(), changes))
	equal(t, load(t, store), want)

	after := uploader.Transfer{ID: 2, Rank: 100}
	save(t, store, uploader.Changes{Transfers: []*uploader.Transfer{&after}})
	equal(t, load(t, reopen()).Transfers, []uploader.Transfer{before, after})
}

func testBuiltinStays(t *testing.T, reopen Reopen) {
	store := reopen()
	want := load(t, store)
	refused(t, store.Save(t.Context(), uploader.Changes{
		Transfers:      []*uploader.Transfer{{ID: 1}},
		RemovedServers: []uploader.ServerID{2, uploader.BuiltinServer},
	}))
	equal(t, load(t, reopen()), want)
}

func testNextID(t *testing.T, reopen Reopen) {
	store := reopen()
	save(t, store, uploader.Changes{Transfers: []*uploader.Transfer{{ID: 1}, {ID: 40}, {ID: 7}}})
	save(t, store, uploader.Changes{RemovedTransfers: []uploader.TransferID{1, 7, 40}})
	got := load(t, reopen())
	if len(got.Transfers) != 0 || got.NextID <= 40 {
		t.Errorf("after 40 was used and removed: %d transfers, NextID %d", len(got.Transfers), got.NextID)
	}
	save(t, reopen(), uploader.Changes{Transfers: []*uploader.Transfer{{ID: 3}}})
	if got := load(t, reopen()); got.NextID <= 40 {
		t.Errorf("NextID went back to %d", got.NextID)
	}
}

func testRemoval(t *testing.T, reopen Reopen) {
	store := reopen()
	changes := uploader.Changes{Servers: []uploader.Server{{ID: 2}, {ID: 3}}}
	for id := uploader.TransferID(1); id <= 1000; id++ {
		changes.Transfers = append(changes.Transfers, &uploader.Transfer{ID: id, Server: 2})
	}
	save(t, store, changes)
	removed := uploader.Changes{RemovedServers: []uploader.ServerID{2, 77}, RemovedTransfers: []uploader.TransferID{5000}}
	for id := uploader.TransferID(1); id < 1000; id++ {
		removed.RemovedTransfers = append(removed.RemovedTransfers, id)
	}
	save(t, store, removed)
	got := load(t, reopen())
	equal(t, got.Transfers, []uploader.Transfer{{ID: 1000, Server: 2}})
	equal(t, got.Servers, []uploader.Server{{ID: 1, Name: "This computer"}, {ID: 3}})
}

func testFindPrevious(t *testing.T, reopen Reopen) {
	store := reopen()
	var changes uploader.Changes
	phases := []uploader.Phase{
		uploader.PhaseQueued, uploader.PhasePreparing, uploader.PhaseCreating, uploader.PhaseChecking, uploader.PhaseSending,
		uploader.PhaseVerifying, uploader.PhaseWaiting, uploader.PhaseDone, uploader.PhaseFailed, uploader.PhaseCancelled,
	}
	for i, phase := range phases {
		changes.Transfers = append(changes.Transfers, &uploader.Transfer{
			ID: uploader.TransferID(i + 1), Rank: int64(-i), Phase: phase, Fingerprint: "metadata:/a\xff\x00b", Added: moment(i),
		})
	}
	other := fullTransfer(50)
	other.Phase, other.Fingerprint = uploader.PhaseWaiting, "other"
	changes.Transfers = append(changes.Transfers, &other, &uploader.Transfer{ID: 60})
	save(t, store, changes)

	got, err := store.FindPrevious(t.Context(), []string{"metadata:/a\xff\x00b", "other", "nobody's", "", "other"})
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 {
		t.Errorf("found %d fingerprints, want 2", len(got))
	}
	equal(t, idsOf(got["metadata:/a\xff\x00b"]), []uploader.TransferID{1, 2, 3, 4, 5, 6, 7, 8, 9})
	equal(t, got["other"], []uploader.Transfer{other})
}

func testFindManyPrevious(t *testing.T, reopen Reopen) {
	store := reopen()
	var changes uploader.Changes
	var fingerprints []string
	for i := range 3000 {
		fingerprint := fmt.Sprintf("print %d", i)
		fingerprints = append(fingerprints, fingerprint)
		changes.Transfers = append(changes.Transfers, &uploader.Transfer{ID: uploader.TransferID(i + 1), Fingerprint: fingerprint})
	}
	save(t, store, changes)
	got, err := store.FindPrevious(t.Context(), fingerprints)
	if err != nil {
		t.Fatal(err)
	}
	for i, fingerprint := range fingerprints {
		if found := got[fingerprint]; len(found) != 1 || found[0].ID != uploader.TransferID(i+1) {
			t.Fatalf("%s: found %v", fingerprint, idsOf(found))
		}
	}
	if got, err := store.FindPrevious(t.Context(), nil); err != nil || len(got) != 0 {
		t.Errorf("no fingerprints found %v, %v", got, err)
	}
}

func testEndedContext(t *testing.T, reopen Reopen) {
	store := reopen()
	want := load(t, store)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, loadErr := store.Load(ctx)
	_, findErr := store.FindPrevious(ctx, []string{"a"})
	saveErr := store.Save(ctx, uploader.Changes{Transfers: []*uploader.Transfer{{ID: 1}}})
	for name, err := range map[string]error{"Load": loadErr, "FindPrevious": findErr, "Save": saveErr} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s returned %v, want the context's end", name, err)
		}
	}
	equal(t, load(t, store), want)
}

func testConcurrency(t *testing.T, reopen Reopen) {
	store := reopen()
	const pairs = 50
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range pairs {
				found, err := store.FindPrevious(t.Context(), []string{"twin"})
				if err != nil {
					t.Errorf("find: %v", err)
				}
				if n := len(found["twin"]); n%2 != 0 {
					t.Errorf("found %d transfers, which were saved two by two", n)
				}
			}
		})
	}
	for i := range uploader.TransferID(pairs) {
		save(t, store, uploader.Changes{Transfers: []*uploader.Transfer{
			{ID: 2*i + 1, Fingerprint: "twin"}, {ID: 2*i + 2, Fingerprint: "twin"},
		}})
	}
	group.Wait()
}

func testLargeChange(t *testing.T, reopen Reopen) {
	const count = 5003
	var changes uploader.Changes
	for id := uploader.TransferID(1); id <= count; id++ {
		transfer := fullTransfer(id)
		changes.Transfers = append(changes.Transfers, &transfer)
	}
	save(t, reopen(), changes)
	got := load(t, reopen()).Transfers
	if len(got) != count {
		t.Fatalf("loaded %d transfers, want %d", len(got), count)
	}
	for i := range got {
		if diff := cmp.Diff(*changes.Transfers[i], got[i], asKept); diff != "" {
			t.Fatalf("transfer %d: saved (-) and loaded (+) differ:\n%s", got[i].ID, diff)
		}
	}
}

func testProof(t *testing.T, reopen Reopen) {
	store := reopen()
	sending := &uploader.Transfer{ID: 1, Phase: uploader.PhaseSending, Session: uploader.Session{URL: "u"}}
	other := &uploader.Transfer{ID: 2, Phase: uploader.PhaseSending, Session: uploader.Session{URL: "v"}}
	mark := func(at int64, state string) source.Mark { return source.Mark{At: at, State: []byte(state)} }
	extend := func(id uploader.TransferID, marks ...source.Mark) {
		t.Helper()
		save(t, store, uploader.Changes{
			Transfers: []*uploader.Transfer{sending, other},
			Proofs:    map[uploader.TransferID]source.Proof{id: marks},
		})
	}
	want := func(id uploader.TransferID, marks ...source.Mark) {
		t.Helper()
		got, err := store.Proof(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, got, source.Proof(marks))
	}
	extend(1, mark(10, "a"), mark(20, "b"), mark(25, "half a block"))
	extend(2, mark(10, "other"))
	extend(1, mark(30, "c"))
	want(1, mark(10, "a"), mark(20, "b"), mark(25, "half a block"), mark(30, "c"))
	extend(1, mark(25, "cut"))
	store = reopen()
	want(1, mark(10, "a"), mark(20, "b"), mark(25, "cut"))
	want(2, mark(10, "other"))

	done, restarted := *sending, *other
	done.Phase, restarted.Session = uploader.PhaseDone, uploader.Session{}
	save(t, store, uploader.Changes{
		Transfers: []*uploader.Transfer{&done, &restarted},
		Proofs:    map[uploader.TransferID]source.Proof{1: {mark(40, "too late")}},
	})
	want(1)
	want(2)

	extend(2, mark(10, "again"))
	save(t, store, uploader.Changes{RemovedTransfers: []uploader.TransferID{2}})
	want(2)
	want(77)
}

func testParts(t *testing.T, reopen Reopen) {
	store := reopen()
	sending := &uploader.Transfer{ID: 1, Phase: uploader.PhaseSending, Session: uploader.Session{Parts: 2}}
	other := &uploader.Transfer{ID: 2, Phase: uploader.PhaseSending, Session: uploader.Session{Parts: 1}}
	keep := func(id uploader.TransferID, parts ...uploader.Part) {
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
		equal(t, got, parts)
	}
	first := uploader.Part{Index: 0, Length: 10}
	second := uploader.Part{Index: 1, Start: 10, Length: 5}
	keep(1, second, first)
	keep(2, first)
	store = reopen()
	want(1, first, second)
	second.URL, second.Offset, second.Expires = "http://s/1", 3, instant(1)
	keep(1, second)
	want(1, first, second)
	want(2, first)

	done, restarted := *sending, *other
	done.Phase, restarted.Session = uploader.PhaseDone, uploader.Session{URL: "one piece"}
	save(t, store, uploader.Changes{Transfers: []*uploader.Transfer{&done, &restarted}})
	want(1)
	want(2)

	keep(2, first)
	save(t, store, uploader.Changes{RemovedTransfers: []uploader.TransferID{2}})
	want(2)
}

func testEvents(t *testing.T, reopen Reopen) {
	store := reopen()
	transfer, other := fullTransfer(1), fullTransfer(2)
	save(t, store, uploader.Changes{Transfers: []*uploader.Transfer{&transfer, &other}})
	var all []uploader.Event
	happens := func(count int) {
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
		equal(t, got, want)
	}
	happens(3)
	happens(1)
	store = reopen()
	want(1, all)
	want(2, []uploader.Event{all[0], all[3]})
	save(t, store, uploader.Changes{Transfers: []*uploader.Transfer{&transfer}})
	want(1, all)

	happens(uploader.EventsKept - 10)
	happens(30)
	store = reopen()
	want(1, all[len(all)-uploader.EventsKept:])
	want(2, []uploader.Event{all[0], all[3], all[4], all[uploader.EventsKept-6]})

	save(t, store, uploader.Changes{RemovedTransfers: []uploader.TransferID{1}})
	want(1, nil)
	want(77, nil)
	if got, err := store.Events(t.Context(), 2); err != nil || len(got) != 4 {
		t.Errorf("the other transfer has %d events, %v", len(got), err)
	}
}

func testRemovedForGood(t *testing.T, reopen Reopen) {
	store := reopen()
	save(t, store, uploader.Changes{
		Servers: []uploader.Server{{ID: 5, Name: "five"}},
		Batches: []uploader.Batch{{ID: 1, Server: 5}, {ID: 2, Server: 5}},
	})
	save(t, store, uploader.Changes{RemovedServers: []uploader.ServerID{5}, RemovedBatches: []uploader.BatchID{1, 99}})
	got := load(t, reopen())
	if got.NextServer <= 5 {
		t.Errorf("the next server would get the ID %d of a removed one", got.NextServer)
	}
	equal(t, got.Batches, []uploader.Batch{{ID: 2, Server: 5}})
}

func idsOf(transfers []uploader.Transfer) []uploader.TransferID {
	ids := make([]uploader.TransferID, len(transfers))
	for i, transfer := range transfers {
		ids[i] = transfer.ID
	}
	return ids
}

func load(t *testing.T, store uploader.Store) uploader.Saved {
	t.Helper()
	saved, err := store.Load(t.Context())
	if err != nil {
		t.Fatalf("load: %v", err)
	}
	return saved
}

func save(t *testing.T, store uploader.Store, changes uploader.Changes) {
	t.Helper()
	if err := store.Save(t.Context(), changes); err != nil {
		t.Fatalf("save: %v", err)
	}
}

func refused(t *testing.T, err error) {
	t.Helper()
	if !fault.Is(err, fault.LocalDisk) || fault.Of(err).Detail == "" {
		t.Errorf("got %v, want a fault of the local disk with its detail", err)
	}
}

func equal[T any](t *testing.T, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got, asKept); diff != "" {
		t.Errorf("want (-) and got (+) differ:\n%s", diff)
	}
}
