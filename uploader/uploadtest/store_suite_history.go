package uploadtest

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/uploader"
)

// Tests of the history.

// finishedTransfer returns a transfer that is done, n seconds after the first.
func finishedTransfer(id uploader.TransferID, path string, n int) *uploader.Transfer {
	t := fullTransfer(id)
	t.Intent, t.Phase, t.Fault, t.Batch, t.Finished = uploader.IntentRun, uploader.PhaseDone, nil, 5, timestamp(n)
	t.Source.Path, t.Fingerprint = path, "print of "+path
	return &t
}

// moveToHistory removes transfers from the list as the engine does.
func moveToHistory(t *testing.T, store uploader.Store, transfers ...*uploader.Transfer) {
	t.Helper()
	save(t, store, uploader.Changes{History: transfers, RemovedTransfers: transferIDs(transfers)})
}

func findHistory(t *testing.T, store uploader.Store, query uploader.HistoryQuery) []uploader.Transfer {
	t.Helper()
	found, err := store.FindHistory(t.Context(), query)
	if err != nil {
		t.Fatalf("find history: %v", err)
	}
	return found
}

func testHistoryRoundTrip(t *testing.T, reopen Reopen) {
	store := reopen()
	listed, removed, unfinished := finishedTransfer(1, "/listed", 1), finishedTransfer(2, "/\xff removed", 2), fullTransfer(3)
	removed.Intent = uploader.IntentRemove
	bare := &uploader.Transfer{ID: 4, Phase: uploader.PhaseDone}
	save(t, store, uploader.Changes{Transfers: []*uploader.Transfer{listed, removed, &unfinished, bare}})
	moveToHistory(t, store, removed, bare)
	want := []uploader.Transfer{uploader.HistoryEntry(removed), uploader.HistoryEntry(listed), uploader.HistoryEntry(bare)}
	store = reopen()
	wantEqual(t, findHistory(t, store, uploader.HistoryQuery{}), want)
	wantEqual(t, transferIDs(slices.Collect(load(t, store).Transfers.Values())), []uploader.TransferID{1, 3})
	if next := load(t, store).NextID; next != 5 {
		t.Errorf("NextID is %d, want 5", next)
	}

	recovered := finishedTransfer(50, "/recovered", 0) // never in the list of this store
	save(t, store, uploader.Changes{History: []*uploader.Transfer{recovered}})
	if next := load(t, store).NextID; next != 51 {
		t.Errorf("NextID is %d, want 51", next)
	}
	save(t, store, uploader.Changes{Forgotten: []uploader.TransferID{50}})

	changed := *removed
	changed.Source.Path = "/changed"
	save(t, store, uploader.Changes{History: []*uploader.Transfer{&changed}})
	wantEqual(t, findHistory(t, store, uploader.HistoryQuery{IDs: []uploader.TransferID{2, 77}}), []uploader.Transfer{uploader.HistoryEntry(&changed)})

	save(t, store, uploader.Changes{Forgotten: []uploader.TransferID{1, 2, 77}})
	store = reopen()
	wantEqual(t, findHistory(t, store, uploader.HistoryQuery{}), want[1:])
	wantEqual(t, findHistory(t, store, uploader.HistoryQuery{Removed: true}), want[2:])
}

// testHistoryReturnsToList moves an entry to the list and again to the history.
func testHistoryReturnsToList(t *testing.T, reopen Reopen) {
	store := reopen()
	transfer := finishedTransfer(7, "/a", 1)
	save(t, store, uploader.Changes{Transfers: []*uploader.Transfer{transfer}})
	moveToHistory(t, store, transfer)
	entry := uploader.HistoryEntry(transfer)
	save(t, store, uploader.Changes{Transfers: []*uploader.Transfer{&entry}, Forgotten: []uploader.TransferID{7}})
	wantEqual(t, slices.Collect(load(t, store).Transfers.Values()), []*uploader.Transfer{&entry})
	wantEqual(t, findHistory(t, store, uploader.HistoryQuery{}), []uploader.Transfer{entry})
	wantEqual(t, len(findHistory(t, store, uploader.HistoryQuery{Removed: true})), 0)
	moveToHistory(t, store, &entry)
	wantEqual(t, findHistory(t, reopen(), uploader.HistoryQuery{Removed: true}), []uploader.Transfer{entry})
}

func testHistoryQueries(t *testing.T, reopen Reopen) {
	store := reopen()
	all := []*uploader.Transfer{
		finishedTransfer(1, "/home/ada/Iceland/Glacier.MOV", 50),
		finishedTransfer(2, "/home/ada/100%_done.txt", 20),
		finishedTransfer(3, "/home/ada/ÄRGER/Überblick.txt", 30),
		finishedTransfer(4, "/home/ada/照片/冰川.jpg", 30),
		finishedTransfer(5, "/home/ada/back\\slash", 10),
		finishedTransfer(6, "/home/ada/1000 done.txt", 60),
	}
	all[1].Server, all[4].Server = 3, 3
	save(t, store, uploader.Changes{Transfers: all})
	moveToHistory(t, store, all[0], all[2], all[4])
	text := func(texts ...string) (query uploader.HistoryQuery) {
		for _, s := range texts {
			query.Texts = append(query.Texts, uploader.HistoryText{Text: s})
		}
		return query
	}
	for _, c := range []struct {
		name  string
		query uploader.HistoryQuery
		want  []uploader.TransferID
	}{
		{"all, newest first", uploader.HistoryQuery{}, []uploader.TransferID{6, 1, 4, 3, 2, 5}},
		{"by ID", uploader.HistoryQuery{ByID: true}, []uploader.TransferID{6, 5, 4, 3, 2, 1}},
		{"removed ones", uploader.HistoryQuery{Removed: true}, []uploader.TransferID{1, 3, 5}},
		{"first page", uploader.HistoryQuery{Limit: 2}, []uploader.TransferID{6, 1}},
		{"page after one", uploader.HistoryQuery{Limit: 2, After: uploader.PositionInHistory(all[0])}, []uploader.TransferID{4, 3}},
		{"page after one of the same time", uploader.HistoryQuery{After: uploader.PositionInHistory(all[3])}, []uploader.TransferID{3, 2, 5}},
		{"page after one by ID", uploader.HistoryQuery{ByID: true, Limit: 2, After: uploader.PositionInHistory(all[4])}, []uploader.TransferID{4, 3}},
		{"no IDs", uploader.HistoryQuery{IDs: []uploader.TransferID{}}, nil},
		{"IDs", uploader.HistoryQuery{IDs: []uploader.TransferID{2, 3, 99}}, []uploader.TransferID{3, 2}},
		{"server", uploader.HistoryQuery{Server: 3}, []uploader.TransferID{2, 5}},
		{"time", uploader.HistoryQuery{Since: timestamp(30)}, []uploader.TransferID{6, 1, 4, 3}},
		{"text in any case", text("iceland"), []uploader.TransferID{1}},
		{"text of other letters in lower case", text("ärger"), []uploader.TransferID{3}},
		{"Chinese text", text("冰川"), []uploader.TransferID{4}},
		{"several texts", text("txt", "ada"), []uploader.TransferID{6, 3, 2}},
		{"several texts that no entry has together", text("txt", "iceland"), nil},
		{"characters of patterns", text("0%_"), []uploader.TransferID{2}},
		{"backslash", text(`\s`), []uploader.TransferID{5}},
		{"text or server", uploader.HistoryQuery{Texts: []uploader.HistoryText{{Text: "glacier", Servers: []uploader.ServerID{3, 9}}}}, []uploader.TransferID{1, 2, 5}},
		{"everything at once", uploader.HistoryQuery{
			Texts: text("ada").Texts, Server: 3, Since: timestamp(15), Limit: 1, After: uploader.PositionInHistory(all[5]),
		}, []uploader.TransferID{2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			wantEqual(t, transferIDs(pointers(findHistory(t, store, c.query))), c.want)
		})
	}
}

// testHistoryPages reads random histories page by page: each entry is in one page, in order.
func testHistoryPages(t *testing.T, reopen Reopen) {
	store := reopen()
	rapid.Check(t, func(r *rapid.T) {
		var changes uploader.Changes
		var listed []*uploader.Transfer
		var want []uploader.HistoryPosition
		for id := uploader.TransferID(1); id <= 40; id++ {
			transfer := finishedTransfer(id, "/x", rapid.IntRange(1, 10).Draw(r, "finished"))
			switch rapid.IntRange(0, 2).Draw(r, "place") {
			case 0:
				changes.RemovedTransfers, changes.Forgotten = append(changes.RemovedTransfers, id), append(changes.Forgotten, id)
				continue
			case 1:
				changes.History, changes.RemovedTransfers = append(changes.History, transfer), append(changes.RemovedTransfers, id)
			case 2:
				listed, changes.Forgotten = append(listed, transfer), append(changes.Forgotten, id)
			}
			want = append(want, uploader.PositionInHistory(transfer))
		}
		for _, c := range []uploader.Changes{changes, {Transfers: listed}} {
			if err := store.Save(t.Context(), c); err != nil {
				r.Fatal(err)
			}
		}
		query := uploader.HistoryQuery{Limit: rapid.IntRange(1, 45).Draw(r, "page"), ByID: rapid.Bool().Draw(r, "by ID")}
		slices.SortFunc(want, query.Compare)
		var got []uploader.HistoryPosition
		for {
			page, err := store.FindHistory(t.Context(), query)
			if err != nil {
				r.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			for i := range page {
				got = append(got, uploader.PositionInHistory(&page[i]))
			}
			query.After = got[len(got)-1]
		}
		if diff := cmp.Diff(want, got, cmpStored); diff != "" {
			r.Fatalf("saved (-) and found (+) differ:\n%s", diff)
		}
	})
}

func testHistorySurplus(t *testing.T, reopen Reopen) {
	store := reopen()
	var all []*uploader.Transfer
	for i := range 6 {
		all = append(all, finishedTransfer(uploader.TransferID(i+1), "/x", 10*(6-i)))
	}
	all[5].Finished = 0
	save(t, store, uploader.Changes{Transfers: all})
	moveToHistory(t, store, all[1:]...)
	for _, c := range []struct {
		name   string
		keep   int
		before uploader.Timestamp
		limit  int
		want   []uploader.TransferID
	}{
		{"no limits", -1, 0, 100, nil},
		{"fewer than the limit", 5, 0, 100, nil},
		{"beyond the number", 2, 0, 100, []uploader.TransferID{6, 5, 4}},
		{"none to keep", 0, 0, 100, []uploader.TransferID{6, 5, 4, 3, 2}},
		{"older than a time, but not of unknown time", -1, timestamp(40), 100, []uploader.TransferID{5, 4}},
		{"both", 4, timestamp(30), 100, []uploader.TransferID{6, 5}},
		{"at most so many", 0, 0, 2, []uploader.TransferID{6, 5}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := store.HistorySurplus(t.Context(), c.keep, c.before, c.limit)
			if err != nil {
				t.Fatal(err)
			}
			wantEqual(t, got, c.want)
		})
	}
}

// testFindPreviousInHistory checks that a file is recognised after it left the list, and not
// after it was forgotten.
func testFindPreviousInHistory(t *testing.T, reopen Reopen) {
	store := reopen()
	first, second, third := finishedTransfer(1, "/same", 3), finishedTransfer(2, "/same", 2), finishedTransfer(3, "/same", 1)
	save(t, store, uploader.Changes{Transfers: []*uploader.Transfer{first, second, third}})
	moveToHistory(t, store, first, third)
	find := func() []uploader.TransferID {
		t.Helper()
		found, err := store.FindPreviousInHistory(t.Context(), []string{first.Fingerprint, "", "other"})
		if err != nil {
			t.Fatal(err)
		}
		return transferIDs(pointers(found[first.Fingerprint]))
	}
	wantEqual(t, find(), []uploader.TransferID{1, 3})
	save(t, store, uploader.Changes{Forgotten: []uploader.TransferID{3}})
	store = reopen()
	wantEqual(t, find(), []uploader.TransferID{1})
}
