package receiver

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path"
	"slices"
	"sort"
	"sync"
	"time"
)

// How long it is known of a placed upload that it is complete: a client that
// lost the last answer must not be told that its upload is gone.
const (
	recordAge  = 24 * time.Hour
	recordsMax = 10_000
)

// records forgets placed uploads, oldest first. Safe for use by several
// goroutines.
type records struct {
	root *os.Root
	log  *slog.Logger

	mu    sync.Mutex
	queue []record // the oldest first
}

type record struct {
	id   string
	when time.Time
}

// add takes note of a placed upload, and forgets what is due.
func (r *records) add(id string, when time.Time) {
	for _, old := range r.push(record{id: id, when: when}) {
		err := r.root.Remove(path.Join(uploads, old.id+arrived))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			r.log.Warn("forget upload", "error", err)
		}
	}
}

func (r *records) push(added record) (due []record) {
	r.mu.Lock()
	defer r.mu.Unlock()
	// At a start they come in the order of a folder.
	at := sort.Search(len(r.queue), func(i int) bool { return r.queue[i].when.After(added.when) })
	r.queue = slices.Insert(r.queue, at, added)
	keep := max(0, len(r.queue)-recordsMax)
	for keep < len(r.queue) && time.Since(r.queue[keep].when) > recordAge {
		keep++
	}
	due, r.queue = r.queue[:keep], r.queue[keep:]
	return due
}
