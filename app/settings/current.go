package settings

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"time"
)

// storeKey is the key of the settings in the Store.
const storeKey = "settings"

// retryDelay is the time between a failed save and the next attempt.
const retryDelay = 5 * time.Second

// Store stores values by key. Its methods may be called from any goroutine and block
// on the disk.
type Store interface {
	Setting(ctx context.Context, key string) (json.RawMessage, error) // nil if there is none
	SaveSetting(ctx context.Context, key string, value json.RawMessage) error
}

// Current holds the current settings of one profile, notifies watchers of changes and
// saves them in the background. Its methods may be called from any goroutine. Only
// [Open] and Run block on the disk.
type Current struct {
	store   Store
	log     *slog.Logger
	unsaved chan struct{} // has a value while there are changes to save

	mu       sync.Mutex
	settings Settings
	watchers map[chan struct{}]struct{}
}

// Open reads the settings. If that fails it logs the error and uses the defaults, so
// that the program can start.
func Open(ctx context.Context, store Store, log *slog.Logger) *Current {
	saved, err := store.Setting(ctx, storeKey)
	if err != nil {
		log.Warn("settings not read, using defaults", "err", err)
	}
	settings, invalid := Parse(saved)
	if len(invalid) > 0 {
		log.Warn("invalid settings, using their defaults", "settings", invalid)
	}
	return &Current{store: store, log: log, settings: settings, unsaved: make(chan struct{}, 1), watchers: map[chan struct{}]struct{}{}}
}

// Get returns a copy of the current settings.
func (c *Current) Get() Settings {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.settings.clone()
}

// Update changes the settings, notifies watchers and makes Run save them. Invalid
// values are replaced by their defaults. change must not call c's methods.
func (c *Current) Update(change func(*Settings)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	next := c.settings.clone()
	change(&next)
	c.settings, _ = next.validated()
	notify(c.unsaved)
	for watcher := range c.watchers {
		notify(watcher)
	}
}

// Watch returns a channel that receives a value after changes; several changes may be
// combined. It is closed when ctx is done.
func (c *Current) Watch(ctx context.Context) <-chan struct{} {
	watcher := make(chan struct{}, 1)
	c.mu.Lock()
	c.watchers[watcher] = struct{}{}
	c.mu.Unlock()
	context.AfterFunc(ctx, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.watchers, watcher)
		close(watcher)
	})
	return watcher
}

// Run saves changes until ctx is done, then those not saved yet. It returns the error
// of that last save.
func (c *Current) Run(ctx context.Context) error {
	var retry <-chan time.Time // not nil after a failed save
	for {
		select {
		case <-ctx.Done():
			return c.flush(context.WithoutCancel(ctx), retry != nil)
		case <-c.unsaved:
		case <-retry:
		}
		retry = nil
		if err := c.save(ctx); err != nil && ctx.Err() == nil {
			c.log.Warn("settings not saved", "err", err)
			retry = time.After(retryDelay)
		} else if err != nil {
			notify(c.unsaved)
		}
	}
}

// flush saves the settings if there are changes or the last save failed.
func (c *Current) flush(ctx context.Context, failed bool) error {
	select {
	case <-c.unsaved:
	default:
		if !failed {
			return nil
		}
	}
	return c.save(ctx)
}

func (c *Current) save(ctx context.Context) error {
	saved, err := c.Get().format()
	if err != nil {
		return err
	}
	return c.store.SaveSetting(ctx, storeKey, saved)
}

// notify sends on a channel with capacity 1 unless it already has a value.
func notify(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
