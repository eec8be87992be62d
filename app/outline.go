package app

import (
	"cmp"
	"slices"

	"github.com/ferryapp/ferry/uploader"
)

// outline is which rows the list has: batches, which open into their files, and
// files that came alone. It follows the snapshots, the filter, the search and
// what the user opens; what did not change costs a comparison of pointers.
//
// Transfers are spoken of by their place in the snapshot, batches by the place
// of their group, so that no row is made before somebody looks at it.
type outline struct {
	transfers []*uploader.Transfer
	batches   map[uploader.BatchID]*uploader.Batch
	servers   []uploader.Server

	traits  []trait // of the transfers, at the same places
	order   []int32 // the transfers, group by group
	groups  []group // in the order of their first transfers
	groupOf map[uploader.BatchID]int32

	chosen filter
	search search
	open   map[uploader.BatchID]bool
	shut   map[uploader.BatchID]bool // closed by the user though the search opened them

	lines []line
}

// trait is what is kept of a transfer, so that not all have to be looked at again
// when a few have changed.
type trait struct {
	group int32
	under filter
	found bool // by the search
}

// group is what was added together.
type group struct {
	batch    uploader.BatchID
	from, to int32 // of its transfers in the order
	folds    bool  // has a row of its own, which opens
	named    bool  // the search finds it by its own name
	line     int32 // of its own row; -1 when it has none
}

// line is a row: the place of a transfer, or the complement of a group's.
type line int32

func newOutline() *outline {
	return &outline{open: map[uploader.BatchID]bool{}, shut: map[uploader.BatchID]bool{}}
}

// follow takes the next snapshot in.
func (o *outline) follow(s *uploader.Snapshot) {
	renamed := !slices.Equal(o.servers, s.Servers)
	if renamed {
		o.servers, o.search = s.Servers, o.search.among(s.Servers)
	}
	stale := renamed && !o.search.empty()
	if !stale && o.stands(s) {
		if o.update(s) {
			o.lay()
		}
		return
	}
	o.regroup(s, stale)
	o.lay()
}

// stands reports whether every transfer of the snapshot stands where it stood.
func (o *outline) stands(s *uploader.Snapshot) bool {
	if len(s.Transfers) != len(o.transfers) || len(s.Batches) != len(o.batches) {
		return false
	}
	for id, b := range s.Batches {
		if old := o.batches[id]; b != old && (old == nil || b.Expanded != old.Expanded) {
			return false
		}
	}
	for i, t := range s.Transfers {
		if old := o.transfers[i]; t != old && (t.ID != old.ID || t.Batch != old.Batch || t.Server != old.Server || t.Source.Path != old.Source.Path) {
			return false
		}
	}
	return true
}

// update takes in what changed about transfers that stand where they stood. It
// reports whether rows come or go by it.
func (o *outline) update(s *uploader.Snapshot) bool {
	moved := false
	for i, t := range s.Transfers {
		if t == o.transfers[i] {
			continue
		}
		if under := filterOf(t.State()); under != o.traits[i].under {
			o.traits[i].under, moved = under, true
		}
	}
	o.transfers, o.batches = s.Transfers, s.Batches
	return moved && o.chosen != filterAll
}

// regroup starts anew. What is known of transfers that have not changed is kept,
// unless it is stale.
func (o *outline) regroup(s *uploader.Snapshot, stale bool) {
	traits := make([]trait, len(s.Transfers))
	for i, t := range s.Transfers {
		if !stale && i < len(o.transfers) && t == o.transfers[i] {
			traits[i] = o.traits[i]
		} else {
			traits[i] = trait{under: filterOf(t.State()), found: o.search.finds(t)}
		}
	}
	o.transfers, o.batches, o.traits = s.Transfers, s.Batches, traits
	o.assign()
	o.sort()
	o.judge()
}

// assign gives every transfer its group, and each batch that has no transfer yet
// one at the end.
func (o *outline) assign() {
	o.groups, o.groupOf = o.groups[:0:0], make(map[uploader.BatchID]int32, len(o.batches))
	for i, t := range o.transfers {
		g := int32(len(o.groups)) - 1
		if g < 0 || t.Batch == 0 || o.groups[g].batch != t.Batch {
			g = o.groupFor(t.Batch)
		}
		o.traits[i].group = g
		o.groups[g].to++
	}
	var empty []*uploader.Batch
	for id, b := range o.batches {
		if _, known := o.groupOf[id]; !known && !b.Expanded {
			empty = append(empty, b)
		}
	}
	slices.SortFunc(empty, func(a, b *uploader.Batch) int { return cmp.Or(cmp.Compare(a.Rank, b.Rank), cmp.Compare(a.ID, b.ID)) })
	for _, b := range empty {
		o.groupFor(b.ID)
	}
}

// groupFor is the place of a batch's group, which is made when there is none. A
// transfer without a batch has one for itself.
func (o *outline) groupFor(batch uploader.BatchID) int32 {
	if g, known := o.groupOf[batch]; known && batch != 0 {
		return g
	}
	g := int32(len(o.groups))
	o.groups = append(o.groups, group{batch: batch})
	if batch != 0 {
		o.groupOf[batch] = g
	}
	return g
}

// sort puts the transfers group by group. So far each group's to is the number of
// its transfers.
func (o *outline) sort() {
	next := int32(0)
	for g := range o.groups {
		count := o.groups[g].to
		o.groups[g].from, o.groups[g].to = next, next
		next += count
	}
	o.order = make([]int32, len(o.transfers))
	for i, f := range o.traits {
		g := &o.groups[f.group]
		o.order[g.to] = int32(i)
		g.to++
	}
}

// judge says of every group whether it has a row of its own.
func (o *outline) judge() {
	for g := range o.groups {
		group := &o.groups[g]
		batch := o.batches[group.batch]
		group.folds = group.batch != 0 && !o.alone(group, batch)
		group.named = group.folds && batch != nil && o.search.names(batch)
	}
}

// alone reports whether a batch is but one file, which is a row like any other.
func (o *outline) alone(g *group, batch *uploader.Batch) bool {
	if g.to-g.from != 1 {
		return false
	}
	only := o.transfers[o.order[g.from]]
	return batch == nil || batch.Expanded || len(batch.Roots) == 1 && batch.Roots[0] == only.Source.Path
}

// lay lists the rows there are.
func (o *outline) lay() {
	o.lines = o.lines[:0]
	everything := o.chosen == filterAll && o.search.empty()
	for g := range o.groups {
		group := &o.groups[g]
		members := o.order[group.from:group.to]
		switch {
		case !group.folds:
			o.layMembers(group, members)
		case len(members) == 0:
			group.line = -1
			if o.search.empty() && (everything || o.chosen == filterActive) || group.named {
				o.layOwn(g)
			}
		case everything && !o.open[group.batch]:
			o.layOwn(g)
		default:
			o.layOwn(g)
			first := len(o.lines)
			o.layMembers(group, members)
			switch {
			case len(o.lines) == first:
				o.lines, group.line = o.lines[:first-1], -1
			case !o.isOpen(group):
				o.lines = o.lines[:first]
			}
		}
	}
}

func (o *outline) layOwn(g int) {
	o.groups[g].line = int32(len(o.lines))
	o.lines = append(o.lines, line(^g))
}

func (o *outline) layMembers(g *group, members []int32) {
	for _, i := range members {
		if f := o.traits[i]; (o.chosen == filterAll || f.under == o.chosen) && (f.found || g.named) {
			o.lines = append(o.lines, line(i))
		}
	}
}

// isOpen reports whether a batch shows its files. A search opens those in which
// it found something, as far as their own names do not say it all.
func (o *outline) isOpen(g *group) bool {
	if o.opened(g) {
		return !o.shut[g.batch]
	}
	return o.open[g.batch]
}

// opened reports whether the search opens the batch.
func (o *outline) opened(g *group) bool { return !o.search.empty() && !g.named }

// filter shows what is under a filter from now on.
func (o *outline) filter(chosen filter) {
	o.chosen = chosen
	o.lay()
}

// seek shows what a search finds from now on.
func (o *outline) seek(wanted search) {
	if wanted.equal(o.search) {
		return
	}
	o.search = wanted.among(o.servers)
	clear(o.shut)
	for i, t := range o.transfers {
		o.traits[i].found = o.search.finds(t)
	}
	o.judge()
	o.lay()
}

// fold opens the batch of a row, or closes it.
func (o *outline) fold(i int, open bool) {
	g := o.groupAt(i)
	if g == nil {
		return
	}
	if o.opened(g) {
		o.shut[g.batch] = !open
	} else {
		o.open[g.batch] = open
	}
	o.lay()
}
