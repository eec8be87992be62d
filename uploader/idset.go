package uploader

// idSetPage is how many IDs share a page of a set.
const idSetPage = 4096

// idSet is a set of transfers. IDs are given one after the other, so that pages of
// bits take a hundredth of what a map takes. The zero one is empty for good.
type idSet struct {
	pages map[TransferID]*[idSetPage / 64]uint64
}

func newIDSet() idSet { return idSet{map[TransferID]*[idSetPage / 64]uint64{}} }

// add puts an ID in, and reports whether it was not in the set.
func (s idSet) add(id TransferID) bool {
	on := s.pages[id/idSetPage]
	if on == nil {
		on = new([idSetPage / 64]uint64)
		s.pages[id/idSetPage] = on
	}
	word, bit := idSetBit(id)
	added := on[word]&bit == 0
	on[word] |= bit
	return added
}

// take takes an ID out, and reports whether it was in the set.
func (s idSet) take(id TransferID) bool {
	on := s.pages[id/idSetPage]
	if on == nil || id < 0 {
		return false
	}
	word, bit := idSetBit(id)
	taken := on[word]&bit != 0
	on[word] &^= bit
	return taken
}

func idSetBit(id TransferID) (word TransferID, bit uint64) {
	return id % idSetPage / 64, 1 << (id % 64)
}
