package queue_test

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader/queue"
)

func noMatter(int64) int { return math.MaxInt }

// only lets as many items as may be go to some servers, and none to others.
func only(most map[int64]int) queue.Most { return func(server int64) int { return most[server] } }

func admitAll(q *queue.Queue, most queue.Most) []int64 {
	var ids []int64
	for {
		item, ok := q.Admit(most)
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
		most   queue.Most
		want   []int64
	}{
		{
			"by rank, across servers",
			queue.Limits{Large: 9},
			[]queue.Item{{ID: 1, Server: 1, Rank: 3}, {ID: 2, Server: 2, Rank: 1}, {ID: 3, Server: 1, Rank: 2}},
			noMatter,
			[]int64{2, 3, 1},
		},
		{
			"equal ranks by age",
			queue.Limits{Large: 9},
			[]queue.Item{{ID: 7}, {ID: 5}, {ID: 6}},
			noMatter,
			[]int64{5, 6, 7},
		},
		{
			"no more than the limit",
			queue.Limits{Large: 2},
			[]queue.Item{{ID: 1}, {ID: 2}, {ID: 3}},
			noMatter,
			[]int64{1, 2},
		},
		{
			"a huge file does not hold up small ones",
			queue.Limits{Large: 1, Small: 2},
			[]queue.Item{{ID: 1}, {ID: 2}, {ID: 3, Small: true}, {ID: 4, Small: true}},
			noMatter,
			[]int64{1, 3, 4},
		},
		{
			"a closed server does not hold up another",
			queue.Limits{Large: 9},
			[]queue.Item{{ID: 1, Server: 1}, {ID: 2, Server: 2}, {ID: 3, Server: 1}},
			only(map[int64]int{2: 9}),
			[]int64{2},
		},
		{
			"no more than a server takes",
			queue.Limits{Large: 9, Small: 9},
			[]queue.Item{{ID: 1, Server: 1}, {ID: 2, Server: 1}, {ID: 3, Server: 2}, {ID: 4, Server: 1}},
			only(map[int64]int{1: 2, 2: 9}),
			[]int64{1, 2, 3},
		},
		{
			"batch by batch, but every fourth turn is that of who waited longest",
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
			noMatter,
			[]int64{1, 2, 3, 11, 4, 5, 6, 21, 7, 8, 12, 22},
		},
		{
			"pushed again, moved to its new place",
			queue.Limits{Large: 9},
			[]queue.Item{{ID: 1, Rank: 1}, {ID: 2, Rank: 2}, {ID: 1, Rank: 3}},
			noMatter,
			[]int64{2, 1},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			q := queue.New(c.limits)
			for _, item := range c.items {
				q.SetRank(item.Batch, item.Batch)
				q.Push(item)
			}
			if diff := cmp.Diff(c.want, admitAll(q, c.most)); diff != "" {
				t.Error("admitted (-want +got):\n" + diff)
			}
		})
	}
}

func TestWhatIsUnderWayIsNotAdmittedTwice(t *testing.T) {
	q := queue.New(queue.Limits{Large: 2})
	q.Push(queue.Item{ID: 1})
	q.Admit(noMatter)
	q.Push(queue.Item{ID: 1})
	if got := admitAll(q, noMatter); got != nil {
		t.Errorf("admitted %v a second time", got)
	}
	q.Release(1)
	q.Push(queue.Item{ID: 1})
	if got := admitAll(q, noMatter); !slices.Equal(got, []int64{1}) {
		t.Errorf("after release admitted %v", got)
	}
}

func TestABatchThatMovesTakesItsItemsAlong(t *testing.T) {
	q := queue.New(queue.Limits{Large: 99, Small: 99})
	for id := range int64(3) {
		q.SetRank(id+1, id+1)
		q.Push(queue.Item{ID: 10*id + 11, Batch: id + 1, Server: id})
		q.Push(queue.Item{ID: 10*id + 12, Batch: id + 1, Server: id})
		q.Push(queue.Item{ID: 10*id + 13, Batch: id + 1, Server: id, Small: true})
	}
	q.SetRank(3, -1)
	q.SetRank(1, 7)
	if diff := cmp.Diff([]int64{31, 32, 21, 11, 22, 12, 33, 23, 13}, admitAll(q, noMatter)); diff != "" {
		t.Error("admitted (-want +got):\n" + diff)
	}
}

func TestTheLanesShareTheTurnsOfAServer(t *testing.T) {
	q := queue.New(queue.Limits{Large: 9, Small: 9})
	for id := range int64(4) {
		q.Push(queue.Item{ID: id + 1, Server: 1})
		q.Push(queue.Item{ID: id + 11, Server: 1, Small: true})
	}
	lanes := ""
	for q.Waiting() > 0 {
		item, ok := q.Admit(only(map[int64]int{1: 1}))
		if !ok {
			t.Fatal("nobody goes")
		}
		lanes += map[bool]string{true: "s", false: "L"}[item.Small]
		if next, ok := q.Admit(only(map[int64]int{1: 1})); ok {
			t.Fatalf("%v goes beside %v", next, item)
		}
		q.Release(item.ID)
	}
	if lanes != "sLsLsLsL" {
		t.Errorf("turns %s", lanes)
	}
}

func TestSurplusIsWhatComesLast(t *testing.T) {
	q := queue.New(queue.Limits{Large: 3, Small: 2})
	for id := range int64(3) {
		q.Push(queue.Item{ID: id + 1, Rank: 10 - id, Server: id})
		q.Push(queue.Item{ID: id + 11, Small: true, Rank: 99, Server: id})
	}
	admitAll(q, noMatter)
	if got := q.Surplus(noMatter); got != nil {
		t.Errorf("within the limits %v are too many", got)
	}
	if diff := cmp.Diff([]int64{1, 11}, q.Surplus(only(map[int64]int{1: 9, 2: 9}))); diff != "" {
		t.Error("surplus of a server (-want +got):\n" + diff)
	}
	q.SetLimits(queue.Limits{Large: 1, Small: 1})
	if diff := cmp.Diff([]int64{2, 1, 12}, q.Surplus(noMatter)); diff != "" {
		t.Error("surplus (-want +got):\n" + diff)
	}
	q.Release(1)
	if diff := cmp.Diff([]int64{2, 12}, q.Surplus(noMatter)); diff != "" {
		t.Error("surplus after a release (-want +got):\n" + diff)
	}
}
