// Package queue implements the queue of transfers that are waiting to be sent. It
// decides which one starts next and counts the running ones. It is not safe for
// concurrent use and does not read the clock.
//
// Files are queued in two classes, large and small, each with its own limit, so
// that one large file does not delay thousands of small ones, nor the reverse.
// Within a class, items are taken in the user's order: by the rank of the batch,
// then by the rank of the item. To prevent starvation, every fairInterval-th turn
// goes to the batch that has waited longest. Servers without free capacity are
// skipped without visiting their items.
package queue

import (
	"cmp"
	"slices"
)

// fairInterval is the number of turns of a class per turn of the batch that has
// waited longest. A batch therefore waits for at most fairInterval turns per
// batch that is ready.
const fairInterval = 4

// Limits are the maximum numbers of running items per class.
type Limits struct {
	Large int
	Small int
}

// Item is one transfer in the queue.
type Item struct {
	ID     int64
	Server int64
	Batch  int64
	Rank   int64 // within the batch; lower ranks first, equal ranks by ID
	Small  bool
}

// Queue holds the waiting items and counts the running ones.
type Queue struct {
	classes [2]class // large, small
	index   index    // of the waiting items
	running map[int64]Item
	aside   map[int64]bool  // running items that do not count against the limits
	ranks   map[int64]int64 // by batch; 0 if absent
	servers map[int64]serverState
}

// serverState describes the running items of a server.
type serverState struct {
	running   int // without those set aside
	lastClass int // class of the item that was started last
}

// ServerLimit returns the maximum number of running items for a server; 0 means
// that none may be started.
type ServerLimit func(server int64) int

// New returns an empty queue.
func New(limits Limits) *Queue {
	q := &Queue{index: newIndex(), running: map[int64]Item{}, aside: map[int64]bool{}, ranks: map[int64]int64{}, servers: map[int64]serverState{}}
	for i := range q.classes {
		q.classes[i].servers = map[int64]*serverQueue{}
		q.classes[i].groups = map[groupKey]*group{}
		q.classes[i].index = &q.index
	}
	q.SetLimits(limits)
	return q
}

// SetLimits changes the limits of both classes. Running items are not affected;
// [Queue.OverLimit] returns those that exceed the limits.
func (q *Queue) SetLimits(limits Limits) {
	q.classes[0].limit, q.classes[1].limit = limits.Large, limits.Small
}

// SetBatchRank sets the rank of a batch. Lower ranks come first; batches of equal rank
// are ordered by the ranks of their items. The default rank is 0.
func (q *Queue) SetBatchRank(batch, rank int64) {
	if q.ranks[batch] == rank {
		return
	}
	q.ranks[batch] = rank
	for i := range q.classes {
		for _, s := range q.classes[i].servers {
			if g := q.classes[i].groups[groupKey{s.server, batch, i == 1}]; g != nil {
				g.rank = rank
				s.fix(g)
			}
		}
	}
}

// ForgetBatch removes the rank of a batch that has no more items.
func (q *Queue) ForgetBatch(batch int64) { delete(q.ranks, batch) }

// Push adds an item. A waiting item with the same ID is replaced; a running one is
// left unchanged.
func (q *Queue) Push(item Item) {
	if _, ok := q.running[item.ID]; ok {
		return
	}
	q.Remove(item.ID)
	q.classes[classOf(item.Small)].push(item, q.ranks[item.Batch])
}

// Remove removes a waiting item, if present.
func (q *Queue) Remove(id int64) {
	if g, i := q.index.lookup(id); g != nil {
		q.classes[classOf(g.key.small)].remove(g, i)
	}
}

// Admit removes and returns the next item whose class and server are below their
// limits. The item counts as running until [Queue.Release].
func (q *Queue) Admit(limit ServerLimit) (Item, bool) {
	for i := range q.classes {
		g := q.next(i, limit)
		if g == nil {
			continue
		}
		item := g.first()
		c := &q.classes[i]
		c.popFirst(g)
		c.running++
		q.running[item.ID] = item
		q.servers[item.Server] = serverState{running: q.servers[item.Server].running + 1, lastClass: i}
		return item, true
	}
	return Item{}, false
}

// next returns the group whose first item is next in class i, or nil.
func (q *Queue) next(i int, limit ServerLimit) *group {
	if !q.classes[i].hasRoom() {
		return nil
	}
	return q.classes[i].next(func(server int64) bool {
		free := limit(server) - q.servers[server].running
		return free > 1 || free == 1 && !q.otherClassFirst(i, server)
	})
}

// otherClassFirst reports whether the only free place of a server belongs to the
// other class: the classes take turns.
func (q *Queue) otherClassFirst(i int, server int64) bool {
	other := &q.classes[1-i]
	return q.servers[server].lastClass == i && other.hasRoom() && other.servers[server] != nil
}

// Release marks a running item as no longer running.
func (q *Queue) Release(id int64) {
	if item, ok := q.running[id]; ok {
		if !q.aside[id] {
			q.countRunning(item, -1)
		}
		delete(q.aside, id)
		delete(q.running, id)
	}
}

// SetAside makes a running item not count against the limits, so that another can start:
// it cannot continue at the moment.
func (q *Queue) SetAside(id int64) {
	if item, ok := q.running[id]; ok && !q.aside[id] {
		q.aside[id] = true
		q.countRunning(item, -1)
	}
}

// Return makes an item count against the limits again that was set aside. The limits may
// be exceeded until others end.
func (q *Queue) Return(id int64) {
	if item, ok := q.running[id]; ok && q.aside[id] {
		delete(q.aside, id)
		q.countRunning(item, 1)
	}
}

// countRunning changes the number of running items of an item's class and server.
func (q *Queue) countRunning(item Item, n int) {
	q.classes[classOf(item.Small)].running += n
	state := q.servers[item.Server]
	state.running += n
	q.servers[item.Server] = state
}

// OverLimit returns the IDs of the running items that exceed the limits of the
// classes or servers: those that come last in the user's order.
func (q *Queue) OverLimit(limit ServerLimit) []int64 {
	items := make([]Item, 0, len(q.running))
	for _, item := range q.running {
		if !q.aside[item.ID] {
			items = append(items, item)
		}
	}
	slices.SortFunc(items, func(a, b Item) int {
		return cmp.Or(cmp.Compare(q.ranks[a.Batch], q.ranks[b.Batch]), a.compare(b))
	})
	var inClass [2]int
	onServer := map[int64]int{}
	var ids []int64
	for _, item := range items {
		i := classOf(item.Small)
		if inClass[i] >= q.classes[i].limit || onServer[item.Server] >= limit(item.Server) {
			ids = append(ids, item.ID)
			continue
		}
		inClass[i]++
		onServer[item.Server]++
	}
	return ids
}

// Contains reports whether an item is waiting or running.
func (q *Queue) Contains(id int64) bool {
	_, running := q.running[id]
	g, _ := q.index.lookup(id)
	return running || g != nil
}

// Waiting returns the number of waiting items.
func (q *Queue) Waiting() int { return q.index.count() }

// Running returns the number of running items, with those set aside.
func (q *Queue) Running() int { return len(q.running) }

// RunningOn returns the number of running items of a server, without those set aside.
func (q *Queue) RunningOn(server int64) int { return q.servers[server].running }

// classOf returns the index of a class in Queue.classes.
func classOf(small bool) int {
	if small {
		return 1
	}
	return 0
}

func (i Item) compare(other Item) int {
	return cmp.Or(cmp.Compare(i.Rank, other.Rank), cmp.Compare(i.ID, other.ID))
}
