package table

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/source"
)

// TestTableMatchesModel applies random changes to a table and to a slice.
func TestTableMatchesModel(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		table := New(uploader.Rows{}, nil)
		var model []*uploader.Transfer
		at := func(id uploader.TransferID) int {
			return slices.IndexFunc(model, func(t *uploader.Transfer) bool { return t.ID == id })
		}
		id := rapid.Custom(func(r *rapid.T) uploader.TransferID { return uploader.TransferID(rapid.IntRange(1, 20).Draw(r, "id")) })
		r.Repeat(map[string]func(*rapid.T){
			"put": func(r *rapid.T) {
				next := anyRow(r, id.Draw(r, "row"))
				was := at(next.ID)
				if was < 0 {
					model = append(model, next)
				} else {
					model[was] = next
				}
				table.Put(next)
			},
			"remove": func(r *rapid.T) {
				ids := rapid.SliceOfDistinct(id, func(id uploader.TransferID) uploader.TransferID { return id }).Draw(r, "rows")
				table.Remove(ids)
				model = slices.DeleteFunc(model, func(t *uploader.Transfer) bool { return slices.Contains(ids, t.ID) })
			},
			"move a batch": func(*rapid.T) {
				table.SetRank(uploader.BatchID(rapid.IntRange(1, 3).Draw(r, "batch")), rapid.Int64Range(-1, 1).Draw(r, "place"))
			},
			"": func(r *rapid.T) { checkTable(r, table, model) },
		})
	})
}

func anyRow(r *rapid.T, id uploader.TransferID) *uploader.Transfer {
	size := rapid.Int64Range(0, 100).Draw(r, "size")
	return &uploader.Transfer{
		ID:      id,
		Batch:   uploader.BatchID(rapid.IntRange(1, 3).Draw(r, "batch")),
		Rank:    rapid.Int64Range(-1, 3).Draw(r, "rank"),
		Source:  source.File{Size: size},
		Intent:  uploader.Intent(rapid.IntRange(0, int(uploader.IntentRemove)).Draw(r, "intent")),
		Phase:   uploader.Phase(rapid.IntRange(0, int(uploader.PhaseCancelled)).Draw(r, "phase")),
		Session: uploader.Session{Offset: rapid.Int64Range(0, size).Draw(r, "offset"), Sent: rapid.Int64Range(0, 120).Draw(r, "sent")},
	}
}

func checkTable(r *rapid.T, table *Table, model []*uploader.Transfer) {
	var shown []*uploader.Transfer
	want, files := newTotals(), map[uploader.BatchID]int{}
	for _, t := range model {
		files[t.Batch]++
		if got := table.Get(t.ID); got == nil || *got != *t {
			r.Fatalf("Get(%d) = %v, want %v", t.ID, table.Get(t.ID), t)
		}
		if !t.Removed() {
			shown = append(shown, t)
			want.add(t)
		}
	}
	slices.SortFunc(shown, table.order.Compare)
	got := table.Snapshot()
	if diff := gocmp.Diff(shown, slices.Collect(got.Values()), cmpopts.EquateEmpty()); diff != "" {
		r.Fatalf("snapshot differs from the model's (-want +got):\n%s", diff)
	}
	if diff := gocmp.Diff(want, table.totals, gocmp.AllowUnexported(Totals{})); diff != "" {
		r.Fatalf("totals (-want +got):\n%s", diff)
	}
	if !maps.Equal(files, table.files) {
		r.Fatalf("transfers of batches: %v, want %v", table.files, files)
	}
	seen := slices.SortedFunc(table.All(), func(a, b *uploader.Transfer) int { return cmp.Compare(a.ID, b.ID) })
	if !sameSet(seen, model) {
		r.Fatalf("All visited %d transfers, want %d", len(seen), len(model))
	}
}

func sameSet(a, b []*uploader.Transfer) bool {
	byID := func(a, b *uploader.Transfer) int { return cmp.Compare(a.ID, b.ID) }
	same := func(a, b *uploader.Transfer) bool { return *a == *b }
	return slices.EqualFunc(slices.SortedFunc(slices.Values(a), byID), slices.SortedFunc(slices.Values(b), byID), same)
}

// TestTotalsMatchSnapshot compares the totals with those computed from all transfers.
func TestTotalsMatchSnapshot(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		var all []*uploader.Transfer
		sums := newTotals()
		live := map[uploader.TransferID]uploader.Progress{}
		for id := range rapid.IntRange(0, 20).Draw(r, "transfers") {
			row := anyRow(r, uploader.TransferID(id+1))
			all = append(all, row)
			sums.add(row)
		}
		moving := sums.clone()
		for _, row := range all {
			if rapid.Bool().Draw(r, "moves") {
				live[row.ID] = uploader.Progress{Sent: rapid.Int64Range(0, 120).Draw(r, "sent now"), Rate: float64(rapid.IntRange(0, 9).Draw(r, "rate"))}
				moving.AddProgress(row, live[row.ID])
			}
		}
		s := &uploader.Snapshot{Transfers: uploader.RowsOf(all...), Progress: live}
		want := uploader.Totals{Count: map[uploader.State]int{}}
		batches := map[uploader.BatchID]uploader.BatchTotals{}
		for _, row := range all {
			sum := batches[row.Batch]
			sum.Count[row.State()]++
			sum.Files++
			sum.Bytes += row.Source.Size
			sum.Sent += s.Sent(row)
			sum.Rate += live[row.ID].Rate
			batches[row.Batch] = sum
			want.Count[row.State()]++
			if isPending(row.State()) {
				want.Pending++
				want.Bytes += row.Source.Size
				want.Left += max(0, row.Source.Size-s.Sent(row))
			}
		}
		if diff := gocmp.Diff(want, moving.Overall()); diff != "" {
			r.Fatalf("totals (-want +got):\n%s", diff)
		}
		if diff := gocmp.Diff(batches, moving.batches, cmpopts.EquateEmpty()); diff != "" {
			r.Fatalf("batches (-want +got):\n%s", diff)
		}
	})
}

// rowsOf makes a table as it is after loading that many transfers.
func rowsOf(count int) *Table { return New(savedRows(count), nil) }

func savedRows(count int) uploader.Rows {
	var saved uploader.RowsBuilder
	for i := range count {
		name := fmt.Sprintf("IMG_%07d.CR3", i+1)
		saved.Add(uploader.Transfer{
			ID: uploader.TransferID(i + 1), Batch: uploader.BatchID(i/1000 + 1), Server: 1, Rank: int64(i + 1),
			Fingerprint: fmt.Sprintf("m1:%042dA", i), Added: uploader.TimestampOf(testTime),
			Source: source.File{Path: "/media/card/DCIM/100CANON/" + name, RelPath: "100CANON/" + name, Size: 25 << 20, ModTime: testTime},
		})
	}
	return saved.Rows()
}

func TestPutAndSnapshotAllocations(t *testing.T) {
	const many = 100_000
	table := rowsOf(many)
	table.MarkSaved()
	next := *table.Get(many / 2)
	allocations := testing.AllocsPerRun(1000, func() {
		next.Session.Offset++
		value := next
		table.Put(&value)
	})
	if allocations > 12 {
		t.Errorf("Put allocates %v times, want at most 12", allocations)
	}
	if got := len(table.Changed()); got != 1 {
		t.Errorf("%d rows changed, want 1", got)
	}
	if allocations := testing.AllocsPerRun(10, func() { table.stale = true; table.Snapshot() }); allocations != 2 {
		t.Errorf("Snapshot allocates %v times, want twice, for the chunks and their ends", allocations)
	}
	if allocations := testing.AllocsPerRun(10, func() { table.Snapshot() }); allocations != 0 {
		t.Errorf("Snapshot without changes allocates %v times, want 0", allocations)
	}
}

func TestRemoveMovesFewRows(t *testing.T) {
	const many = 100_000
	table := rowsOf(many)
	chunks, moves := len(table.rows), 0
	for id := uploader.TransferID(1); id <= many; id++ {
		table.Remove([]uploader.TransferID{id})
		if len(table.rows) < chunks { // filled again
			chunks = len(table.rows)
			moves += table.count
		}
	}
	if moves == 0 || moves > 2*many {
		t.Errorf("removing %d rows moved others %d times", many, moves)
	}
	if table.Snapshot().Len() != 0 || len(table.totals.batches) != 0 {
		t.Errorf("%d rows and %d batches are left", table.count, len(table.totals.batches))
	}
}

// TestPutDuringAll hides rows while All visits them, as the engine does when it loads
// transfers that the user removed in an earlier run.
func TestPutDuringAll(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		hides := rapid.SliceOfN(rapid.Bool(), 1, 20).Draw(r, "hides")
		table := New(uploader.Rows{}, nil)
		for i := range hides {
			table.Put(&uploader.Transfer{ID: uploader.TransferID(i + 1)})
		}
		visited := map[uploader.TransferID]bool{}
		for row := range table.All() {
			visited[row.ID] = true
			if hides[row.ID-1] {
				next := *row
				next.Intent, next.Phase = uploader.IntentRemove, uploader.PhaseCancelled
				table.Put(&next)
			}
		}
		if len(visited) != len(hides) {
			r.Fatalf("visited %d of %d rows", len(visited), len(hides))
		}
	})
}

func TestBeforeReturnsSavedValues(t *testing.T) {
	table := rowsOf(1)
	loaded := table.Get(1)
	change := func(sent int64, intent uploader.Intent) {
		next := *table.Get(1)
		next.Phase, next.Session.Sent, next.Intent = uploader.PhaseSending, sent, intent
		table.Put(&next)
	}
	saved := func() *uploader.Transfer { return table.SavedValues(table.Changed())[1] }

	change(0, uploader.IntentRun) // need not be saved
	table.MarkSaved()
	change(1, uploader.IntentPause)
	change(2, uploader.IntentPause)
	if *saved() != *loaded {
		t.Errorf("before a save: got %+v, want the loaded value", saved())
	}
	table.MarkSaved()
	held := table.Get(1)
	change(2, uploader.IntentRun)
	if *saved() != *held {
		t.Errorf("after a save: got %+v, want the saved value", saved())
	}
	table.MarkUncertain()
	change(3, uploader.IntentRun)
	if saved() != nil {
		t.Errorf("after a failed save: got %+v, want none", saved())
	}
	table.Put(&uploader.Transfer{ID: 2})
	if table.SavedValues(table.Changed())[2] != nil {
		t.Error("a new transfer has a saved value")
	}
}

// testTime is when the transfers of these tests were added.
var testTime = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
