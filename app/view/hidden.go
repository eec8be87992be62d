package view

import (
	"maps"
	"slices"

	"github.com/ferryapp/ferry/uploader"
)

// Hidden are the transfers and batches that were removed from the list and are not
// removed by the engine yet. It lives on the UI's goroutine.
type Hidden struct {
	transfers map[uploader.TransferID]bool
	batches   map[uploader.BatchID]bool
}

// NewHidden returns an empty set.
func NewHidden() *Hidden {
	return &Hidden{transfers: map[uploader.TransferID]bool{}, batches: map[uploader.BatchID]bool{}}
}

// Without is the snapshot without what is hidden.
func (r *Hidden) Without(s *uploader.Snapshot) *uploader.Snapshot {
	if r.Len() == 0 {
		return s
	}
	r.prune(s)
	less := *s
	less.Transfers = slices.DeleteFunc(slices.Clone(s.Transfers), r.hides)
	less.Batches, less.Totals.Count, less.Sums = maps.Clone(s.Batches), maps.Clone(s.Totals.Count), maps.Clone(s.Sums)
	for _, t := range s.Transfers {
		if r.hides(t) {
			less.Totals.Count[t.State()]--
			subtract(less.Sums, t, s.Sent(t))
		}
	}
	for id := range r.batches {
		delete(less.Batches, id)
		delete(less.Sums, id)
	}
	return &less
}

// Len is the number of transfers and batches that are hidden.
func (r *Hidden) Len() int { return len(r.transfers) + len(r.batches) }

func (r *Hidden) hides(t *uploader.Transfer) bool { return r.transfers[t.ID] || r.batches[t.Batch] }

// prune forgets what the engine has removed. Until then the engine terminates the upload
// on the server.
func (r *Hidden) prune(s *uploader.Snapshot) {
	hidden, batches := make(map[uploader.TransferID]bool, len(r.transfers)), map[uploader.BatchID]bool{}
	for _, t := range s.Transfers {
		if r.transfers[t.ID] {
			hidden[t.ID] = true
		}
		if r.batches[t.Batch] {
			batches[t.Batch] = true
		}
	}
	for id := range s.Batches {
		if r.batches[id] {
			batches[id] = true
		}
	}
	r.transfers, r.batches = hidden, batches
}

// subtract subtracts a transfer from the sum of its batch.
func subtract(sums map[uploader.BatchID]uploader.Sum, t *uploader.Transfer, sent int64) {
	sum, known := sums[t.Batch]
	if !known {
		return
	}
	sum.Count[t.State()]--
	sum.Files--
	sum.Bytes -= max(0, t.Source.Size)
	sum.Sent -= sent
	sums[t.Batch] = sum
}

// Hide adds to the set.
func (r *Hidden) Hide(off Selection) {
	for _, t := range off.Transfers {
		r.transfers[t.ID] = true
	}
	for _, id := range off.Batches {
		r.batches[id] = true
	}
}

// Show removes from the set.
func (r *Hidden) Show(off Selection) {
	for _, t := range off.Transfers {
		delete(r.transfers, t.ID)
	}
	for _, id := range off.Batches {
		delete(r.batches, id)
	}
}

// Suspend returns the commands that pause what is active, and those that undo exactly
// that. A batch that is being scanned is paused as a whole; what the user had paused in
// it stays paused.
func Suspend(off Selection, batches map[uploader.BatchID]*uploader.Batch) (hold, release []uploader.Command) {
	growing := map[uploader.BatchID]bool{}
	for _, id := range off.Batches {
		if b := batches[id]; b != nil && !b.Expanded && b.Intent == uploader.IntentRun {
			growing[id] = true
			hold = append(hold, uploader.Pause{Target: uploader.Target{Batch: id}})
			release = append(release, uploader.Resume{Target: uploader.Target{Batch: id}})
		}
	}
	var moving, resting []uploader.TransferID
	for _, t := range off.All {
		switch {
		case growing[t.Batch] && ActionResume.allows(t):
			resting = append(resting, t.ID)
		case !growing[t.Batch] && ActionPause.allows(t):
			moving = append(moving, t.ID)
		}
	}
	if len(moving) > 0 {
		hold = append(hold, uploader.Pause{Target: uploader.These(moving...)})
		release = append(release, uploader.Resume{Target: uploader.These(moving...)})
	}
	if len(resting) > 0 {
		release = append(release, uploader.Pause{Target: uploader.These(resting...)})
	}
	return hold, release
}
