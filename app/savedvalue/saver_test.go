package savedvalue_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/ferryapp/ferry/app/savedvalue"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errFull = errors.New("full")

// store is a savedvalue.Store that records what is saved.
type store struct {
	mu    sync.Mutex
	saved []string
	full  bool
}

func (s *store) Setting(context.Context, string) (json.RawMessage, error) { return nil, nil }

func (s *store) SaveSetting(_ context.Context, key string, value json.RawMessage) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.full {
		return errFull
	}
	s.saved = append(s.saved, key+"="+string(value))
	return nil
}

func (s *store) setFull(full bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.full = full
}

// want compares what was saved so far.
func (s *store) want(t *testing.T, want ...string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Equal(s.saved, want) {
		t.Errorf("saved %v, want %v", s.saved, want)
	}
}

// number is a value that is saved.
type number struct {
	mu    sync.Mutex
	value int
	saver *savedvalue.Saver
}

func newNumber(s *store, delay time.Duration) *number {
	n := &number{}
	n.saver = savedvalue.New(s, "key", slog.New(slog.DiscardHandler), delay, func() (json.RawMessage, error) {
		n.mu.Lock()
		defer n.mu.Unlock()
		return json.RawMessage(strconv.Itoa(n.value)), nil
	})
	return n
}

func (n *number) set(value int) {
	n.mu.Lock()
	n.value = value
	n.mu.Unlock()
	n.saver.Changed()
}

// run runs the saver in a bubble until the function returns.
func run(t *testing.T, delay time.Duration, do func(*store, *number)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &store{}
		n := newNumber(s, delay)
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- n.saver.Run(ctx) }()
		do(s, n)
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func TestChangeIsSaved(t *testing.T) {
	run(t, 0, func(s *store, n *number) {
		synctest.Wait()
		s.want(t)
		n.set(1)
		synctest.Wait()
		s.want(t, "key=1")
		n.set(2)
		synctest.Wait()
		s.want(t, "key=1", "key=2")
	})
}

func TestChangesWithinTheDelayAreSavedTogether(t *testing.T) {
	run(t, time.Second, func(s *store, n *number) {
		for i := range 10 {
			n.set(i)
			time.Sleep(90 * time.Millisecond) // of the bubble
		}
		synctest.Wait()
		s.want(t)
		time.Sleep(time.Second)
		synctest.Wait()
		s.want(t, "key=9")
	})
}

func TestFailedSaveIsRetried(t *testing.T) {
	run(t, 0, func(s *store, n *number) {
		s.setFull(true)
		n.set(7)
		synctest.Wait()
		s.setFull(false)
		time.Sleep(time.Minute) // of the bubble
		synctest.Wait()
		s.want(t, "key=7")
	})
}

func TestEndSavesWhatIsNotSaved(t *testing.T) {
	for name, delay := range map[string]time.Duration{"without a delay": 0, "within the delay": time.Hour} {
		t.Run(name, func(t *testing.T) {
			var kept *store
			run(t, delay, func(s *store, n *number) {
				kept = s
				n.set(3)
				if delay > 0 {
					synctest.Wait()
				}
			})
			kept.want(t, "key=3")
		})
	}
}

func TestRunReturnsErrorOfLastSave(t *testing.T) {
	s := &store{full: true}
	n := newNumber(s, 0)
	n.set(7)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := n.saver.Run(ctx); !errors.Is(err, errFull) {
		t.Errorf("Run returned %v, want %v", err, errFull)
	}
}
