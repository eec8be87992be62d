package table

import (
	"cmp"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/uploader"
)

// TestReorderChangesFewRanks reorders items of any ranks, equal ones too. If no rank is
// shared, at most two ranks change for each chosen item, or, beside another item, no more than
// there are items that change places.
func TestReorderChangesFewRanks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var list []Ranked
		rank := int64(0)
		shared := false
		for id := range rapid.Int64Range(1, 12).Draw(t, "length") {
			step := rapid.Int64Range(0, 3).Draw(t, "step")
			shared = shared || step == 0 && id > 0
			rank += step
			list = append(list, Ranked{id, rank, rapid.Bool().Draw(t, "chosen")})
		}
		to := rapid.SampledFrom([]uploader.MoveTo{uploader.MoveUp, uploader.MoveDown, uploader.MoveTop, uploader.MoveBottom, uploader.MoveBefore, uploader.MoveAfter}).Draw(t, "to")
		beside := rapid.Int64Range(0, 13).Draw(t, "beside")
		changed := Reorder(slices.Clone(list), to, beside)
		after := slices.Clone(list)
		chosen := 0
		for i := range after {
			chosen += side(after[i])
			for _, c := range changed {
				if c.ID == after[i].ID {
					after[i] = c
				}
			}
		}
		slices.SortStableFunc(after, func(a, b Ranked) int { return int(a.Rank - b.Rank) })
		want := shifted(list, to, beside)
		if len(changed) > 0 && !slices.EqualFunc(after, want, func(a, b Ranked) bool { return a.ID == b.ID }) {
			t.Fatalf("%v reordered is %v, want %v", list, after, want)
		}
		most := 2 * chosen
		if to == uploader.MoveBefore || to == uploader.MoveAfter {
			most = 0
			for i := range list {
				if list[i].ID != want[i].ID {
					most++
				}
			}
		}
		if !shared && len(changed) > most {
			t.Fatalf("%d ranks changed for %d chosen items: %v", len(changed), chosen, changed)
		}
	})
}

func TestReorderBeside(t *testing.T) {
	cases := []struct {
		name   string
		to     uploader.MoveTo
		chosen []int64
		beside int64
		want   []int64 // IDs in their new order
		ranks  int     // number of ranks that change
	}{
		{"before the first", uploader.MoveBefore, []int64{6}, 1, []int64{6, 1, 2, 3, 4, 5, 7, 8}, 1},
		{"before the second", uploader.MoveBefore, []int64{7}, 2, []int64{1, 7, 2, 3, 4, 5, 6, 8}, 2},
		{"after the last", uploader.MoveAfter, []int64{2}, 8, []int64{1, 3, 4, 5, 6, 7, 8, 2}, 1},
		{"forward over one", uploader.MoveBefore, []int64{3}, 5, []int64{1, 2, 4, 3, 5, 6, 7, 8}, 2},
		{"several that are apart", uploader.MoveAfter, []int64{1, 5, 7}, 3, []int64{2, 3, 1, 5, 7, 4, 6, 8}, 4},
		{"beside one that moves", uploader.MoveBefore, []int64{4, 5}, 5, []int64{1, 2, 3, 4, 5, 6, 7, 8}, 0},
		{"beside one that does not exist", uploader.MoveAfter, []int64{4}, 99, []int64{1, 2, 3, 4, 5, 6, 7, 8}, 0},
		{"to its own place", uploader.MoveBefore, []int64{4}, 5, []int64{1, 2, 3, 4, 5, 6, 7, 8}, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			ranks := map[int64]int64{}
			var list []Ranked
			for id := int64(1); id <= 8; id++ {
				list = append(list, Ranked{ID: id, Rank: id + 100, Chosen: slices.Contains(c.chosen, id)})
				ranks[id] = id + 100
			}
			changed := Reorder(list, c.to, c.beside)
			for _, r := range changed {
				ranks[r.ID] = r.Rank
			}
			got := slices.SortedFunc(maps.Keys(ranks), func(a, b int64) int { return cmp.Compare(ranks[a], ranks[b]) })
			if !slices.Equal(got, c.want) || len(changed) != c.ranks {
				t.Errorf("order %d after changes %v, want %d after %d changes", got, changed, c.want, c.ranks)
			}
		})
	}
}
