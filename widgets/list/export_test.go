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
