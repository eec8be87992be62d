package queue_test

import (
	"cmp"
	"testing"

	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/uploader/queue"
)

// fairInterval is the number of turns of a class per turn of the batch that has
// waited longest.
const fairInterval = 4

// model is a queue together with a simple model of it.
type model struct {
	q            *queue.Queue
	limits       queue.Limits
	serverLimits map[int64]int
	ranks        map[int64]int64
	waiting      map[int64]queue.Item
	running      map[int64]queue.Item
	aside        map[int64]bool
}

func (m *model) before(a, b queue.Item) bool {
	return cmp.Or(cmp.Compare(m.ranks[a.Batch], m.ranks[b.Batch]), cmp.Compare(a.Rank, b.Rank), cmp.Compare(a.ID, b.ID)) < 0
}

func (m *model) countRunning(match func(queue.Item) bool) int {
	n := 0
	for _, item := range m.running {
		if match(item) && !m.aside[item.ID] {
			n++
		}
	}
	return n
}

func (m *model) limit(small bool) int {
	if small {
		return m.limits.Small
	}
	return m.limits.Large
}

func (m *model) runningOn(server int64) int {
	return m.countRunning(func(i queue.Item) bool { return i.Server == server })
}

func (m *model) runningInClass(small bool) int {
	return m.countRunning(func(i queue.Item) bool { return i.Small == small })
}

// canStart reports whether an item's class and server are below their limits.
func (m *model) canStart(item queue.Item) bool {
	return m.runningInClass(item.Small) < m.limit(item.Small) && m.runningOn(item.Server) < m.serverLimits[item.Server]
}

// TestQueueMatchesModel compares the queue with the model over random operations:
// no item is lost or admitted twice, no limit is exceeded, and an item is admitted
// whenever one can start.
func TestQueueMatchesModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &model{
			serverLimits: map[int64]int{}, ranks: map[int64]int64{},
			waiting: map[int64]queue.Item{}, running: map[int64]queue.Item{}, aside: map[int64]bool{},
		}
		small := func(name string) int { return rapid.IntRange(0, 3).Draw(t, name) }
		m.limits = queue.Limits{Large: small("large"), Small: small("small")}
		m.q = queue.New(m.limits)
		for server := range int64(4) {
			m.serverLimits[server] = small("server limit")
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
				m.q.Push(item)
				if _, running := m.running[item.ID]; !running {
					m.waiting[item.ID] = item
				}
			},
			"remove": func(t *rapid.T) {
				removed := id(t)
				m.q.Remove(removed)
				delete(m.waiting, removed)
			},
			"release": func(t *rapid.T) {
				released := id(t)
				m.q.Release(released)
				delete(m.running, released)
				delete(m.aside, released)
			},
			"set aside": func(t *rapid.T) {
				aside := id(t)
				m.q.SetAside(aside)
				if _, running := m.running[aside]; running {
					m.aside[aside] = true
				}
			},
			"return": func(t *rapid.T) {
				returned := id(t)
				m.q.Return(returned)
				delete(m.aside, returned)
			},
			"set the rank of a batch": func(t *rapid.T) {
				batch, rank := rapid.Int64Range(1, 4).Draw(t, "batch"), rapid.Int64Range(-3, 3).Draw(t, "rank")
				m.q.SetBatchRank(batch, rank)
				m.ranks[batch] = rank
			},
			"change a server limit": func(t *rapid.T) {
				m.serverLimits[rapid.Int64Range(1, 3).Draw(t, "server")] = rapid.IntRange(0, 3).Draw(t, "server limit")
			},
			"admit": func(t *rapid.T) { m.admit(t) },
			"": func(t *rapid.T) {
				if m.q.Waiting() != len(m.waiting) || m.q.Running() != len(m.running) {
					t.Fatalf("%d waiting, %d running, want %d and %d", m.q.Waiting(), m.q.Running(), len(m.waiting), len(m.running))
				}
			},
		})
	})
}

func (m *model) admit(t *rapid.T) {
	item, ok := m.q.Admit(func(server int64) int { return m.serverLimits[server] })
	if !ok {
		for _, other := range m.waiting {
			if m.canStart(other) {
				t.Fatalf("no item admitted, but %+v can start", other)
			}
		}
		return
	}
	if m.waiting[item.ID] != item || !m.canStart(item) {
		t.Fatalf("admitted %+v, which is not waiting or exceeds a limit", item)
	}
	for _, other := range m.waiting { // within a batch the order is strict
		if other.Small == item.Small && other.Server == item.Server && other.Batch == item.Batch && m.before(other, item) {
			t.Fatalf("admitted %+v before %+v", item, other)
		}
	}
	delete(m.waiting, item.ID)
	m.running[item.ID] = item
}

// TestNoBatchStarves admits one item at a time from several batches that are
// always refilled: each batch has a turn within a bounded number of turns, and the
// batch of the lowest rank has most of the turns.
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
			q.SetBatchRank(batch, batch)
			push(batch)
		}
		waited, turns := map[int64]int64{}, map[int64]int{}
		const rounds = 200
		for range rounds {
			item, ok := q.Admit(unlimited)
			if !ok {
				t.Fatal("no item admitted")
			}
			q.Release(item.ID)
			push(item.Batch)
			turns[item.Batch]++
			waited[item.Batch] = 0
			for batch := range batches {
				if batch != item.Batch {
					waited[batch]++
				}
				if waited[batch] > fairInterval*batches {
					t.Fatalf("batch %d of %d has waited for %d turns", batch, batches, waited[batch])
				}
			}
		}
		if want := rounds * (fairInterval - 1) / fairInterval; turns[0] < want {
			t.Fatalf("the batch of the lowest rank had %d of %d turns, want at least %d", turns[0], rounds, want)
		}
	})
}
