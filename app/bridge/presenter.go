package bridge

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/ferryapp/ferry/uploader"
)

// The minimum intervals between two updates of the window.
const (
	IntervalFocused   = 500 * time.Millisecond // each frame draws the whole window
	IntervalUnfocused = time.Second
	IntervalHidden    = 2 * time.Second // only the tray is updated
)

// presenter shows the newest snapshot on the UI goroutine, at most once per interval. At
// any time at most one of its functions waits for the UI.
type presenter struct {
	snapshot func() *uploader.Snapshot
	watch    func(context.Context) <-chan struct{}
	post     func(func()) // runs a function on the UI goroutine, without waiting
	show     func(*uploader.Snapshot) time.Duration

	interval atomic.Int64 // a time.Duration
	refresh  chan struct{}
	shown    chan time.Duration // the results of show
}

// newPresenter returns a presenter of the engine's snapshots. Post runs show on the UI's
// goroutine; see Config.Show.
func newPresenter(engine Engine, post func(func()), show func(*uploader.Snapshot) time.Duration) *presenter {
	p := &presenter{
		snapshot: engine.Snapshot, watch: engine.Watch, post: post, show: show,
		refresh: make(chan struct{}, 1), shown: make(chan time.Duration, 1),
	}
	p.interval.Store(int64(IntervalFocused))
	return p
}

// SetInterval sets the minimum interval between two updates. It may be called from any
// goroutine.
func (p *presenter) SetInterval(interval time.Duration) {
	if p.interval.Swap(int64(interval)) != int64(interval) {
		p.Refresh()
	}
}

// Refresh shows the newest snapshot without waiting for the interval. It may be called
// from any goroutine.
func (p *presenter) Refresh() {
	select {
	case p.refresh <- struct{}{}:
	default:
	}
}

// Run shows snapshots until ctx ends.
func (p *presenter) Run(ctx context.Context) {
	changes := p.watch(ctx)
	state := presentation{changed: true}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		if state.due(time.Now()) {
			state.begin()
			p.post(func() { p.shown <- p.show(p.snapshot()) })
		}
		if wait, ok := state.wait(time.Now()); ok {
			timer.Reset(wait)
		}
		select {
		case <-ctx.Done():
			return
		case _, open := <-changes:
			if !open {
				changes = nil
			}
			state.changed = true
		case <-p.refresh:
			state.changed, state.next = true, time.Time{}
		case expiry := <-p.shown:
			state.end(time.Now(), time.Duration(p.interval.Load()), expiry)
		case <-timer.C:
		}
	}
}

// presentation is the state of a presenter.
type presentation struct {
	changed bool      // there may be a newer snapshot
	busy    bool      // the UI has not shown the last snapshot yet
	next    time.Time // the earliest time of the next update
	stale   time.Time // when the snapshot that is shown will look different; zero for never
}

func (s *presentation) due(now time.Time) bool {
	if !s.stale.IsZero() && !now.Before(s.stale) {
		s.changed = true
	}
	return s.changed && !s.busy && !now.Before(s.next)
}

func (s *presentation) begin() { s.changed, s.busy, s.stale = false, true, time.Time{} }

func (s *presentation) end(now time.Time, interval, expiry time.Duration) {
	s.busy, s.next = false, now.Add(interval)
	if expiry > 0 {
		s.stale = now.Add(expiry)
	}
}

// wait returns the time until the next update is due without further changes; false if
// none is.
func (s *presentation) wait(now time.Time) (time.Duration, bool) {
	switch {
	case s.busy:
		return 0, false
	case s.changed:
		return s.next.Sub(now), true
	case !s.stale.IsZero():
		return max(s.stale.Sub(now), s.next.Sub(now)), true
	default:
		return 0, false
	}
}
