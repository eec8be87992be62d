package engine

import (
	"context"
	"slices"
	"sync"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/paged"
)

const (
	// outdatedPortion is how many outdated transfers are saved in one commit, so that
	// what else is to be saved does not wait long. While nothing is sent there is less
	// of that.
	outdatedPortion     = bulkPortion
	outdatedPortionIdle = 4096
)

// outdated are the transfers whose saved rows do not have the effect of a saved command
// yet: only their status differs, or they were removed. They are saved in portions, and
// the commands are removed with the last one.
type outdated struct {
	queue []uploader.TransferID // in the order in which they are saved; some may not be outdated any more
	rows  paged.Map[uploader.TransferID, bool]
	ended endedRows

	commands bool // there are saved commands
	due      bool // the next commit is to save a portion
}

// add makes a transfer outdated. ended is set if it is cancelled or removed.
func (o *outdated) add(id uploader.TransferID, ended bool) {
	if !o.rows.Set(id, true) {
		o.queue = append(o.queue, id)
	}
	if ended {
		o.ended.add(id)
	}
}

// remove reports whether a transfer was outdated, and makes it one that is not.
func (o *outdated) remove(id uploader.TransferID) bool {
	if o.rows.Len() == 0 || !o.rows.Delete(id) {
		return false
	}
	o.ended.remove(id)
	return true
}

// next returns the next portion, by ID.
func (o *outdated) next(limit int) []uploader.TransferID {
	var portion []uploader.TransferID
	for _, id := range o.queue[:min(limit, len(o.queue))] {
		if o.rows.Get(id) {
			portion = append(portion, id)
		}
	}
	slices.Sort(portion)
	return slices.Compact(portion) // one that was outdated before is there twice
}

// saved is called when a portion was saved.
func (o *outdated) saved(portion []uploader.TransferID) {
	for _, id := range portion {
		o.remove(id)
	}
	for len(o.queue) > 0 && !o.rows.Get(o.queue[0]) {
		o.queue = o.queue[1:]
	}
	if len(o.queue) == 0 {
		o.queue = nil
	}
}

// endedRows are the outdated transfers that are cancelled or removed. It is safe for
// concurrent use: scans ask for them.
type endedRows struct {
	mu   sync.Mutex
	rows paged.Map[uploader.TransferID, bool]
}

func (e *endedRows) add(id uploader.TransferID) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.rows.Set(id, true)
}

func (e *endedRows) remove(id uploader.TransferID) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.rows.Delete(id)
}

func (e *endedRows) has(id uploader.TransferID) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.rows.Get(id)
}

// currentStore is a store whose FindPrevious does not return the transfers that were
// cancelled or removed by a command whose effect is not in their rows yet.
type currentStore struct {
	uploader.Store

	ended *endedRows
}

// FindPrevious implements [uploader.Store].
func (s currentStore) FindPrevious(ctx context.Context, fingerprints []string) (map[string][]uploader.Transfer, error) {
	found, err := s.Store.FindPrevious(ctx, fingerprints)
	for fingerprint, transfers := range found {
		found[fingerprint] = slices.DeleteFunc(transfers, func(t uploader.Transfer) bool { return s.ended.has(t.ID) })
	}
	return found, err
}
