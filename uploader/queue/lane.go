package queue

import (
	"cmp"
	"container/heap"
)

// lane is what waits to be sent in one of the two ways: a line for each server,
// and in each line a group for each batch.
type lane struct {
	limit   int
	running int
	turns   int64
	lines   map[int64]*line // by server; none is empty
	groups  map[groupKey]*group
}

type groupKey struct{ server, batch int64 }

// group is the items of one batch for one server, never empty.
type group struct {
	key   groupKey
	rank  int64 // of the batch
	since int64 // the lane's turn at which it last had one, or came
	items entries
	place [2]int // in the line's heaps
}

// line is the groups for one server, as heaps by the two orders in which turns
// are given.
type line struct {
	server int64
	heaps  [2]groups
}

// The orders in which turns are given.
const (
	byOrder = iota
	byPatience
)

func (l *lane) room() bool { return l.running < l.limit }

func (l *lane) push(e *entry, rank int64) {
	key := groupKey{e.Server, e.Batch}
	g := l.groups[key]
	if g != nil {
		heap.Push(&g.items, e)
		l.lines[e.Server].fix(g)
		return
	}
	g = &group{key: key, rank: rank, since: l.turns, items: entries{e}}
	e.index = 0
	l.groups[key] = g
	if l.lines[e.Server] == nil {
		l.lines[e.Server] = &line{server: e.Server, heaps: [2]groups{{order: byOrder}, {order: byPatience}}}
	}
	for order := range l.lines[e.Server].heaps {
		heap.Push(&l.lines[e.Server].heaps[order], g)
	}
}

func (l *lane) remove(e *entry) {
	g := l.groups[groupKey{e.Server, e.Batch}]
	line := l.lines[e.Server]
	if len(g.items) > 1 {
		heap.Remove(&g.items, e.index)
		line.fix(g)
		return
	}
	delete(l.groups, g.key)
	for order := range line.heaps {
		heap.Remove(&line.heaps[order], g.place[order])
	}
	if line.heaps[byOrder].Len() == 0 {
		delete(l.lines, e.Server)
	}
}

// next is whose turn it is among the servers that are open.
func (l *lane) next(open func(server int64) bool) *entry {
	order := byOrder
	if l.turns%fairEvery == fairEvery-1 {
		order = byPatience
	}
	var best *group
	for server, line := range l.lines {
		if first := line.heaps[order].all[0]; (best == nil || first.compare(best, order) < 0) && open(server) {
			best = first
		}
	}
	if best == nil {
		return nil
	}
	return best.items[0]
}

// took notes that an entry had its turn, and takes it out.
func (l *lane) took(e *entry) {
	l.turns++
	l.groups[groupKey{e.Server, e.Batch}].since = l.turns
	l.remove(e)
}

// fix puts a group that changed in its place.
func (l *line) fix(g *group) {
	for order := range l.heaps {
		heap.Fix(&l.heaps[order], g.place[order])
	}
}

// compare gives every two groups an order of their own, so that whose turn it is
// does not depend on the servers' order in a map.
func (g *group) compare(other *group, order int) int {
	patience := 0
	if order == byPatience {
		patience = cmp.Compare(g.since, other.since)
	}
	return cmp.Or(patience, cmp.Compare(g.rank, other.rank), g.items[0].compare(other.items[0].Item))
}

// groups is a heap of groups in one of the orders.
type groups struct {
	order int
	all   []*group
}

func (h *groups) Len() int           { return len(h.all) }
func (h *groups) Less(i, j int) bool { return h.all[i].compare(h.all[j], h.order) < 0 }
func (h *groups) Swap(i, j int) {
	h.all[i], h.all[j] = h.all[j], h.all[i]
	h.all[i].place[h.order], h.all[j].place[h.order] = i, j
}

func (h *groups) Push(x any) {
	g := x.(*group)
	g.place[h.order] = len(h.all)
	h.all = append(h.all, g)
}

func (h *groups) Pop() any {
	last := len(h.all) - 1
	g := h.all[last]
	h.all[last] = nil
	h.all = h.all[:last]
	return g
}
