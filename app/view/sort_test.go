package view

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// sized sets the size and the acknowledged bytes of a transfer's file.
func sized(size, sent int64) func(*uploader.Transfer) {
	return func(t *uploader.Transfer) { t.Source.Size, t.Session.Offset = size, sent }
}

// doneAt makes a transfer one that was done at a time.
func doneAt(seconds int64) func(*uploader.Transfer) {
	return func(t *uploader.Transfer) {
		t.Phase, t.Finished = uploader.PhaseDone, uploader.TimestampOf(time.Unix(seconds, 0))
	}
}

func added(seconds int64) func(*uploader.Transfer) {
	return func(t *uploader.Transfer) { t.Added = uploader.TimestampOf(time.Unix(seconds, 0)) }
}

func TestOrders(t *testing.T) {
	apptest.LoadEnglish(t)
	s := apptest.Snapshot(
		apptest.Transfer(1, apptest.WithPath("/x/Take 10.mov"), sized(100, 100), doneAt(10), added(1)),
		apptest.Transfer(2, apptest.WithPath("/x/take 9.mov"), sized(300, 30), apptest.Sending, added(5)),
		apptest.Transfer(3, apptest.WithPath("/x/b.mov"), sized(200, 100), apptest.Failed(fault.Refused), added(3)),
		apptest.Transfer(4, apptest.WithPath("/x/C.mov"), sized(50, 0), added(4)),
		apptest.Transfer(5, apptest.WithPath("/x/a.mov"), sized(400, 400), doneAt(20), added(2)),
	)
	for _, i := range []int{0, 3} {
		s.Transfers.At(i).Server = 2
	}
	for order, want := range map[Sort]string{
		SortQueue:    lines("3", "2", "4", "5", "1"),
		SortName:     lines("5", "3", "4", "2", "1"),
		SortSize:     lines("5", "2", "3", "1", "4"),
		SortProgress: lines("1", "5", "3", "2", "4"),
		SortAdded:    lines("2", "4", "3", "5", "1"),
		SortServer:   lines("1", "4", "2", "3", "5"),
	} {
		t.Run(order.String(), func(t *testing.T) {
			o := NewOutline()
			o.Update(s)
			o.SetSort(order, s)
			if diff := cmp.Diff(want, drawing(o)); diff != "" {
				t.Error(diff)
			}
			if SortNamed(order.String()) != order {
				t.Errorf("name %q is not that of the order", order)
			}
		})
	}
	if SortNamed("unknown") != SortQueue {
		t.Error("an unknown name is not the order of the queue")
	}
}

func TestFilesOfOpenBatchFollowTheOrder(t *testing.T) {
	apptest.LoadEnglish(t)
	s := apptest.WithBatches(apptest.Snapshot(
		apptest.Transfer(1, apptest.InFolder(7, "a/10.raw"), sized(5, 0)),
		apptest.Transfer(2, apptest.InFolder(7, "a/9.raw"), sized(7, 0)),
		apptest.Transfer(3, apptest.InFolder(7, "a/1.raw"), sized(6, 0)),
	), apptest.Folder(7, "a"))
	o := NewOutline()
	o.Update(s)
	o.SetOpen(0, true)
	for _, c := range []struct {
		order Sort
		want  string
	}{
		{SortName, lines("batch 7", "  3", "  2", "  1")},
		{SortSize, lines("batch 7", "  2", "  3", "  1")},
		{SortQueue, lines("batch 7", "  1", "  2", "  3")},
	} {
		o.SetSort(c.order, s)
		if diff := cmp.Diff(c.want, drawing(o)); diff != "" {
			t.Errorf("%s: %s", c.order, diff)
		}
	}
}

func TestRowChangesPlaceWithItsState(t *testing.T) {
	apptest.LoadEnglish(t)
	sending, waiting := apptest.Transfer(1, apptest.Sending), apptest.Transfer(2)
	done, failed := apptest.Transfer(1, doneAt(10)), apptest.Transfer(2, apptest.Failed(fault.Refused))
	o := NewOutline()
	o.Update(apptest.Snapshot(sending, waiting))
	for _, c := range []struct {
		name string
		hold int
		s    *uploader.Snapshot
		want string
	}{
		{"a row that is held stays", 0, apptest.Snapshot(done, waiting), lines("1", "2")},
		{"it moves when it is no longer held", -1, apptest.Snapshot(done, waiting), lines("2", "1")},
		{"a row that is not held moves", 0, apptest.Snapshot(apptest.Transfer(1, apptest.Failed(fault.Refused)), waiting), lines("1", "2")},
		{"two that need attention are in the order of the queue", -1, apptest.Snapshot(apptest.Transfer(1, apptest.Failed(fault.Refused)), failed), lines("1", "2")},
		{"one that is done moves down", -1, apptest.Snapshot(done, failed), lines("2", "1")},
	} {
		o.Hold(c.hold)
		o.Update(c.s)
		if diff := cmp.Diff(c.want, drawing(o)); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func TestInterruptedUploadsNeedAttention(t *testing.T) {
	apptest.LoadEnglish(t)
	s := apptest.Snapshot(apptest.Transfer(1, apptest.Paused), apptest.Transfer(2))
	o := NewOutline()
	o.Update(s)
	count := func() string { return o.Tabs()[FilterAttention].Count }
	if count() != "0" {
		t.Fatalf("%s need attention", count())
	}
	interrupted := FindInterrupted(s)
	o.SetInterrupted(interrupted)
	o.Update(s)
	if diff := cmp.Diff(lines("2", "1"), drawing(o)); diff != "" || count() != "1" {
		t.Errorf("%s need attention; %s", count(), diff)
	}
	interrupted.Decide(2)
	o.SetInterrupted(interrupted)
	o.Update(s)
	if diff := cmp.Diff(lines("1", "2"), drawing(o)); diff != "" || count() != "0" {
		t.Errorf("after the decision %s need attention; %s", count(), diff)
	}
}

// BenchmarkOrders measures 100,000 rows of single files in every order: for the next snapshot
// with a changed file, and for one with a file that is done.
func BenchmarkOrders(b *testing.B) {
	s := apptest.ManyTransfers(100_000)
	for order := range NumSorts {
		for name, change := range map[string]func(*uploader.Transfer){
			"sent": func(t *uploader.Transfer) { t.Session.Offset++ },
			"done": func(t *uploader.Transfer) { t.Phase = uploader.PhaseDone },
		} {
			b.Run(order.String()+" "+name, func(b *testing.B) {
				o := NewOutline()
				o.Update(s)
				o.SetSort(order, s)
				for i := 0; b.Loop(); i++ {
					next := *s
					t := *s.Transfers.At(i % s.Transfers.Len())
					change(&t)
					next.Transfers = apptest.With(s.Transfers, &t)
					o.Update(&next)
				}
			})
		}
	}
}
