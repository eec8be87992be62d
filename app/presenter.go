package app

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/ferryapp/ferry/uploader"
)

// How often the interface is brought up to date, at most.
const (
	paceFocused   = 250 * time.Millisecond
	paceUnfocused = time.Second
	paceHidden    = 2 * time.Second // for the tray: the window is not touched
)

// presenter brings the newest snapshot to the UI, never more often than its
// pace and never while the last one is still being shown: there is at most one
// function of its waiting for the UI, and a UI that is slow gets fewer of them.
type presenter struct {
	snapshot func() *uploader.Snapshot
	watch    func(context.Context) <-chan struct{}
	post     func(func()) // runs a function on the UI's goroutine, without waiting

	// show is called on the UI's goroutine. It returns after what time the same
	// snapshot will read differently, because it says how long something takes;
	// zero for never.
	show func(*uploader.Snapshot) time.Duration

	pace   atomic.Int64 // a time.Duration
	hurry  chan struct{}
	posted chan time.Duration // what show returned
}

func newPresenter(engine Engine, post func(func()), show func(*uploader.Snapshot) time.Duration) *presenter {
	p := &presenter{
		snapshot: engine.Snapshot, watch: engine.Watch, post: post, show: show,
		hurry: make(chan struct{}, 1), posted: make(chan time.Duration, 1),
	}
	p.pace.Store(int64(paceFocused))
	return p
}

// setPace changes how often is shown. It may be called from any goroutine.
func (p *presenter) setPace(pace time.Duration) {
	if p.pace.Swap(int64(pace)) != int64(pace) {
		p.now()
	}
}

// now has the newest snapshot shown without waiting for the pace. It may be
// called from any goroutine.
func (p *presenter) now() {
	select {
	case p.hurry <- struct{}{}:
	default:
	}
}

// run presents until ctx ends.
func (p *presenter) run(ctx context.Context) {
	changes := p.watch(ctx)
	turn := presentation{news: true}
	alarm := time.NewTimer(0)
	defer alarm.Stop()
	for {
		if turn.due(time.Now()) {
			turn.begin()
			p.post(func() { p.posted <- p.show(p.snapshot()) })
		}
		if wait, ok := turn.wait(time.Now()); ok {
			alarm.Reset(wait)
		}
		select {
		case <-ctx.Done():
			return
		case _, open := <-changes:
			if !open {
				changes = nil
			}
			turn.news = true
		case <-p.hurry:
			turn.news, turn.next = true, time.Time{}
		case again := <-p.posted:
			turn.end(time.Now(), time.Duration(p.pace.Load()), again)
		case <-alarm.C:
		}
	}
}

// presentation is where the presenter stands.
type presentation struct {
	news  bool      // there may be something to show
	busy  bool      // the UI has not shown the last one yet
	next  time.Time // not before
	stale time.Time // when what is shown will read differently; zero for never
}

func (t *presentation) due(now time.Time) bool {
	if !t.stale.IsZero() && !now.Before(t.stale) {
		t.news = true
	}
	return t.news && !t.busy && !now.Before(t.next)
}

func (t *presentation) begin() { t.news, t.busy, t.stale = false, true, time.Time{} }

func (t *presentation) end(now time.Time, pace, again time.Duration) {
	t.busy, t.next = false, now.Add(pace)
	if again > 0 {
		t.stale = now.Add(again)
	}
}

// wait is how long until something is due without further news.
func (t *presentation) wait(now time.Time) (time.Duration, bool) {
	switch {
	case t.busy:
		return 0, false
	case t.news:
		return t.next.Sub(now), true
	case !t.stale.IsZero():
		return max(t.stale.Sub(now), t.next.Sub(now)), true
	default:
		return 0, false
	}
}
