package list

import (
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"github.com/ferryapp/ferry/widgets/theme"
)

// viewport is the visible part of a list. It creates, binds, positions and reuses
// row objects.
//
// The rows are in a layer of the size of the list, beside a scroll container that
// contains only an empty object of the height of all rows. As children of the
// scroll container, rows of a long list would have positions that a float32 cannot
// represent exactly.
type viewport struct {
	model  Model
	create func() fyne.CanvasObject
	state  func(id int64) RowState

	layer  *fyne.Container
	clip   *container.Clip // clips the layer
	scroll *container.Scroll
	extent *extentLayout

	visible []slot
	free    []freeRow
	sample  fyne.CanvasObject // determines the height of all rows

	// At the last sync:
	count      int     // number of rows
	syncHeight float32 // height of a row

	hovering bool
	pointer  fyne.Position
}

// slot is a visible row.
type slot struct {
	id    int64
	index int
	row   fyne.CanvasObject
}

// freeRow is a row object for reuse, with the look it was painted in.
type freeRow struct {
	row  fyne.CanvasObject
	look theme.Look
}

// extentLayout is a layout of a fixed height that positions nothing.
type extentLayout struct{ height float32 }

// MinSize implements [fyne.Layout].
func (e *extentLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(1, e.height) }

// Layout implements [fyne.Layout].
func (e *extentLayout) Layout([]fyne.CanvasObject, fyne.Size) {}

func newViewport(model Model, create func() fyne.CanvasObject, state func(int64) RowState) *viewport {
	v := &viewport{model: model, create: create, state: state, layer: container.NewWithoutLayout(), extent: &extentLayout{}, sample: create()}
	v.clip = container.NewClip(v.layer)
	v.scroll = container.NewVScroll(container.New(v.extent))
	v.scroll.OnScrolled = func(fyne.Position) { v.update(false) }
	return v
}

func (v *viewport) rowHeight() float32 { return v.sample.MinSize().Height }

func (v *viewport) minSize() fyne.Size { return v.sample.MinSize() }

func (v *viewport) resize(size fyne.Size) {
	v.clip.Resize(size)
	v.layer.Resize(size) // the clip resizes it only when it is painted
	v.scroll.Resize(size)
	v.update(false)
}

// first returns the index of the first visible row.
func (v *viewport) first() int {
	return int(float64(v.scroll.Offset.Y) / float64(v.rowHeight()))
}

// pageSize returns the number of rows that are visible as a whole, at least one.
func (v *viewport) pageSize() int {
	return max(int(v.scroll.Size().Height/v.rowHeight()), 1)
}

// sync updates the viewport after a change of the model: it binds all visible rows
// and keeps them at their position. It reports whether the number of rows changed.
func (v *viewport) sync() bool {
	offset := v.anchoredOffset()
	v.syncHeight = v.rowHeight()
	height := v.syncHeight * float32(v.model.Len())
	resized := v.count != v.model.Len()
	v.count = v.model.Len()
	if height != v.extent.height {
		v.extent.height = height
		v.scroll.Refresh()
	}
	v.scrollTo(offset)
	v.update(true)
	return resized
}

// offsetRows returns the scroll offset in rows.
func (v *viewport) offsetRows() float32 {
	if v.syncHeight == 0 {
		return 0
	}
	return v.scroll.Offset.Y / v.syncHeight
}

// anchoredOffset returns the scroll offset at which the first visible row that the
// model still has keeps its position, also if the row height has changed. At the
// top of the list it is 0, so that rows inserted there become visible.
func (v *viewport) anchoredOffset() float32 {
	offset := v.scroll.Offset.Y
	if offset <= 0 {
		return 0
	}
	if v.syncHeight != v.rowHeight() {
		offset = v.offsetRows() * v.rowHeight()
	}
	for _, s := range v.visible {
		if i, ok := indexOf(v.model, s.id, s.index); ok {
			return offset + float32(i-s.index)*v.rowHeight()
		}
	}
	return offset
}

// scrollTo sets the scroll offset, limited to the height of all rows.
func (v *viewport) scrollTo(offset float32) {
	maxOffset := max(v.extent.height-v.scroll.Size().Height, 0)
	v.scroll.ScrollToOffset(fyne.NewPos(0, min(max(offset, 0), maxOffset)))
	v.update(false)
}

// reveal scrolls row i into view by the shortest distance.
func (v *viewport) reveal(i int) {
	top := float32(i) * v.rowHeight()
	bottom := top + v.rowHeight() - v.scroll.Size().Height
	v.scrollTo(min(max(v.scroll.Offset.Y, bottom), top))
}

// update fills the layer with the visible rows. Rows that were visible before are
// bound again only if rebind is set.
func (v *viewport) update(rebind bool) {
	before := v.visible
	v.visible = v.visibleSlots()
	isNew := v.assignRows(before)
	for i, s := range v.visible {
		if rebind || isNew[i] {
			v.model.Bind(s.index, s.row)
		}
	}
	v.place()
	v.updateStates()
}

// visibleSlots returns the visible rows without their objects.
func (v *viewport) visibleSlots() []slot {
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

// assignRows gives every visible slot a row object: the one it had before, or a
// free one. It returns which slots have an object that must be bound.
func (v *viewport) assignRows(before []slot) (isNew []bool) {
	rows := make(map[int64]fyne.CanvasObject, len(before))
	for _, s := range before {
		rows[s.id] = s.row
	}
	isNew = make([]bool, len(v.visible))
	for i := range v.visible {
		s := &v.visible[i]
		s.row = rows[s.id]
		delete(rows, s.id)
	}
	for _, row := range rows {
		v.free = append(v.free, freeRow{row, theme.CurrentLook()})
	}
	for i := range v.visible {
		if s := &v.visible[i]; s.row == nil {
			s.row, isNew[i] = v.takeRow(), true
		}
	}
	return isNew
}

// takeRow returns a free row object in the current theme, or a new one.
func (v *viewport) takeRow() fyne.CanvasObject {
	if len(v.free) == 0 {
		return v.create()
	}
	last := v.free[len(v.free)-1]
	v.free = v.free[:len(v.free)-1]
	if last.look != theme.CurrentLook() {
		last.row.Refresh()
	}
	return last.row
}

// place positions the visible rows and repaints the layer if its rows changed.
func (v *viewport) place() {
	height := v.rowHeight()
	objects := make([]fyne.CanvasObject, len(v.visible))
	same := len(v.layer.Objects) == len(objects)
	for i, s := range v.visible {
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

// updateStates sets the states of the visible rows.
func (v *viewport) updateStates() {
	hovered := v.hovered()
	for i, s := range v.visible {
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

// hovered returns the index in visible of the row below the pointer, or -1.
func (v *viewport) hovered() int {
	if !v.hovering {
		return -1
	}
	for i, s := range v.visible {
		if y := v.pointer.Y - s.row.Position().Y; y >= 0 && y < s.row.Size().Height {
			return i
		}
	}
	return -1
}

// indexAt returns the index of the row at a position in the list.
func (v *viewport) indexAt(at fyne.Position) (int, bool) {
	i := int(math.Floor((float64(at.Y) + float64(v.scroll.Offset.Y)) / float64(v.rowHeight())))
	return i, i >= 0 && i < v.model.Len()
}
