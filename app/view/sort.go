package view

import (
	"cmp"
	"slices"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/source"
)

// Sort is an order of the list.
type Sort uint8

// The orders, in the order of the menu.
const (
	SortQueue    Sort = iota // what needs attention, the queue in its order, what is finished (newest first)
	SortName                 // from A to Z; numbers in names by their value
	SortSize                 // largest first
	SortProgress             // by percent, the most first
	SortAdded                // newest first
	SortServer               // by the server's name
	NumSorts
)

var sortNames = [NumSorts]string{"queue", "name", "size", "progress", "added", "server"}

// String returns the name of the order in translation keys and in the saved state.
func (s Sort) String() string { return sortNames[s] }

// SortNamed returns the order whose String is name; SortQueue for another name.
func SortNamed(name string) Sort {
	return Sort(max(slices.Index(sortNames[:], name), 0)) //nolint:gosec // an index of sortNames
}

// Section is a part of the list in the order SortQueue.
type Section uint8

// The sections, in the order of the list.
const (
	SectionAttention Section = iota
	SectionQueue
	SectionFinished
)

// sortKey is what the groups are ordered by, before their order in the snapshot.
type sortKey struct {
	section Section
	value   int64
	text    string
}

func (k sortKey) compare(other sortKey) int {
	return cmp.Or(cmp.Compare(k.section, other.section), cmp.Compare(k.value, other.value), source.CompareNames(k.text, other.text))
}

// keyOf returns the key of a group; held is the result of heldGroup. It takes constant time.
func (o *Outline) keyOf(g, held int32, s *uploader.Snapshot) sortKey {
	group := &o.groups[g]
	switch o.sort {
	case SortName:
		return sortKey{text: o.groupName(group, s)}
	case SortSize:
		bytes, _ := o.groupBytes(group, s)
		return sortKey{value: -bytes}
	case SortProgress:
		return sortKey{value: -o.percent(group, s)}
	case SortAdded:
		return sortKey{value: -o.addedAt(group)}
	case SortServer:
		return sortKey{text: o.serverName(group, s)}
	}
	if g == held {
		return *o.held.key
	}
	key := sortKey{section: o.sectionOf(group)}
	if key.section == SectionFinished {
		key.value = -int64(group.finished)
	}
	return key
}

func (o *Outline) sectionOf(g *Group) Section {
	switch scanned := o.batches[g.Batch] == nil || o.batches[g.Batch].Scanned; {
	case g.attention > 0:
		return SectionAttention
	case scanned && g.final > 0 && g.final == g.to-g.from:
		return SectionFinished
	default:
		return SectionQueue
	}
}

// first returns the first transfer of a group; nil for a batch without transfers.
func (o *Outline) first(g *Group) *uploader.Transfer {
	if g.Empty() {
		return nil
	}
	return o.transfers.At(int(o.order[g.from]))
}

func (o *Outline) groupName(g *Group, s *uploader.Snapshot) string {
	if g.hasRow {
		if b := o.batches[g.Batch]; b != nil {
			return batchName(b, s.BatchTotals[g.Batch])
		}
	}
	if t := o.first(g); t != nil {
		return TransferName(t)
	}
	return ""
}

// groupBytes returns the size of a group's files, and how much of it is sent.
func (o *Outline) groupBytes(g *Group, s *uploader.Snapshot) (size, sent int64) {
	if sum, known := s.BatchTotals[g.Batch]; known && g.Batch != 0 {
		return sum.Bytes, sum.Sent
	}
	if t := o.first(g); t != nil {
		return max(t.Source.Size, 0), s.Sent(t)
	}
	return 0, 0
}

// percent returns the progress of a group in whole percent, so that rows do not change places
// with each byte.
func (o *Outline) percent(g *Group, s *uploader.Snapshot) int64 {
	if !g.Empty() && g.final == g.to-g.from {
		return 100
	}
	size, sent := o.groupBytes(g, s)
	if size == 0 {
		return 0
	}
	return int64(100 * float64(sent) / float64(size))
}

func (o *Outline) addedAt(g *Group) int64 {
	if b := o.batches[g.Batch]; b != nil {
		return b.Added.UnixMilli()
	}
	if t := o.first(g); t != nil {
		return int64(t.Added)
	}
	return 0
}

func (o *Outline) serverName(g *Group, s *uploader.Snapshot) string {
	id := uploader.ServerID(0)
	if b := o.batches[g.Batch]; b != nil {
		id = b.Server
	} else if t := o.first(g); t != nil {
		id = t.Server
	}
	server, _ := s.Server(id)
	return words.Server(server)
}
