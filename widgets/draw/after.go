package draw

import (
	"time"

	"fyne.io/fyne/v2"
)

// After calls f on the UI goroutine after a duration, unless it is stopped.
func After(d time.Duration, f func()) (stop func() bool) {
	return time.AfterFunc(d, func() { fyne.Do(f) }).Stop
}
