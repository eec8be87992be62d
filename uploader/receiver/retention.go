package receiver

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"sort"
	"sync"
	"time"
)

// Limits of the records of finished uploads. They are kept so that a client that did not
// receive the last response learns that its upload is complete, not that it does not exist,
// and does not send the file again. It may ask only in its next run.
const (
	maxRecordAge = 30 * 24 * time.Hour
	maxRecords   = 10_000
)

// retention removes the records of finished uploads, oldest first. It may be used from any
// goroutine.
type retention struct {
	root *os.Root // uploadsDir
	ids  *idIndex
	log  *slog.Logger

	mu      sync.Mutex
	records []record // oldest first
}

type record struct {
	id       string
	finished time.Time
}

// add adds a finished upload, and removes the records that exceed the limits.
func (r *retention) add(id string, finished time.Time) {
	for _, old := range r.push(record{id: id, finished: finished}) {
		r.ids.remove(old.id)
		err := r.root.Remove(old.id + doneSuffix)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			r.log.Warn("remove record failed", "err", err)
		}
	}
}

// push adds a record and returns those that exceed the limits, which it drops.
func (r *retention) push(added record) (expired []record) {
	r.mu.Lock()
	defer r.mu.Unlock()
	// At the start of the receiver, records are added in the order of their names.
	at := sort.Search(len(r.records), func(i int) bool { return r.records[i].finished.After(added.finished) })
	r.records = slices.Insert(r.records, at, added)
	first := max(0, len(r.records)-maxRecords)
	for first < len(r.records) && time.Since(r.records[first].finished) > maxRecordAge {
		first++
	}
	expired, r.records = r.records[:first], r.records[first:]
	return expired
}
