package instance

import (
	"log/slog"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// The first problems are logged, then at most one in an interval.
const (
	firstProblems   = 3
	problemInterval = time.Minute
)

// problemLog logs what other programs can cause as often as they like, at a limited
// rate. It may be used from any goroutine.
type problemLog struct {
	log *slog.Logger

	mu        sync.Mutex
	total     int // reported so far
	sometimes rate.Sometimes
}

// report logs a problem, with the number of problems so far, or only counts it.
func (l *problemLog) report(message string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.total++
	l.sometimes.First, l.sometimes.Interval = firstProblems, problemInterval
	l.sometimes.Do(func() { l.log.Warn(message, "err", err, "problems", l.total) })
}
