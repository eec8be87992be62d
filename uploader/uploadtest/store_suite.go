package uploadtest

import (
	"context"
	"errors"
	"math"
	"reflect"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// Reopen closes a profile's store, if it is open, and opens it again.
type Reopen func() uploader.Store

// TestStore tests the contract of [uploader.Store]. The function profile creates
// an empty profile; the returned [Reopen] opens it.
//
// In addition to the documentation of [uploader.Store], stores must keep times and
// durations to the millisecond and modification times exactly, must reject IDs
// below 1 and the removal of the built-in server, and must find nothing for an
// empty fingerprint.
func TestStore(t *testing.T, profile func(testing.TB) Reopen) {
	tests := []struct {
		name string
		run  func(*testing.T, Reopen)
	}{
		{"a new profile has only the built-in server", testNewProfile},
		{"all fields of a transfer survive reopening", testTransferRoundTrip},
		{"each field of a transfer survives alone", testOneFieldRoundTrip},
		{"random transfers round-trip", testAnyTransferRoundTrip},
		{"random changes of a saved transfer round-trip", testAnyChange},
		{"random status updates of many transfers round-trip", testAnyStatusUpdate},
		{"batches and servers survive reopening", testBatchAndServerRoundTrip},
		{"saving overwrites all fields", testOverwrite},
		{"transfers are loaded by rank, then ID", testOrder},
		{"a save that fails midway changes nothing", testAtomicity},
		{"the built-in server cannot be removed", testBuiltinServer},
		{"IDs of removed transfers are not reused", testNextID},
		{"removed transfers and servers are deleted", testRemoval},
		{"a cancelled context fails every call", testCancelledContext},
		{"concurrent reads and saves", testConcurrency},
		{"a large change is saved completely", testLargeChange},
		{"a proof is extended, replaced where it changes, and deleted with its upload", testProof},
		{"parts are replaced by index and deleted with their session", testParts},
		{"the newest events are kept in order until the transfer is removed", testEvents},
		{"a command is kept until it is done, with the transfers that have its effect", testCommands},
		{"the first transfers are loaded without the others", testLoadFirst},
		{"cookies are replaced and are deleted with their server", testCookies},
		{"entries of the history keep what is shown and are replaced by ID", testHistoryRoundTrip},
		{"an entry of the history returns to the list", testHistoryReturnsToList},
		{"the history is searched and filtered, newest first", testHistoryQueries},
		{"pages of a random history have each entry once, in order", testHistoryPages},
		{"entries beyond the limits of the history are found, the oldest first", testHistorySurplus},
		{"previous transfers are found in the history until they are forgotten", testFindPreviousInHistory},
		{"server IDs are not reused and batches are deleted", testRemovedServersAndBatches},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { test.run(t, profile(t)) })
	}
}

// cmpStored ignores what is not stored: the location of a time, the wrapped error
// of a fault, and the difference between nil and empty slices.
var cmpStored = cmp.Options{
	cmpopts.IgnoreUnexported(fault.Fault{}),
	cmp.Transformer("rows", func(r uploader.Rows) []*uploader.Transfer { return slices.Collect(r.Values()) }),
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
	wantEqual(t, got, want)
}

func testTransferRoundTrip(t *testing.T, reopen Reopen) {
	full := fullTransfer(7)
	bare := uploader.Transfer{ID: 8, Rank: 99}
	save(t, reopen(), uploader.Changes{Transfers: []*uploader.Transfer{&full, &bare}})
	got := load(t, reopen())
	wantEqual(t, slices.Collect(got.Transfers.Values()), []*uploader.Transfer{&full, &bare})
	if !got.Transfers.At(1).Source.ModTime.IsZero() || !got.Transfers.At(1).Added.IsZero() {
		t.Error("a zero time is loaded as another time")
	}
}

// testOneFieldRoundTrip saves transfers of which one field is set, and all others are as those
// of a file that was just found.
func testOneFieldRoundTrip(t *testing.T, reopen Reopen) {
	full := reflect.ValueOf(fullTransfer(0))
	var changes uploader.Changes
	for _, field := range reflect.VisibleFields(full.Type()) {
		paths := [][]int{field.Index}
		if field.Type.Kind() == reflect.Struct {
			paths = nil
			for _, inner := range reflect.VisibleFields(field.Type) {
				paths = append(paths, slices.Concat(field.Index, inner.Index))
			}
		}
		for _, path := range paths {
			transfer := uploader.Transfer{Rank: int64(len(changes.Transfers))}
			reflect.ValueOf(&transfer).Elem().FieldByIndex(path).Set(full.FieldByIndex(path))
			transfer.ID = uploader.TransferID(len(changes.Transfers) + 1)
			changes.Transfers = append(changes.Transfers, &transfer)
		}
	}
	save(t, reopen(), changes)
	for got := range load(t, reopen()).Transfers.Values() {
		wantEqual(t, got, changes.Transfers[got.ID-1])
	}
}

func testBatchAndServerRoundTrip(t *testing.T, reopen Reopen) {
	batches := []uploader.Batch{
		{ID: 3, Server: 1, Roots: []string{"/home/a b", "/\xff\xfe/latin\xe9", "/new\nline", "/中文"}, Added: instant(0), Scanned: true},
		{ID: 4, Skipped: uploader.Skipped{
			Links:   uploader.SkippedEntries{Count: 12, Names: []string{"top/a", "top/\xff\xfe/latin\xe9"}},
			Special: uploader.SkippedEntries{Count: 1, Names: []string{"top/pipe"}},
		}},
		{ID: uploader.NewBatchID(), Server: 2, Roots: []string{""}, Added: instant(1), Intent: uploader.IntentPause, Supersedes: []uploader.BatchID{3, math.MaxInt64}},
		{ID: math.MaxInt64, Rank: -7, Options: uploader.BatchOptions{Exists: uploader.ExistsSkip, Connections: 4, ChunkMax: 6 << 20, Limit: 1 << 40, UploadAgain: true, FollowLinks: true, Metadata: "project=Ísland\nmtime=", Folder: "2026/Ísland"}},
	}
	servers := []uploader.Server{
		{ID: uploader.BuiltinServer, Name: "This computer", Endpoint: "http://127.0.0.1:41234/files/"},
		{ID: 2, Name: "工作室 \x00 odd", Endpoint: "https://studio.example/files?a=b#c"},
		{
			ID: 3, Name: "everything", Endpoint: "https://all.example/",
			Options: uploader.ServerOptions{
				ChunkMin: 1, ChunkMax: 1 << 40, ChunkMultiple: 256 << 10, MaxBody: 9, WholeRequests: 7, MethodOverride: true, GivenURL: true, Connections: 4,
				MaxFiles: 2, Limit: 1 << 20, Metadata: "project 中文\nteam \"a\"", Checksums: true, OneRequest: true, Preset: "directus", UploadPath: "{dir}", Folders: uploader.FoldersByMKCOL, EmptyPatch: true, HidesFinished: true,
			},
			Access: uploader.Access{
				SignIn: uploader.SignInBasic, User: "ñ", SecretName: "ferry-3", CA: "/ca.pem", Certificate: "/c.pem", Key: "/k.pem", Proxy: "socks5://[::1]:1080",
			},
		},
	}
	save(t, reopen(), uploader.Changes{Batches: batches, Servers: servers})
	got := load(t, reopen())
	wantEqual(t, got.Batches, batches)
	wantEqual(t, got.Servers, servers)
}

func testOverwrite(t *testing.T, reopen Reopen) {
	store := reopen()
	first := fullTransfer(1)
	save(t, store, uploader.Changes{
		Transfers: []*uploader.Transfer{&first},
		Batches:   []uploader.Batch{{ID: 5, Server: 1, Roots: []string{"/a", "/b"}, Added: instant(0), Scanned: true, Options: uploader.BatchOptions{ChunkMax: 1}}},
		Servers:   []uploader.Server{{ID: 2, Name: "one", Endpoint: "https://one.example/"}},
	})
	bare := uploader.Transfer{ID: 1}
	save(t, store, uploader.Changes{
		Transfers: []*uploader.Transfer{&bare},
		Batches:   []uploader.Batch{{ID: 5}},
		Servers:   []uploader.Server{{ID: 2}},
	})
	got := load(t, reopen())
	wantEqual(t, slices.Collect(got.Transfers.Values()), []*uploader.Transfer{&bare})
	wantEqual(t, got.Batches, []uploader.Batch{{ID: 5}})
	wantEqual(t, got.Servers[1], uploader.Server{ID: 2})
}

func testOrder(t *testing.T, reopen Reopen) {
	store := reopen()
	ranks := map[uploader.TransferID]int64{1: 30, 2: -10, 3: 30, 4: 0, 5: math.MinInt64}
	for id, rank := range ranks {
		save(t, store, uploader.Changes{Transfers: []*uploader.Transfer{{ID: id, Rank: rank}}})
	}
	got := load(t, store)
	wantEqual(t, transferIDs(slices.Collect(got.Transfers.Values())), []uploader.TransferID{5, 2, 4, 1, 3})
	batches := []uploader.Batch{{ID: 7, Rank: 2}, {ID: 8, Rank: -1}, {ID: 9, Rank: 2}}
	save(t, store, uploader.Changes{Batches: batches, Transfers: []*uploader.Transfer{
		{ID: 11, Batch: 7, Rank: 5}, {ID: 12, Batch: 7, Rank: 3}, {ID: 13, Batch: 8, Rank: 90}, {ID: 14, Batch: 9, Rank: 4}, {ID: 15, Batch: 99, Rank: 1},
	}})
	got = load(t, store)
	wantEqual(t, transferIDs(slices.Collect(got.Transfers.Values())), []uploader.TransferID{13, 5, 2, 4, 15, 1, 3, 12, 14, 11})
	if got.NextRank <= 90 {
		t.Errorf("NextRank is %d, but rank 90 is used", got.NextRank)
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
	wantLocalDiskFault(t, store.Save(t.Context(), changes))
	wantEqual(t, load(t, store), want)

	after := uploader.Transfer{ID: 2, Rank: 100}
	save(t, store, uploader.Changes{Transfers: []*uploader.Transfer{&after}})
	wantEqual(t, slices.Collect(load(t, reopen()).Transfers.Values()), []*uploader.Transfer{&before, &after})
}

func testBuiltinServer(t *testing.T, reopen Reopen) {
	store := reopen()
	want := load(t, store)
	wantLocalDiskFault(t, store.Save(t.Context(), uploader.Changes{
		Transfers:      []*uploader.Transfer{{ID: 1}},
		RemovedServers: []uploader.ServerID{2, uploader.BuiltinServer},
	}))
	wantEqual(t, load(t, reopen()), want)
}

func testNextID(t *testing.T, reopen Reopen) {
	store := reopen()
	save(t, store, uploader.Changes{Transfers: []*uploader.Transfer{{ID: 1}, {ID: 40}, {ID: 7}}})
	save(t, store, uploader.Changes{RemovedTransfers: []uploader.TransferID{1, 7, 40}})
	got := load(t, reopen())
	if got.Transfers.Len() != 0 || got.NextID <= 40 {
		t.Errorf("after ID 40 was used and removed: %d transfers, NextID %d", got.Transfers.Len(), got.NextID)
	}
	save(t, reopen(), uploader.Changes{Transfers: []*uploader.Transfer{{ID: 3}}})
	if got := load(t, reopen()); got.NextID <= 40 {
		t.Errorf("NextID decreased to %d", got.NextID)
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
	wantEqual(t, slices.Collect(got.Transfers.Values()), []*uploader.Transfer{{ID: 1000, Server: 2}})
	wantEqual(t, got.Servers, []uploader.Server{{ID: 1, Name: "This computer"}, {ID: 3}})
}

func testCancelledContext(t *testing.T, reopen Reopen) {
	store := reopen()
	want := load(t, store)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, loadErr := store.Load(ctx)
	_, eventsErr := store.Events(ctx, 1)
	_, findErr := store.FindPreviousInHistory(ctx, []string{"a"})
	_, historyErr := store.FindHistory(ctx, uploader.HistoryQuery{})
	_, surplusErr := store.HistorySurplus(ctx, 0, 0, 1)
	saveErr := store.Save(ctx, uploader.Changes{Transfers: []*uploader.Transfer{{ID: 1}}})
	for name, err := range map[string]error{"Load": loadErr, "Events": eventsErr, "FindPreviousInHistory": findErr, "FindHistory": historyErr, "HistorySurplus": surplusErr, "Save": saveErr} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s returned %v, want context.Canceled", name, err)
		}
	}
	wantEqual(t, load(t, store), want)
}

func testConcurrency(t *testing.T, reopen Reopen) {
	store := reopen()
	const pairs = 50
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range pairs {
				events, err := store.Events(t.Context(), 1)
				if err != nil {
					t.Errorf("events: %v", err)
				}
				if n := len(events); n%2 != 0 {
					t.Errorf("%d events, want an even number", n)
				}
			}
		})
	}
	for i := range pairs {
		event := uploader.Event{At: instant(i), Kind: uploader.EventStarted}
		save(t, store, uploader.Changes{
			Transfers: []*uploader.Transfer{{ID: 1, Rank: int64(i)}},
			Events:    map[uploader.TransferID][]uploader.Event{1: {event, event}},
		})
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
	got := slices.Collect(load(t, reopen()).Transfers.Values())
	if len(got) != count {
		t.Fatalf("loaded %d transfers, want %d", len(got), count)
	}
	for i := range got {
		if diff := cmp.Diff(changes.Transfers[i], got[i], cmpStored); diff != "" {
			t.Fatalf("transfer %d: saved (-) and loaded (+) differ:\n%s", got[i].ID, diff)
		}
	}
}

func transferIDs(transfers []*uploader.Transfer) []uploader.TransferID {
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

func wantLocalDiskFault(t *testing.T, err error) {
	t.Helper()
	if !fault.Is(err, fault.LocalDisk) || fault.Of(err).Detail == "" {
		t.Errorf("got %v, want a LocalDisk fault with a detail", err)
	}
}

func wantEqual[T any](t *testing.T, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpStored); diff != "" {
		t.Errorf("want (-) and got (+) differ:\n%s", diff)
	}
}
