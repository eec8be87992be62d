package table

import (
	"cmp"
	"slices"

	"github.com/ferryapp/ferry/uploader"
)

// Ranked is one of a list whose order is about to change.
type Ranked struct {
	ID     int64
	Rank   int64
	Chosen bool
}

// Reorder moves the chosen ones of a list that is in order, as a block that
// keeps its own order. It returns those that get another rank, as few as that
// takes.
func Reorder(list []Ranked, to uploader.Place) []Ranked {
	next := shifted(list, to)
	if slices.Equal(next, list) {
		return nil
	}
	return reranked(list, next, to)
}

// shifted is the list in its new order, with the old ranks.
func shifted(list []Ranked, to uploader.Place) []Ranked {
	next := slices.Clone(list)
	switch to {
	case uploader.PlaceUp:
		for i := 1; i < len(next); i++ {
			if next[i].Chosen && !next[i-1].Chosen {
				next[i], next[i-1] = next[i-1], next[i]
			}
		}
	case uploader.PlaceDown:
		for i := len(next) - 2; i >= 0; i-- {
			if next[i].Chosen && !next[i+1].Chosen {
				next[i], next[i+1] = next[i+1], next[i]
			}
		}
	case uploader.PlaceTop:
		slices.SortStableFunc(next, func(a, b Ranked) int { return cmp.Compare(side(b), side(a)) })
	case uploader.PlaceBottom:
		slices.SortStableFunc(next, func(a, b Ranked) int { return cmp.Compare(side(a), side(b)) })
	}
	return next
}

func side(r Ranked) int {
	if r.Chosen {
		return 1
	}
	return 0
}

// reranked gives a list that was in another order before the ranks of its new one.
func reranked(before, next []Ranked, to uploader.Place) []Ranked {
	first, last := before[0].Rank, before[len(before)-1].Rank
	was := make(map[int64]int64, len(before))
	moved := int64(0)
	for _, r := range before {
		was[r.ID] = r.Rank
		moved += int64(side(r))
	}
	for i := range next {
		switch {
		case to == uploader.PlaceUp || to == uploader.PlaceDown:
			next[i].Rank = before[i].Rank
		case to == uploader.PlaceTop && next[i].Chosen:
			next[i].Rank = first - moved + int64(i)
		case to == uploader.PlaceBottom && next[i].Chosen:
			next[i].Rank = last + moved - int64(len(next)-1-i)
		}
	}
	if !ascending(next) { // some had the same rank
		for i := range next {
			next[i].Rank = first + int64(i)
		}
	}
	return slices.DeleteFunc(next, func(r Ranked) bool { return was[r.ID] == r.Rank })
}

// ascending reports whether every rank is above the one before.
func ascending(list []Ranked) bool {
	for i := 1; i < len(list); i++ {
		if list[i].Rank <= list[i-1].Rank {
			return false
		}
	}
	return true
}
