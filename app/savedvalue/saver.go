// Package savedvalue saves a value of the profile in the background, each time it has
// changed.
package savedvalue

import (
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"time"
)

// retryDelay is the time between a failed save and the next attempt.
const retryDelay = 5 * time.Second

// Store stores values by key. Its methods may be called from any goroutine and block
// on the disk.
type Store interface {
	Setting(ctx context.Context, key string) (json.RawMessage, error) // nil if there is none
	SaveSetting(ctx context.Context, key string, value json.RawMessage) error
}

// Saver saves the newest value under one key. Its methods may be called from any
// goroutine. Only Run blocks on the disk.
type Saver struct {
	store   Store
	key     string
	newest  func() (json.RawMessage, error)
	delay   time.Duration
	log     *slog.Logger
	unsaved chan struct{} // has a value while there is a change to save; capacity 1
}

// New returns a saver of the value that newest returns. A change is saved after delay,
// together with those that follow until then.
func New(store Store, key string, log *slog.Logger, delay time.Duration, newest func() (json.RawMessage, error)) *Saver {
	return &Saver{store: store, key: key, newest: newest, delay: delay, log: log, unsaved: make(chan struct{}, 1)}
}

// Changed makes Run save the newest value.
func (s *Saver) Changed() {
	select {
	case s.unsaved <- struct{}{}:
	default: // it is about to be saved
	}
}

// Run saves changes until ctx is done, then the one not saved yet. It returns the error
// of that last save.
func (s *Saver) Run(ctx context.Context) error {
	var due <-chan time.Time // when a change or a failed save is saved; nil if there is none
	for {
		select {
		case <-ctx.Done():
			return s.flush(context.WithoutCancel(ctx), due != nil)
		case <-s.unsaved:
			if s.delay > 0 {
				due = cmp.Or(due, time.After(s.delay))
				continue
			}
		case <-due:
		}
		due = nil
		if err := s.save(ctx); err != nil && ctx.Err() == nil {
			s.log.Warn("value not saved", "key", s.key, "err", err)
			due = time.After(retryDelay)
		} else if err != nil {
			s.Changed()
		}
	}
}

// flush saves the value if a save is due or it has changed.
func (s *Saver) flush(ctx context.Context, due bool) error {
	select {
	case <-s.unsaved:
	default:
		if !due {
			return nil
		}
	}
	return s.save(ctx)
}

func (s *Saver) save(ctx context.Context) error {
	value, err := s.newest()
	if err != nil {
		return err
	}
	return s.store.SaveSetting(ctx, s.key, value)
}
