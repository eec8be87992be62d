package list

import (
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"github.com/ferryapp/ferry/widgets/theme"
)

// viewport is the part of a list that is in sight: it makes rows, binds them,
// puts them in their places and takes them back when they leave.
//
// The rows lie in a layer of the size of the window, under a scroll container
// that holds nothing but the height of all rows. Their places are small numbers
// wherever the list is scrolled to; as children of the scroll container they
// would be millions of units away, more than a float32 holds exactly.
type viewport struct {
	model  Model
	create func() fyne.CanvasObject
	state  func(id int64) RowState

	layer  *fyne.Container
	clip   *container.Clip // keeps the layer's rows inside
	scroll *container.Scroll
	extent *extent

	shown []slot
	spare []spare
	probe fyne.CanvasObject // tells the height of all rows
	count int               // of the model's rows, when last looked at
	unit  float32           // the height of a row, when last looked at

	hovering bool
	pointer  fyne.Position
}

// slot is a row in sight.
type slot struct {
	id    int64
	index int
	row   fyne.CanvasObject
}

// spare is a row that nobody uses, as it looked when it left.
type spare struct {
	row  fyne.CanvasObject
	look theme.Look
}

// extent is a layout that is as high as it is told and lays out nothing.
type extent struct{ height float32 }

func (e *extent) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(1, e.height) }
func (e *extent) Layout([]fyne.CanvasObject, fyne.Size) {}

func newViewport(model Model, create func() fyne.CanvasObject, state func(int64) RowState) *viewport {
	v := &viewport{model: model, create: create, state: state, layer: container.NewWithoutLayout(), extent: &extent{}, probe: create()}
	v.clip = container.NewClip(v.layer)
	v.scroll = container.NewVScroll(container.New(v.extent))
	v.scroll.OnScrolled = func(fyne.Position) { v.show(false) }
	return v
}

func (v *viewport) rowHeight() float32 { return v.probe.MinSize().Height }

func (v *viewport) least() fyne.Size { return v.probe.MinSize() }

func (v *viewport) resize(size fyne.Size) {
	v.clip.Resize(size)
	v.layer.Resize(size) // the clip does not until it has been painted
	v.scroll.Resize(size)
	v.show(false)
}

// first is the index of the first row in sight.
func (v *viewport) first() int {
	return int(float64(v.scroll.Offset.Y) / float64(v.rowHeight()))
}

// page is how many whole rows are in sight, at least one.
func (v *viewport) page() int {
	return max(int(v.scroll.Size().Height/v.rowHeight()), 1)
}

// sync follows the model: all rows in sight are bound again, and what the user
// looks at stays where it is. It says whether the number of rows changed.
func (v *viewport) sync() bool {
	offset := v.anchored()
	v.unit = v.rowHeight()
	height := v.unit * float32(v.model.Len())
	resized := v.count != v.model.Len()
	v.count = v.model.Len()
	if height != v.extent.height {
		v.extent.height = height
		v.scroll.Refresh()
	}
	v.scrollTo(offset)
	v.show(true)
	return resized
}

// scrolled is how far it is scrolled, in rows.
func (v *viewport) scrolled() float32 {
	if v.unit == 0 {
		return 0
	}
	return v.scroll.Offset.Y / v.unit
}

// anchored is the offset that keeps the first of the rows in sight that still
// exists in its place, also when rows have become higher. At the very top the list
// stays at the top.
func (v *viewport) anchored() float32 {
	offset := v.scroll.Offset.Y
	if offset <= 0 {
		return 0
	}
	if v.unit != v.rowHeight() {
		offset = v.scrolled() * v.rowHeight()
	}
	for _, s := range v.shown {
		if i, ok := find(v.model, s.id, s.index); ok {
			return offset + float32(i-s.index)*v.rowHeight()
		}
	}
	return offset
}

// scrollTo scrolls to an offset, as far as there is something to show.
func (v *viewport) scrollTo(offset float32) {
	most := max(v.extent.height-v.scroll.Size().Height, 0)
	v.scroll.ScrollToOffset(fyne.NewPos(0, min(max(offset, 0), most)))
	v.show(false)
}

// reveal scrolls no farther than it takes to see row i.
func (v *viewport) reveal(i int) {
	top := float32(i) * v.rowHeight()
	bottom := top + v.rowHeight() - v.scroll.Size().Height
	v.scrollTo(min(max(v.scroll.Offset.Y, bottom), top))
}

// show makes the rows in sight the ones that are in the layer. Rows that stay
// are bound again only when asked to.
func (v *viewport) show(rebind bool) {
	before := v.shown
	v.shown = v.inSight()
	fresh := v.claim(before)
	for i, s := range v.shown {
		if rebind || fresh[i] {
			v.model.Bind(s.index, s.row)
		}
	}
	v.place()
	v.mark()
}

// inSight lists the rows that can be seen, without their objects.
func (v *viewport) inSight() []slot {
	height := float64(v.rowHeight())
	from := v.first()
	to := int(math.Ceil((float64(v.scroll.Offset.Y) + float64(v.scroll.Size().Height)) / height))
	to = min(to, v.model.Len())
	var slots []slot
	for i := from; i < to; i++ {
		slots = append(slots, slot{id: v.model.ID(i), index: i})
	}
	return slots
}

// claim gives every slot an object: its own if it had one before, else one that
// nobody uses. It says which slots got another than before.
func (v *viewport) claim(before []slot) (fresh []bool) {
	own := make(map[int64]fyne.CanvasObject, len(before))
	for _, s := range before {
		own[s.id] = s.row
	}
	fresh = make([]bool, len(v.shown))
	for i := range v.shown {
		s := &v.shown[i]
		s.row = own[s.id]
		delete(own, s.id)
	}
	for _, row := range own {
		v.spare = append(v.spare, spare{row, theme.LookNow()})
	}
	for i := range v.shown {
		if s := &v.shown[i]; s.row == nil {
			s.row, fresh[i] = v.take(), true
		}
	}
	return fresh
}

// take returns a row that nobody uses, in the theme of today.
func (v *viewport) take() fyne.CanvasObject {
	if len(v.spare) == 0 {
		return v.create()
	}
	last := v.spare[len(v.spare)-1]
	v.spare = v.spare[:len(v.spare)-1]
	if last.look != theme.LookNow() {
		last.row.Refresh()
	}
	return last.row
}

// Place moves the rows to where they belong.
func (v *viewport) place() {
	height := v.rowHeight()
	objects := make([]fyne.CanvasObject, len(v.shown))
	same := len(v.layer.Objects) == len(objects)
	for i, s := range v.shown {
		y := float64(s.index)*float64(height) - float64(v.scroll.Offset.Y)
		s.row.Resize(fyne.NewSize(v.layer.Size().Width, height))
		s.row.Move(fyne.NewPos(0, float32(y)))
		objects[i] = s.row
		same = same && v.layer.Objects[i] == s.row
	}
	if !same {
		v.layer.Objects = objects
		canvas.Refresh(v.layer)
	}
}

// mark tells the rows in sight their states.
func (v *viewport) mark() {
	hovered := v.hovered()
	for i, s := range v.shown {
		row, ok := s.row.(Stateful)
		if !ok {
			continue
		}
		state := v.state(s.id)
		if i == hovered {
			state.Hovered, state.Pointer = true, v.pointer.Subtract(s.row.Position())
		}
		row.SetState(state)
	}
}

// hovered is which of the rows in sight the pointer is on, or -1.
func (v *viewport) hovered() int {
	if !v.hovering {
		return -1
	}
	for i, s := range v.shown {
		if y := v.pointer.Y - s.row.Position().Y; y >= 0 && y < s.row.Size().Height {
			return i
		}
	}
	return -1
}

// at returns the index of the row at a place of the list.
func (v *viewport) at(place fyne.Position) (int, bool) {
	i := int(math.Floor((float64(place.Y) + float64(v.scroll.Offset.Y)) / float64(v.rowHeight())))
	return i, i >= 0 && i < v.model.Len()
}
