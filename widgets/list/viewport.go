package list

import (
	"math"
	"slices"

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
	cursor func() (id int64, ok bool) // the row that keys act on, if the list has the focus

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

	pointer   pointer
	adjusting bool // the viewport itself changes the scroll container
	dragging  bool // rows are dragged, and none is hovered

	// lead is empty space above the first row. It keeps the row below the pointer at its
	// place when rows above it go, and is 0 again when the pointer leaves the rows.
	lead float32
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

func newViewport(model Model, create func() fyne.CanvasObject, state func(int64) RowState, cursor func() (int64, bool)) *viewport {
	v := &viewport{model: model, create: create, state: state, cursor: cursor, layer: container.NewWithoutLayout(), extent: &extentLayout{}, sample: create()}
	v.clip = container.NewClip(v.layer)
	v.scroll = container.NewVScroll(container.New(v.extent))
	v.scroll.OnScrolled = func(fyne.Position) { v.scrolled() }
	return v
}

func (v *viewport) rowHeight() float32 { return v.sample.MinSize().Height }

func (v *viewport) minSize() fyne.Size { return v.sample.MinSize() }

func (v *viewport) resize(size fyne.Size) {
	v.clip.Resize(size)
	v.layer.Resize(size) // the clip resizes it only when it is painted
	v.adjust(func() { v.scroll.Resize(size) })
	v.update(false)
}

// top returns the distance of the upper edge of the viewport from that of the first row. It
// is negative while there is a lead.
func (v *viewport) top() float32 { return v.scroll.Offset.Y - v.lead }

// first returns the index of the first visible row.
func (v *viewport) first() int {
	return max(int(float64(v.top())/float64(v.rowHeight())), 0)
}

// pageSize returns the number of rows that are visible as a whole, at least one.
func (v *viewport) pageSize() int {
	return max(int(v.scroll.Size().Height/v.rowHeight()), 1)
}

// sync updates the viewport after a change of the model: it binds all visible rows
// and keeps them at their position. It reports whether there are other rows: another number of
// them, or others at the place of the visible ones.
func (v *viewport) sync() bool {
	top, held := v.heldTop()
	if !held {
		top = v.anchoredTop()
	}
	if v.fitsAll() {
		top = min(top, 0)
	}
	v.syncHeight = v.rowHeight()
	resized := v.count != v.model.Len()
	before := slices.Clone(v.visible)
	v.count = v.model.Len()
	v.lead = 0
	if held {
		v.lead = max(-top, 0)
	}
	v.fit(top, held)
	v.scrollTo(top)
	v.update(true)
	return resized || !slices.EqualFunc(before, v.visible, func(a, b slot) bool { return a.id == b.id })
}

// fit adapts the height that can be scrolled to the rows. With held there is space below
// them, if it is needed for the viewport to begin at top.
func (v *viewport) fit(top float32, held bool) {
	height := v.lead + v.rowHeight()*float32(v.model.Len())
	if held {
		height = max(height, top+v.lead+v.scroll.Size().Height)
	}
	if height != v.extent.height {
		v.extent.height = height
		v.adjust(v.scroll.Refresh)
	}
}

// fitsAll reports whether the viewport is as high as all rows.
func (v *viewport) fitsAll() bool {
	return v.rowHeight()*float32(v.model.Len()) <= v.scroll.Size().Height
}

// held returns the index in visible of the row that keeps its position because the user points
// at it, or -1.
func (v *viewport) held() int {
	if v.pointer.idle {
		return -1
	}
	return v.hovered()
}

// heldTop returns the upper edge of the viewport at which the row below the pointer keeps its
// position, so that a click meets the row that the user aims at. It reports false if the user
// points at no row, if the model no longer has it, or if the height of rows has changed.
func (v *viewport) heldTop() (top float32, ok bool) {
	hovered := v.held()
	if hovered < 0 || v.syncHeight != v.rowHeight() {
		return 0, false
	}
	s := v.visible[hovered]
	i, ok := indexOf(v.model, s.id, s.index)
	return float32(i)*v.rowHeight() - s.row.Position().Y, ok
}

// release removes the space around the rows that kept a row at its place.
func (v *viewport) release() {
	top := v.top()
	if v.lead == 0 && v.extent.height <= v.rowHeight()*float32(v.model.Len()) {
		return
	}
	v.lead = 0
	v.fit(top, false)
	v.scrollTo(top)
}

// offsetRows returns the scroll offset in rows.
func (v *viewport) offsetRows() float32 {
	if v.syncHeight == 0 {
		return 0
	}
	return v.top() / v.syncHeight
}

// anchoredTop returns the upper edge of the viewport at which a row that the model still has
// keeps its position, also if the row height has changed: the cursor if the list has the
// focus and shows it, otherwise the first visible row. At the top of the list, without a
// visible cursor, it is 0, so that rows inserted there become visible.
func (v *viewport) anchoredTop() float32 {
	top := v.top()
	if v.syncHeight != v.rowHeight() {
		top = v.offsetRows() * v.rowHeight()
	}
	if id, ok := v.cursor(); ok {
		for _, s := range v.visible {
			if i, found := indexOf(v.model, s.id, s.index); s.id == id && found {
				return top + float32(i-s.index)*v.rowHeight()
			}
		}
	}
	if top <= 0 {
		return 0
	}
	for _, s := range v.visible {
		if i, ok := indexOf(v.model, s.id, s.index); ok {
			return top + float32(i-s.index)*v.rowHeight()
		}
	}
	return top
}

// scrollTo moves the upper edge of the viewport to a distance from that of the first row,
// limited to the height of all rows.
func (v *viewport) scrollTo(top float32) {
	maxOffset := max(v.extent.height-v.scroll.Size().Height, 0)
	v.scroll.ScrollToOffset(fyne.NewPos(0, min(max(top+v.lead, 0), maxOffset)))
	v.update(false)
}

// reveal scrolls row i into view by the shortest distance.
func (v *viewport) reveal(i int) {
	top := float32(i) * v.rowHeight()
	bottom := top + v.rowHeight() - v.scroll.Size().Height
	v.scrollTo(min(max(v.top(), bottom), top))
}

// adjust changes the scroll container, which may limit its offset.
func (v *viewport) adjust(change func()) {
	v.adjusting = true
	change()
	v.adjusting = false
}

// scrolled updates the rows after the user has scrolled. The row that is then below the
// pointer is one that the user points at.
func (v *viewport) scrolled() {
	if v.adjusting {
		return // an update follows
	}
	v.fill(false)
	v.pointer.resting, v.pointer.idle = false, false
	v.pointer.aim(v.below())
	v.updateStates()
}

// update fills the layer and sets the states of the rows.
func (v *viewport) update(rebind bool) {
	v.fill(rebind)
	v.updateStates()
}

// fill fills the layer with the visible rows. Rows that were visible before are
// bound again only if rebind is set.
func (v *viewport) fill(rebind bool) {
	before := v.visible
	v.visible = v.visibleSlots()
	isNew := v.assignRows(before)
	for i, s := range v.visible {
		if rebind || isNew[i] {
			v.model.Bind(s.index, s.row)
		}
	}
	v.place()
}

// visibleSlots returns the visible rows without their objects.
func (v *viewport) visibleSlots() []slot {
	height := float64(v.rowHeight())
	from := v.first()
	to := int(math.Ceil((float64(v.top()) + float64(v.scroll.Size().Height)) / height))
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
		if stateful, ok := row.(Stateful); ok {
			stateful.SetState(RowState{}) // the pointer is no longer over it
		}
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
		y := float64(s.index)*float64(height) - float64(v.top())
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
	v.pointer.observe(v.below())
	for i, s := range v.visible {
		row, ok := s.row.(Stateful)
		if !ok {
			continue
		}
		state := v.state(s.id)
		if i == hovered && !v.dragging {
			state.Hovered, state.Pointer, state.Resting = true, v.pointer.at.Subtract(s.row.Position()), v.pointer.resting
		}
		row.SetState(state)
	}
}

// hovered returns the index in visible of the row below the pointer, or -1.
func (v *viewport) hovered() int {
	if !v.pointer.inside {
		return -1
	}
	for i, s := range v.visible {
		if y := v.pointer.at.Y - s.row.Position().Y; y >= 0 && y < s.row.Size().Height {
			return i
		}
	}
	return -1
}

// below returns the row below the pointer and where it is.
func (v *viewport) below() place {
	if i := v.hovered(); i >= 0 {
		return place{id: v.visible[i].id, top: v.visible[i].row.Position().Y, known: true}
	}
	return place{}
}

// gapAt returns the gap between rows that is nearest to a position in the list; gap i is above
// row i.
func (v *viewport) gapAt(y float32) int {
	i := int(math.Round((float64(y) + float64(v.top())) / float64(v.rowHeight())))
	return min(max(i, 0), v.model.Len())
}

// indexAt returns the index of the row at a position in the list.
func (v *viewport) indexAt(at fyne.Position) (int, bool) {
	i := int(math.Floor((float64(at.Y) + float64(v.top())) / float64(v.rowHeight())))
	return i, i >= 0 && i < v.model.Len()
}
