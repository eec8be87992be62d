package bridge

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ferryapp/ferry/uploader"
)

// fakeEngine is an engine that reports changes on demand.
type fakeEngine struct {
	Engine
	changes chan struct{}
}

func (e fakeEngine) Snapshot() *uploader.Snapshot          { return &uploader.Snapshot{} }
func (e fakeEngine) Watch(context.Context) <-chan struct{} { return e.changes }
func (e fakeEngine) change(n int, interval time.Duration) {
	for range n {
		e.changes <- struct{}{}
		time.Sleep(interval)
	}
}

func present(t *testing.T, ui func(func()), expiry time.Duration, drive func(p *presenter, engine fakeEngine)) (shown int) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		engine := fakeEngine{changes: make(chan struct{})}
		p := newPresenter(engine, ui, func(*uploader.Snapshot) time.Duration { shown++; return expiry })
		go p.Run(ctx)
		drive(p, engine)
		cancel()
		synctest.Wait()
	})
	return shown
}

func runNow(do func()) { do() }

func TestPresenter(t *testing.T) {
	t.Run("at most two updates per second", func(t *testing.T) {
		shown := present(t, runNow, 0, func(_ *presenter, engine fakeEngine) { engine.change(1000, 10*time.Millisecond) })
		if shown < 20 || shown > 21 {
			t.Errorf("got %d updates in 10 s", shown)
		}
	})
	t.Run("at most one update per second without focus", func(t *testing.T) {
		shown := present(t, runNow, 0, func(p *presenter, engine fakeEngine) {
			p.SetInterval(IntervalUnfocused)
			engine.change(1000, 10*time.Millisecond)
		})
		if shown < 10 || shown > 12 {
			t.Errorf("got %d updates in 10 s", shown)
		}
	})
	t.Run("one update without changes", func(t *testing.T) {
		shown := present(t, runNow, 0, func(*presenter, fakeEngine) { time.Sleep(time.Hour) })
		if shown != 1 {
			t.Errorf("got %d updates", shown)
		}
	})
	t.Run("updates when the text of the snapshot expires", func(t *testing.T) {
		shown := present(t, runNow, time.Second, func(*presenter, fakeEngine) { time.Sleep(10*time.Second + time.Millisecond) })
		if shown != 11 {
			t.Errorf("got %d updates in 10 s", shown)
		}
	})
	t.Run("at most one function waits for a blocked UI", func(t *testing.T) {
		var waiting []func()
		shown := present(t, func(do func()) { waiting = append(waiting, do) }, 0, func(_ *presenter, engine fakeEngine) {
			engine.change(100, time.Second)
		})
		if len(waiting) != 1 || shown != 0 {
			t.Errorf("%d functions wait for the UI, %d were shown", len(waiting), shown)
		}
	})
	t.Run("Refresh does not wait for the interval", func(t *testing.T) {
		shown := present(t, runNow, 0, func(p *presenter, _ fakeEngine) {
			p.SetInterval(IntervalHidden)
			time.Sleep(time.Millisecond)
			p.Refresh()
			synctest.Wait()
		})
		if shown < 2 {
			t.Errorf("got %d updates", shown)
		}
	})
}
