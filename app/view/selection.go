package view

import (
	"slices"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// Selection is what an action is applied to: whole batches, and single transfers.
type Selection struct {
	Batches   []uploader.BatchID
	Transfers []*uploader.Transfer
	All       []*uploader.Transfer // including those of the batches
	Scanning  bool                 // the scan of one of the batches is still running
}

// SelectionOf returns a selection of single transfers.
func SelectionOf(transfers ...*uploader.Transfer) Selection {
	return Selection{Transfers: transfers, All: transfers}
}

// Empty reports whether nothing is selected.
func (s Selection) Empty() bool { return len(s.All) == 0 && len(s.Batches) == 0 }

// Situation returns the summary of the selection.
func (s Selection) Situation() Situation {
	situation := situationOf(s.All)
	situation.Single = len(s.Batches) == 0 && len(s.Transfers) == 1
	situation.scanning = s.Scanning
	return situation
}

// Allowed returns the transfers for which the action is possible.
func (s Selection) Allowed(a Action) []*uploader.Transfer { return Allowed(a, s.All) }

// Allowed returns those of the transfers for which the action is possible.
func Allowed(a Action, transfers []*uploader.Transfer) []*uploader.Transfer {
	var allowed []*uploader.Transfer
	for _, t := range transfers {
		if a.allows(t) {
			allowed = append(allowed, t)
		}
	}
	return allowed
}

// Targets returns the targets of the action's commands: whole batches, including files
// that are not found yet, and the single transfers for which the action is possible.
func (s Selection) Targets(a Action) []uploader.Target {
	var targets []uploader.Target
	for _, batch := range s.Batches {
		targets = append(targets, uploader.Target{Batch: batch})
	}
	if allowed := Allowed(a, s.Transfers); len(allowed) > 0 {
		targets = append(targets, uploader.TargetTransfers(IDs(allowed)...))
	}
	return targets
}

// IDs returns the IDs of transfers.
func IDs(transfers []*uploader.Transfer) []uploader.TransferID {
	ids := make([]uploader.TransferID, len(transfers))
	for i, t := range transfers {
		ids[i] = t.ID
	}
	return ids
}

// Link returns the link to a finished file ([uploader.Link]); "" for none. URLs of the
// built-in receiver are omitted, since they only work on this computer.
func Link(s *uploader.Snapshot, t *uploader.Transfer) string {
	if !hasLink(t) {
		return ""
	}
	server, _ := s.ServerInUse(t.Server)
	return words.Link(uploader.Link(server, t, s.FolderOf(t)))
}

// hasLink reports whether a transfer has a link.
func hasLink(t *uploader.Transfer) bool {
	return t.Phase == uploader.PhaseDone && t.Server != uploader.BuiltinServer && (t.Session.URL != "" || t.Result != nil && t.Result.Link() != "")
}

// Received reports whether the built-in receiver has written the file to its folder.
func Received(t *uploader.Transfer) bool {
	return t.Phase == uploader.PhaseDone && t.Server == uploader.BuiltinServer
}

// Retryable returns the transfers that ActionRetry is applied to: cancelled ones only if
// there are no others.
func Retryable(transfers []*uploader.Transfer) []*uploader.Transfer {
	allowed := Allowed(ActionRetry, transfers)
	notCancelled := slices.DeleteFunc(slices.Clone(allowed), func(t *uploader.Transfer) bool { return t.State() == uploader.StateCancelled })
	if len(notCancelled) > 0 {
		return notCancelled
	}
	return allowed
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
