package engine_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// TotalSent is what the plain model makes of a list: one at a time for up and down,
// and a block for the rest.
func URLChanged[T comparable](list []T, chosen []T, to uploader.Place) []T {
	is := func(x T) bool { return slices.Contains(chosen, x) }
	list = slices.Clone(list)
	switch to {
	case uploader.PlaceUp:
		for i := 1; i < len(list); i++ {
			if is(list[i]) && !is(list[i-1]) {
				list[i-1], list[i] = list[i], list[i-1]
			}
		}
		return list
	case uploader.PlaceDown:
		slices.Reverse(list)
		list = URLChanged(list, chosen, uploader.PlaceUp)
		slices.Reverse(list)
		return list
	}
	picked := slices.DeleteFunc(slices.Clone(list), func(x T) bool { return !is(x) })
	rest := slices.DeleteFunc(slices.Clone(list), is)
	if to == uploader.PlaceTop {
		return append(picked, rest...)
	}
	return append(rest, picked...)
}

// resting is an engine of which nothing moves: what is added waits.
func resting(t *testing.T) *bench {
	t.Helper()
	b := newBench(t, uploadtest.Unused(t))
	b.do(uploader.Configure{Settings: settled(func(s *uploader.Settings) {
		s.Schedule = uploader.Schedule{{Days: on("SMTWTFS"), Until: hours(24), Limit: uploader.Nothing}}
	})})
	return b
}

// shown is the list's order, as batches and what is in each.
func shown(s *uploader.Snapshot) (batches []uploader.BatchID, rows map[uploader.BatchID][]uploader.TransferID) {
	rows = map[uploader.BatchID][]uploader.TransferID{}
	for _, t := range s.Transfers {
		if len(batches) == 0 || batches[len(batches)-1] != t.Batch {
			batches = append(batches, t.Batch)
		}
		rows[t.Batch] = append(rows[t.Batch], t.ID)
	}
	return batches, rows
}

// TestAnyMovesKeepTheOrderTheyMake compares random moves with a plain model, at
// once and after a restart.
func TestAnyMovesKeepTheOrderTheyMake(t *testing.T) {
	t.Parallel()
	b := resting(t)
	for i, files := range []int{3, 1, 5, 2, 4} {
		var paths []string
		for file := range files {
			paths = append(paths, write(t, fmt.Sprintf("%d-%d.mov", i, file), 10))
		}
		id := b.add(paths...)
		b.until("a batch", func(s *uploader.Snapshot) bool { return s.Batches[id] != nil && s.Batches[id].Expanded })
	}
	batches, rows := shown(b.engine.Snapshot())
	places := []uploader.Place{uploader.PlaceUp, uploader.PlaceDown, uploader.PlaceTop, uploader.PlaceBottom}
	check := func(t *rapid.T) {
		gotBatches, gotRows := shown(b.engine.Snapshot())
		if diff := cmp.Diff(batches, gotBatches) + cmp.Diff(rows, gotRows); diff != "" {
			t.Fatalf("order (-want +got):\n%s", diff)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		t.Repeat(map[string]func(*rapid.T){
			"a batch": func(t *rapid.T) {
				id, to := rapid.SampledFrom(batches).Draw(t, "batch"), rapid.SampledFrom(places).Draw(t, "to")
				b.do(uploader.Move{Target: uploader.Target{Batch: id}, To: to})
				batches = URLChanged(batches, []uploader.BatchID{id}, to)
			},
			"transfers": func(t *rapid.T) {
				batch, to := rapid.SampledFrom(batches).Draw(t, "batch"), rapid.SampledFrom(places).Draw(t, "to")
				ids := rapid.SliceOfNDistinct(rapid.SampledFrom(rows[batch]), 1, len(rows[batch]), rapid.ID).Draw(t, "ids")
				b.do(uploader.Move{Target: uploader.These(ids...), To: to})
				if len(ids) == len(rows[batch]) { // All there is of it is the batch itself
					batches = URLChanged(batches, []uploader.BatchID{batch}, to)
				} else {
					rows[batch] = URLChanged(rows[batch], ids, to)
				}
			},
			"a restart": func(t *rapid.T) {
				if rapid.IntRange(0, 9).Draw(t, "rare") == 0 {
					b.restart()
					b.do(uploader.Pause{}) // it is answered when what was saved is there
				}
			},
			"": check,
		})
	})
}

func TestMovingABatchSavesBatchesOnly(t *testing.T) {
	t.Parallel()
	b := resting(t)
	folder := t.TempDir()
	names := make([]string, 300)
	for i := range names {
		names[i] = fmt.Sprintf("%d.raw", i)
	}
	fillFolder(t, folder, names...)
	large := b.add(folder)
	b.untilCount(uploader.StateWaiting, len(names))
	small := b.add(write(t, "a.mov", 10))
	b.untilCount(uploader.StateWaiting, len(names)+1)
	before := b.engine.Snapshot()
	b.do(uploader.Move{Target: uploader.Target{Batch: large}, To: uploader.PlaceBottom})
	after := b.engine.Snapshot()
	if batches, _ := shown(after); !slices.Equal(batches, []uploader.BatchID{small, large}) {
		t.Errorf("batches are in order %v", batches)
	}
	for _, was := range before.Transfers {
		if after.Transfer(was.ID) != was {
			t.Fatalf("%q is another value now", was.Source.Name())
		}
	}
}

func TestWhatIsMovedToTheTopGoesNext(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	b := newBench(t, server.Endpoint)
	slowly := func(limit int64) uploader.Configure {
		return uploader.Configure{Settings: settled(func(s *uploader.Settings) { s.Simultaneous, s.Limit = 1, limit })}
	}
	b.do(slowly(10_000))
	first := b.add(write(t, "first.mov", 2<<20))
	b.until("it to be under way", func(s *uploader.Snapshot) bool { return s.Totals.Active == 1 })
	batch := b.add(write(t, "a.mov", 2<<20), write(t, "b.mov", 2<<20), write(t, "c.mov", 2<<20))
	last := b.untilCount(uploader.StateWaiting, 3).Transfers[3]
	b.do(uploader.Move{Target: uploader.These(last.ID), To: uploader.PlaceTop})
	b.do(uploader.Move{Target: uploader.Target{Batch: batch}, To: uploader.PlaceTop})
	b.do(slowly(0))
	b.finished(first)
	begun := b.finished(batch)
	slices.SortFunc(begun, func(a, b *uploader.Transfer) int { return a.Started.Time().Compare(b.Started.Time()) })
	if begun[0].ID != last.ID {
		t.Errorf("%q went first, want %q", begun[0].Source.Name(), last.Source.Name())
	}
}
