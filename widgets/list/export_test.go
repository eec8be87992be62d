package list

import (
	"time"

	"fyne.io/fyne/v2"
)

// SetClock replaces the clock used to detect double clicks.
func (l *View) SetClock(now func() time.Time) { l.presses.now = now }

// Wheel scrolls like the mouse wheel.
func (l *View) Wheel(distance float32) {
	l.view.scroll.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, distance)})
}

// SetAfter replaces the timers that scroll while rows are dragged.
func (l *View) SetAfter(after func(time.Duration, func()) (stop func() bool)) {
	l.dragging.after = after
}

// DragTo moves the pointer to a position while the button is pressed.
func (l *View) DragTo(at fyne.Position) {
	l.dragging.handle.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: at}})
}

// EndDrag releases the button after DragTo.
func (l *View) EndDrag() { l.dragging.handle.DragEnd() }

// DropLine returns the upper edge of the line that shows where dragged rows would go, and the
// text beside the pointer; false if there is no line.
func (l *View) DropLine() (y float32, label string, ok bool) {
	if l.dragging.text.Object.Visible() {
		label = l.dragging.text.FullText
	}
	return l.dragging.line.Position().Y, label, l.dragging.line.Visible()
}
