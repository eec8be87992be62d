package view

import (
	"cmp"
	"slices"

	"github.com/ferryapp/ferry/uploader"
)

// Outline determines which rows the list has. A row is a batch, which can be opened, a
// transfer in an open batch, or a single transfer. The rows depend on the snapshot, the
// filter, the search, the order and the batches that the user opened. Of transfers that have
// not changed, only their chunks are compared, and the order is computed again only for groups
// whose place can have changed.
//
// Transfers are identified by their index in the snapshot, batches by the index of their
// group.
type Outline struct {
	transfers uploader.Rows
	batches   map[uploader.BatchID]*uploader.Batch
	servers   []uploader.Server

	items   []item  // of the transfers, by the same index
	order   []int32 // the indexes of the transfers, group by group
	groups  []Group // in the order of their first transfers
	groupOf map[uploader.BatchID]int32
	counts  [numFilters]int // of transfers, by filter; 0 for FilterAll

	sort     Sort
	sequence []int32        // the indexes of the groups, in the order of their rows
	keys     []sortKey      // of the groups
	sorted   map[int32]bool // groups whose transfers are in the order sort
	held     *held          // nil for none
	released []int32        // groups that were held

	interrupted *Interrupted
	undecided   int  // of interrupted, when it was set
	refilter    bool // the filters of all transfers can have changed

	filter Filter
	search Search
	open   map[uploader.BatchID]bool
	closed map[uploader.BatchID]bool // opened by the search and closed by the user

	lines []line

	retries map[uploader.BatchID]*uploader.Transfer // what NextRetry found in this snapshot
}

// item is cached data of a transfer.
type item struct {
	group  int32
	filter Filter
	found  bool // by the search
}

// Group is the transfers of one batch, or one transfer without a batch.
type Group struct {
	Batch       uploader.BatchID
	from, to    int32              // of its transfers, in Outline.order
	attention   int32              // transfers that need attention
	final       int32              // transfers that are done or cancelled
	finished    uploader.Timestamp // of the transfer that became final last
	hasRow      bool               // has a row that can be opened
	nameMatches bool               // the search matches the batch's name
	line        int32              // index of its row; -1 for none
}

// line is a row: the index of a transfer, or the complement of the index of a group.
type line int32

// NewOutline returns an outline without rows, with everything closed.
func NewOutline() *Outline {
	return &Outline{open: map[uploader.BatchID]bool{}, closed: map[uploader.BatchID]bool{}, retries: map[uploader.BatchID]*uploader.Transfer{}}
}

// Update updates the rows for a new snapshot.
func (o *Outline) Update(s *uploader.Snapshot) {
	clear(o.retries)
	renamed := !slices.Equal(o.servers, s.Servers)
	if renamed {
		o.servers, o.search = s.Servers, o.search.withServers(s.Servers)
	}
	stale := renamed && (!o.search.Empty() || o.sort == SortServer)
	if !stale && o.sameOrder(s) {
		if o.update(s) {
			o.layOut()
		}
		return
	}
	o.regroup(s, stale)
	o.layOut()
}

// SetInterrupted sets the transfers that wait for the user's decision, and so need attention.
// The next Update applies it.
func (o *Outline) SetInterrupted(interrupted *Interrupted) {
	undecided := interrupted.count()
	if interrupted == o.interrupted && undecided == o.undecided {
		return
	}
	o.interrupted, o.undecided, o.refilter = interrupted, undecided, true
}

// filterOf returns the filter of a transfer other than FilterAll.
func (o *Outline) filterOf(row uploader.Row) Filter {
	if o.interrupted.containsRow(row) {
		return FilterAttention
	}
	return filterOf(row.State())
}

// count adds n to the number of transfers of a group under a filter.
func (o *Outline) count(g int32, filter Filter, n int32) {
	o.counts[filter] += int(n)
	switch filter {
	case FilterAttention:
		o.groups[g].attention += n
	case FilterDone:
		o.groups[g].final += n
	}
}

// sameOrder reports whether the transfers and batches of the snapshot are the same and
// in the same order as before.
func (o *Outline) sameOrder(s *uploader.Snapshot) bool {
	if s.Transfers.Len() != o.transfers.Len() || len(s.Batches) != len(o.batches) {
		return false
	}
	for id, b := range s.Batches {
		if old := o.batches[id]; b != old && (old == nil || b.Scanned != old.Scanned) {
			return false
		}
	}
	for i := range s.Transfers.Differing(o.transfers) {
		if !s.Transfers.Row(i).SameFile(o.transfers.Row(i)) {
			return false
		}
	}
	return true
}

// update caches what has changed about transfers in the same order. It reports whether
// that changes the rows.
func (o *Outline) update(s *uploader.Snapshot) bool {
	filtered, candidates := false, o.released // the groups whose place can have changed
	o.released = nil
	for i := range s.Transfers.Differing(o.compared()) {
		item, row := &o.items[i], s.Transfers.Row(i)
		if filter := o.filterOf(row); filter != item.filter {
			o.count(item.group, item.filter, -1)
			o.count(item.group, filter, 1)
			item.filter, filtered = filter, true
			candidates = withGroup(candidates, item.group)
		} else if o.sort == SortSize && row.Size() != o.transfers.Row(i).Size() {
			candidates = withGroup(candidates, item.group)
		}
		if group := &o.groups[item.group]; item.filter == FilterDone {
			group.finished = max(group.finished, row.Finished())
		}
	}
	o.transfers, o.batches, o.refilter = s.Transfers, s.Batches, false
	moved := o.resequence(o.withActive(candidates), s)
	return filtered && o.filter != FilterAll || moved
}

// compared returns the transfers whose items are known: none if all are to be filtered again.
func (o *Outline) compared() uploader.Rows {
	if o.refilter {
		return uploader.Rows{}
	}
	return o.transfers
}

// withActive adds the groups with active transfers, if their progress determines the order.
func (o *Outline) withActive(groups []int32) []int32 {
	if o.sort != SortProgress {
		return groups
	}
	for _, item := range o.items {
		if item.filter == FilterActive {
			groups = withGroup(groups, item.group)
		}
	}
	return groups
}

// withGroup adds a group, unless it is the last one already. The transfers of a group mostly
// follow each other.
func withGroup(groups []int32, g int32) []int32 {
	if len(groups) > 0 && groups[len(groups)-1] == g {
		return groups
	}
	return append(groups, g)
}

// regroup rebuilds the groups. The items of transfers that have not changed are reused,
// unless they are stale. If transfers were only appended, the groups keep their indexes and
// their order.
func (o *Outline) regroup(s *uploader.Snapshot, stale bool) {
	known, appended := len(o.groups), !stale && o.appended(s)
	items := make([]item, s.Transfers.Len())
	before := uploader.Rows{}
	if !stale {
		before = o.compared()
		copy(items, o.items)
	}
	for i := range s.Transfers.Differing(before) {
		if i < len(items) {
			row := s.Transfers.Row(i)
			items[i] = item{filter: o.filterOf(row), found: o.search.matches(row)}
		}
	}
	o.transfers, o.batches, o.items, o.refilter = s.Transfers, s.Batches, items, false
	o.groupTransfers()
	o.sortTransfers()
	o.classify()
	if appended {
		o.resequence(o.candidates(known), s)
	} else {
		o.sequenceAll(s)
	}
}

// appended reports whether the snapshot has all transfers of the outline at the same indexes,
// and the outline has no group without transfers. Such groups are the last ones.
func (o *Outline) appended(s *uploader.Snapshot) bool {
	if s.Transfers.Len() < o.transfers.Len() || len(o.groups) > 0 && o.groups[len(o.groups)-1].Empty() {
		return false
	}
	for i := range s.Transfers.Differing(o.transfers) {
		if i >= o.transfers.Len() {
			break
		}
		if row, before := s.Transfers.Row(i), o.transfers.Row(i); row.ID() != before.ID() || row.Batch() != before.Batch() {
			return false
		}
	}
	return true
}

// candidates returns all groups, those beyond the first known ones first: the name of a batch,
// its size and its state can have changed with the transfers that were appended to it.
func (o *Outline) candidates(known int) []int32 {
	groups := make([]int32, 0, len(o.groups))
	for i := range o.groups {
		groups = append(groups, int32((known+i)%len(o.groups))) //nolint:gosec // memory holds fewer than 2^31 groups
	}
	o.released = nil
	return groups
}

// groupTransfers assigns every transfer to its group, and adds a group for each batch
// without transfers at the end.
func (o *Outline) groupTransfers() {
	o.groups, o.groupOf = o.groups[:0:0], make(map[uploader.BatchID]int32, len(o.batches))
	o.counts = [numFilters]int{}
	for i, row := range o.transfers.Rows() {
		batch := row.Batch()
		g := int32(len(o.groups)) - 1 //nolint:gosec // memory holds fewer than 2^31 groups
		if g < 0 || batch == 0 || o.groups[g].Batch != batch {
			g = o.groupFor(batch)
		}
		o.items[i].group = g
		o.groups[g].to++
		o.count(g, o.items[i].filter, 1)
		if o.items[i].filter == FilterDone { // reading it of all transfers takes several times as long
			o.groups[g].finished = max(o.groups[g].finished, row.Finished())
		}
	}
	var empty []*uploader.Batch
	for id, b := range o.batches {
		if _, known := o.groupOf[id]; !known && !b.Scanned {
			empty = append(empty, b)
		}
	}
	slices.SortFunc(empty, func(a, b *uploader.Batch) int { return cmp.Or(cmp.Compare(a.Rank, b.Rank), cmp.Compare(a.ID, b.ID)) })
	for _, b := range empty {
		o.groupFor(b.ID)
	}
}

// groupFor returns the index of a batch's group, and adds the group if there is none. A
// transfer without a batch gets a new group.
func (o *Outline) groupFor(batch uploader.BatchID) int32 {
	if g, known := o.groupOf[batch]; known && batch != 0 {
		return g
	}
	g := int32(len(o.groups)) //nolint:gosec // memory holds fewer than 2^31 groups
	o.groups = append(o.groups, Group{Batch: batch})
	if batch != 0 {
		o.groupOf[batch] = g
	}
	return g
}

// sortTransfers orders the transfers by group. When it is called, Group.to is the number
// of the group's transfers.
func (o *Outline) sortTransfers() {
	next := int32(0)
	clear(o.sorted)
	for g := range o.groups {
		count := o.groups[g].to
		o.groups[g].from, o.groups[g].to = next, next
		next += count
	}
	o.order = make([]int32, o.transfers.Len())
	for i, item := range o.items {
		g := &o.groups[item.group]
		o.order[g.to] = int32(i)
		g.to++
	}
}

// classify sets for every group whether it has a row.
func (o *Outline) classify() {
	for g := range o.groups {
		group := &o.groups[g]
		batch := o.batches[group.Batch]
		group.hasRow = group.Batch != 0 && !o.isSingleFile(group, batch)
		group.nameMatches = group.hasRow && batch != nil && o.search.matchesName(batch)
	}
}

// isSingleFile reports whether a batch is one file. Such a batch has no row apart from
// that of the file.
func (o *Outline) isSingleFile(g *Group, batch *uploader.Batch) bool {
	if g.to-g.from != 1 {
		return false
	}
	only := o.transfers.At(int(o.order[g.from]))
	return batch == nil || batch.Scanned || len(batch.Roots) == 1 && batch.Roots[0] == only.Source.Path
}

// layOut computes the rows.
func (o *Outline) layOut() {
	o.lines = o.lines[:0]
	everything := o.filter == FilterAll && o.search.Empty()
	for _, index := range o.sequence {
		g, group := int(index), &o.groups[index]
		members := o.order[group.from:group.to]
		switch {
		case !group.hasRow:
			o.addTransferRows(group, members)
		case len(members) == 0:
			group.line = -1
			if o.search.Empty() && (everything || o.filter == FilterActive) || group.nameMatches {
				o.addBatchRow(g)
			}
		case everything && !o.open[group.Batch]:
			o.addBatchRow(g)
		default:
			o.addBatchRow(g)
			o.sortMembers(index)
			first := len(o.lines)
			o.addTransferRows(group, members)
			switch {
			case len(o.lines) == first:
				o.lines, group.line = o.lines[:first-1], -1
			case !o.IsOpen(group):
				o.lines = o.lines[:first]
			}
		}
	}
}

func (o *Outline) addBatchRow(g int) {
	o.groups[g].line = int32(len(o.lines)) //nolint:gosec // memory holds fewer than 2^31 lines
	o.lines = append(o.lines, line(^g))    //nolint:gosec // see above
}

func (o *Outline) addTransferRows(g *Group, members []int32) {
	for _, i := range members {
		if item := o.items[i]; (o.filter == FilterAll || item.filter == o.filter) && (item.found || g.nameMatches) {
			o.lines = append(o.lines, line(i))
		}
	}
}

// IsOpen reports whether a batch shows its files. A search opens the batches in which it
// matches files, unless it matches their names.
func (o *Outline) IsOpen(g *Group) bool {
	if o.openedBySearch(g) {
		return !o.closed[g.Batch]
	}
	return o.open[g.Batch]
}

// openedBySearch reports whether the search opens the batch.
func (o *Outline) openedBySearch(g *Group) bool { return !o.search.Empty() && !g.nameMatches }

// SetFilter sets the filter.
func (o *Outline) SetFilter(filter Filter) {
	o.filter = filter
	o.layOut()
}

// SetSearch sets the search.
func (o *Outline) SetSearch(search Search) {
	if search.equal(o.search) {
		return
	}
	o.search = search.withServers(o.servers)
	clear(o.closed)
	for i, row := range o.transfers.Rows() {
		o.items[i].found = o.search.matches(row)
	}
	o.classify()
	o.layOut()
}

// SetOpen opens or closes the batch of a row.
func (o *Outline) SetOpen(i int, open bool) {
	g := o.GroupAt(i)
	if g == nil {
		return
	}
	if o.openedBySearch(g) {
		o.closed[g.Batch] = !open
	} else {
		o.open[g.Batch] = open
	}
	o.layOut()
}
