package queue_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/uploader/queue"
)

func everyServer(int64) bool { return true }

func admitAll(q *queue.Queue, open func(int64) bool) []int64 {
	var ids []int64
	for {
		item, ok := q.Admit(open)
		if !ok {
			return ids
		}
		ids = append(ids, item.ID)
	}
}

func TestOrder(t *testing.T) {
	for _, c := range []struct {
		name   string
		limits queue.Limits
		items  []queue.Item
		open   func(int64) bool
		want   []int64
	}{
		{
			"by rank, across servers",
			queue.Limits{Large: 9},
			[]queue.Item{{ID: 1, Server: 1, Rank: 3}, {ID: 2, Server: 2, Rank: 1}, {ID: 3, Server: 1, Rank: 2}},
			everyServer,
			[]int64{2, 3, 1},
		},
		{
			"equal ranks by age",
			queue.Limits{Large: 9},
			[]queue.Item{{ID: 7}, {ID: 5}, {ID: 6}},
			everyServer,
			[]int64{5, 6, 7},
		},
		{
			"no more than the limit",
			queue.Limits{Large: 2},
			[]queue.Item{{ID: 1}, {ID: 2}, {ID: 3}},
			everyServer,
			[]int64{1, 2},
		},
		{
			"a huge file does not hold up small ones",
			queue.Limits{Large: 1, Small: 2},
			[]queue.Item{{ID: 1}, {ID: 2}, {ID: 3, Small: true}, {ID: 4, Small: true}},
			everyServer,
			[]int64{1, 3, 4},
		},
		{
			"a closed server does not hold up another",
			queue.Limits{Large: 9},
			[]queue.Item{{ID: 1, Server: 1}, {ID: 2, Server: 2}, {ID: 3, Server: 1}},
			func(server int64) bool { return server == 2 },
			[]int64{2},
		},
		{
			"pushed again, moved to its new place",
			queue.Limits{Large: 9},
			[]queue.Item{{ID: 1, Rank: 1}, {ID: 2, Rank: 2}, {ID: 1, Rank: 3}},
			everyServer,
			[]int64{2, 1},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			q := queue.New(c.limits)
			for _, item := range c.items {
				q.Push(item)
			}
			if diff := cmp.Diff(c.want, admitAll(q, c.open)); diff != "" {
				t.Error("admitted (-want +got):\n" + diff)
			}
		})
	}
}

func TestWhatIsUnderWayIsNotAdmittedTwice(t *testing.T) {
	q := queue.New(queue.Limits{Large: 2})
	q.Push(queue.Item{ID: 1})
	q.Admit(everyServer)
	q.Push(queue.Item{ID: 1})
	if got := admitAll(q, everyServer); got != nil {
		t.Errorf("admitted %v a second time", got)
	}
	q.Release(1)
	q.Push(queue.Item{ID: 1})
	if got := admitAll(q, everyServer); !slices.Equal(got, []int64{1}) {
		t.Errorf("after release admitted %v", got)
	}
}

func TestSurplusIsWhatComesLast(t *testing.T) {
	q := queue.New(queue.Limits{Large: 3, Small: 2})
	for id := range int64(3) {
		q.Push(queue.Item{ID: id + 1, Rank: 10 - id})
		q.Push(queue.Item{ID: id + 11, Small: true})
	}
	admitAll(q, everyServer)
	if got := q.Surplus(); got != nil {
		t.Errorf("within the limits %v are too many", got)
	}
	q.SetLimits(queue.Limits{Large: 1, Small: 1})
	if diff := cmp.Diff([]int64{1, 2, 12}, q.Surplus()); diff != "" {
		t.Error("surplus (-want +got):\n" + diff)
	}
	q.Release(1)
	if diff := cmp.Diff([]int64{2, 12}, q.Surplus()); diff != "" {
		t.Error("surplus after a release (-want +got):\n" + diff)
	}
}

// TestAnyHistory compares the queue with a plain model over random histories.
func TestAnyHistory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limits := queue.Limits{Large: rapid.IntRange(0, 3).Draw(t, "large"), Small: rapid.IntRange(0, 3).Draw(t, "small")}
		q := queue.New(limits)
		waiting, running := map[int64]queue.Item{}, map[int64]queue.Item{}
		t.Repeat(map[string]func(*rapid.T){
			"push": func(t *rapid.T) {
				item := queue.Item{
					ID:     rapid.Int64Range(1, 20).Draw(t, "id"),
					Server: rapid.Int64Range(1, 3).Draw(t, "server"),
					Rank:   rapid.Int64Range(1, 5).Draw(t, "rank"),
					Small:  rapid.Bool().Draw(t, "small"),
				}
				q.Push(item)
				if _, busy := running[item.ID]; !busy {
					waiting[item.ID] = item
				}
			},
			"remove": func(t *rapid.T) {
				id := rapid.Int64Range(1, 20).Draw(t, "id")
				q.Remove(id)
				delete(waiting, id)
			},
			"release": func(t *rapid.T) {
				id := rapid.Int64Range(1, 20).Draw(t, "id")
				q.Release(id)
				delete(running, id)
			},
			"admit": func(t *rapid.T) {
				closed := rapid.Int64Range(0, 3).Draw(t, "closed")
				item, ok := q.Admit(func(server int64) bool { return server != closed })
				if !ok {
					return
				}
				for _, other := range waiting {
					if other.Small == item.Small && other.Server != closed &&
						(other.Rank < item.Rank || other.Rank == item.Rank && other.ID < item.ID) {
						t.Fatalf("%+v went before %+v", item, other)
					}
				}
				if waiting[item.ID] != item || item.Server == closed {
					t.Fatalf("%+v should not have been admitted", item)
				}
				delete(waiting, item.ID)
				running[item.ID] = item
			},
			"": func(t *rapid.T) {
				count := map[bool]int{}
				for _, item := range running {
					count[item.Small]++
				}
				if count[false] > limits.Large || count[true] > limits.Small {
					t.Fatalf("%v under way with limits %+v", count, limits)
				}
				if q.Waiting() != len(waiting) || q.Running() != len(running) {
					t.Fatalf("counts %d waiting, %d running, want %d and %d", q.Waiting(), q.Running(), len(waiting), len(running))
				}
			},
		})
	})
}
