// Package list provides a list for many rows, with selection by pointer and
// keyboard. The rows are widgets of the caller.
//
// Everything here must be used on the UI goroutine.
package list

import (
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets/draw"
)

// View shows the rows of a [Model], all of the same height. Any number of rows can
// be selected: by clicks with Ctrl and Shift, by the arrow keys, Home, End, PageUp
// and PageDown, and by Ctrl+A. Right opens a row of a [Tree]; Left closes it, or
// moves to the row that contains it.
//
// Selection and scroll position are kept by ID while rows are inserted, removed and moved.
// The row below the pointer keeps its place on the screen, until keys are used.
//
// Rows can be dragged to another place: see OnDrag.
//
// Refresh must be called after every change of the model. It binds the visible rows
// only.
type View struct {
	widget.BaseWidget

	// OnActivate is called with the row that was double-clicked, or that is the
	// cursor when Enter is pressed. Without it, Enter opens the menu.
	OnActivate func(id int64)
	// OnSelect is called when the selection or the cursor may have changed.
	OnSelect func()
	// OnLeave is called when the pointer has left the list.
	OnLeave func()
	// OnMenu is called for a secondary click, after the row was selected, and for
	// the menu key, with a position on the canvas.
	OnMenu func(at fyne.Position)
	// OnCopy is called for Ctrl+C, OnFind for Ctrl+F, and OnDelete for the keys Delete and
	// Backspace. A key without a function is passed to the window.
	OnCopy, OnFind, OnDelete func()
	// OnDrag is called when the user begins to drag a row, which is selected. Without it rows
	// cannot be dragged.
	OnDrag func(id int64) Drag

	model     Model
	selection selection
	view      *viewport
	cursor    cursor
	presses   presses
	dragging  *dragging

	focused   bool
	keyboard  bool // the keyboard was used last, not the pointer
	modifiers fyne.KeyModifier
}

// New returns a list of the rows of a model. All rows have the minimum height of a
// row made by create, which is called for about as many rows as are visible.
func New(model Model, create func() fyne.CanvasObject) *View {
	l := &View{model: model}
	l.view = newViewport(model, create, l.stateOf, l.focusedCursor)
	l.cursor = cursor{model: model, selection: &l.selection, view: l.view}
	l.presses = presses{model: model, selection: &l.selection, now: time.Now}
	l.dragging = newDragging(l)
	l.ExtendBaseWidget(l)
	return l
}

// Selected returns the IDs of the selected rows in the order of the model.
func (l *View) Selected() []int64 { return l.selection.ordered(l.model) }

// SelectedCount returns the number of selected rows. Rows that the model no longer has may
// count.
func (l *View) SelectedCount() int { return len(l.selection.ids) }

// Select replaces the selection. The last ID becomes the cursor.
func (l *View) Select(ids ...int64) {
	l.selection.clear()
	for _, id := range ids {
		l.selection.add(id)
	}
	if len(ids) > 0 {
		l.selection.anchor, l.selection.cursor, l.selection.hasCursor = ids[0], ids[len(ids)-1], true
	}
	l.changed()
}

// SelectAll selects every row.
func (l *View) SelectAll() {
	l.selection.selectAll(l.model)
	l.changed()
}

// ClearSelection removes the selection and the cursor.
func (l *View) ClearSelection() {
	l.selection.clear()
	l.changed()
}

// Has reports whether the model has a row.
func (l *View) Has(id int64) bool {
	_, ok := indexOf(l.model, id, l.view.first())
	return ok
}

// ScrollTo scrolls a row into view.
func (l *View) ScrollTo(id int64) {
	if i, ok := indexOf(l.model, id, l.view.first()); ok {
		l.view.reveal(i)
	}
}

// ScrollToCursor scrolls the cursor into view.
func (l *View) ScrollToCursor() {
	if i, ok := l.cursor.index(); ok {
		l.view.reveal(i)
	}
}

// RowVisible reports whether a row is visible, at least in part.
func (l *View) RowVisible(id int64) bool {
	return slices.ContainsFunc(l.view.visible, func(s slot) bool { return s.id == id })
}

// focusedCursor returns the cursor, if the list has the focus.
func (l *View) focusedCursor() (id int64, ok bool) {
	return l.selection.cursor, l.focused && l.selection.hasCursor
}

// Hovered returns the row below the pointer.
func (l *View) Hovered() (id int64, ok bool) {
	if i := l.view.hovered(); i >= 0 {
		return l.view.visible[i].id, true
	}
	return 0, false
}

// HeldIndex returns the index of the row that keeps its place because the user points at it; -1
// for none.
func (l *View) HeldIndex() int {
	if i := l.view.held(); i >= 0 {
		return l.view.visible[i].index
	}
	return -1
}

// Held reports whether the list keeps a row at its place: the row below the pointer, or the
// cursor if the list has the focus and shows it.
func (l *View) Held() bool {
	if l.view.held() >= 0 {
		return true
	}
	id, ok := l.focusedCursor()
	return ok && l.RowVisible(id)
}

// KeyUsed tells the list that a key was used that is not a key of the list. Until the pointer
// moves, the user does not point at the row below it.
func (l *View) KeyUsed() { l.view.pointer.leave() }

// ScrollToTop scrolls to the first row.
func (l *View) ScrollToTop() {
	l.view.lead = 0
	l.view.scrollTo(0)
}

// Below reports whether a row is below the first visible one.
func (l *View) Below(id int64) bool {
	i, ok := indexOf(l.model, id, l.view.first())
	return ok && i > l.view.first()
}

// ScrollOffset returns the scroll offset in rows.
func (l *View) ScrollOffset() float32 { return l.view.offsetRows() }

// SetScrollOffset sets the scroll offset in rows.
func (l *View) SetScrollOffset(rows float32) { l.view.scrollTo(rows * l.view.rowHeight()) }

// Toggle opens or closes a row of a Tree.
func (l *View) Toggle(id int64) {
	tree, ok := l.model.(Tree)
	if !ok {
		return
	}
	if i, ok := indexOf(l.model, id, l.view.first()); ok {
		if opens, open := tree.Opens(i); opens {
			l.setOpen(tree, i, !open)
		}
	}
}

// setOpen opens or closes row i. If that removes the cursor from the model, row i
// is selected. What is opened with a key is scrolled into view.
func (l *View) setOpen(tree Tree, i int, open bool) {
	id := l.model.ID(i)
	tree.SetOpen(i, open)
	l.Refresh()
	if open && l.view.pointer.idle {
		l.revealInside(tree, i)
	}
	if _, ok := l.cursor.index(); l.selection.hasCursor && !ok {
		l.selection.selectOnly(id)
	}
	l.changed()
}

func (l *View) changed() {
	l.cursor.find()
	l.view.updateStates()
	if l.OnSelect != nil {
		l.OnSelect()
	}
}

func (l *View) stateOf(id int64) RowState {
	return RowState{Selected: l.selection.has(id), Cursor: l.focused && l.keyboard && l.cursor.is(id)}
}

// MinSize returns the size of one row.
func (l *View) MinSize() fyne.Size { return l.view.minSize() }

// CreateRenderer implements [fyne.Widget].
func (l *View) CreateRenderer() fyne.WidgetRenderer {
	return draw.NewRenderer(draw.Renderer{
		Content: append([]fyne.CanvasObject{l.view.clip, l.view.scroll}, l.dragging.objects()...),
		Arrange: l.arrange,
		Minimum: l.MinSize,
		Repaint: l.sync,
		Widget:  l,
	})
}

func (l *View) arrange(size fyne.Size) {
	l.view.resize(size)
	l.dragging.handle.Resize(size)
}

// sync updates the view after a change of the model.
func (l *View) sync() {
	defer l.dragging.update()
	if l.view.sync() {
		l.selection.ordered(l.model) // removes IDs that the model no longer has
		l.cursor.find()
		l.view.updateStates()
	}
}

var (
	_ fyne.Focusable         = (*View)(nil)
	_ fyne.Shortcutable      = (*View)(nil)
	_ fyne.SecondaryTappable = (*View)(nil)
)
