package app

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// of puts a transfer into a batch, by its path below the batch's folder.
func of(batch uploader.BatchID, path string) func(*uploader.Transfer) {
	return func(t *uploader.Transfer) {
		t.Batch = batch
		t.Source.RelPath, t.Source.Path = path, "/home/ada/"+path
	}
}

// named gives a transfer a path of its own.
func named(path string) func(*uploader.Transfer) {
	return func(t *uploader.Transfer) { t.Source.Path = path }
}

// folder is a batch that is one folder, walked to its end.
func folder(id uploader.BatchID, name string) *uploader.Batch {
	return &uploader.Batch{ID: id, Server: uploader.BuiltinServer, Roots: []string{"/home/ada/" + name}, Expanded: true}
}

func with(s *uploader.Snapshot, batches ...*uploader.Batch) *uploader.Snapshot {
	for _, b := range batches {
		s.Batches[b.ID] = b
	}
	return s
}

// iceland is a folder of three, a file alone, and a folder of two.
func iceland() *uploader.Snapshot {
	return with(snapshotOf(
		transfer(1, of(7, "Iceland/one.raw"), done), transfer(2, of(7, "Iceland/two.raw"), sending), transfer(3, of(7, "Iceland/three.raw")),
		transfer(4, named("/home/ada/Film.mov"), failed(fault.Refused)),
		transfer(5, of(8, "Éire/Cliff.raw"), done), transfer(6, of(8, "Éire/Sea.raw"), done),
	), folder(7, "Iceland"), folder(8, "Éire"))
}

// drawn is the outline as somebody would draw it: what is inside of a batch stands
// further in.
func drawn(o *outline) string {
	var b strings.Builder
	for i := range o.lines {
		if g := o.groupAt(i); g != nil {
			fmt.Fprintf(&b, "batch %d\n", g.batch)
			continue
		}
		if o.parent(i) >= 0 {
			b.WriteString("  ")
		}
		fmt.Fprintf(&b, "%d\n", o.transferAt(i).ID)
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
	speak(t)
	looking := func(s *uploader.Snapshot, b *uploader.Batch) *uploader.Snapshot {
		b.Expanded = false
		return with(s, b)
	}
	tests := []struct {
		name string
		s    *uploader.Snapshot
		how  func(*outline)
		want string
	}{
		{"batches are closed, a file alone is a row like any other", iceland(), func(*outline) {}, lines("batch 7", "4", "batch 8")},
		{"an open batch shows its files", iceland(), func(o *outline) { o.fold(0, true) }, lines("batch 7", "  1", "  2", "  3", "4", "batch 8")},
		{"and hides them again", iceland(), func(o *outline) { o.fold(0, true); o.fold(0, false) }, lines("batch 7", "4", "batch 8")},
		{"a transfer does not open", iceland(), func(o *outline) { o.fold(1, true) }, lines("batch 7", "4", "batch 8")},
		{"a folder of one file is that file", with(snapshotOf(transfer(1, of(7, "a/b"))), folder(7, "a")), func(*outline) {}, lines("1")},
		{
			"a folder of which one file is found so far is a folder",
			looking(snapshotOf(transfer(1, of(7, "a/b"))), folder(7, "a")), func(*outline) {}, lines("batch 7"),
		},
		{
			"a file that was dropped alone is no folder at any time",
			looking(snapshotOf(transfer(1, of(7, "a"))), folder(7, "a")), func(*outline) {}, lines("1"),
		},
		{"a folder that is being looked through has a row before its first file", looking(iceland(), folder(9, "new")), func(*outline) {}, lines("batch 7", "4", "batch 8", "batch 9")},
		{"an empty folder has none", with(iceland(), folder(9, "new")), func(*outline) {}, lines("batch 7", "4", "batch 8")},
		{
			"files of batches that lie among each other stand by their batch",
			with(snapshotOf(transfer(1, of(7, "a/1")), transfer(2, of(8, "b/2")), transfer(3, of(7, "a/3")), transfer(4, of(8, "b/4"))), folder(7, "a"), folder(8, "b")),
			func(o *outline) { o.fold(1, true); o.fold(0, true) },
			lines("batch 7", "  1", "  3", "batch 8", "  2", "  4"),
		},
		{"a filter shows batches that have something under it", iceland(), func(o *outline) { o.filter(filterDone) }, lines("batch 7", "batch 8")},
		{"and of an open one what is", iceland(), func(o *outline) { o.fold(0, true); o.filter(filterActive) }, lines("batch 7", "  2")},
		{"or files alone", iceland(), func(o *outline) { o.filter(filterTrouble) }, lines("4")},
		{"a search opens the batches in which it finds something", iceland(), func(o *outline) { o.seek(newSearch("TWO")) }, lines("batch 7", "  2")},
		{"every word has to be there", iceland(), func(o *outline) { o.seek(newSearch("raw iceland ee")) }, lines("batch 7", "  3")},
		{"a batch found by its own name stays closed", iceland(), func(o *outline) { o.seek(newSearch("iceland")) }, lines("batch 7")},
		{"and opens with all its files", iceland(), func(o *outline) { o.seek(newSearch("iceland")); o.fold(0, true) }, lines("batch 7", "  1", "  2", "  3")},
		{"a letter may be written in two ways", iceland(), func(o *outline) { o.seek(newSearch("e\u0301ire sea")) }, lines("batch 8", "  6")},
		{"a server's name finds what goes there", iceland(), func(o *outline) { o.seek(newSearch("this computer film")) }, lines("4")},
		{"what the search opened can be closed", iceland(), func(o *outline) { o.seek(newSearch("two")); o.fold(0, false) }, lines("batch 7")},
		{"another search opens it again", iceland(), func(o *outline) { o.seek(newSearch("two")); o.fold(0, false); o.seek(newSearch("one")) }, lines("batch 7", "  1")},
		{"without words all is as it was", iceland(), func(o *outline) { o.fold(2, true); o.seek(newSearch("two")); o.seek(newSearch(" ")) }, lines("batch 7", "4", "batch 8", "  5", "  6")},
		{"filter and search hold together", iceland(), func(o *outline) { o.filter(filterDone); o.seek(newSearch("raw")) }, lines("batch 7", "  1", "batch 8", "  5", "  6")},
		{"nothing may be found", iceland(), func(o *outline) { o.seek(newSearch("nothing like it")) }, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			o := newOutline()
			o.follow(test.s)
			test.how(o)
			if diff := cmp.Diff(test.want, drawn(o)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// An outline that followed many snapshots shows the same as one that sees the last
// for the first time.
func TestOutlineRemembersNothingButWhatIsOpen(t *testing.T) {
	speak(t)
	rapid.Check(t, func(t *rapid.T) {
		old := newOutline()
		var wanted search
		chosen := filterAll
		open := map[uploader.BatchID]bool{}
		for range rapid.IntRange(1, 6).Draw(t, "snapshots") {
			s := anySnapshot(t)
			old.follow(s)
			if rapid.Bool().Draw(t, "filters") {
				chosen = rapid.SampledFrom([]filter{filterAll, filterActive, filterWaiting, filterDone}).Draw(t, "filter")
				old.filter(chosen)
			}
			if rapid.Bool().Draw(t, "searches") {
				wanted = newSearch(rapid.SampledFrom([]string{"", "a", "7", "batch8", "studio"}).Draw(t, "search"))
				old.seek(wanted)
			}
			if i := rapid.IntRange(0, 8).Draw(t, "row"); wanted.empty() && i < len(old.lines) && old.groupAt(i) != nil {
				batch := old.groupAt(i).batch
				open[batch] = !open[batch]
				old.fold(i, open[batch])
			}
		}
		last := &uploader.Snapshot{Transfers: slices.Clone(old.transfers), Batches: old.batches, Servers: old.servers}
		fresh := newOutline()
		fresh.open, fresh.shut, fresh.chosen = open, old.shut, chosen
		fresh.follow(last)
		fresh.seek(wanted)
		fresh.shut = old.shut
		fresh.lay()
		if diff := cmp.Diff(drawn(fresh), drawn(old)); diff != "" {
			t.Fatal(diff)
		}
	})
}

func anySnapshot(t *rapid.T) *uploader.Snapshot {
	var transfers []*uploader.Transfer
	s := snapshotOf()
	for id := range rapid.IntRange(0, 8).Draw(t, "transfers") {
		batch := uploader.BatchID(rapid.IntRange(6, 8).Draw(t, "batch"))
		how := rapid.SampledFrom([]func(*uploader.Transfer){sending, done, paused}).Draw(t, "state")
		next := transfer(uploader.TransferID(id+1), of(batch, fmt.Sprintf("batch%d/%d", batch, id)), how)
		next.Server = uploader.ServerID(rapid.IntRange(1, 2).Draw(t, "server"))
		transfers = append(transfers, next)
	}
	for id := uploader.BatchID(6); id <= 9; id++ {
		b := folder(id, fmt.Sprintf("batch%d", id))
		b.Expanded = rapid.Bool().Draw(t, "expanded")
		s.Batches[id] = b
	}
	s.Transfers = transfers
	return s
}

func TestWhatABatchIsMadeOf(t *testing.T) {
	speak(t)
	o := newOutline()
	o.follow(iceland())
	var names []string
	for _, t := range o.members(7) {
		names = append(names, filepath.Base(t.Source.Path))
	}
	if diff := cmp.Diff([]string{"one.raw", "two.raw", "three.raw"}, names); diff != "" {
		t.Error(diff)
	}
	if o.members(99) != nil {
		t.Error("a batch that is not there has files")
	}
}

// BenchmarkOutline is what a frame costs the list of 100,000 files besides drawing
// it, when a few moved and when one came.
func BenchmarkOutline(b *testing.B) {
	s := manyTransfers(100_000)
	for i, t := range s.Transfers {
		t.Batch = uploader.BatchID(1 + i/1000)
		t.Source.Path = fmt.Sprintf("/home/ada/Pictures/Iceland %d/IMG_%06d.raw", t.Batch, i)
	}
	moved := func(old *uploader.Snapshot) *uploader.Snapshot {
		next := *old
		next.Transfers = slices.Clone(old.Transfers)
		for i := range 3 {
			t := *next.Transfers[i]
			t.Session.Offset += 1e6
			next.Transfers[i] = &t
		}
		return &next
	}
	b.Run("three moved", func(b *testing.B) {
		o, now := newOutline(), s
		for b.Loop() {
			b.StopTimer()
			now = moved(now)
			b.StartTimer()
			o.follow(now)
		}
	})
	b.Run("one came", func(b *testing.B) {
		o, now := newOutline(), s
		for b.Loop() {
			b.StopTimer()
			next := *now
			next.Transfers = append(slices.Clone(now.Transfers), transfer(uploader.TransferID(len(now.Transfers)+1), of(100, "x")))
			now = &next
			b.StartTimer()
			o.follow(now)
		}
	})
	b.Run("search", func(b *testing.B) {
		o := newOutline()
		o.follow(s)
		texts := []search{newSearch("img_0421"), newSearch("img_0422")}
		for i := 0; b.Loop(); i++ {
			o.seek(texts[i%2])
		}
	})
	b.Run("filter", func(b *testing.B) {
		o := newOutline()
		o.follow(s)
		for i := 0; b.Loop(); i++ {
			o.filter(filter(i % 2))
		}
	})
}
