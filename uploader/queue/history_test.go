package queue_test

import (
	"cmp"
	"testing"

	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/uploader/queue"
)

// fairEvery is how many turns of a lane there are to one for whoever waited longest.
const fairEvery = 4

// history is a queue beside a plain model of it.
type history struct {
	q       *queue.Queue
	limits  queue.Limits
	most    map[int64]int
	ranks   map[int64]int64
	waiting map[int64]queue.Item
	running map[int64]queue.Item
}

func (h *history) before(a, b queue.Item) bool {
	return cmp.Or(cmp.Compare(h.ranks[a.Batch], h.ranks[b.Batch]), cmp.Compare(a.Rank, b.Rank), cmp.Compare(a.ID, b.ID)) < 0
}

func (h *history) under(like func(queue.Item) bool) int {
	n := 0
	for _, item := range h.running {
		if like(item) {
			n++
		}
	}
	return n
}

func (h *history) limit(small bool) int {
	if small {
		return h.limits.Small
	}
	return h.limits.Large
}

func (h *history) atServer(server int64) int {
	return h.under(func(i queue.Item) bool { return i.Server == server })
}

func (h *history) inLane(small bool) int {
	return h.under(func(i queue.Item) bool { return i.Small == small })
}

// could says whether an item's lane and server have room.
func (h *history) could(item queue.Item) bool {
	return h.inLane(item.Small) < h.limit(item.Small) && h.atServer(item.Server) < h.most[item.Server]
}

// TestAnyHistory compares the queue with a plain model over random histories: no
// item is lost or goes twice, no limit is exceeded, and whenever something could
// go something does.
func TestAnyHistory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := &history{
			most: map[int64]int{}, ranks: map[int64]int64{},
			waiting: map[int64]queue.Item{}, running: map[int64]queue.Item{},
		}
		few := func(name string) int { return rapid.IntRange(0, 3).Draw(t, name) }
		h.limits = queue.Limits{Large: few("large"), Small: few("small")}
		h.q = queue.New(h.limits)
		for server := range int64(4) {
			h.most[server] = few("most")
		}
		id := func(t *rapid.T) int64 { return rapid.Int64Range(1, 20).Draw(t, "id") }
		t.Repeat(map[string]func(*rapid.T){
			"push": func(t *rapid.T) {
				item := queue.Item{
					ID:     id(t),
					Server: rapid.Int64Range(1, 3).Draw(t, "server"),
					Batch:  rapid.Int64Range(1, 4).Draw(t, "batch"),
					Rank:   rapid.Int64Range(1, 5).Draw(t, "rank"),
					Small:  rapid.Bool().Draw(t, "small"),
				}
				h.q.Push(item)
				if _, busy := h.running[item.ID]; !busy {
					h.waiting[item.ID] = item
				}
			},
			"remove": func(t *rapid.T) {
				gone := id(t)
				h.q.Remove(gone)
				delete(h.waiting, gone)
			},
			"release": func(t *rapid.T) {
				done := id(t)
				h.q.Release(done)
				delete(h.running, done)
			},
			"move a batch": func(t *rapid.T) {
				batch, rank := rapid.Int64Range(1, 4).Draw(t, "batch"), rapid.Int64Range(-3, 3).Draw(t, "rank")
				h.q.SetRank(batch, rank)
				h.ranks[batch] = rank
			},
			"a server takes another number": func(t *rapid.T) {
				h.most[rapid.Int64Range(1, 3).Draw(t, "server")] = rapid.IntRange(0, 3).Draw(t, "most")
			},
			"admit": func(t *rapid.T) { h.admit(t) },
			"": func(t *rapid.T) {
				if h.q.Waiting() != len(h.waiting) || h.q.Running() != len(h.running) {
					t.Fatalf("counts %d waiting, %d running, want %d and %d", h.q.Waiting(), h.q.Running(), len(h.waiting), len(h.running))
				}
			},
		})
	})
}

func (h *history) admit(t *rapid.T) {
	item, ok := h.q.Admit(func(server int64) int { return h.most[server] })
	if !ok {
		for _, other := range h.waiting {
			if h.could(other) {
				t.Fatalf("%+v could go and nobody does", other)
			}
		}
		return
	}
	if h.waiting[item.ID] != item || !h.could(item) {
		t.Fatalf("%+v should not have been admitted", item)
	}
	for _, other := range h.waiting { // within a batch the order is strict
		if other.Small == item.Small && other.Server == item.Server && other.Batch == item.Batch && h.before(other, item) {
			t.Fatalf("%+v went before %+v", item, other)
		}
	}
	delete(h.waiting, item.ID)
	h.running[item.ID] = item
}

// TestNoBatchStarves lets batches of any size, of which the first grow all the
// time, wait for one place: each has a turn within a bounded number of turns, and
// the first in order has most of them.
func TestNoBatchStarves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		batches := rapid.Int64Range(1, 6).Draw(t, "batches")
		q := queue.New(queue.Limits{Large: 1})
		next := int64(0)
		push := func(batch int64) {
			next++
			q.Push(queue.Item{ID: next, Batch: batch, Rank: next, Server: batch % 2})
		}
		for batch := range batches {
			q.SetRank(batch, batch)
			push(batch)
		}
		waited, turns := map[int64]int64{}, map[int64]int{}
		const rounds = 200
		for range rounds {
			item, ok := q.Admit(noMatter)
			if !ok {
				t.Fatal("nobody goes")
			}
			q.Release(item.ID)
			push(item.Batch) // there is always more of it
			turns[item.Batch]++
			waited[item.Batch] = 0
			for batch := range batches {
				if batch != item.Batch {
					waited[batch]++
				}
				if waited[batch] > fairEvery*batches {
					t.Fatalf("batch %d of %d waits for %d turns", batch, batches, waited[batch])
				}
			}
		}
		if least := rounds * (fairEvery - 1) / fairEvery; turns[0] < least {
			t.Fatalf("the first in order had %d of %d turns", turns[0], rounds)
		}
	})
}
