package engine_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// reorder is a simple model of Move: MoveUp and MoveDown move each element one
// place, the others move all as a block.
func reorder[T comparable](list []T, chosen []T, to uploader.MoveTo, beside T) []T {
	isChosen := func(x T) bool { return slices.Contains(chosen, x) }
	list = slices.Clone(list)
	switch to {
	case uploader.MoveUp:
		for i := 1; i < len(list); i++ {
			if isChosen(list[i]) && !isChosen(list[i-1]) {
				list[i-1], list[i] = list[i], list[i-1]
			}
		}
		return list
	case uploader.MoveDown:
		slices.Reverse(list)
		list = reorder(list, chosen, uploader.MoveUp, beside)
		slices.Reverse(list)
		return list
	}
	selected := slices.DeleteFunc(slices.Clone(list), func(x T) bool { return !isChosen(x) })
	rest := slices.DeleteFunc(slices.Clone(list), isChosen)
	at := map[uploader.MoveTo]int{
		uploader.MoveTop: 0, uploader.MoveBottom: len(rest), uploader.MoveBefore: slices.Index(rest, beside), uploader.MoveAfter: slices.Index(rest, beside) + 1,
	}[to]
	if isBeside := to == uploader.MoveBefore || to == uploader.MoveAfter; isBeside && !slices.Contains(rest, beside) {
		return list
	}
	return slices.Insert(rest, at, selected...)
}

// newIdleHarness returns a harness whose schedule holds all uploads.
func newIdleHarness(t *testing.T) *harness {
	t.Helper()
	h := newHarness(t, uploadtest.UnusedURL(t))
	h.do(uploader.Configure{Settings: testSettings(func(s *uploader.Settings) {
		s.Schedule = uploader.Schedule{{Days: everyDay, Until: 24 * time.Hour, Limit: uploader.SendNothing}}
	})})
	return h
}

// listOrder returns the order of batches, and of the transfers in each batch.
func listOrder(s *uploader.Snapshot) (batches []uploader.BatchID, transfers map[uploader.BatchID][]uploader.TransferID) {
	transfers = map[uploader.BatchID][]uploader.TransferID{}
	for t := range s.Transfers.Values() {
		if len(batches) == 0 || batches[len(batches)-1] != t.Batch {
			batches = append(batches, t.Batch)
		}
		transfers[t.Batch] = append(transfers[t.Batch], t.ID)
	}
	return batches, transfers
}

// TestMovesMatchModel compares random moves with the model, before and after a
// restart.
func TestMovesMatchModel(t *testing.T) {
	t.Parallel()
	h := newIdleHarness(t)
	for i, files := range []int{3, 1, 5, 2, 4} {
		var paths []string
		for file := range files {
			paths = append(paths, createFile(t, fmt.Sprintf("%d-%d.mov", i, file), 10))
		}
		id := h.add(paths...)
		h.waitFor("the batch to be scanned", func(s *uploader.Snapshot) bool { return s.Batches[id] != nil && s.Batches[id].Scanned })
	}
	batches, transfers := listOrder(h.engine.Snapshot())
	places := []uploader.MoveTo{uploader.MoveUp, uploader.MoveDown, uploader.MoveTop, uploader.MoveBottom, uploader.MoveBefore, uploader.MoveAfter}
	compare := func(t *rapid.T) {
		gotBatches, gotRows := listOrder(h.engine.Snapshot())
		if diff := cmp.Diff(batches, gotBatches) + cmp.Diff(transfers, gotRows); diff != "" {
			t.Fatalf("order (-want +got):\n%s", diff)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		t.Repeat(map[string]func(*rapid.T){
			"move batch": func(t *rapid.T) {
				ids, to := rapid.SliceOfNDistinct(rapid.SampledFrom(batches), 1, 3, rapid.ID).Draw(t, "batches"), rapid.SampledFrom(places).Draw(t, "to")
				beside := rapid.SampledFrom(batches).Draw(t, "beside")
				var targets []uploader.Target
				for _, id := range ids {
					targets = append(targets, uploader.Target{Batch: id})
				}
				h.do(uploader.Move{Targets: targets, To: to, Beside: uploader.Target{Batch: beside}})
				batches = reorder(batches, ids, to, beside)
			},
			"move transfers": func(t *rapid.T) {
				batch, to := rapid.SampledFrom(batches).Draw(t, "batch"), rapid.SampledFrom(places).Draw(t, "to")
				ids := rapid.SliceOfNDistinct(rapid.SampledFrom(transfers[batch]), 1, len(transfers[batch]), rapid.ID).Draw(t, "ids")
				besideBatch, beside := rapid.SampledFrom(batches).Draw(t, "beside batch"), rapid.SampledFrom(transfers[batch]).Draw(t, "beside")
				h.do(uploader.Move{
					Targets: []uploader.Target{uploader.TargetTransfers(ids...)}, To: to, Beside: uploader.Target{Batch: besideBatch, IDs: []uploader.TransferID{beside}},
				})
				if len(ids) == len(transfers[batch]) { // all transfers: the batch moves
					batches = reorder(batches, []uploader.BatchID{batch}, to, besideBatch)
				} else {
					transfers[batch] = reorder(transfers[batch], ids, to, beside)
				}
			},
			"restart": func(t *rapid.T) {
				if rapid.IntRange(0, 9).Draw(t, "rare") == 0 {
					h.restart()
					h.do(uploader.Pause{}) // returns after the saved state is loaded
				}
			},
			"": compare,
		})
	})
}

// TestMoveAmongBatches moves batches by one among others, past those that are not among them.
func TestMoveAmongBatches(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		to     uploader.MoveTo
		moved  []int
		among  []int // nil for all
		beside int
		want   []int
	}{
		{"up among all", uploader.MoveUp, []int{3}, nil, 0, []int{0, 1, 3, 2, 4}},
		{"up past one", uploader.MoveUp, []int{3}, []int{0, 1, 3, 4}, 0, []int{0, 3, 2, 1, 4}},
		{"down past two", uploader.MoveDown, []int{1}, []int{1, 4}, 0, []int{0, 4, 2, 3, 1}},
		{"two at once, as one change", uploader.MoveUp, []int{2, 4}, []int{0, 2, 4}, 0, []int{2, 1, 4, 3, 0}},
		{"the first stays", uploader.MoveUp, []int{1}, []int{1, 2}, 0, []int{0, 1, 2, 3, 4}},
		{"before one that is not among them", uploader.MoveBefore, []int{4}, []int{4}, 1, []int{0, 4, 1, 2, 3}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newIdleHarness(t)
			var ids []uploader.BatchID
			for i := range 5 {
				ids = append(ids, h.add(createFile(t, fmt.Sprintf("%d.mov", i), 10)))
			}
			h.waitCount(uploader.StateWaiting, 5)
			chosen := func(indexes []int) (batches []uploader.BatchID) {
				for _, i := range indexes {
					batches = append(batches, ids[i])
				}
				return batches
			}
			move := uploader.Move{To: c.to, Among: chosen(c.among), Beside: uploader.Target{Batch: ids[c.beside]}}
			for _, id := range chosen(c.moved) {
				move.Targets = append(move.Targets, uploader.Target{Batch: id})
			}
			h.do(move)
			if got, _ := listOrder(h.engine.Snapshot()); !slices.Equal(got, chosen(c.want)) {
				t.Errorf("order is %v, want %v", got, chosen(c.want))
			}
		})
	}
}

func TestMoveBatchChangesNoTransfer(t *testing.T) {
	t.Parallel()
	h := newIdleHarness(t)
	folder := t.TempDir()
	names := make([]string, 300)
	for i := range names {
		names[i] = fmt.Sprintf("%d.raw", i)
	}
	createFiles(t, folder, names...)
	large := h.add(folder)
	h.waitCount(uploader.StateWaiting, len(names))
	small := h.add(createFile(t, "a.mov", 10))
	h.waitCount(uploader.StateWaiting, len(names)+1)
	before := h.engine.Snapshot()
	h.do(uploader.Move{Targets: []uploader.Target{{Batch: large}}, To: uploader.MoveBottom})
	after := h.engine.Snapshot()
	if batches, _ := listOrder(after); !slices.Equal(batches, []uploader.BatchID{small, large}) {
		t.Errorf("order of batches is %v", batches)
	}
	for was := range before.Transfers.Values() {
		if is := after.Transfer(was.ID); is == nil || *is != *was {
			t.Fatalf("transfer %q was changed", was.Source.Name())
		}
	}
}

func TestMoveToTopStartsNext(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	h := newHarness(t, server.Endpoint)
	limited := func(limit int64) uploader.Configure {
		return uploader.Configure{Settings: testSettings(func(s *uploader.Settings) { s.MaxFiles, s.Limit = 1, limit })}
	}
	h.do(limited(10_000))
	first := h.add(createFile(t, "first.mov", 2<<20))
	h.waitFor("1 running", func(s *uploader.Snapshot) bool { return s.Totals.Active == 1 })
	batch := h.add(createFile(t, "a.mov", 2<<20), createFile(t, "b.mov", 2<<20), createFile(t, "c.mov", 2<<20))
	last := h.waitCount(uploader.StateWaiting, 3).Transfers.At(3)
	h.do(uploader.Move{Targets: []uploader.Target{uploader.TargetTransfers(last.ID)}, To: uploader.MoveTop})
	h.do(uploader.Move{Targets: []uploader.Target{{Batch: batch}}, To: uploader.MoveTop})
	h.do(limited(0))
	h.waitFinal(first)
	transfers := h.waitFinal(batch)
	slices.SortFunc(transfers, func(a, b *uploader.Transfer) int { return a.Started.Time().Compare(b.Started.Time()) })
	if transfers[0].ID != last.ID {
		t.Errorf("%q started first, want %q", transfers[0].Source.Name(), last.Source.Name())
	}
}
