package settings

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"

	"github.com/ferryapp/ferry/app/savedvalue"
)

// storeKey is the key of the settings in the store.
const storeKey = "settings"

// Current holds the current settings of one profile, notifies watchers of changes and
// saves them in the background. Its methods may be called from any goroutine. Only
// [Open] and Run block on the disk.
type Current struct {
	saver *savedvalue.Saver

	mu       sync.Mutex
	settings Settings
	watchers map[chan struct{}]struct{}
}

// Open reads the settings. If that fails it logs the error and uses the defaults, so
// that the program can start.
func Open(ctx context.Context, store savedvalue.Store, log *slog.Logger) *Current {
	saved, err := store.Setting(ctx, storeKey)
	if err != nil {
		log.Warn("settings not read, using defaults", "err", err)
	}
	settings, invalid := Parse(saved)
	if len(invalid) > 0 {
		log.Warn("invalid settings, using their defaults", "settings", invalid)
	}
	c := &Current{settings: settings, watchers: map[chan struct{}]struct{}{}}
	c.saver = savedvalue.New(store, storeKey, log, 0, func() (json.RawMessage, error) { return c.Get().format() })
	return c
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
	c.saver.Changed()
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
func (c *Current) Run(ctx context.Context) error { return c.saver.Run(ctx) }

// notify sends on a channel with capacity 1 unless it already has a value.
func notify(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
