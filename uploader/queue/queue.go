// Package queue orders what waits for its turn and says who goes next. It is
// pure bookkeeping: no goroutines, no clock, no knowledge of transfers beyond
// their place in the user's order.
//
// There are two lanes, so that one huge file does not hold up thousands of small
// ones nor the other way round. Within a lane the user's order decides: of
// batches, and of the items in each. It decides most turns, not all: every few
// turns it is that of the batch which has waited longest, so that none starves.
// A server that must be left alone, or has enough, is passed over and costs
// nothing.
package queue

import (
	"cmp"
	"slices"
)

// fairEvery is how many turns of a lane there are to one that goes to whoever has
// waited longest. A batch waits for at most fairEvery times as many turns as
// there are batches that could have them.
const fairEvery = 4

// Limits is how much may be under way at once, per lane.
type Limits struct {
	Large int // files sent with a session of their own
	Small int // files sent whole in one request
}

// Item is one transfer in the queue.
type Item struct {
	ID     int64
	Server int64
	Batch  int64
	Rank   int64 // in the batch: lower goes first; equal ranks go by ID
	Small  bool
}

// Queue is the line of waiting items and the set of those under way.
type Queue struct {
	lanes   [2]lane
	spots   spots // of the waiting ones
	running map[int64]Item
	ranks   map[int64]int64 // of batches, where not 0
	servers map[int64]server
}

// server is what of it is under way.
type server struct {
	running int
	last    int // the lane that had its last turn
}

// Most says how many items of a server may be under way at once; 0 leaves it
// alone.
type Most func(server int64) int

// New makes an empty queue.
func New(limits Limits) *Queue {
	q := &Queue{spots: newSpots(), running: map[int64]Item{}, ranks: map[int64]int64{}, servers: map[int64]server{}}
	for i := range q.lanes {
		q.lanes[i].lines = map[int64]*line{}
		q.lanes[i].groups = map[groupKey]*group{}
		q.lanes[i].spots = &q.spots
	}
	q.SetLimits(limits)
	return q
}

// SetLimits changes how much may be under way. What is under way stays so; Surplus
// says what of it should not.
func (q *Queue) SetLimits(limits Limits) {
	q.lanes[0].limit, q.lanes[1].limit = limits.Large, limits.Small
}

// SetRank says where a batch stands among the batches: lower goes first, equal
// ones by the ranks of their items. The rank of one that was not said is 0.
func (q *Queue) SetRank(batch, rank int64) {
	if q.ranks[batch] == rank {
		return
	}
	q.ranks[batch] = rank
	for i := range q.lanes {
		for _, line := range q.lanes[i].lines {
			if g := q.lanes[i].groups[groupKey{line.server, batch, i == 1}]; g != nil {
				g.rank = rank
				line.fix(g)
			}
		}
	}
}

// Forget drops the rank of a batch that will not come again.
func (q *Queue) Forget(batch int64) { delete(q.ranks, batch) }

// Push puts an item in line. One that is waiting already is replaced; one that
// is under way is left alone.
func (q *Queue) Push(item Item) {
	if _, busy := q.running[item.ID]; busy {
		return
	}
	q.Remove(item.ID)
	q.lanes[laneOf(item.Small)].push(item, q.ranks[item.Batch])
}

// Remove takes a waiting item out of the line.
func (q *Queue) Remove(id int64) {
	if g, at := q.spots.of(id); g != nil {
		q.lanes[laneOf(g.key.small)].remove(g, at)
	}
}

// Admit takes the next item whose lane and server have room, and counts it as
// under way until Release.
func (q *Queue) Admit(most Most) (Item, bool) {
	for i := range q.lanes {
		group := q.next(i, most)
		if group == nil {
			continue
		}
		next := group.first()
		lane := &q.lanes[i]
		lane.took(group)
		lane.running++
		q.running[next.ID] = next
		q.servers[next.Server] = server{running: q.servers[next.Server].running + 1, last: i}
		return next, true
	}
	return Item{}, false
}

// next is whose first has its turn in a lane; nil for nobody's.
func (q *Queue) next(i int, most Most) *group {
	if !q.lanes[i].room() {
		return nil
	}
	return q.lanes[i].next(func(server int64) bool {
		left := most(server) - q.servers[server].running
		return left > 1 || left == 1 && !q.yields(i, server)
	})
}

// yields reports whether the last turn at a server is the other lane's: the lanes
// take those in turns.
func (q *Queue) yields(i int, server int64) bool {
	had := q.servers[server]
	other := &q.lanes[1-i]
	return had.last == i && other.room() && other.lines[server] != nil
}

// Release ends what Admit began.
func (q *Queue) Release(id int64) {
	if item, busy := q.running[id]; busy {
		delete(q.running, id)
		q.lanes[laneOf(item.Small)].running--
		had := q.servers[item.Server]
		had.running--
		q.servers[item.Server] = had
	}
}

// Surplus is what of that under way is more than the limits and the servers
// allow: what comes last in the user's order.
func (q *Queue) Surplus(most Most) []int64 {
	under := make([]Item, 0, len(q.running))
	for _, item := range q.running {
		under = append(under, item)
	}
	slices.SortFunc(under, func(a, b Item) int {
		return cmp.Or(cmp.Compare(q.ranks[a.Batch], q.ranks[b.Batch]), a.compare(b))
	})
	var lanes [2]int
	servers := map[int64]int{}
	var ids []int64
	for _, item := range under {
		lane := laneOf(item.Small)
		if lanes[lane] >= q.lanes[lane].limit || servers[item.Server] >= most(item.Server) {
			ids = append(ids, item.ID)
			continue
		}
		lanes[lane]++
		servers[item.Server]++
	}
	return ids
}

// Holds reports whether an item waits or is under way.
func (q *Queue) Holds(id int64) bool {
	_, busy := q.running[id]
	g, _ := q.spots.of(id)
	return busy || g != nil
}

// Waiting is how many items are in line.
func (q *Queue) Waiting() int { return q.spots.taken }

// Running is how many items are under way.
func (q *Queue) Running() int { return len(q.running) }

// RunningAt is how many items of a server are under way.
func (q *Queue) RunningAt(server int64) int { return q.servers[server].running }

func laneOf(small bool) int {
	if small {
		return 1
	}
	return 0
}

func (i Item) compare(other Item) int {
	return cmp.Or(cmp.Compare(i.Rank, other.Rank), cmp.Compare(i.ID, other.ID))
}
