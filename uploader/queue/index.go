package queue

import "github.com/ferryapp/ferry/uploader/paged"

// index maps the IDs of waiting items to their positions.
type index struct {
	positions paged.Map[int64, position]
	groups    []*group // by number; 0 is not used
	free      []int32  // unused numbers
}

// position is the number of a group and the position of an item in it. The zero
// value is no position.
type position struct{ group, item int32 }

func newIndex() index { return index{groups: []*group{nil}} }

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
	pos := x.positions.Get(id)
	return x.groups[pos.group], int(pos.item)
}

func (x *index) set(id int64, g *group, item int) {
	x.positions.Set(id, position{g.number, int32(item)}) //nolint:gosec // 2^31 items do not fit into memory
}

func (x *index) clear(id int64) { x.positions.Delete(id) }

// count returns how many items wait.
func (x *index) count() int { return x.positions.Len() }
