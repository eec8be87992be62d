package widgets

import (
	"time"

	"fyne.io/fyne/v2"
)

// SetAfter replaces the timers that hide messages.
func (t *Toasts) SetAfter(after func(time.Duration, func()) (stop func() bool)) { t.after = after }

// SetAfter replaces the timers that delay tooltips.
func (h *Tooltips) SetAfter(after func(time.Duration, func()) (stop func() bool)) { h.after = after }

// SetClock replaces the clock of the buttons.
func (r *Row) SetClock(now func() time.Time) { r.now = now }

// StatusPosition returns the position of the status text in the row.
func (r *Row) StatusPosition() fyne.Position { return r.status.Object.Position() }
