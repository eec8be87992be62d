package feed_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ferryapp/ferry/app/feed"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// busyFile sets the fault of a transfer whose file another program is writing.
func busyFile(t *uploader.Transfer) {
	t.Fault = &fault.Fault{Kind: fault.SourceBusy, Op: fault.Stat, Code: fault.CodeFileChanging, RetryAfter: 2 * time.Second}
}

// changingSource has one snapshot at a time.
type changingSource struct {
	mu      sync.Mutex
	current *uploader.Snapshot
	updates chan struct{}
}

func newChangingSource(s *uploader.Snapshot) *changingSource {
	return &changingSource{current: s, updates: make(chan struct{}, 1)}
}

func (c *changingSource) Snapshot() *uploader.Snapshot {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.current
}

func (c *changingSource) Watch(context.Context) <-chan struct{} { return c.updates }

func (c *changingSource) publish(s *uploader.Snapshot) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.current = s
	select {
	case c.updates <- struct{}{}:
	default:
	}
}

// followed is the result of a Follow.
type followed struct {
	events  []string // kind, ID and fault
	at      []time.Duration
	summary feed.Summary
	err     error
}

func follow(ctx context.Context, source feed.Source, wait feed.FileWait) *followed {
	var f followed
	began := time.Now()
	f.summary, f.err = feed.Follow(ctx, source, feed.Batch(batch), feed.Options{FileWait: wait}, func(e feed.Event) error {
		f.events = append(f.events, strings.TrimSpace(e.Event+" "+string('0'+rune(e.ID))+" "+e.Fault))
		f.at = append(f.at, time.Since(began))
		return nil
	})
	return &f
}

func (f *followed) want(t *testing.T, events string, summary feed.Summary) {
	t.Helper()
	if got := strings.Join(f.events, ", "); got != events {
		t.Errorf("events %q, want %q", got, events)
	}
	if f.summary != summary || f.err != nil {
		t.Errorf("summary %+v (%v), want %+v", f.summary, f.err, summary)
	}
}

func TestFileWaitIsLimited(t *testing.T) {
	const allowed = 10 * time.Minute
	inUse := func(id uploader.TransferID) *uploader.Transfer { return transfer(id, uploader.PhaseWaiting, busyFile) }
	t.Run("a transfer that keeps waiting fails for the reader, and the others go on", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			source := newChangingSource(snapshot(true, live(2, 10), inUse(1), transfer(2, uploader.PhaseSending)))
			time.AfterFunc(2*allowed, func() { source.publish(snapshot(true, nil, inUse(1), transfer(2, uploader.PhaseDone))) })
			f := follow(t.Context(), source, feed.FileWait{Max: allowed})
			f.events = slices.DeleteFunc(f.events, func(e string) bool { return e == "progress 2" || e == "waiting 2" })
			f.want(t, "added 1, waiting 1 source-busy, added 2, failed 1 source-busy, done 2", feed.Summary{Done: 1, Failed: 1, Bytes: 100})
		})
	})
	t.Run("the limit starts when the file would be sent if it did not change again", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			f := follow(t.Context(), newChangingSource(snapshot(true, nil, inUse(1))), feed.FileWait{Max: allowed})
			f.want(t, "added 1, waiting 1 source-busy, failed 1 source-busy", feed.Summary{Failed: 1})
			if failed := f.at[2]; failed < allowed+2*time.Second || failed > allowed+3*time.Second {
				t.Errorf("failed after %v, want 2 s more than %v", failed, allowed)
			}
		})
	})
	t.Run("looking at the file does not restart the limit", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			source := newChangingSource(snapshot(true, nil, inUse(1)))
			time.AfterFunc(allowed/2, func() { source.publish(snapshot(true, live(1, 0), transfer(1, uploader.PhasePreparing))) })
			time.AfterFunc(allowed/2+time.Second, func() { source.publish(snapshot(true, nil, inUse(1))) })
			f := follow(t.Context(), source, feed.FileWait{Max: allowed})
			f.want(t, "added 1, waiting 1 source-busy, failed 1 source-busy", feed.Summary{Failed: 1})
			if failed := f.at[2]; failed > allowed+3*time.Second {
				t.Errorf("failed after %v, want 2 s more than %v", failed, allowed)
			}
		})
	})
	t.Run("the engine ends the wait if it is asked to", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			source := newChangingSource(snapshot(true, nil, inUse(1), inUse(2)))
			var ended []uploader.TransferID
			f := follow(t.Context(), source, feed.FileWait{Max: allowed, End: func(_ context.Context, ids []uploader.TransferID) error {
				ended = append(ended, ids...)
				source.publish(snapshot(true, nil, transfer(1, uploader.PhaseFailed, busyFile), transfer(2, uploader.PhaseDone)))
				return nil
			}})
			f.want(t, "added 1, waiting 1 source-busy, added 2, waiting 2 source-busy, failed 1 source-busy, done 2", feed.Summary{Done: 1, Failed: 1, Bytes: 100})
			if !slices.Equal(ended, []uploader.TransferID{1, 2}) {
				t.Errorf("ended %v", ended)
			}
		})
	})
	t.Run("without a limit, and for a file whose writer is known, the wait does not end", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			pending := transfer(1, uploader.PhaseWaiting, func(t *uploader.Transfer) {
				t.Fault = &fault.Fault{Kind: fault.SourceBusy, Code: fault.CodeLengthPending}
			})
			for _, c := range []struct {
				transfer *uploader.Transfer
				max      time.Duration
			}{{inUse(1), 0}, {pending, allowed}} {
				ctx, cancel := context.WithTimeout(t.Context(), 24*time.Hour)
				f := follow(ctx, newChangingSource(snapshot(true, nil, c.transfer)), feed.FileWait{Max: c.max})
				cancel()
				if got := strings.Join(f.events, ", "); got != "added 1, waiting 1 source-busy" || !errors.Is(f.err, context.DeadlineExceeded) {
					t.Errorf("events %q, %v", got, f.err)
				}
			}
		})
	})
	t.Run("the error of End is returned", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			endErr := errors.New("stopped")
			f := follow(t.Context(), newChangingSource(snapshot(true, nil, inUse(1))), feed.FileWait{Max: allowed, End: func(context.Context, []uploader.TransferID) error { return endErr }})
			if !errors.Is(f.err, endErr) {
				t.Errorf("err = %v, want the error of End", f.err)
			}
		})
	})
}
