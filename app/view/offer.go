package view

import (
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// SameAction reports whether an action that was offered for a transfer in the state before is
// still the same for its state now: it is possible, and has the same text. Cancel is not the
// same for an upload that is done meanwhile.
func SameAction(a Action) func(before, now *uploader.Transfer) bool {
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
// action is still what was offered. The others are left out, and so are batches of which
// nothing is left.
func (s Selection) Current(now *uploader.Snapshot, same func(before, now *uploader.Transfer) bool) Selection {
	offered := make(map[uploader.TransferID]*uploader.Transfer, len(s.All))
	for _, t := range s.All {
		offered[t.ID] = t
	}
	single := make(map[uploader.TransferID]bool, len(s.Transfers))
	for _, t := range s.Transfers {
		single[t.ID] = true
	}
	var current Selection
	inBatch := map[uploader.BatchID]bool{}
	for t := range now.Transfers.Values() {
		before := offered[t.ID]
		if before == nil || !same(before, t) {
			continue
		}
		current.All = append(current.All, t)
		if single[t.ID] {
			current.Transfers = append(current.Transfers, t)
		} else {
			inBatch[t.Batch] = true
		}
	}
	for _, id := range s.Batches {
		b := now.Batches[id]
		scanning := b != nil && !b.Scanned
		if inBatch[id] || s.Scanning && scanning {
			current.Batches = append(current.Batches, id)
			current.Scanning = current.Scanning || scanning
		}
	}
	return current
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
