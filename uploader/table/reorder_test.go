package table

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/uploader"
)

// TestReorderChangesFewRanks reorders items of any ranks, equal ones too. If no rank is
// shared, at most two ranks change for each chosen item.
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
		to := rapid.SampledFrom([]uploader.MoveTo{uploader.MoveUp, uploader.MoveDown, uploader.MoveTop, uploader.MoveBottom}).Draw(t, "to")
		changed := Reorder(slices.Clone(list), to)
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
		if want := shifted(list, to); len(changed) > 0 && !slices.EqualFunc(after, want, func(a, b Ranked) bool { return a.ID == b.ID }) {
			t.Fatalf("%v reordered is %v, want %v", list, after, want)
		}
		if !shared && len(changed) > 2*chosen {
			t.Fatalf("%d ranks changed for %d chosen items: %v", len(changed), chosen, changed)
		}
	})
}
