package view

import (
	"cmp"
	"slices"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/source"
)

// held is a row that keeps its place in the list, because the user points at it.
type held struct {
	batch    uploader.BatchID // 0 for a transfer without a batch
	transfer uploader.TransferID
	key      *sortKey
}

// Hold keeps a row at its place in the order SortQueue although its state changes; -1 for
// none. For a row in a batch it is that of the batch.
func (o *Outline) Hold(row int) {
	if g := o.heldGroup(); g >= 0 {
		o.released = append(o.released, g)
	}
	o.held = nil
	if row < 0 || row >= len(o.lines) || o.sort != SortQueue {
		return
	}
	g, hold := int32(0), &held{}
	if l := o.lines[row]; l < 0 {
		g = int32(^l)
	} else {
		g = o.items[l].group
		hold.transfer = o.transfers.Row(int(l)).ID()
	}
	hold.batch = o.groups[g].Batch
	key := o.keys[g]
	hold.key, o.held = &key, hold
}

// heldGroup returns the index of the group that is held, or whose transfer is; -1 for none.
// For a transfer without a batch it visits all transfers.
func (o *Outline) heldGroup() int32 {
	if o.held == nil {
		return -1
	}
	if o.held.batch != 0 {
		if g, known := o.groupOf[o.held.batch]; known {
			return g
		}
		return -1
	}
	for i, row := range o.transfers.Rows() {
		if row.ID() == o.held.transfer && i < len(o.items) {
			return o.items[i].group
		}
	}
	return -1
}

// sequenceAll orders all groups.
func (o *Outline) sequenceAll(s *uploader.Snapshot) {
	o.keys = make([]sortKey, len(o.groups))
	o.sequence = make([]int32, len(o.groups))
	held := o.heldGroup()
	for g := range o.groups {
		o.keys[g] = o.keyOf(int32(g), held, s)
		o.sequence[g] = int32(g)
	}
	slices.SortFunc(o.sequence, o.compareGroups)
	o.released = nil
}

// resequence orders the groups again of which some may have other keys. It takes linear time
// if few have. It reports whether the order has changed.
func (o *Outline) resequence(candidates []int32, s *uploader.Snapshot) bool {
	if len(candidates) == 0 {
		return false
	}
	held := o.heldGroup()
	changed := make(map[int32]bool)
	for _, g := range candidates {
		if key := o.keyOf(g, held, s); int(g) >= len(o.keys) || key != o.keys[g] {
			for int(g) >= len(o.keys) {
				o.keys = append(o.keys, sortKey{})
			}
			o.keys[g], changed[g] = key, true
		}
	}
	if len(changed) == 0 {
		return false
	}
	moved := make([]int32, 0, len(changed))
	for g := range changed {
		moved = append(moved, g)
	}
	slices.SortFunc(moved, o.compareGroups)
	before := o.sequence
	merged := make([]int32, 0, max(len(before), len(o.groups)))
	for _, g := range before {
		if changed[g] {
			continue
		}
		for len(moved) > 0 && o.compareGroups(moved[0], g) < 0 {
			merged, moved = append(merged, moved[0]), moved[1:]
		}
		merged = append(merged, g)
	}
	merged = append(merged, moved...)
	o.sequence = merged
	return !slices.Equal(before, o.sequence)
}

func (o *Outline) compareGroups(a, b int32) int {
	return cmp.Or(o.keys[a].compare(o.keys[b]), cmp.Compare(a, b))
}

// SetSort sets the order of the list. S is the snapshot of the last Update.
func (o *Outline) SetSort(order Sort, s *uploader.Snapshot) {
	if order == o.sort {
		return
	}
	o.sort, o.held = order, nil
	for g := range o.groups { // as sortTransfers expects it
		o.groups[g].to -= o.groups[g].from
	}
	o.sortTransfers()
	o.sequenceAll(s)
	o.layOut()
}

// Sort returns the order of the list.
func (o *Outline) Sort() Sort { return o.sort }

// sortMembers orders the transfers of a group that is open, by name or size. In the other
// orders they are in the order of the queue.
func (o *Outline) sortMembers(g int32) {
	if o.sort != SortName && o.sort != SortSize || o.sorted[g] {
		return
	}
	if o.sorted == nil {
		o.sorted = map[int32]bool{}
	}
	o.sorted[g] = true
	members := o.order[o.groups[g].from:o.groups[g].to]
	keys := make([]memberKey, len(members))
	for i, index := range members {
		keys[i].index = index
		if row := o.transfers.Row(int(index)); o.sort == SortSize {
			keys[i].size = row.Size()
		} else {
			keys[i].path = row.Path()
		}
	}
	slices.SortFunc(keys, func(a, b memberKey) int {
		return cmp.Or(cmp.Compare(b.size, a.size), source.CompareNames(a.path, b.path), cmp.Compare(a.index, b.index))
	})
	for i := range keys {
		members[i] = keys[i].index
	}
}

// memberKey is what the transfers of a group are ordered by: the size or the path, whichever
// the order is by.
type memberKey struct {
	index int32
	size  int64
	path  string
}
