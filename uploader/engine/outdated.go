package engine

import (
	"slices"

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
	queue    []uploader.TransferID // in the order in which they are saved; some may not be outdated any more
	rows     paged.Map[uploader.TransferID, bool]
	commands bool // there are saved commands
	due      bool // the next commit is to save a portion
}

// add makes a transfer outdated.
func (o *outdated) add(id uploader.TransferID) {
	if !o.rows.Set(id, true) {
		o.queue = append(o.queue, id)
	}
}

// remove reports whether a transfer was outdated, and makes it one that is not.
func (o *outdated) remove(id uploader.TransferID) bool {
	return o.rows.Len() > 0 && o.rows.Delete(id)
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
