package settings

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"time"
)

// key is where the Store has the settings.
const key = "settings"

// again is after what time saving is tried again when it failed.
const again = 5 * time.Second

// Store keeps values under keys. Its methods may be called from any goroutine,
// and wait for the disk.
type Store interface {
	Setting(ctx context.Context, key string) (json.RawMessage, error) // nil when there is none
	SaveSetting(ctx context.Context, key string, value json.RawMessage) error
}

// Book is the settings of one profile. Its methods may be called from any
// goroutine, and only Open and Run wait for the disk.
type Book struct {
	store Store
	log   *slog.Logger
	dirty chan struct{} // there is something to save

	mu       sync.Mutex
	now      Settings
	watchers map[chan struct{}]struct{}
}

// Open reads the settings. They are the default ones when they cannot be read,
// which is no reason for a program not to start; the log says so.
func Open(ctx context.Context, store Store, log *slog.Logger) *Book {
	saved, err := store.Setting(ctx, key)
	if err != nil {
		log.Warn("settings not read: the usual ones hold", "err", err)
	}
	now, wrong := Parse(saved)
	if len(wrong) > 0 {
		log.Warn("settings that make no sense are as usual", "settings", wrong)
	}
	return &Book{store: store, log: log, now: now, dirty: make(chan struct{}, 1), watchers: map[chan struct{}]struct{}{}}
}

// Get returns the newest settings. They are the caller's own.
func (b *Book) Get() Settings {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now.clone()
}

// Update changes the settings, tells who watches, and has Run save them. What
// makes no sense in the changed ones becomes as it is by default. change must not
// call the Book.
func (b *Book) Update(change func(*Settings)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	next := b.now.clone()
	change(&next)
	b.now, _ = next.mended()
	kick(b.dirty)
	for watcher := range b.watchers {
		kick(watcher)
	}
}

// Watch returns a channel that has a value when there are newer settings to Get.
// Changes in a row may be told once. It is closed when ctx ends.
func (b *Book) Watch(ctx context.Context) <-chan struct{} {
	watcher := make(chan struct{}, 1)
	b.mu.Lock()
	b.watchers[watcher] = struct{}{}
	b.mu.Unlock()
	context.AfterFunc(ctx, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.watchers, watcher)
		close(watcher)
	})
	return watcher
}

// Run saves what changes until ctx ends, and then what is not saved yet. The
// error is that of the last.
func (b *Book) Run(ctx context.Context) error {
	var retry <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return b.flush(context.WithoutCancel(ctx), retry != nil)
		case <-b.dirty:
		case <-retry:
		}
		retry = nil
		if err := b.save(ctx); err != nil && ctx.Err() == nil {
			b.log.Warn("settings not saved", "err", err)
			retry = time.After(again)
		} else if err != nil {
			kick(b.dirty)
		}
	}
}

// flush saves what is not saved yet.
func (b *Book) flush(ctx context.Context, failed bool) error {
	select {
	case <-b.dirty:
	default:
		if !failed {
			return nil
		}
	}
	return b.save(ctx)
}

func (b *Book) save(ctx context.Context) error {
	saved, err := b.Get().format()
	if err != nil {
		return err
	}
	return b.store.SaveSetting(ctx, key, saved)
}

// kick leaves a word that is there to be found once, however often it is left.
func kick(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
