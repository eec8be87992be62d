package queue

import (
	"cmp"
	"container/heap"
)

type groupKey struct {
	server, batch int64
	small         bool
}

// group is the heap of the waiting items of one batch for one server in one class.
// It is never empty.
type group struct {
	key       groupKey
	rank      int64 // of the batch
	lastTurn  int64 // turn of the class at which an item was last taken, or the group was added
	items     []entry
	heapIndex [2]int // position in the heaps of the serverQueue
	index     *index // of the Queue
	number    int32  // in index
}

// entry is a waiting item without the fields that its group has. It is kept small,
// since there may be a million.
type entry struct{ rank, id int64 }

func (e entry) compare(other entry) int {
	return cmp.Or(cmp.Compare(e.rank, other.rank), cmp.Compare(e.id, other.id))
}

// first returns the item at the top of the heap.
func (g *group) first() Item {
	e := g.items[0]
	return Item{ID: e.id, Server: g.key.server, Batch: g.key.batch, Rank: e.rank, Small: g.key.small}
}

func (g *group) push(e entry) {
	g.items = append(g.items, e)
	last := len(g.items) - 1
	g.index.set(e.id, g, last)
	heap.Fix(itemHeap{g}, last)
}

// remove removes the i-th item.
func (g *group) remove(i int) {
	last := len(g.items) - 1
	g.index.clear(g.items[i].id)
	moved := g.items[last]
	g.items = g.items[:last]
	if i < last {
		g.items[i] = moved
		g.index.set(moved.id, g, i)
		heap.Fix(itemHeap{g}, i)
	}
}

// compare orders two groups. It is a total order, so that the next group does not
// depend on the iteration order of a map.
func (g *group) compare(other *group, order int) int {
	wait := 0
	if order == byWait {
		wait = cmp.Compare(g.lastTurn, other.lastTurn)
	}
	return cmp.Or(wait, cmp.Compare(g.rank, other.rank), g.items[0].compare(other.items[0]))
}

// itemHeap implements [heap.Interface] for [heap.Fix] only. heap.Push and heap.Pop
// are not used, since they allocate for each item.
type itemHeap struct{ *group }

func (h itemHeap) Len() int           { return len(h.items) }
func (h itemHeap) Less(i, j int) bool { return h.items[i].compare(h.items[j]) < 0 }
func (h itemHeap) Push(any)           {}
func (h itemHeap) Pop() any           { return nil }

func (h itemHeap) Swap(i, j int) {
	h.items[i], h.items[j] = h.items[j], h.items[i]
	h.group.index.set(h.items[i].id, h.group, i)
	h.group.index.set(h.items[j].id, h.group, j)
}
