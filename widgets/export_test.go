package widgets

import "time"

// SetAfter replaces the timers that hide messages.
func (t *Toasts) SetAfter(after func(time.Duration, func()) (stop func() bool)) { t.after = after }

// SetAfter replaces the timers that delay tooltips.
func (h *Tooltips) SetAfter(after func(time.Duration, func()) (stop func() bool)) { h.after = after }
