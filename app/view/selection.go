package view

import (
	"slices"

	"github.com/ferryapp/ferry/uploader"
)

// Selection is what an action is applied to: whole batches, and single transfers.
type Selection struct {
	Batches   []uploader.BatchID
	Transfers []*uploader.Transfer
	All       []*uploader.Transfer // including those of the batches
	Scanning  bool                 // more files are being found for one of the batches
}

// SelectionOf is a selection of single transfers.
func SelectionOf(transfers ...*uploader.Transfer) Selection {
	return Selection{Transfers: transfers, All: transfers}
}

// Empty reports whether nothing is selected.
func (s Selection) Empty() bool { return len(s.All) == 0 && len(s.Batches) == 0 }

// Situation is the summary of the selection.
func (s Selection) Situation() Situation {
	is := situationOf(s.All)
	is.Single = len(s.Batches) == 0 && len(s.Transfers) == 1
	is.scanning = s.Scanning
	return is
}

// Allowed are the transfers for which the action is possible.
func (s Selection) Allowed(a Action) []*uploader.Transfer { return Allowed(a, s.All) }

// Allowed are those of the transfers for which the action is possible.
func Allowed(a Action, transfers []*uploader.Transfer) []*uploader.Transfer {
	var fit []*uploader.Transfer
	for _, t := range transfers {
		if a.allows(t) {
			fit = append(fit, t)
		}
	}
	return fit
}

// Targets are the targets of the action's commands: whole batches, including files that
// are not found yet, and those of the single transfers for which the action is possible.
func (s Selection) Targets(a Action) []uploader.Target {
	var targets []uploader.Target
	for _, batch := range s.Batches {
		targets = append(targets, uploader.Target{Batch: batch})
	}
	if fit := Allowed(a, s.Transfers); len(fit) > 0 {
		targets = append(targets, uploader.TargetTransfers(IDs(fit)...))
	}
	return targets
}

// IDs are the IDs of transfers.
func IDs(transfers []*uploader.Transfer) []uploader.TransferID {
	ids := make([]uploader.TransferID, len(transfers))
	for i, t := range transfers {
		ids[i] = t.ID
	}
	return ids
}

// Link is the URL of a finished upload; "" for none. The URL of the built-in receiver is
// of no use to others.
func Link(t *uploader.Transfer) string {
	if t.Phase != uploader.PhaseDone || t.Server == uploader.BuiltinServer {
		return ""
	}
	return t.Session.URL
}

// Received reports whether the built-in receiver has written the file to its folder.
func Received(t *uploader.Transfer) bool {
	return t.Phase == uploader.PhaseDone && t.Server == uploader.BuiltinServer
}

// Retryable are the transfers that Retry is applied to: cancelled ones only if there are
// no others.
func Retryable(transfers []*uploader.Transfer) []*uploader.Transfer {
	fit := Allowed(ActionRetry, transfers)
	wanted := slices.DeleteFunc(slices.Clone(fit), func(t *uploader.Transfer) bool { return t.State() == uploader.StateCancelled })
	if len(wanted) > 0 {
		return wanted
	}
	return fit
}

// BytesAtRisk returns how many bytes may be lost by cancelling the selection,
// including those that a running request has sent.
func BytesAtRisk(snapshot *uploader.Snapshot, s Selection) int64 {
	var bytes int64
	for _, t := range s.Allowed(ActionCancel) {
		bytes += snapshot.AtRisk(t)
	}
	return bytes
}
