package widgets

import "time"

// SetAfter replaces the clock that takes messages away.
func (t *Toasts) SetAfter(after func(time.Duration, func()) (stop func() bool)) { t.after = after }

// SetAfter replaces the clock that holds hints back.
func (h *Hints) SetAfter(after func(time.Duration, func()) (stop func() bool)) { h.after = after }
