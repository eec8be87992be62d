package widgets

import (
	"time"

	"fyne.io/fyne/v2"
)

// SetClock replaces the clock that tells double clicks.
func (l *SelectList) SetClock(now func() time.Time) { l.now = now }

// SetAfter replaces the clock that takes messages away.
func (t *Toasts) SetAfter(after func(time.Duration, func()) (stop func() bool)) { t.after = after }

// SetAfter replaces the clock that holds hints back.
func (h *Hints) SetAfter(after func(time.Duration, func()) (stop func() bool)) { h.after = after }

// Wheel scrolls as the pointer's wheel does.
func (l *SelectList) Wheel(distance float32) {
	l.view.scroll.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, distance)})
}
