package table

import (
	"cmp"
	"slices"

	"github.com/ferryapp/ferry/uploader"
)

// Ranked is an item of a list that is reordered.
type Ranked struct {
	ID     int64
	Rank   int64
	Chosen bool // to be moved
}

// Reorder moves the chosen items of a list that is in order; among themselves they
// keep their order. It returns the items whose rank changes, as few as possible.
func Reorder(list []Ranked, to uploader.MoveTo) []Ranked {
	next := shifted(list, to)
	if slices.Equal(next, list) {
		return nil
	}
	return reranked(list, next, to)
}

// shifted returns the list in its new order, with the old ranks.
func shifted(list []Ranked, to uploader.MoveTo) []Ranked {
	next := slices.Clone(list)
	switch to {
	case uploader.MoveUp:
		for i := 1; i < len(next); i++ {
			if next[i].Chosen && !next[i-1].Chosen {
				next[i], next[i-1] = next[i-1], next[i]
			}
		}
	case uploader.MoveDown:
		for i := len(next) - 2; i >= 0; i-- {
			if next[i].Chosen && !next[i+1].Chosen {
				next[i], next[i+1] = next[i+1], next[i]
			}
		}
	case uploader.MoveTop:
		slices.SortStableFunc(next, func(a, b Ranked) int { return cmp.Compare(side(b), side(a)) })
	case uploader.MoveBottom:
		slices.SortStableFunc(next, func(a, b Ranked) int { return cmp.Compare(side(a), side(b)) })
	}
	return next
}

// side is 1 for a chosen item, otherwise 0.
func side(r Ranked) int {
	if r.Chosen {
		return 1
	}
	return 0
}

// reranked gives the reordered list new ranks, and returns the items that changed.
func reranked(before, next []Ranked, to uploader.MoveTo) []Ranked {
	first, last := before[0].Rank, before[len(before)-1].Rank
	oldRank := make(map[int64]int64, len(before))
	chosen := int64(0)
	for _, r := range before {
		oldRank[r.ID] = r.Rank
		chosen += int64(side(r))
	}
	for i := range next {
		switch {
		case to == uploader.MoveUp || to == uploader.MoveDown:
			next[i].Rank = before[i].Rank
		case to == uploader.MoveTop && next[i].Chosen:
			next[i].Rank = first - chosen + int64(i)
		case to == uploader.MoveBottom && next[i].Chosen:
			next[i].Rank = last + chosen - int64(len(next)-1-i)
		}
	}
	if !ascending(next) { // some had the same rank
		for i := range next {
			next[i].Rank = first + int64(i)
		}
	}
	return slices.DeleteFunc(next, func(r Ranked) bool { return oldRank[r.ID] == r.Rank })
}

// ascending reports whether every rank is higher than the one before.
func ascending(list []Ranked) bool {
	for i := 1; i < len(list); i++ {
		if list[i].Rank <= list[i-1].Rank {
			return false
		}
	}
	return true
}
