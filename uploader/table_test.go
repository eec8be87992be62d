package uploader

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

	"github.com/ferryapp/ferry/uploader/source"
)

// TestTheTableIsWhatWasPutIn plays any sequence of changes against a plain list.
func TestTheTableIsWhatWasPutIn(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		table := newTable(nil, nil)
		var model []*Transfer
		at := func(id TransferID) int {
			return slices.IndexFunc(model, func(t *Transfer) bool { return t.ID == id })
		}
		id := rapid.Custom(func(r *rapid.T) TransferID { return TransferID(rapid.IntRange(1, 20).Draw(r, "id")) })
		r.Repeat(map[string]func(*rapid.T){
			"put": func(r *rapid.T) {
				next := anyRow(r, id.Draw(r, "row"))
				was := at(next.ID)
				if was < 0 {
					model = append(model, next)
				} else {
					model[was] = next
				}
				table.put(next)
			},
			"remove": func(r *rapid.T) {
				ids := rapid.SliceOfDistinct(id, func(id TransferID) TransferID { return id }).Draw(r, "rows")
				table.remove(ids)
				model = slices.DeleteFunc(model, func(t *Transfer) bool { return slices.Contains(ids, t.ID) })
			},
			"move a batch": func(*rapid.T) {
				table.setRank(BatchID(rapid.IntRange(1, 3).Draw(r, "batch")), rapid.Int64Range(-1, 1).Draw(r, "place"))
			},
			"": func(r *rapid.T) { checkTable(r, table, model) },
		})
	})
}

func anyRow(r *rapid.T, id TransferID) *Transfer {
	size := rapid.Int64Range(0, 100).Draw(r, "size")
	return &Transfer{
		ID:      id,
		Batch:   BatchID(rapid.IntRange(1, 3).Draw(r, "batch")),
		Rank:    rapid.Int64Range(-1, 3).Draw(r, "rank"),
		Source:  source.File{Size: size},
		Intent:  Intent(rapid.IntRange(0, int(IntentRemove)).Draw(r, "intent")),
		Phase:   Phase(rapid.IntRange(0, int(PhaseCancelled)).Draw(r, "phase")),
		Session: Session{Offset: rapid.Int64Range(0, size).Draw(r, "offset"), Sent: rapid.Int64Range(0, 120).Draw(r, "sent")},
	}
}

func checkTable(r *rapid.T, table *table, model []*Transfer) {
	var shown []*Transfer
	want, files := newTotals(), map[BatchID]int{}
	for _, t := range model {
		files[t.Batch]++
		if table.get(t.ID) != t {
			r.Fatalf("transfer %d is %v", t.ID, table.get(t.ID))
		}
		if !t.Removed() {
			shown = append(shown, t)
			want.add(t)
		}
	}
	slices.SortFunc(shown, table.order.compare)
	got := table.snapshot()
	if !slices.Equal(got, shown) {
		r.Fatalf("%d rows are shown, want %d, or they differ", len(got), len(shown))
	}
	if diff := gocmp.Diff(want, table.totals, gocmp.AllowUnexported(totals{})); diff != "" {
		r.Fatalf("summed anew (-) and along the way (+) differ:\n%s", diff)
	}
	if !maps.Equal(files, table.files) {
		r.Fatalf("batches have %v transfers, want %v", table.files, files)
	}
	seen := slices.SortedFunc(table.all(), func(a, b *Transfer) int { return cmp.Compare(a.ID, b.ID) })
	if !sameSet(seen, model) {
		r.Fatalf("visited %d transfers, want %d", len(seen), len(model))
	}
}

func sameSet(a, b []*Transfer) bool {
	byID := func(a, b *Transfer) int { return cmp.Compare(a.ID, b.ID) }
	return slices.Equal(slices.SortedFunc(slices.Values(a), byID), slices.SortedFunc(slices.Values(b), byID))
}

// TestTheLedgerAddsUp compares the sums with what is seen by going through all.
func TestTheLedgerAddsUp(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		var all []*Transfer
		sums := newTotals()
		live := map[TransferID]Live{}
		for id := range rapid.IntRange(0, 20).Draw(r, "transfers") {
			row := anyRow(r, TransferID(id+1))
			all = append(all, row)
			sums.add(row)
		}
		moving := sums.clone()
		for _, row := range all {
			if rapid.Bool().Draw(r, "moves") {
				live[row.ID] = Live{Sent: rapid.Int64Range(0, 120).Draw(r, "sent now"), Rate: float64(rapid.IntRange(0, 9).Draw(r, "rate"))}
				moving.addProgress(row, live[row.ID])
			}
		}
		s := &Snapshot{Transfers: all, Live: live}
		want := Totals{Count: map[State]int{}}
		batches := map[BatchID]Sum{}
		for _, row := range all {
			sum := batches[row.Batch]
			sum.Count[row.State()]++
			sum.Files++
			sum.Bytes += row.Source.Size
			sum.Sent += s.Sent(row)
			sum.Rate += live[row.ID].Rate
			batches[row.Batch] = sum
			want.Count[row.State()]++
			if isPending(row, row.State()) {
				want.Pending++
				want.Bytes += row.Source.Size
				want.Left += max(0, row.Source.Size-s.Sent(row))
			}
		}
		if diff := gocmp.Diff(want, moving.overall()); diff != "" {
			r.Fatalf("totals: want (-) and got (+) differ:\n%s", diff)
		}
		if diff := gocmp.Diff(batches, moving.batches, cmpopts.EquateEmpty()); diff != "" {
			r.Fatalf("batches: want (-) and got (+) differ:\n%s", diff)
		}
	})
}

// rowsOf makes a table as it is after a start.
func rowsOf(count int) *table { return newTable(savedRows(count), nil) }

func savedRows(count int) []Transfer {
	saved := make([]Transfer, count)
	for i := range saved {
		name := fmt.Sprintf("IMG_%07d.CR3", i+1)
		saved[i] = Transfer{
			ID: TransferID(i + 1), Batch: BatchID(i/1000 + 1), Server: 1, Rank: int64(i + 1),
			Fingerprint: fmt.Sprintf("m1:%043d", i), Added: MomentOf(testTime),
			Source: source.File{Path: "/media/card/DCIM/100CANON/" + name, RelPath: "100CANON/" + name, Size: 25 << 20, ModTime: testTime},
		}
	}
	return saved
}

func TestOneChangeAmongManyCostsNoMoreThanAmongFew(t *testing.T) {
	const many = 100_000
	table := rowsOf(many)
	table.markSaved()
	next := *table.get(many / 2)
	allocations := testing.AllocsPerRun(1000, func() {
		next.Session.Offset++
		value := next
		table.put(&value)
	})
	if allocations > 4 {
		t.Errorf("a change allocates %v times", allocations)
	}
	if got := len(table.changed()); got != 1 {
		t.Errorf("%d rows are to be saved after one changed", got)
	}
	if allocations := testing.AllocsPerRun(10, func() { table.stale = true; table.snapshot() }); allocations != 1 {
		t.Errorf("a snapshot allocates %v times, want once, for the list", allocations)
	}
	if allocations := testing.AllocsPerRun(10, func() { table.snapshot() }); allocations != 0 {
		t.Errorf("a snapshot of what did not change allocates %v times", allocations)
	}
}

func TestForgettingMovesFewOthers(t *testing.T) {
	const many = 100_000
	table := rowsOf(many)
	places, moves := table.rows, 0
	for id := TransferID(1); id <= many; id++ {
		table.remove([]TransferID{id})
		if len(table.rows) < len(places) { // otherwise nobody's place changed
			places = table.rows
			moves += len(places)
		}
	}
	if moves == 0 || moves > 2*many {
		t.Errorf("forgetting %d one by one moved others %d times", many, moves)
	}
	if len(table.snapshot()) != 0 || len(table.totals.batches) != 0 {
		t.Errorf("%d rows and %d batches are left", len(table.rows), len(table.totals.batches))
	}
}

// TestRowsMayBeHiddenWhileAllAreVisited hides some of the rows from within the visit,
// as a start does with what was removed when the program was killed.
func TestRowsMayBeHiddenWhileAllAreVisited(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		hides := rapid.SliceOfN(rapid.Bool(), 1, 20).Draw(r, "hides")
		table := newTable(nil, nil)
		for i := range hides {
			table.put(&Transfer{ID: TransferID(i + 1)})
		}
		visited := map[TransferID]bool{}
		for row := range table.all() {
			visited[row.ID] = true
			if hides[row.ID-1] {
				next := *row
				next.Intent, next.Phase = IntentRemove, PhaseCancelled
				table.put(&next)
			}
		}
		if len(visited) != len(hides) {
			r.Fatalf("visited %d of %d rows", len(visited), len(hides))
		}
	})
}

func TestTheTableKnowsWhatIsSavedOfARow(t *testing.T) {
	table := rowsOf(1)
	loaded := table.get(1)
	change := func(sent int64, intent Intent) {
		next := *table.get(1)
		next.Phase, next.Session.Sent, next.Intent = PhaseSending, sent, intent
		table.put(&next)
	}
	saved := func() *Transfer { return table.before(table.changed())[1] }

	change(0, IntentRun) // which is nothing to be saved
	table.markSaved()
	change(1, IntentHold)
	change(2, IntentHold)
	if saved() != loaded {
		t.Errorf("before anything is saved, it is %+v", saved())
	}
	table.markSaved()
	held := table.get(1)
	change(2, IntentRun)
	if saved() != held {
		t.Errorf("once a change is saved, it is %+v", saved())
	}
	table.markUncertain()
	change(3, IntentRun)
	if saved() != nil {
		t.Errorf("where a save failed, it is %+v", saved())
	}
	table.put(&Transfer{ID: 2})
	if table.before(table.changed())[2] != nil {
		t.Error("a new one is saved already")
	}
}

// testTime is the present in these tests.
var testTime = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
