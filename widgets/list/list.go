package list

import (
	"math"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets/draw"
)

// Model is what a View shows. The list asks for the rows in sight only,
// except where it has to look for an ID.
type Model interface {
	// Len is the number of rows.
	Len() int
	// ID names row i for as long as it exists, wherever it moves.
	ID(i int) int64
	// Bind fills a row, made by the list's create function, with row i.
	Bind(i int, row fyne.CanvasObject)
}

// Tree is a Model some of whose rows open into others, which follow them.
type Tree interface {
	Model
	// Opens says whether row i opens into others, and whether it is open.
	Opens(i int) (opens, open bool)
	// SetOpen opens row i, or closes it.
	SetOpen(i int, open bool)
	// Parent is the row that row i is inside of; -1 when it is inside of none.
	Parent(i int) int
}

// RowState is what a list knows of a row and the row's model does not.
type RowState struct {
	Selected bool
	Cursor   bool          // the keyboard is here, and it is the keyboard that moved last
	Hovered  bool          // the pointer is here,
	Pointer  fyne.Position // at this place in the row
}

// Stateful is a row that shows its state.
type Stateful interface {
	SetState(state RowState)
}

// View shows very many rows of one height, of which any number can be
// selected: with a click, Ctrl and Shift, with the arrows, Home, End, PageUp
// and PageDown, and with Ctrl+A. Rows of a Tree are opened with Right and closed
// with Left, which also goes from what is inside a row to the row.
//
// The selection is kept by ID, so it stays with its rows while others come and
// go, and so does what is in sight when rows are inserted above it.
//
// Call Refresh when the model has changed in any way. It binds the rows in sight
// and costs nothing for the others.
type View struct {
	widget.BaseWidget

	// OnActivate is told the row that was double-clicked, or that Enter was
	// pressed on.
	OnActivate func(id int64)
	// OnSelect is called when the user has changed the selection.
	OnSelect func()
	// OnMenu is called for a click with the other button and for the menu key,
	// with a place on the canvas. The row clicked on is selected by then.
	OnMenu func(at fyne.Position)

	model     Model
	selection selection
	view      *viewport

	focused   bool
	keyboard  bool // the keyboard moved last, not the pointer
	modifiers fyne.KeyModifier
	pressed   press
	now       func() time.Time
}

// press is the last press of the pointer's first button.
type press struct {
	id       int64
	at       time.Time
	collapse bool // letting go selects this row alone
}

// New makes a list of the rows of a model. All rows have the height
// that a new one has at least; create makes as many as are in sight.
func New(model Model, create func() fyne.CanvasObject) *View {
	l := &View{model: model, now: time.Now}
	l.view = newViewport(model, create, l.stateOf)
	l.ExtendBaseWidget(l)
	return l
}

// Selected returns the IDs of the selected rows in the model's order.
func (l *View) Selected() []int64 { return l.selection.in(l.model) }

// Select selects these rows and no others.
func (l *View) Select(ids ...int64) {
	l.selection.clear()
	for _, id := range ids {
		l.selection.add(id)
	}
	if len(ids) > 0 {
		l.selection.anchor, l.selection.cursor, l.selection.begun = ids[0], ids[len(ids)-1], true
	}
	l.changed()
}

// SelectAll selects every row.
func (l *View) SelectAll() {
	l.selection.all(l.model)
	l.changed()
}

// ClearSelection selects nothing.
func (l *View) ClearSelection() {
	l.selection.clear()
	l.changed()
}

// ScrollTo brings a row into sight.
func (l *View) ScrollTo(id int64) {
	if i, ok := find(l.model, id, l.view.first()); ok {
		l.view.reveal(i)
	}
}

// ScrollToCursor brings the row into sight that the keyboard is on.
func (l *View) ScrollToCursor() {
	if i, ok := l.cursor(); ok {
		l.view.reveal(i)
	}
}

// InSight reports whether a row can be seen, or a part of it.
func (l *View) InSight(id int64) bool {
	return slices.ContainsFunc(l.view.shown, func(s slot) bool { return s.id == id })
}

// ScrollToTop shows the first row.
func (l *View) ScrollToTop() { l.view.scrollTo(0) }

// Scrolled is how far the list is scrolled, in rows.
func (l *View) Scrolled() float32 { return l.view.scrolled() }

// ScrollBack scrolls to where Scrolled said that a list was.
func (l *View) ScrollBack(rows float32) { l.view.scrollTo(rows * l.view.rowHeight()) }

// Toggle opens a row of a Tree, or closes it.
func (l *View) Toggle(id int64) {
	tree, ok := l.model.(Tree)
	if !ok {
		return
	}
	if i, ok := find(l.model, id, l.view.first()); ok {
		if opens, open := tree.Opens(i); opens {
			l.setOpen(tree, i, !open)
		}
	}
}

// setOpen keeps the keyboard where something is: on the row, when the one it was
// on is inside of it and out of sight.
func (l *View) setOpen(tree Tree, i int, open bool) {
	id := l.model.ID(i)
	tree.SetOpen(i, open)
	l.Refresh()
	if _, ok := l.cursor(); l.selection.begun && !ok {
		l.selection.only(id)
	}
	l.changed()
}

func (l *View) changed() {
	l.view.mark()
	if l.OnSelect != nil {
		l.OnSelect()
	}
}

func (l *View) stateOf(id int64) RowState {
	return RowState{Selected: l.selection.has(id), Cursor: l.focused && l.keyboard && l.isCursor(id)}
}

// isCursor reports whether the keyboard is on a row, or would come to it: then it
// can be seen where it is though it has not moved yet.
func (l *View) isCursor(id int64) bool {
	if l.selection.begun {
		return l.selection.cursor == id
	}
	entry := l.entry()
	return entry < l.model.Len() && l.model.ID(entry) == id
}

// entry is the row that Down begins with where nothing has been selected: the first
// one that can be seen whole.
func (l *View) entry() int {
	return min(int(math.Ceil(float64(l.Scrolled())-0.01)), max(l.model.Len()-1, 0))
}

// MinSize is room for one row.
func (l *View) MinSize() fyne.Size { return l.view.least() }

// CreateRenderer is called by the toolkit.
func (l *View) CreateRenderer() fyne.WidgetRenderer {
	return &draw.Renderer{
		Content: []fyne.CanvasObject{l.view.clip, l.view.scroll},
		Arrange: l.view.resize,
		Minimum: l.MinSize,
		Repaint: l.sync,
		Widget:  l,
	}
}

// sync follows the model to what it is now.
func (l *View) sync() {
	if l.view.sync() {
		l.selection.in(l.model) // forgets rows that are gone
	}
}

var (
	_ fyne.Focusable         = (*View)(nil)
	_ fyne.Shortcutable      = (*View)(nil)
	_ fyne.SecondaryTappable = (*View)(nil)
)
