package apptest

import (
	"testing"
	"time"

	"fyne.io/fyne/v2/driver/software"
)

// UI makes the goroutine of a test the UI goroutine. It runs posted functions while the
// test waits in Until.
type UI struct {
	t     testing.TB
	queue chan func()
}

// NewUI returns the UI goroutine of a test. The test has a minute to take pictures of what it
// shows: a picture removes the renderers that the toolkit counts as unused, which have the
// time of the picture before as the time of their last use. What is drawn by new renderers
// then has not been laid out.
func NewUI(t testing.TB) *UI {
	software.NewCanvas().Capture()
	return &UI{t: t, queue: make(chan func(), 4096)}
}

// Post queues a function. It may be called from any goroutine.
func (u *UI) Post(do func()) { u.queue <- do }

// Wake makes Until check its condition.
func (u *UI) Wake() { u.queue <- func() {} }

// Idle reports whether nothing is queued.
func (u *UI) Idle() bool { return len(u.queue) == 0 }

// Drain runs the queued functions.
func (u *UI) Drain() {
	for {
		select {
		case do := <-u.queue:
			do()
		default:
			return
		}
	}
}

// Until runs posted functions until the condition is true, which is also checked every
// 10 ms. It fails the test after two minutes; what describes the condition.
func (u *UI) Until(what string, condition func() bool) {
	u.t.Helper()
	poll := time.NewTicker(10 * time.Millisecond)
	defer poll.Stop()
	timeout := time.NewTimer(2 * time.Minute)
	defer timeout.Stop()
	for !condition() {
		select {
		case do := <-u.queue:
			do()
		case <-poll.C:
		case <-timeout.C:
			u.t.Fatalf("timeout waiting until %s", what)
		}
	}
}
