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
// keep their order. Beside is the ID of the item that MoveBefore and MoveAfter move to. It
// returns the items whose rank changes, as few as possible.
func Reorder(list []Ranked, to uploader.MoveTo, beside int64) []Ranked {
	next := shifted(list, to, beside)
	if slices.Equal(next, list) {
		return nil
	}
	ways := []ranking{inPlace, lowered, raised}
	if to == uploader.MoveUp || to == uploader.MoveDown {
		ways = ways[:1] // items between them that are not in the list keep their places
	}
	return reranked(list, next, ways)
}

// shifted returns the list in its new order, with the old ranks.
func shifted(list []Ranked, to uploader.MoveTo, beside int64) []Ranked {
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
	case uploader.MoveBefore, uploader.MoveAfter:
		return movedBeside(list, to, beside)
	}
	return next
}

// movedBeside returns the list with the chosen items before or after another one.
func movedBeside(list []Ranked, to uploader.MoveTo, beside int64) []Ranked {
	var block, rest []Ranked
	at := -1
	for _, r := range list {
		if r.Chosen {
			block = append(block, r)
			continue
		}
		if r.ID == beside {
			at = len(rest)
		}
		rest = append(rest, r)
	}
	if at < 0 {
		return slices.Clone(list)
	}
	if to == uploader.MoveAfter {
		at++
	}
	return slices.Insert(rest, at, block...)
}

// side is 1 for a chosen item, otherwise 0.
func side(r Ranked) int {
	if r.Chosen {
		return 1
	}
	return 0
}

// ranking gives a reordered list new ranks.
type ranking func(before, next []Ranked) []Ranked

// reranked gives the reordered list new ranks in the way that changes the fewest, and returns
// the items that changed.
func reranked(before, next []Ranked, ways []ranking) []Ranked {
	oldRank := make(map[int64]int64, len(before))
	for _, r := range before {
		oldRank[r.ID] = r.Rank
	}
	var fewest []Ranked
	for _, rank := range ways {
		ranked := rank(before, next)
		if !ascending(ranked) {
			continue // some had the same rank
		}
		changed := slices.DeleteFunc(ranked, func(r Ranked) bool { return oldRank[r.ID] == r.Rank })
		if fewest == nil || len(changed) < len(fewest) {
			fewest = changed
		}
	}
	if fewest != nil {
		return fewest
	}
	for i := range next {
		next[i].Rank = before[0].Rank + int64(i)
	}
	return slices.DeleteFunc(next, func(r Ranked) bool { return oldRank[r.ID] == r.Rank })
}

// inPlace gives every place the rank that it had.
func inPlace(before, next []Ranked) []Ranked {
	next = slices.Clone(next)
	for i := range next {
		next[i].Rank = before[i].Rank
	}
	return next
}

// lowered gives the chosen items ranks below the item after them, and lowers the ranks before
// them as far as necessary.
func lowered(_, next []Ranked) []Ranked {
	next = slices.Clone(next)
	for i := len(next) - 2; i >= 0; i-- {
		if next[i].Chosen || next[i].Rank >= next[i+1].Rank {
			next[i].Rank = next[i+1].Rank - 1
		}
	}
	return next
}

// raised gives the chosen items ranks above the item before them, and raises the ranks after
// them as far as necessary.
func raised(_, next []Ranked) []Ranked {
	next = slices.Clone(next)
	for i := 1; i < len(next); i++ {
		if next[i].Chosen || next[i].Rank <= next[i-1].Rank {
			next[i].Rank = next[i-1].Rank + 1
		}
	}
	return next
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
