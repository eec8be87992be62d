package view

import (
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// SameAction reports whether an action that was offered for a transfer in the state before is
// still the same for its state now: it is possible, and has the same text. Cancel is not the
// same for an upload that is done meanwhile. Moves are the same in all states.
func SameAction(a Action) func(before, now *uploader.Transfer) bool {
	if a >= ActionMoveTop && a <= ActionMoveBottom {
		return func(_, _ *uploader.Transfer) bool { return true }
	}
	return func(before, now *uploader.Transfer) bool {
		then, today := situationOf([]*uploader.Transfer{before}), situationOf([]*uploader.Transfer{now})
		return then.Allows(a) && today.Allows(a) && then.Label(a) == today.Label(a)
	}
}

// SameRemoval is SameAction for the key that cancels unfinished transfers and removes others
// from the list.
func SameRemoval(before, now *uploader.Transfer) bool {
	return ActionCancel.allows(before) == ActionCancel.allows(now)
}

// Current returns the present state of the selected transfers for which same reports that an
// action is still what was offered, in the same order. The others are left out, and so are
// batches of which nothing is left.
func (s Selection) Current(now *uploader.Snapshot, same func(before, now *uploader.Transfer) bool) Selection {
	offered := make(map[uploader.TransferID]*uploader.Transfer, len(s.All))
	for _, t := range s.All {
		offered[t.ID] = t
	}
	present := make(map[uploader.TransferID]*uploader.Transfer, len(s.All))
	for _, row := range now.Transfers.Rows() {
		if before := offered[row.ID()]; before != nil {
			if t := row.Transfer(); same(before, t) {
				present[t.ID] = t
			}
		}
	}
	current := Selection{Transfers: presentOf(s.Transfers, present), All: presentOf(s.All, present)}
	left := map[uploader.BatchID]bool{}
	for _, t := range current.All {
		left[t.Batch] = true
	}
	for _, id := range s.Batches {
		b := now.Batches[id]
		scanning := b != nil && !b.Scanned
		if left[id] || s.Scanning && scanning {
			current.Batches = append(current.Batches, id)
			current.Scanning = current.Scanning || scanning
		}
	}
	return current
}

func presentOf(transfers []*uploader.Transfer, present map[uploader.TransferID]*uploader.Transfer) []*uploader.Transfer {
	var all []*uploader.Transfer
	for _, t := range transfers {
		if t := present[t.ID]; t != nil {
			all = append(all, t)
		}
	}
	return all
}

// SameBatchAction reports whether an action of a batch's row that was offered for the totals
// before is still the same.
func SameBatchAction(a Action, before, now *uploader.Batch, sumBefore, sumNow uploader.BatchTotals) bool {
	then, today := situationOfBatch(before, sumBefore), situationOfBatch(now, sumNow)
	return then.Allows(a) && today.Allows(a) && then.Label(a) == today.Label(a)
}

// PastText returns the message for an action that was not performed, since the selected
// transfers have changed after it was offered.
func PastText(s Selection, now *uploader.Snapshot) string {
	if len(s.Batches) > 0 || len(s.Transfers) != 1 {
		return words.Text("past.several")
	}
	name := words.Data{"Name": TransferName(s.Transfers[0])}
	t := now.Transfer(s.Transfers[0].ID)
	if t == nil {
		return words.Text("past.gone", name)
	}
	name["State"] = words.State(t.State())
	return words.Text("past.one", name)
}
