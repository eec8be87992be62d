package engine

import (
	"cmp"
	"slices"

	"github.com/ferryapp/ferry/uploader"
)

// ranked is one of a list whose order is about to change.
type ranked struct {
	id     int64
	rank   int64
	chosen bool
}

// rearranged moves the chosen ones of a list that is in order, as a block that
// keeps its own order. It returns those that get another rank, as few as that
// takes.
func rearranged(list []ranked, to uploader.Place) []ranked {
	next := shifted(list, to)
	if slices.Equal(next, list) {
		return nil
	}
	return reranked(list, next, to)
}

// shifted is the list in its new order, with the old ranks.
func shifted(list []ranked, to uploader.Place) []ranked {
	next := slices.Clone(list)
	switch to {
	case uploader.PlaceUp:
		for i := 1; i < len(next); i++ {
			if next[i].chosen && !next[i-1].chosen {
				next[i], next[i-1] = next[i-1], next[i]
			}
		}
	case uploader.PlaceDown:
		for i := len(next) - 2; i >= 0; i-- {
			if next[i].chosen && !next[i+1].chosen {
				next[i], next[i+1] = next[i+1], next[i]
			}
		}
	case uploader.PlaceTop:
		slices.SortStableFunc(next, func(a, b ranked) int { return cmp.Compare(side(b), side(a)) })
	case uploader.PlaceBottom:
		slices.SortStableFunc(next, func(a, b ranked) int { return cmp.Compare(side(a), side(b)) })
	}
	return next
}

func side(r ranked) int {
	if r.chosen {
		return 1
	}
	return 0
}

// reranked gives a list that was in another order before the ranks of its new one.
func reranked(before, next []ranked, to uploader.Place) []ranked {
	first, last := before[0].rank, before[len(before)-1].rank
	was := make(map[int64]int64, len(before))
	moved := int64(0)
	for _, r := range before {
		was[r.id] = r.rank
		moved += int64(side(r))
	}
	for i := range next {
		switch {
		case to == uploader.PlaceUp || to == uploader.PlaceDown:
			next[i].rank = before[i].rank
		case to == uploader.PlaceTop && next[i].chosen:
			next[i].rank = first - moved + int64(i)
		case to == uploader.PlaceBottom && next[i].chosen:
			next[i].rank = last + moved - int64(len(next)-1-i)
		}
	}
	if !ascending(next) { // some had the same rank
		for i := range next {
			next[i].rank = first + int64(i)
		}
	}
	return slices.DeleteFunc(next, func(r ranked) bool { return was[r.id] == r.rank })
}

// ascending reports whether every rank is above the one before.
func ascending(list []ranked) bool {
	for i := 1; i < len(list); i++ {
		if list[i].rank <= list[i-1].rank {
			return false
		}
	}
	return true
}
