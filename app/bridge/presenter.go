package bridge

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/ferryapp/ferry/uploader"
)

// The shortest times between two updates of the interface.
const (
	PaceFocused   = 250 * time.Millisecond
	PaceUnfocused = time.Second
	PaceHidden    = 2 * time.Second // only the tray is updated
)

// presenter shows the newest snapshot on the UI's goroutine, not more often than its
// pace and not before the last one has been shown: at most one function of it waits
// for the UI at any time.
type presenter struct {
	snapshot func() *uploader.Snapshot
	watch    func(context.Context) <-chan struct{}
	post     func(func()) // runs a function on the UI's goroutine, without waiting
	show     func(*uploader.Snapshot) time.Duration

	pace    atomic.Int64 // a time.Duration
	refresh chan struct{}
	posted  chan time.Duration // what show returned
}

// newPresenter returns a Presenter for the engine's snapshots. Show is called on the
// UI's goroutine, by post. It returns after what time the same snapshot will look
// different, because it contains a time; zero for never.
func newPresenter(engine Engine, post func(func()), show func(*uploader.Snapshot) time.Duration) *presenter {
	p := &presenter{
		snapshot: engine.Snapshot, watch: engine.Watch, post: post, show: show,
		refresh: make(chan struct{}, 1), posted: make(chan time.Duration, 1),
	}
	p.pace.Store(int64(PaceFocused))
	return p
}

// SetPace sets the shortest time between two updates. It may be called from any
// goroutine.
func (p *presenter) SetPace(pace time.Duration) {
	if p.pace.Swap(int64(pace)) != int64(pace) {
		p.Refresh()
	}
}

// Refresh shows the newest snapshot without waiting for the pace. It may be called
// from any goroutine.
func (p *presenter) Refresh() {
	select {
	case p.refresh <- struct{}{}:
	default:
	}
}

// Run presents until ctx ends.
func (p *presenter) Run(ctx context.Context) {
	changes := p.watch(ctx)
	state := presentation{changed: true}
	alarm := time.NewTimer(0)
	defer alarm.Stop()
	for {
		if state.due(time.Now()) {
			state.begin()
			p.post(func() { p.posted <- p.show(p.snapshot()) })
		}
		if wait, ok := state.wait(time.Now()); ok {
			alarm.Reset(wait)
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
		case again := <-p.posted:
			state.end(time.Now(), time.Duration(p.pace.Load()), again)
		case <-alarm.C:
		}
	}
}

// presentation is the state of a Presenter.
type presentation struct {
	changed bool      // there may be something to show
	busy    bool      // the UI has not shown the last one yet
	next    time.Time // not before
	stale   time.Time // when what is shown will look different; zero for never
}

func (s *presentation) due(now time.Time) bool {
	if !s.stale.IsZero() && !now.Before(s.stale) {
		s.changed = true
	}
	return s.changed && !s.busy && !now.Before(s.next)
}

func (s *presentation) begin() { s.changed, s.busy, s.stale = false, true, time.Time{} }

func (s *presentation) end(now time.Time, pace, again time.Duration) {
	s.busy, s.next = false, now.Add(pace)
	if again > 0 {
		s.stale = now.Add(again)
	}
}

// wait is how long until something is due without further changes.
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
