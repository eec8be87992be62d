package list

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// Drag is what the owner of a [View] does with rows that the user drags. Gap i is above row i,
// and the last one below the last row.
type Drag interface {
	// Place returns the gap to which rows go that are dropped at a gap, the same or one nearby.
	// It reports false if they cannot be dropped there.
	Place(gap int) (to int, ok bool)
	// Label returns the text beside the pointer. Ok is whether the rows can be dropped.
	Label(ok bool) string
	// Drop moves the rows to a gap that Place returned.
	Drop(gap int)
}

const (
	// dragDistance is how far the pointer moves before it drags rows: a click may move a little.
	dragDistance = 6
	// dropMargin is how far outside of the list rows can be dropped.
	dropMargin = 24
	// scrollInterval is the time between two steps of scrolling at the edges.
	scrollInterval = 40 * time.Millisecond
)

// dragging moves rows with the mouse. It shows a line where they would go, and a label beside
// the pointer. While the pointer is near the upper or lower edge it scrolls.
type dragging struct {
	list   *View
	handle *dragHandle // visible while a row is pressed
	line   *canvas.Rectangle
	back   *canvas.Rectangle // of the label
	text   *draw.Label

	id      int64 // the row that was pressed
	pressAt fyne.Position
	drag    Drag // nil while nothing is dragged
	ended   bool // nothing is dragged until the next press
	at      fyne.Position
	gap     int
	ok      bool // the rows can be dropped

	after      func(time.Duration, func()) (stop func() bool)
	stopScroll func() bool // nil while it does not scroll
}

func newDragging(l *View) *dragging {
	d := &dragging{list: l, line: &canvas.Rectangle{}, back: &canvas.Rectangle{}, text: draw.NewLabel(draw.SizeCaption, theme.ColorOnToast), after: draw.After}
	d.handle = &dragHandle{dragging: d}
	d.handle.ExtendBaseWidget(d.handle)
	d.handle.Hide()
	d.hide()
	return d
}

// objects returns what is drawn above the rows.
func (d *dragging) objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{d.line, d.back, d.text.Object, d.handle}
}

func (d *dragging) active() bool { return d.drag != nil }

// press prepares for dragging a row.
func (d *dragging) press(id int64, at fyne.Position) {
	d.id, d.pressAt, d.ended = id, at, false
	d.handle.Show()
}

// release ends a press.
func (d *dragging) release() {
	if !d.active() {
		d.handle.Hide()
	}
}

// moveTo moves the pointer while the button is pressed.
func (d *dragging) moveTo(at fyne.Position) {
	if moved := at.Subtract(d.pressAt); d.ended || !d.active() && max(moved.X, -moved.X, moved.Y, -moved.Y) < dragDistance {
		return
	}
	if !d.active() {
		if d.drag = d.list.OnDrag(d.id); d.drag == nil {
			d.ended = true
			return
		}
		d.list.presses.reset()
		d.list.view.dragging = true
		d.list.view.updateStates()
	}
	d.at = at
	d.update()
	d.scroll()
}

// drop drops the rows.
func (d *dragging) drop() {
	drag, gap, ok := d.drag, d.gap, d.ok
	d.cancel()
	d.handle.Hide()
	d.list.focus() // which the toolkit takes if the pointer is outside of the list
	if drag != nil && ok {
		drag.Drop(gap)
	}
}

// cancel drops nothing, and ignores the pointer until the next press.
func (d *dragging) cancel() {
	d.drag, d.ended = nil, true
	if d.stopScroll != nil {
		d.stopScroll()
		d.stopScroll = nil
	}
	d.hide()
	d.list.view.dragging = false
	d.list.view.updateStates()
}

// update finds the place below the pointer, and shows it.
func (d *dragging) update() {
	if !d.active() {
		return
	}
	size := d.list.Size()
	inside := d.at.X >= -dropMargin && d.at.X < size.Width+dropMargin && d.at.Y >= -dropMargin && d.at.Y < size.Height+dropMargin
	d.gap, d.ok = d.drag.Place(d.list.view.gapAt(min(max(d.at.Y, 0), size.Height)))
	d.ok = d.ok && inside
	d.showLine(size)
	d.showLabel(size)
}

func (d *dragging) showLine(size fyne.Size) {
	thickness := theme.Grid(0.75)
	y := float32(d.gap)*d.list.view.rowHeight() - d.list.view.top() - thickness/2
	d.line.FillColor, d.line.CornerRadius = theme.Color(theme.ColorAccent), thickness/2
	d.line.Resize(fyne.NewSize(size.Width-theme.Grid(4), thickness))
	d.line.Move(fyne.NewPos(theme.Grid(2), min(max(draw.Snap(y), 0), size.Height-thickness)))
	draw.SetVisible(d.line, d.ok)
	canvas.Refresh(d.line)
}

// showLabel shows the label right of the pointer, within the list.
func (d *dragging) showLabel(size fyne.Size) {
	text := d.drag.Label(d.ok)
	d.text.Restyle()
	d.text.Set(text, theme.ColorOnToast)
	pad := theme.Grid(3)
	width := min(fyne.MeasureText(text, theme.Size(draw.SizeCaption), fyne.TextStyle{}).Width+1, size.Width-2*pad-theme.Grid(4), theme.Grid(80))
	box := fyne.NewSize(width+2*pad, d.text.Height+theme.Grid(3))
	x := min(max(d.at.X+theme.Grid(4), theme.Grid(2)), size.Width-box.Width-theme.Grid(2))
	y := min(max(d.at.Y+theme.Grid(3), 0), size.Height-box.Height)
	d.back.FillColor, d.back.CornerRadius = theme.Color(theme.ColorToast), theme.Grid(1.5)
	d.back.Resize(box)
	d.back.Move(fyne.NewPos(draw.Snap(x), draw.Snap(y)))
	d.text.Place(d.back.Position().AddXY(pad, theme.Grid(1.5)), width)
	draw.SetVisible(d.back, true)
	draw.SetVisible(d.text.Object, true)
	canvas.Refresh(d.back)
	canvas.Refresh(d.text.Object)
}

func (d *dragging) hide() {
	for _, object := range []fyne.CanvasObject{d.line, d.back, d.text.Object} {
		draw.SetVisible(object, false)
	}
}

// scroll scrolls while the pointer is near an edge, the faster the nearer it is.
func (d *dragging) scroll() {
	if d.stopScroll != nil || d.speed() == 0 {
		return
	}
	d.stopScroll = d.after(scrollInterval, func() {
		d.stopScroll = nil
		if !d.active() {
			return
		}
		top := d.list.view.top()
		d.list.view.scrollTo(top + d.speed())
		if d.list.view.top() != top {
			d.update()
			d.scroll()
		}
	})
}

// speed returns the distance to scroll in one step; negative is up.
func (d *dragging) speed() float32 {
	edge := d.list.view.rowHeight() * 0.75
	fast := d.list.view.rowHeight() * 0.4
	if above := edge - d.at.Y; above > 0 {
		return -fast * min(above/edge, 1)
	}
	if below := d.at.Y - (d.list.Size().Height - edge); below > 0 {
		return fast * min(below/edge, 1)
	}
	return 0
}

// dragHandle covers the list while a row is pressed, because the toolkit does not tap a button
// above something that can be dragged if the pointer moves a little during the click.
type dragHandle struct {
	widget.BaseWidget
	dragging *dragging
}

var (
	_ fyne.Draggable     = (*dragHandle)(nil)
	_ desktop.Mouseable  = (*dragHandle)(nil)
	_ desktop.Cursorable = (*dragHandle)(nil)
)

// Dragged implements [fyne.Draggable].
func (h *dragHandle) Dragged(e *fyne.DragEvent) { h.dragging.moveTo(e.Position) }

// DragEnd implements [fyne.Draggable].
func (h *dragHandle) DragEnd() { h.dragging.drop() }

// MouseDown implements [desktop.Mouseable].
func (h *dragHandle) MouseDown(e *desktop.MouseEvent) { h.dragging.list.MouseDown(e) }

// MouseUp implements [desktop.Mouseable].
func (h *dragHandle) MouseUp(e *desktop.MouseEvent) { h.dragging.list.MouseUp(e) }

// Cursor implements [desktop.Cursorable].
func (h *dragHandle) Cursor() desktop.Cursor {
	if h.dragging.active() && h.dragging.ok {
		return desktop.PointerCursor
	}
	return desktop.DefaultCursor
}

// CreateRenderer implements [fyne.Widget].
func (h *dragHandle) CreateRenderer() fyne.WidgetRenderer {
	return draw.NewRenderer(draw.Renderer{Arrange: func(fyne.Size) {}, Minimum: func() fyne.Size { return fyne.Size{} }, Repaint: func() {}, Widget: h})
}
