package queue

// pageSize is the number of IDs per page.
const pageSize = 256

// index maps the IDs of waiting items to their positions. IDs are assigned
// sequentially, so that a map of pages uses a quarter of the memory of a map of
// items.
type index struct {
	pages  map[int64]*page // by ID / pageSize
	groups []*group        // by number; 0 is not used
	free   []int32         // unused numbers
	count  int             // items
}

type page struct {
	positions [pageSize]position
	count     int // positions that are set
}

// position is the number of a group and the position of an item in it. The zero
// value is no position.
type position struct{ group, item int32 }

func newIndex() index { return index{pages: map[int64]*page{}, groups: []*group{nil}} }

// addGroup assigns a number to a group.
func (x *index) addGroup(g *group) {
	if last := len(x.free) - 1; last >= 0 {
		g.number = x.free[last]
		x.free = x.free[:last]
		x.groups[g.number] = g
		return
	}
	g.number = int32(len(x.groups)) //nolint:gosec // 2^31 groups do not fit into memory
	x.groups = append(x.groups, g)
}

// removeGroup frees the number of a group.
func (x *index) removeGroup(g *group) {
	x.groups[g.number] = nil
	x.free = append(x.free, g.number)
}

// lookup returns the group of an item and the item's position in it; nil if the
// item is not waiting.
func (x *index) lookup(id int64) (*group, int) {
	p := x.pages[id>>8]
	if p == nil {
		return nil, 0
	}
	pos := p.positions[id&(pageSize-1)]
	return x.groups[pos.group], int(pos.item)
}

func (x *index) set(id int64, g *group, item int) {
	p := x.pages[id>>8]
	if p == nil {
		p = &page{}
		x.pages[id>>8] = p
	}
	pos := &p.positions[id&(pageSize-1)]
	if pos.group == 0 {
		p.count++
		x.count++
	}
	*pos = position{g.number, int32(item)} //nolint:gosec // 2^31 items do not fit into memory
}

func (x *index) clear(id int64) {
	p := x.pages[id>>8]
	p.positions[id&(pageSize-1)] = position{}
	x.count--
	if p.count--; p.count == 0 {
		delete(x.pages, id>>8)
	}
}
