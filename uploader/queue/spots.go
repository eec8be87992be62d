package queue

// spotsPage is how many IDs share a page.
const spotsPage = 256

// spots says where each waiting item stands. IDs are given one after the other, so
// that pages of them take a quarter of what a map takes.
type spots struct {
	pages  map[int64]*page // by ID / spotsPage
	groups []*group        // by number; the first is nobody's
	free   []int32         // numbers that no group has
	taken  int
}

type page struct {
	spots [spotsPage]spot
	taken int
}

// spot is a place in a group; the zero one is none.
type spot struct{ group, index int32 }

func newSpots() spots { return spots{pages: map[int64]*page{}, groups: []*group{nil}} }

// number gives a group a number to be known by.
func (s *spots) number(g *group) {
	if last := len(s.free) - 1; last >= 0 {
		g.number = s.free[last]
		s.free = s.free[:last]
		s.groups[g.number] = g
		return
	}
	g.number = int32(len(s.groups)) //nolint:gosec // two thousand million batches fit nowhere
	s.groups = append(s.groups, g)
}

// forget takes a number back.
func (s *spots) forget(g *group) {
	s.groups[g.number] = nil
	s.free = append(s.free, g.number)
}

// of returns the group in which an item stands, and its place there; nil for none.
func (s *spots) of(id int64) (*group, int) {
	on := s.pages[id>>8]
	if on == nil {
		return nil, 0
	}
	at := on.spots[id&(spotsPage-1)]
	return s.groups[at.group], int(at.index)
}

func (s *spots) set(id int64, g *group, index int) {
	on := s.pages[id>>8]
	if on == nil {
		on = &page{}
		s.pages[id>>8] = on
	}
	at := &on.spots[id&(spotsPage-1)]
	if at.group == 0 {
		on.taken++
		s.taken++
	}
	*at = spot{g.number, int32(index)} //nolint:gosec // two thousand million items fit nowhere
}

func (s *spots) clear(id int64) {
	on := s.pages[id>>8]
	on.spots[id&(spotsPage-1)] = spot{}
	s.taken--
	if on.taken--; on.taken == 0 {
		delete(s.pages, id>>8)
	}
}
