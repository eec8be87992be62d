// Package queue orders what waits for its turn and says who goes next. It is
// pure bookkeeping: no goroutines, no clock, no knowledge of transfers beyond
// their place in the user's order.
//
// There are two lanes, so that one huge file does not hold up thousands of small
// ones nor the other way round, and within a lane one line per server, so that
// a server that has to be left alone for a while costs nothing.
package queue

import (
	"cmp"
	"container/heap"
	"slices"
)

// Limits is how much may be under way at once, per lane.
type Limits struct {
	Large int // files sent with a session of their own
	Small int // files sent whole in one request
}

// Item is one transfer in the queue.
type Item struct {
	ID     int64
	Server int64
	Rank   int64 // lower goes first; equal ranks go by ID
	Small  bool
}

// Queue is the line of waiting items and the set of those under way.
type Queue struct {
	lanes   [2]lane
	waiting map[int64]*entry
	running map[int64]Item
}

type lane struct {
	limit   int
	running int
	lines   map[int64]*line // by server
}

type entry struct {
	Item
	index int // in its line
}

// New makes an empty queue.
func New(limits Limits) *Queue {
	q := &Queue{waiting: map[int64]*entry{}, running: map[int64]Item{}}
	for i := range q.lanes {
		q.lanes[i].lines = map[int64]*line{}
	}
	q.SetLimits(limits)
	return q
}

// SetLimits changes how much may be under way. What is under way stays so; Surplus
// says what of it should not.
func (q *Queue) SetLimits(limits Limits) {
	q.lanes[0].limit, q.lanes[1].limit = limits.Large, limits.Small
}

// Push puts an item in line. One that is waiting already is replaced; one that
// is under way is left alone.
func (q *Queue) Push(item Item) {
	if _, busy := q.running[item.ID]; busy {
		return
	}
	q.Remove(item.ID)
	lane := &q.lanes[laneOf(item)]
	l := lane.lines[item.Server]
	if l == nil {
		l = &line{}
		lane.lines[item.Server] = l
	}
	e := &entry{Item: item}
	q.waiting[item.ID] = e
	heap.Push(l, e)
}

// Remove takes a waiting item out of the line.
func (q *Queue) Remove(id int64) {
	e := q.waiting[id]
	if e == nil {
		return
	}
	delete(q.waiting, id)
	heap.Remove(q.lanes[laneOf(e.Item)].lines[e.Server], e.index)
}

// Holds reports whether an item waits or is under way.
func (q *Queue) Holds(id int64) bool {
	_, busy := q.running[id]
	return busy || q.waiting[id] != nil
}

// Admit takes the next item whose lane has room and whose server is open, and
// counts it as under way until Release.
func (q *Queue) Admit(open func(server int64) bool) (Item, bool) {
	for i := range q.lanes {
		lane := &q.lanes[i]
		if lane.running >= lane.limit {
			continue
		}
		if next := lane.first(open); next != nil {
			heap.Remove(lane.lines[next.Server], next.index)
			delete(q.waiting, next.ID)
			q.running[next.ID] = next.Item
			lane.running++
			return next.Item, true
		}
	}
	return Item{}, false
}

// Release ends what Admit began.
func (q *Queue) Release(id int64) {
	if item, busy := q.running[id]; busy {
		delete(q.running, id)
		q.lanes[laneOf(item)].running--
	}
}

// Surplus is what of that under way is more than the limits allow: of each lane
// what comes last in the user's order.
func (q *Queue) Surplus() []int64 {
	var ids []int64
	for i := range q.lanes {
		ids = append(ids, q.surplus(i)...)
	}
	return ids
}

func (q *Queue) surplus(lane int) []int64 {
	over := q.lanes[lane].running - q.lanes[lane].limit
	if over <= 0 {
		return nil
	}
	var under []Item
	for _, item := range q.running {
		if laneOf(item) == lane {
			under = append(under, item)
		}
	}
	slices.SortFunc(under, func(a, b Item) int { return b.compare(a) })
	ids := make([]int64, over)
	for i := range ids {
		ids[i] = under[i].ID
	}
	return ids
}

// Waiting is how many items are in line.
func (q *Queue) Waiting() int { return len(q.waiting) }

// Running is how many items are under way.
func (q *Queue) Running() int { return len(q.running) }

func laneOf(item Item) int {
	if item.Small {
		return 1
	}
	return 0
}

func (l *lane) first(open func(int64) bool) *entry {
	var best *entry
	for server, line := range l.lines {
		if len(*line) == 0 || !open(server) {
			continue
		}
		if head := (*line)[0]; best == nil || head.compare(best.Item) < 0 {
			best = head
		}
	}
	return best
}

func (i Item) compare(other Item) int {
	return cmp.Or(cmp.Compare(i.Rank, other.Rank), cmp.Compare(i.ID, other.ID))
}

// line is one server's items as a heap, first in order at the top.
type line []*entry

func (l line) Len() int           { return len(l) }
func (l line) Less(i, j int) bool { return l[i].compare(l[j].Item) < 0 }
func (l line) Swap(i, j int) {
	l[i], l[j] = l[j], l[i]
	l[i].index, l[j].index = i, j
}

func (l *line) Push(x any) {
	e := x.(*entry)
	e.index = len(*l)
	*l = append(*l, e)
}

func (l *line) Pop() any {
	last := len(*l) - 1
	e := (*l)[last]
	(*l)[last] = nil
	*l = (*l)[:last]
	return e
}
