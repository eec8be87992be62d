package view

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader"
)

// drawing returns the rows as text, with the transfers of a batch indented.
func drawing(o *Outline) string {
	var b strings.Builder
	for i := range o.lines {
		if g := o.GroupAt(i); g != nil {
			fmt.Fprintf(&b, "batch %d\n", g.Batch)
			continue
		}
		if o.Parent(i) >= 0 {
			b.WriteString("  ")
		}
		fmt.Fprintf(&b, "%d\n", o.TransferAt(i).ID)
	}
	return b.String()
}

func lines(rows ...string) string {
	if len(rows) == 0 {
		return ""
	}
	return strings.Join(rows, "\n") + "\n"
}

func TestOutline(t *testing.T) {
	apptest.LoadEnglish(t)
	scanning := func(s *uploader.Snapshot, b *uploader.Batch) *uploader.Snapshot {
		b.Scanned = false
		return apptest.WithBatches(s, b)
	}
	tests := []struct {
		name string
		s    *uploader.Snapshot
		do   func(*Outline)
		want string
	}{
		{"batches are closed at first", apptest.Folders(), func(*Outline) {}, lines("4", "batch 7", "batch 8")},
		{"open batch", apptest.Folders(), func(o *Outline) { o.SetOpen(1, true) }, lines("4", "batch 7", "  1", "  2", "  3", "batch 8")},
		{"closed batch", apptest.Folders(), func(o *Outline) { o.SetOpen(1, true); o.SetOpen(1, false) }, lines("4", "batch 7", "batch 8")},
		{"transfers cannot be opened", apptest.Folders(), func(o *Outline) { o.SetOpen(0, true) }, lines("4", "batch 7", "batch 8")},
		{"folder of one file", apptest.WithBatches(apptest.Snapshot(apptest.Transfer(1, apptest.InFolder(7, "a/b"))), apptest.Folder(7, "a")), func(*Outline) {}, lines("1")},
		{
			"folder of one file, still scanning",
			scanning(apptest.Snapshot(apptest.Transfer(1, apptest.InFolder(7, "a/b"))), apptest.Folder(7, "a")), func(*Outline) {}, lines("batch 7"),
		},
		{
			"single file, still scanning",
			scanning(apptest.Snapshot(apptest.Transfer(1, apptest.InFolder(7, "a"))), apptest.Folder(7, "a")), func(*Outline) {}, lines("1"),
		},
		{"folder without files, still scanning", scanning(apptest.Folders(), apptest.Folder(9, "new")), func(*Outline) {}, lines("4", "batch 7", "batch 9", "batch 8")},
		{"empty folder", apptest.WithBatches(apptest.Folders(), apptest.Folder(9, "new")), func(*Outline) {}, lines("4", "batch 7", "batch 8")},
		{
			"interleaved files are grouped by batch",
			apptest.WithBatches(apptest.Snapshot(apptest.Transfer(1, apptest.InFolder(7, "a/1")), apptest.Transfer(2, apptest.InFolder(8, "b/2")), apptest.Transfer(3, apptest.InFolder(7, "a/3")), apptest.Transfer(4, apptest.InFolder(8, "b/4"))), apptest.Folder(7, "a"), apptest.Folder(8, "b")),
			func(o *Outline) { o.SetOpen(1, true); o.SetOpen(0, true) },
			lines("batch 7", "  1", "  3", "batch 8", "  2", "  4"),
		},
		{"filter, closed batches", apptest.Folders(), func(o *Outline) { o.SetFilter(FilterDone) }, lines("batch 7", "batch 8")},
		{"filter, open batch", apptest.Folders(), func(o *Outline) { o.SetOpen(1, true); o.SetFilter(FilterActive) }, lines("batch 7", "  2")},
		{"filter, single file", apptest.Folders(), func(o *Outline) { o.SetFilter(FilterAttention) }, lines("4")},
		{"search opens batches with matching files", apptest.Folders(), func(o *Outline) { o.SetSearch(NewSearch("TWO")) }, lines("batch 7", "  2")},
		{"search for several words", apptest.Folders(), func(o *Outline) { o.SetSearch(NewSearch("raw iceland ee")) }, lines("batch 7", "  3")},
		{"search matches the batch's name", apptest.Folders(), func(o *Outline) { o.SetSearch(NewSearch("iceland")) }, lines("batch 7")},
		{"batch opened after a search for its name", apptest.Folders(), func(o *Outline) { o.SetSearch(NewSearch("iceland")); o.SetOpen(0, true) }, lines("batch 7", "  1", "  2", "  3")},
		{"search ignores Unicode normalization", apptest.Folders(), func(o *Outline) { o.SetSearch(NewSearch("e\u0301ire sea")) }, lines("batch 8", "  6")},
		{"search for the server's name", apptest.Folders(), func(o *Outline) { o.SetSearch(NewSearch("this computer film")) }, lines("4")},
		{"batch closed during a search", apptest.Folders(), func(o *Outline) { o.SetSearch(NewSearch("two")); o.SetOpen(0, false) }, lines("batch 7")},
		{"next search opens the batch again", apptest.Folders(), func(o *Outline) { o.SetSearch(NewSearch("two")); o.SetOpen(0, false); o.SetSearch(NewSearch("one")) }, lines("batch 7", "  1")},
		{"empty search restores the open batches", apptest.Folders(), func(o *Outline) { o.SetOpen(2, true); o.SetSearch(NewSearch("two")); o.SetSearch(NewSearch(" ")) }, lines("4", "batch 7", "batch 8", "  5", "  6")},
		{"filter and search", apptest.Folders(), func(o *Outline) { o.SetFilter(FilterDone); o.SetSearch(NewSearch("raw")) }, lines("batch 7", "  1", "batch 8", "  5", "  6")},
		{"search without results", apptest.Folders(), func(o *Outline) { o.SetSearch(NewSearch("nothing like it")) }, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			o := NewOutline()
			o.Update(test.s)
			test.do(o)
			if diff := cmp.Diff(test.want, drawing(o)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// An outline that followed many snapshots equals a fresh one of the last snapshot.
func TestOutlineEqualsFreshOutline(t *testing.T) {
	apptest.LoadEnglish(t)
	rapid.Check(t, func(t *rapid.T) {
		followed := NewOutline()
		var search Search
		filter, order := FilterAll, SortQueue
		open := map[uploader.BatchID]bool{}
		for range rapid.IntRange(1, 6).Draw(t, "snapshots") {
			s := anySnapshot(t)
			followed.Update(s)
			if rapid.Bool().Draw(t, "filters") {
				filter = rapid.SampledFrom([]Filter{FilterAll, FilterActive, FilterWaiting, FilterDone}).Draw(t, "filter")
				followed.SetFilter(filter)
			}
			if rapid.Bool().Draw(t, "sorts") {
				order = Sort(rapid.IntRange(0, int(NumSorts)-1).Draw(t, "order"))
				followed.SetSort(order, s)
			}
			if rapid.Bool().Draw(t, "searches") {
				search = NewSearch(rapid.SampledFrom([]string{"", "a", "7", "batch8", "studio"}).Draw(t, "search"))
				followed.SetSearch(search)
			}
			if i := rapid.IntRange(0, 8).Draw(t, "row"); search.Empty() && i < len(followed.lines) && followed.GroupAt(i) != nil {
				batch := followed.GroupAt(i).Batch
				open[batch] = !open[batch]
				followed.SetOpen(i, open[batch])
			}
		}
		last := &uploader.Snapshot{Transfers: followed.transfers, Batches: followed.batches, Servers: followed.servers}
		fresh := NewOutline()
		fresh.open, fresh.closed, fresh.filter, fresh.sort = open, followed.closed, filter, order
		fresh.Update(last)
		fresh.SetSearch(search)
		fresh.closed = followed.closed
		fresh.layOut()
		if diff := cmp.Diff(drawing(fresh), drawing(followed)); diff != "" {
			t.Fatal(diff)
		}
	})
}

func anySnapshot(t *rapid.T) *uploader.Snapshot {
	var transfers []*uploader.Transfer
	s := apptest.Snapshot()
	for id := range rapid.IntRange(0, 8).Draw(t, "transfers") {
		batch := uploader.BatchID(rapid.IntRange(6, 8).Draw(t, "batch"))
		state := rapid.SampledFrom([]func(*uploader.Transfer){apptest.Sending, apptest.Done, apptest.Paused}).Draw(t, "state")
		next := apptest.Transfer(uploader.TransferID(id+1), apptest.InFolder(batch, fmt.Sprintf("batch%d/%d", batch, id)), state)
		next.Server = uploader.ServerID(rapid.IntRange(1, 2).Draw(t, "server"))
		transfers = append(transfers, next)
	}
	for id := uploader.BatchID(6); id <= 9; id++ {
		b := apptest.Folder(id, fmt.Sprintf("batch%d", id))
		b.Scanned = rapid.Bool().Draw(t, "scanned")
		s.Batches[id] = b
	}
	s.Transfers = uploader.RowsOf(transfers...)
	return s
}

func TestOutlineMembers(t *testing.T) {
	apptest.LoadEnglish(t)
	o := NewOutline()
	o.Update(apptest.Folders())
	var names []string
	for _, t := range o.Members(7) {
		names = append(names, filepath.Base(t.Source.Path))
	}
	if diff := cmp.Diff([]string{"one.raw", "two.raw", "three.raw"}, names); diff != "" {
		t.Error(diff)
	}
	if o.Members(99) != nil {
		t.Error("an unknown batch has members")
	}
}

// BenchmarkOutline measures Update for 100,000 files, when a few have changed and when
// one was added.
func BenchmarkOutline(b *testing.B) {
	s := apptest.ManyTransfers(100_000)
	for i, t := range s.Transfers.All() {
		t.Batch = uploader.BatchID(1 + i/1000)
		t.Source.Path = fmt.Sprintf("/home/ada/Pictures/Iceland %d/IMG_%06d.raw", t.Batch, i)
	}
	changed := func(last *uploader.Snapshot) *uploader.Snapshot {
		next := *last
		for i := range 3 {
			t := *next.Transfers.At(i)
			t.Session.Offset += 1e6
			next.Transfers = apptest.With(next.Transfers, &t)
		}
		return &next
	}
	b.Run("three changed", func(b *testing.B) {
		o, now := NewOutline(), s
		for b.Loop() {
			b.StopTimer()
			now = changed(now)
			b.StartTimer()
			o.Update(now)
		}
	})
	b.Run("one added", func(b *testing.B) {
		o, now := NewOutline(), s
		for b.Loop() {
			b.StopTimer()
			next := *now
			next.Transfers = uploader.RowsOf(append(slices.Collect(now.Transfers.Values()), apptest.Transfer(uploader.TransferID(now.Transfers.Len()+1), apptest.InFolder(100, "x")))...)
			now = &next
			b.StartTimer()
			o.Update(now)
		}
	})
	b.Run("search", func(b *testing.B) {
		o := NewOutline()
		o.Update(s)
		texts := []Search{NewSearch("img_0421"), NewSearch("img_0422")}
		for i := 0; b.Loop(); i++ {
			o.SetSearch(texts[i%2])
		}
	})
	b.Run("filter", func(b *testing.B) {
		o := NewOutline()
		o.Update(s)
		for i := 0; b.Loop(); i++ {
			o.SetFilter(Filter(i % 2))
		}
	})
}
