package lifecycle

import (
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// stepExists decides what becomes of a transfer whose name exists on the server. The user
// is asked unless there is a policy, and again once that does not work.
func stepExists(t uploader.Transfer, f *fault.Fault, now time.Time) (uploader.Transfer, Effects) {
	switch {
	case t.Exists == uploader.ExistsSkip:
		return skipped(t, f, now)
	case t.Exists == uploader.ExistsRename && t.NameNumber < uploader.MaxNameNumber:
		t.NameNumber = uploader.NextNameNumber(t.NameNumber)
		t.Phase = uploader.PhaseQueued
		return t, Effects{Enqueue: true}
	case t.Exists == uploader.ExistsOverwrite && f.Code != fault.CodeOverwriteRefused:
		t.Phase = uploader.PhaseQueued // the user decided while the worker sent the request
		return t, Effects{Enqueue: true}
	default:
		t.Exists = uploader.ExistsAsk
		t.Phase, t.Fault, t.Finished = uploader.PhaseFailed, f, uploader.TimestampOf(now)
		return t, Effects{}
	}
}

// stepExistsResolved applies a decision of the user at once if the transfer waits for it,
// and otherwise when its name turns out to exist.
func stepExistsResolved(t uploader.Transfer, in ExistsResolved, now time.Time) (uploader.Transfer, Effects) {
	switch {
	case t.NameExists() && !t.Intent.Cancels():
		f := t.Fault
		t = requeued(t)
		t.Exists = in.Policy
		if in.Policy == uploader.ExistsSkip {
			return skipped(t, f, now)
		}
		if in.Policy == uploader.ExistsRename {
			t.NameNumber = uploader.NextNameNumber(t.NameNumber)
		}
		return t, Effects{Enqueue: true}
	case !t.Phase.Final():
		t.Exists = in.Policy
	}
	return t, Effects{}
}

// skipped returns a transfer that is not uploaded because of f, with the deletion of what
// the server has of it.
func skipped(t uploader.Transfer, f *fault.Fault, now time.Time) (uploader.Transfer, Effects) {
	effects := Effects{Dequeue: true, Delete: t.Session}
	t = cancelled(t, now)
	t.Fault = f
	return t, effects
}

// withPolicy returns a transfer that is tried again with a policy. If its name exists on
// the server, the policy is that from now on, ExistsAsk as well, and its own name is tried
// first.
func withPolicy(t uploader.Transfer, policy uploader.ExistsPolicy) uploader.Transfer {
	known := t.NameExists() || t.Skipped()
	if known {
		t.NameNumber = 0
	}
	if known || policy != uploader.ExistsAsk {
		t.Exists = policy
	}
	return t
}
