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
	rest := *s
	rest.Transfers = slices.DeleteFunc(slices.Clone(s.Transfers), r.hides)
	rest.Batches, rest.Totals.Count, rest.BatchTotals = maps.Clone(s.Batches), maps.Clone(s.Totals.Count), maps.Clone(s.BatchTotals)
	for _, t := range s.Transfers {
		if r.hides(t) {
			rest.Totals.Count[t.State()]--
			subtract(rest.BatchTotals, t, s.Sent(t))
		}
	}
	for id := range r.batches {
		delete(rest.Batches, id)
		delete(rest.BatchTotals, id)
	}
	return &rest
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
func subtract(sums map[uploader.BatchID]uploader.BatchTotals, t *uploader.Transfer, sent int64) {
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
func Suspend(removed Selection, batches map[uploader.BatchID]*uploader.Batch) (pause, undo []uploader.Command) {
	growing := map[uploader.BatchID]bool{}
	for _, id := range removed.Batches {
		if b := batches[id]; b != nil && !b.Scanned && b.Intent == uploader.IntentRun {
			growing[id] = true
			pause = append(pause, uploader.Pause{Target: uploader.Target{Batch: id}})
			undo = append(undo, uploader.Resume{Target: uploader.Target{Batch: id}})
		}
	}
	var active, paused []uploader.TransferID
	for _, t := range removed.All {
		switch {
		case growing[t.Batch] && ActionResume.allows(t):
			paused = append(paused, t.ID)
		case !growing[t.Batch] && ActionPause.allows(t):
			active = append(active, t.ID)
		}
	}
	if len(active) > 0 {
		pause = append(pause, uploader.Pause{Target: uploader.TargetTransfers(active...)})
		undo = append(undo, uploader.Resume{Target: uploader.TargetTransfers(active...)})
	}
	if len(paused) > 0 {
		undo = append(undo, uploader.Pause{Target: uploader.TargetTransfers(paused...)})
	}
	return pause, undo
}
