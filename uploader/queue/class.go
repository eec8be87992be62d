package queue

import "container/heap"

// class is one of the two classes of the queue: a serverQueue per server, with a
// group per batch in each.
type class struct {
	limit   int
	running int
	turns   int64                  // number of items taken
	servers map[int64]*serverQueue // none is empty
	groups  map[groupKey]*group
	index   *index // of the Queue
}

// serverQueue holds the groups of one server, in one heap per order.
type serverQueue struct {
	server int64
	heaps  [2]groupHeap
}

// The orders in which groups are taken.
const (
	byRank = iota
	byWait // the one that has waited longest first
)

func (c *class) hasRoom() bool { return c.running < c.limit }

func (c *class) push(item Item, rank int64) {
	key, e := groupKey{item.Server, item.Batch, item.Small}, entry{item.Rank, item.ID}
	if g := c.groups[key]; g != nil {
		g.push(e)
		c.servers[item.Server].fix(g)
		return
	}
	g := &group{key: key, rank: rank, lastTurn: c.turns, index: c.index}
	c.index.addGroup(g)
	g.push(e)
	c.groups[key] = g
	if c.servers[item.Server] == nil {
		c.servers[item.Server] = &serverQueue{server: item.Server, heaps: [2]groupHeap{{order: byRank}, {order: byWait}}}
	}
	for order := range c.servers[item.Server].heaps {
		heap.Push(&c.servers[item.Server].heaps[order], g)
	}
}

// remove removes the i-th item of a group, and the group if it was the last one.
func (c *class) remove(g *group, i int) {
	s := c.servers[g.key.server]
	if len(g.items) > 1 {
		g.remove(i)
		s.fix(g)
		return
	}
	delete(c.groups, g.key)
	for order := range s.heaps {
		heap.Remove(&s.heaps[order], g.heapIndex[order])
	}
	if s.heaps[byRank].Len() == 0 {
		delete(c.servers, g.key.server)
	}
	g.remove(i)
	c.index.removeGroup(g)
}

// next returns the group whose first item is next among the servers for which
// available returns true, or nil.
func (c *class) next(available func(server int64) bool) *group {
	order := byRank
	if c.turns%fairInterval == fairInterval-1 {
		order = byWait
	}
	var best *group
	for server, s := range c.servers {
		if first := s.heaps[order].groups[0]; (best == nil || first.compare(best, order) < 0) && available(server) {
			best = first
		}
	}
	return best
}

// popFirst removes the first item of a group and counts a turn.
func (c *class) popFirst(g *group) {
	c.turns++
	g.lastTurn = c.turns
	c.remove(g, 0)
}

// fix restores the heaps after a group has changed.
func (s *serverQueue) fix(g *group) {
	for order := range s.heaps {
		heap.Fix(&s.heaps[order], g.heapIndex[order])
	}
}

// groupHeap is a heap of groups in one of the orders. It implements
// [heap.Interface].
type groupHeap struct {
	order  int
	groups []*group
}

func (h *groupHeap) Len() int           { return len(h.groups) }
func (h *groupHeap) Less(i, j int) bool { return h.groups[i].compare(h.groups[j], h.order) < 0 }
func (h *groupHeap) Swap(i, j int) {
	h.groups[i], h.groups[j] = h.groups[j], h.groups[i]
	h.groups[i].heapIndex[h.order], h.groups[j].heapIndex[h.order] = i, j
}

func (h *groupHeap) Push(x any) {
	g := x.(*group)
	g.heapIndex[h.order] = len(h.groups)
	h.groups = append(h.groups, g)
}

func (h *groupHeap) Pop() any {
	last := len(h.groups) - 1
	g := h.groups[last]
	h.groups[last] = nil
	h.groups = h.groups[:last]
	return g
}
