package transferlist

import (
	"image"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/theme"
)

// dragList returns a list of, from top to bottom: 1, which failed; 2; the open folder 7 with 3,
// 4 and 5, of which 3 is done; 8 and 9; and 10, which is done. Sent has what it moved.
func dragList(t *testing.T, sent *[]uploader.Move) *List {
	t.Helper()
	apptest.LoadEnglish(t)
	apptest.App(t).Settings().SetTheme(theme.New(theme.Light, 1))
	l := NewList(widgets.NewTooltips(), ListActions{
		Interrupted: func() *view.Interrupted { return nil }, Thumbnail: func(source.File) image.Image { return nil }, SelectionChanged: func() {},
		Move: func(moves []uploader.Move) { *sent = append(*sent, moves...) },
	})
	single := func(id uploader.TransferID, options ...func(*uploader.Transfer)) *uploader.Transfer {
		return apptest.Transfer(id, append(options, apptest.InBatch(uploader.BatchID(100+id)))...)
	}
	l.Show(apptest.WithBatches(apptest.Batched(
		single(1, apptest.Failed(fault.Refused)), single(2),
		apptest.Transfer(3, apptest.InFolder(7, "Iceland/one.raw"), apptest.Done), apptest.Transfer(4, apptest.InFolder(7, "Iceland/two.raw")), apptest.Transfer(5, apptest.InFolder(7, "Iceland/three.raw")),
		single(8), single(9), single(10, apptest.Done),
	), apptest.Folder(7, "Iceland")))
	l.OpenBatches([]uploader.BatchID{7})
	var ids []int64
	for i := range l.Len() {
		ids = append(ids, l.ID(i))
	}
	if diff := cmp.Diff([]int64{1, 2, -7, 3, 4, 5, 8, 9, 10}, ids); diff != "" {
		t.Fatal(diff)
	}
	return l
}

func TestDragMovesWithinTheQueue(t *testing.T) {
	batches := func(ids ...uploader.BatchID) (targets []uploader.Target) {
		for _, id := range ids {
			targets = append(targets, uploader.Target{Batch: id})
		}
		return targets
	}
	files := func(ids ...uploader.TransferID) []uploader.Target {
		return []uploader.Target{uploader.TargetTransfers(ids...)}
	}
	before, after := uploader.MoveBefore, uploader.MoveAfter
	cases := []struct {
		name     string
		selected []int64 // the first one is dragged
		gap      int
		place    int // -1 for a gap where nothing can be dropped
		want     uploader.Move
	}{
		{"file up", []int64{9}, 1, 1, uploader.Move{Targets: batches(109), To: before, Beside: batches(102)[0]}},
		{"file to the end of the queue", []int64{2}, 8, 8, uploader.Move{Targets: batches(102), To: after, Beside: batches(109)[0]}},
		{"file above a folder", []int64{9}, 2, 2, uploader.Move{Targets: batches(109), To: before, Beside: batches(7)[0]}},
		{"file into the upper half of a folder", []int64{9}, 3, 2, uploader.Move{Targets: batches(109), To: before, Beside: batches(7)[0]}},
		{"file into the lower half of a folder", []int64{2}, 5, 6, uploader.Move{Targets: batches(102), To: before, Beside: batches(108)[0]}},
		{"folder up", []int64{-7}, 1, 1, uploader.Move{Targets: batches(7), To: before, Beside: batches(102)[0]}},
		{"folder into itself", []int64{-7}, 4, 2, uploader.Move{Targets: batches(7), To: before, Beside: batches(108)[0]}},
		{"several files and a folder", []int64{9, 2, -7}, 6, 6, uploader.Move{Targets: batches(102, 7, 109), To: before, Beside: batches(108)[0]}},
		{"selected rows outside of the queue stay", []int64{9, 1, 10}, 1, 1, uploader.Move{Targets: batches(109), To: before, Beside: batches(102)[0]}},
		{"selected files of a folder stay", []int64{9, 5}, 1, 1, uploader.Move{Targets: batches(109), To: before, Beside: batches(102)[0]}},
		{"file of a folder within it", []int64{5}, 3, 3, uploader.Move{Targets: files(5), To: before, Beside: files(3)[0]}},
		{"file of a folder to its end", []int64{4}, 6, 6, uploader.Move{Targets: files(4), To: after, Beside: files(5)[0]}},
		{"files of a folder move together", []int64{5, 4, 8}, 3, 3, uploader.Move{Targets: files(4, 5), To: before, Beside: files(3)[0]}},
		{"file of a folder out of it", []int64{5}, 7, -1, uploader.Move{}},
		{"file of a folder above it", []int64{5}, 2, -1, uploader.Move{}},
		{"above what needs attention", []int64{9}, 0, -1, uploader.Move{}},
		{"below what is finished", []int64{9}, 9, -1, uploader.Move{}},
		{"of what needs attention", []int64{1}, 6, -1, uploader.Move{}},
		{"of what is finished", []int64{10}, 6, -1, uploader.Move{}},
		{"of a finished file of a folder", []int64{3}, 5, -1, uploader.Move{}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var sent []uploader.Move
			l := dragList(t, &sent)
			l.Rows.Select(c.selected...)
			d := l.startDrag(c.selected[0])
			place, ok := d.Place(c.gap)
			if ok != (c.place >= 0) || ok && place != c.place {
				t.Fatalf("gap %d leads to %d, %t", c.gap, place, ok)
			}
			if !ok {
				return
			}
			d.Drop(place)
			if diff := cmp.Diff([]uploader.Move{c.want}, sent); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDragLabel(t *testing.T) {
	cases := []struct {
		name     string
		sort     view.Sort
		selected []int64
		ok       bool
		want     string
	}{
		{"file", view.SortQueue, []int64{9}, true, "interview.mov"},
		{"folder", view.SortQueue, []int64{-7}, true, "Iceland"},
		{"several", view.SortQueue, []int64{9, 2, -7}, true, "3 rows"},
		{"outside of the queue", view.SortQueue, []int64{9}, false, "Only within the queue"},
		{"outside of the folder", view.SortQueue, []int64{5}, false, "Only within its folder"},
		{"finished", view.SortQueue, []int64{10}, false, "Not in the queue"},
		{"in another order", view.SortName, []int64{9}, false, "Sort by queue to change the order"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var sent []uploader.Move
			l := dragList(t, &sent)
			l.SetSort(c.sort)
			l.Rows.Select(c.selected...)
			d := l.startDrag(c.selected[0])
			if got := d.Label(c.ok); got != c.want {
				t.Errorf("label %q, want %q", got, c.want)
			}
			if _, ok := d.Place(6); ok && (c.sort != view.SortQueue || c.selected[0] == 10) {
				t.Error("it can be dropped")
			}
		})
	}
}

// TestIDsOfRowsAreCheap: a drag looks at the IDs of all rows, of which there may be a million. To
// make a transfer of each would block the window for a second.
func TestIDsOfRowsAreCheap(t *testing.T) {
	l := dragList(t, new([]uploader.Move))
	var packed uploader.RowsBuilder
	for transfer := range l.Snapshot.Transfers.Values() {
		packed.Add(*transfer)
	}
	s := *l.Snapshot
	s.Transfers = packed.Rows()
	l.Show(&s)
	allocs := testing.AllocsPerRun(10, func() {
		for i := range l.Len() {
			l.ID(i)
		}
	})
	if allocs > 0 {
		t.Errorf("%g allocations for %d IDs", allocs, l.Len())
	}
}
