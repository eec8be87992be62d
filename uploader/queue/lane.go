package queue

import "container/heap"

// lane is what waits to be sent in one of the two ways: a line for each server,
// and in each line a group for each batch.
type lane struct {
	limit   int
	running int
	turns   int64
	lines   map[int64]*line // by server; none is empty
	groups  map[groupKey]*group
	spots   *spots // the queue's
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

func (l *lane) push(item Item, rank int64) {
	key, e := groupKey{item.Server, item.Batch, item.Small}, entry{item.Rank, item.ID}
	if g := l.groups[key]; g != nil {
		g.push(e)
		l.lines[item.Server].fix(g)
		return
	}
	g := &group{key: key, rank: rank, since: l.turns, spots: l.spots}
	l.spots.number(g)
	g.push(e)
	l.groups[key] = g
	if l.lines[item.Server] == nil {
		l.lines[item.Server] = &line{server: item.Server, heaps: [2]groups{{order: byOrder}, {order: byPatience}}}
	}
	for order := range l.lines[item.Server].heaps {
		heap.Push(&l.lines[item.Server].heaps[order], g)
	}
}

// remove takes out the item that stands in a group there.
func (l *lane) remove(g *group, at int) {
	line := l.lines[g.key.server]
	if len(g.items) > 1 {
		g.remove(at)
		line.fix(g)
		return
	}
	delete(l.groups, g.key)
	for order := range line.heaps {
		heap.Remove(&line.heaps[order], g.place[order])
	}
	if line.heaps[byOrder].Len() == 0 {
		delete(l.lines, g.key.server)
	}
	g.remove(at)
	l.spots.forget(g)
}

// next is the group whose first has its turn, among the servers that are open; nil
// for none.
func (l *lane) next(open func(server int64) bool) *group {
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
	return best
}

// took notes that the first of a group had its turn, and takes it out.
func (l *lane) took(g *group) {
	l.turns++
	g.since = l.turns
	l.remove(g, 0)
}

// fix puts a group that changed in its place.
func (l *line) fix(g *group) {
	for order := range l.heaps {
		heap.Fix(&l.heaps[order], g.place[order])
	}
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
