package queue_test

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader/queue"
)

func unlimited(int64) int { return math.MaxInt }

// limited returns a server limit that is 0 for servers without an entry.
func limited(limits map[int64]int) queue.ServerLimit {
	return func(server int64) int { return limits[server] }
}

func admitAll(q *queue.Queue, limit queue.ServerLimit) []int64 {
	var ids []int64
	for {
		item, ok := q.Admit(limit)
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
		server queue.ServerLimit
		want   []int64
	}{
		{
			"by rank over all servers",
			queue.Limits{Large: 9},
			[]queue.Item{{ID: 1, Server: 1, Rank: 3}, {ID: 2, Server: 2, Rank: 1}, {ID: 3, Server: 1, Rank: 2}},
			unlimited,
			[]int64{2, 3, 1},
		},
		{
			"equal ranks by ID",
			queue.Limits{Large: 9},
			[]queue.Item{{ID: 7}, {ID: 5}, {ID: 6}},
			unlimited,
			[]int64{5, 6, 7},
		},
		{
			"class limit",
			queue.Limits{Large: 2},
			[]queue.Item{{ID: 1}, {ID: 2}, {ID: 3}},
			unlimited,
			[]int64{1, 2},
		},
		{
			"large items do not delay small ones",
			queue.Limits{Large: 1, Small: 2},
			[]queue.Item{{ID: 1}, {ID: 2}, {ID: 3, Small: true}, {ID: 4, Small: true}},
			unlimited,
			[]int64{1, 3, 4},
		},
		{
			"a server without capacity does not delay another",
			queue.Limits{Large: 9},
			[]queue.Item{{ID: 1, Server: 1}, {ID: 2, Server: 2}, {ID: 3, Server: 1}},
			limited(map[int64]int{2: 9}),
			[]int64{2},
		},
		{
			"server limit",
			queue.Limits{Large: 9, Small: 9},
			[]queue.Item{{ID: 1, Server: 1}, {ID: 2, Server: 1}, {ID: 3, Server: 2}, {ID: 4, Server: 1}},
			limited(map[int64]int{1: 2, 2: 9}),
			[]int64{1, 2, 3},
		},
		{
			"by batch, with every fourth turn for the batch that has waited longest",
			queue.Limits{Large: 99},
			[]queue.Item{
				{ID: 1, Batch: 1},
				{ID: 2, Batch: 1},
				{ID: 3, Batch: 1},
				{ID: 4, Batch: 1},
				{ID: 5, Batch: 1},
				{ID: 6, Batch: 1},
				{ID: 7, Batch: 1},
				{ID: 8, Batch: 1},
				{ID: 11, Batch: 2},
				{ID: 12, Batch: 2},
				{ID: 21, Batch: 3},
				{ID: 22, Batch: 3},
			},
			unlimited,
			[]int64{1, 2, 3, 11, 4, 5, 6, 21, 7, 8, 12, 22},
		},
		{
			"an item pushed twice takes its new position",
			queue.Limits{Large: 9},
			[]queue.Item{{ID: 1, Rank: 1}, {ID: 2, Rank: 2}, {ID: 1, Rank: 3}},
			unlimited,
			[]int64{2, 1},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			q := queue.New(c.limits)
			for _, item := range c.items {
				q.SetBatchRank(item.Batch, item.Batch)
				q.Push(item)
			}
			if diff := cmp.Diff(c.want, admitAll(q, c.server)); diff != "" {
				t.Error("admitted (-want +got):\n" + diff)
			}
		})
	}
}

func TestRunningItemIsNotAdmittedTwice(t *testing.T) {
	q := queue.New(queue.Limits{Large: 2})
	q.Push(queue.Item{ID: 1})
	q.Admit(unlimited)
	q.Push(queue.Item{ID: 1})
	if got := admitAll(q, unlimited); got != nil {
		t.Errorf("admitted %v while running", got)
	}
	q.Release(1)
	q.Push(queue.Item{ID: 1})
	if got := admitAll(q, unlimited); !slices.Equal(got, []int64{1}) {
		t.Errorf("admitted %v after release, want [1]", got)
	}
}

func TestSetRankMovesItemsOfBatch(t *testing.T) {
	q := queue.New(queue.Limits{Large: 99, Small: 99})
	for id := range int64(3) {
		q.SetBatchRank(id+1, id+1)
		q.Push(queue.Item{ID: 10*id + 11, Batch: id + 1, Server: id})
		q.Push(queue.Item{ID: 10*id + 12, Batch: id + 1, Server: id})
		q.Push(queue.Item{ID: 10*id + 13, Batch: id + 1, Server: id, Small: true})
	}
	q.SetBatchRank(3, -1)
	q.SetBatchRank(1, 7)
	if diff := cmp.Diff([]int64{31, 32, 21, 11, 22, 12, 33, 23, 13}, admitAll(q, unlimited)); diff != "" {
		t.Error("admitted (-want +got):\n" + diff)
	}
}

func TestClassesTakeTurnsOnServer(t *testing.T) {
	q := queue.New(queue.Limits{Large: 9, Small: 9})
	for id := range int64(4) {
		q.Push(queue.Item{ID: id + 1, Server: 1})
		q.Push(queue.Item{ID: id + 11, Server: 1, Small: true})
	}
	order := ""
	for q.Waiting() > 0 {
		item, ok := q.Admit(limited(map[int64]int{1: 1}))
		if !ok {
			t.Fatal("no item admitted")
		}
		order += map[bool]string{true: "s", false: "L"}[item.Small]
		if next, ok := q.Admit(limited(map[int64]int{1: 1})); ok {
			t.Fatalf("admitted %v while %v is running", next, item)
		}
		q.Release(item.ID)
	}
	if order != "sLsLsLsL" {
		t.Errorf("order %s, want sLsLsLsL", order)
	}
}

func TestSurplusIsLastInOrder(t *testing.T) {
	q := queue.New(queue.Limits{Large: 3, Small: 2})
	for id := range int64(3) {
		q.Push(queue.Item{ID: id + 1, Rank: 10 - id, Server: id})
		q.Push(queue.Item{ID: id + 11, Small: true, Rank: 99, Server: id})
	}
	admitAll(q, unlimited)
	if got := q.OverLimit(unlimited); got != nil {
		t.Errorf("got %v within the limits, want none", got)
	}
	if diff := cmp.Diff([]int64{1, 11}, q.OverLimit(limited(map[int64]int{1: 9, 2: 9}))); diff != "" {
		t.Error("server limit exceeded (-want +got):\n" + diff)
	}
	q.SetLimits(queue.Limits{Large: 1, Small: 1})
	if diff := cmp.Diff([]int64{2, 1, 12}, q.OverLimit(unlimited)); diff != "" {
		t.Error("class limit exceeded (-want +got):\n" + diff)
	}
	q.Release(1)
	if diff := cmp.Diff([]int64{2, 12}, q.OverLimit(unlimited)); diff != "" {
		t.Error("after a release (-want +got):\n" + diff)
	}
}

func TestItemSetAsideLeavesItsPlace(t *testing.T) {
	q := queue.New(queue.Limits{Large: 1})
	for id := range int64(3) {
		q.Push(queue.Item{ID: id + 1})
	}
	if got := admitAll(q, unlimited); !slices.Equal(got, []int64{1}) {
		t.Fatalf("admitted %v, want [1]", got)
	}
	q.SetAside(1)
	q.SetAside(1)
	if got := admitAll(q, unlimited); !slices.Equal(got, []int64{2}) {
		t.Errorf("admitted %v after 1 was set aside, want [2]", got)
	}
	if q.Running() != 2 || q.RunningOn(0) != 1 {
		t.Errorf("%d running, %d of them on the server, want 2 and 1", q.Running(), q.RunningOn(0))
	}
	q.Return(1)
	q.Release(2)
	if got := admitAll(q, unlimited); got != nil {
		t.Errorf("admitted %v while 1 runs again, want none", got)
	}
	q.Release(1)
	if got := admitAll(q, unlimited); !slices.Equal(got, []int64{3}) {
		t.Errorf("admitted %v, want [3]", got)
	}
}
