package queue

import (
	"cmp"
	"container/heap"
)

type groupKey struct {
	server, batch int64
	small         bool
}

// group is the items of one batch for one server in one lane, never empty. It is a
// heap of them, first in order at the top.
type group struct {
	key    groupKey
	rank   int64 // of the batch
	since  int64 // the lane's turn at which it last had one, or came
	items  []entry
	place  [2]int // in the line's heaps
	spots  *spots // where it says where its items stand
	number int32  // there
}

// entry is an item in line, without what all of its group have in common. There may
// be a million.
type entry struct{ rank, id int64 }

func (e entry) compare(other entry) int {
	return cmp.Or(cmp.Compare(e.rank, other.rank), cmp.Compare(e.id, other.id))
}

// first is the item whose turn comes first.
func (g *group) first() Item {
	e := g.items[0]
	return Item{ID: e.id, Server: g.key.server, Batch: g.key.batch, Rank: e.rank, Small: g.key.small}
}

func (g *group) push(e entry) {
	g.items = append(g.items, e)
	last := len(g.items) - 1
	g.spots.set(e.id, g, last)
	heap.Fix(heaped{g}, last)
}

// remove takes out the item that stands there.
func (g *group) remove(at int) {
	last := len(g.items) - 1
	g.spots.clear(g.items[at].id)
	moved := g.items[last]
	g.items = g.items[:last]
	if at < last {
		g.items[at] = moved
		g.spots.set(moved.id, g, at)
		heap.Fix(heaped{g}, at)
	}
}

// compare gives every two groups an order of their own, so that whose turn it is
// does not depend on the servers' order in a map.
func (g *group) compare(other *group, order int) int {
	patience := 0
	if order == byPatience {
		patience = cmp.Compare(g.since, other.since)
	}
	return cmp.Or(patience, cmp.Compare(g.rank, other.rank), g.items[0].compare(other.items[0]))
}

// heaped is a group as heap.Fix wants it. Nothing else of the heap's is called: it
// would allocate for each item that comes or goes.
type heaped struct{ *group }

func (h heaped) Len() int           { return len(h.items) }
func (h heaped) Less(i, j int) bool { return h.items[i].compare(h.items[j]) < 0 }
func (h heaped) Push(any)           {}
func (h heaped) Pop() any           { return nil }

func (h heaped) Swap(i, j int) {
	h.items[i], h.items[j] = h.items[j], h.items[i]
	h.spots.set(h.items[i].id, h.group, i)
	h.spots.set(h.items[j].id, h.group, j)
}
