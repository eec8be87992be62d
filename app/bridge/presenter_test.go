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
	news chan struct{}
}

func (p fakeEngine) Snapshot() *uploader.Snapshot          { return &uploader.Snapshot{} }
func (p fakeEngine) Watch(context.Context) <-chan struct{} { return p.news }
func (p fakeEngine) ticks(n int, every time.Duration) {
	for range n {
		p.news <- struct{}{}
		time.Sleep(every)
	}
}

func present(t *testing.T, ui func(func()), again time.Duration, drive func(p *presenter, news fakeEngine)) (shown int) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		news := fakeEngine{news: make(chan struct{})}
		p := newPresenter(news, ui, func(*uploader.Snapshot) time.Duration { shown++; return again })
		go p.Run(ctx)
		drive(p, news)
		cancel()
		synctest.Wait()
	})
	return shown
}

func runNow(do func()) { do() }

func TestPresenter(t *testing.T) {
	t.Run("a flood of news is shown at most four times a second", func(t *testing.T) {
		shown := present(t, runNow, 0, func(_ *presenter, news fakeEngine) { news.ticks(1000, 10*time.Millisecond) })
		if shown < 40 || shown > 41 {
			t.Errorf("shown %d times in 10 s", shown)
		}
	})
	t.Run("a window nobody looks at is shown once a second", func(t *testing.T) {
		shown := present(t, runNow, 0, func(p *presenter, news fakeEngine) {
			p.SetPace(PaceUnfocused)
			news.ticks(1000, 10*time.Millisecond)
		})
		if shown < 10 || shown > 12 {
			t.Errorf("shown %d times in 10 s", shown)
		}
	})
	t.Run("no news are shown once and then left alone", func(t *testing.T) {
		shown := present(t, runNow, 0, func(*presenter, fakeEngine) { time.Sleep(time.Hour) })
		if shown != 1 {
			t.Errorf("shown %d times without any news", shown)
		}
	})
	t.Run("what counts down is shown again when it reads differently", func(t *testing.T) {
		shown := present(t, runNow, time.Second, func(*presenter, fakeEngine) { time.Sleep(10*time.Second + time.Millisecond) })
		if shown != 11 {
			t.Errorf("shown %d times in 10 s", shown)
		}
	})
	t.Run("a UI that is stuck has at most one thing waiting", func(t *testing.T) {
		var stuck []func()
		shown := present(t, func(do func()) { stuck = append(stuck, do) }, 0, func(_ *presenter, news fakeEngine) {
			news.ticks(100, time.Second)
		})
		if len(stuck) != 1 || shown != 0 {
			t.Errorf("%d functions wait for the UI, %d were shown", len(stuck), shown)
		}
	})
	t.Run("what the user did is shown without waiting for the pace", func(t *testing.T) {
		shown := present(t, runNow, 0, func(p *presenter, _ fakeEngine) {
			p.SetPace(PaceHidden)
			time.Sleep(time.Millisecond)
			p.Refresh()
			synctest.Wait()
		})
		if shown < 2 {
			t.Errorf("shown %d times", shown)
		}
	})
}
