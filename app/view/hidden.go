package view

import (
	"maps"

	"github.com/ferryapp/ferry/uploader"
)

// Hidden is the set of transfers and batches that were removed from the list and are not
// removed by the engine yet. It must be used on the UI goroutine.
type Hidden struct {
	transfers map[uploader.TransferID]bool
	batches   map[uploader.BatchID]bool
}

// NewHidden returns an empty set.
func NewHidden() *Hidden {
	return &Hidden{transfers: map[uploader.TransferID]bool{}, batches: map[uploader.BatchID]bool{}}
}

// Without returns the snapshot without what is hidden.
func (h *Hidden) Without(s *uploader.Snapshot) *uploader.Snapshot {
	if h.Len() == 0 {
		return s
	}
	h.prune(s)
	rest := *s
	rest.Transfers = s.Transfers.Filter(func(row uploader.Row) bool { return !h.hides(row) })
	rest.Batches, rest.Totals.Count, rest.BatchTotals = maps.Clone(s.Batches), maps.Clone(s.Totals.Count), maps.Clone(s.BatchTotals)
	for _, row := range s.Transfers.Rows() {
		if h.hides(row) {
			t := row.Transfer()
			rest.Totals.Count[t.State()]--
			subtract(rest.BatchTotals, t, s.Sent(t))
		}
	}
	for id := range h.batches {
		delete(rest.Batches, id)
		delete(rest.BatchTotals, id)
	}
	return &rest
}

// Len returns the number of transfers and batches that are hidden.
func (h *Hidden) Len() int { return len(h.transfers) + len(h.batches) }

func (h *Hidden) hides(row uploader.Row) bool { return h.transfers[row.ID()] || h.batches[row.Batch()] }

// prune deletes from the set what the engine has removed. Transfers stay in the snapshot
// while the engine terminates their uploads on the server.
func (h *Hidden) prune(s *uploader.Snapshot) {
	hidden, batches := make(map[uploader.TransferID]bool, len(h.transfers)), map[uploader.BatchID]bool{}
	for _, row := range s.Transfers.Rows() {
		if h.transfers[row.ID()] {
			hidden[row.ID()] = true
		}
		if batch := row.Batch(); h.batches[batch] {
			batches[batch] = true
		}
	}
	for id := range s.Batches {
		if h.batches[id] {
			batches[id] = true
		}
	}
	h.transfers, h.batches = hidden, batches
}

// subtract subtracts a transfer from the totals of its batch.
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
func (h *Hidden) Hide(sel Selection) {
	for _, t := range sel.Transfers {
		h.transfers[t.ID] = true
	}
	for _, id := range sel.Batches {
		h.batches[id] = true
	}
}

// Show removes from the set.
func (h *Hidden) Show(sel Selection) {
	for _, t := range sel.Transfers {
		delete(h.transfers, t.ID)
	}
	for _, id := range sel.Batches {
		delete(h.batches, id)
	}
}

// Suspend returns the commands that pause the active transfers of a selection, and those
// that undo exactly that. A batch that is being scanned is paused as a whole; undo pauses
// again what the user had paused in it.
func Suspend(removed Selection, batches map[uploader.BatchID]*uploader.Batch) (pause, undo []uploader.Command) {
	scanning := map[uploader.BatchID]bool{}
	for _, id := range removed.Batches {
		if b := batches[id]; b != nil && !b.Scanned && b.Intent == uploader.IntentRun {
			scanning[id] = true
			pause = append(pause, uploader.Pause{Target: uploader.Target{Batch: id}})
			undo = append(undo, uploader.Resume{Target: uploader.Target{Batch: id}})
		}
	}
	var active, paused []uploader.TransferID
	for _, t := range removed.All {
		switch {
		case scanning[t.Batch] && ActionResume.allows(t):
			paused = append(paused, t.ID)
		case !scanning[t.Batch] && ActionPause.allows(t):
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

// Restoration returns the command that puts a selection back into the list after it was
// removed. It has the transfers as they were before Suspend, and their batches.
func Restoration(removed Selection, batches map[uploader.BatchID]*uploader.Batch) uploader.Restore {
	var restore uploader.Restore
	known := map[uploader.BatchID]bool{}
	for _, t := range removed.All {
		if t.Phase == uploader.PhaseDone {
			restore.Finished = append(restore.Finished, t.ID)
		} else {
			restore.Unfinished = append(restore.Unfinished, t)
		}
		if b := batches[t.Batch]; b != nil && !known[b.ID] {
			known[b.ID] = true
			restore.Batches = append(restore.Batches, *b)
		}
	}
	return restore
}
