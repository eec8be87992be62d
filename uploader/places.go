package uploader

// placesPage is how many IDs share a page.
const placesPage = 256

// places says where in a list each transfer stands. IDs are given one after the
// other, so that pages of them take a tenth of what a map takes.
type places struct {
	pages map[TransferID]*page // by ID / placesPage
}

type page struct {
	place [placesPage]int32 // one more than the place; 0 for none
	used  int
}

func newPlaces() places { return places{map[TransferID]*page{}} }

// of returns a transfer's place, and whether it has one.
func (p places) of(id TransferID) (int, bool) {
	on := p.pages[id/placesPage]
	if on == nil || id <= 0 {
		return 0, false
	}
	place := on.place[id%placesPage]
	return int(place) - 1, place > 0
}

func (p places) set(id TransferID, place int) {
	on := p.pages[id/placesPage]
	if on == nil {
		on = &page{}
		p.pages[id/placesPage] = on
	}
	slot := &on.place[id%placesPage]
	if *slot == 0 {
		on.used++
	}
	*slot = int32(place) + 1 //nolint:gosec // two thousand million rows fit nowhere
}

func (p places) delete(id TransferID) {
	on := p.pages[id/placesPage]
	if on == nil || on.place[id%placesPage] == 0 {
		return
	}
	on.place[id%placesPage] = 0
	if on.used--; on.used == 0 {
		delete(p.pages, id/placesPage)
	}
}
