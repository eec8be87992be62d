package engine

import (
	"slices"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/scan"
)

// carryOut takes a command into the state. The answer goes out when the outcome
// is saved and shown: of a sweep when all of it is.
func (l *loop) carryOut(o order) {
	if len(l.sweeps) > 0 && looksAtAll(o.command) {
		l.sweeps = append(l.sweeps, &sweep{behind: o.command, reply: o.reply})
		return
	}
	before := len(l.sweeps)
	err := l.command(o.command)
	if len(l.sweeps) > before {
		l.sweeps[len(l.sweeps)-1].reply = o.reply
	} else {
		l.replies = append(l.replies, reply{o.reply, err})
	}
	l.stale, l.urgent = true, true
}

// looksAtAll reports whether a command looks at transfers by the way, so that all
// that was commanded before must have come to them. The others ask for it one by one
// (settled).
func looksAtAll(command any) bool {
	switch c := command.(type) {
	case uploader.RemoveServer, uploader.Find:
		return true
	case uploader.SaveServer:
		return c.Server.ID != 0
	default:
		return false
	}
}

func (l *loop) command(command any) error {
	switch c := command.(type) {
	case uploader.Add:
		return l.add(c)
	case uploader.Pause:
		l.intend(c.Target, uploader.IntentHold)
		l.feedAll(c.Target, lifecycle.PausedByUser{})
	case uploader.Resume:
		l.resume(c.Target)
	case uploader.StopFinding:
		l.callOff(uploader.Target{Batch: c.Batch})
		l.forgetEmptyOf(uploader.Target{Batch: c.Batch})
	case uploader.Find:
		l.find(c.Batch)
	case uploader.Check:
		l.check(c.Target)
	case retryWith:
		l.retry(c)
	case uploader.Cancel:
		l.callOff(c.Target)
		l.feedAll(c.Target, lifecycle.CancelledByUser{})
	case uploader.Remove:
		l.callOff(c.Target)
		l.feedAll(c.Target, lifecycle.RemovedByUser{})
		l.forgetEmptyOf(c.Target)
	case uploader.Continue:
		l.proceed(c.Target)
	case relocation:
		l.relocate(c)
	case uploader.SignedIn:
		l.reopen(c.Server)
	case uploader.SaveServer:
		return l.saveServer(c.Server)
	case uploader.RemoveServer:
		return l.removeServer(c.ID)
	case uploader.Move:
		l.rearrange(c)
	case uploader.Metering:
		l.metered = c.Metered
		l.regulate()
	case uploader.Configure:
		l.configure(c.Settings)
		l.settleAnew()
	default:
		return fault.Newf(fault.Bug, fault.Run, "no such command: %T", command)
	}
	return nil
}

// targets lists the transfers a command means, in the user's order. As long as one
// from before is still to come to some of them, also those that are final only then.
func (l *loop) targets(target uploader.Target) []uploader.TransferID {
	var ids []uploader.TransferID
	pick := func(t *uploader.Transfer) {
		if t != nil && (!target.Final || t.Phase.Final() || len(l.sweeps) > 0) {
			ids = append(ids, t.ID)
		}
	}
	for _, id := range target.IDs {
		pick(l.table.Get(id))
	}
	if target.All || target.Batch != 0 {
		for t := range l.table.All() {
			if target.All || t.Batch == target.Batch {
				pick(t)
			}
		}
	}
	return ids
}

func (l *loop) feedAll(target uploader.Target, in lifecycle.Input) {
	l.sweep(target, func(ids []uploader.TransferID) {
		for _, id := range ids {
			l.feed(id, in)
		}
	})
}

// intend says what becomes of the files that are still to be found.
func (l *loop) intend(target uploader.Target, intent uploader.Intent) {
	for id, b := range l.batches {
		if !b.Expanded && target.Covers(id) && b.Intent != intent {
			next := *b
			next.Intent = intent
			l.keep(next)
		}
	}
}

// callOff ends the walks of the batches meant.
func (l *loop) callOff(target uploader.Target) {
	for id, b := range l.batches {
		if !b.Expanded && target.Covers(id) {
			l.walks = slices.DeleteFunc(l.walks, func(o scan.Request) bool { return o.Batch == id })
			l.endWalk(id)
		}
	}
}

// find walks a batch whose walk is over.
func (l *loop) find(id uploader.BatchID) {
	known := l.batches[id]
	if known == nil || !known.Expanded {
		return
	}
	b := *known
	b.Expanded = false
	l.keep(b)
	l.walk(id)
}

// forgetEmptyOf removes the batches meant in which nothing was found.
func (l *loop) forgetEmptyOf(target uploader.Target) {
	for id := range l.batches {
		if target.All || target.Batch == id {
			l.forgetEmpty(id)
		}
	}
}

// resume also goes on with walking what an earlier run could not walk to its end:
// the rest of a batch of which the user wants a file.
func (l *loop) resume(target uploader.Target) {
	l.intend(target, uploader.IntentRun)
	l.feedAll(target, lifecycle.ResumedByUser{})
	wanted := map[uploader.BatchID]bool{}
	for _, id := range target.IDs {
		if t := l.table.Get(id); t != nil {
			wanted[t.Batch] = true
		}
	}
	for id, b := range l.batches {
		if !b.Expanded && (target.Covers(id) || wanted[id] && b.Intent == uploader.IntentRun) {
			l.walk(id)
		}
	}
}

// lookAgain looks which of the failed paths have become folders, such as one on a
// drive that was away.
func (e *Engine) lookAgain(r uploader.Retry) retryWith {
	with, named := retryWith{Target: r.Target, folders: map[string]bool{}}, r.Target.Named()
	for _, t := range e.Snapshot().Transfers {
		unseen := t.Phase == uploader.PhaseFailed && t.Fault.Op == fault.Stat && !t.Session.Begun()
		meant := r.Target.All || r.Target.Batch == t.Batch || named[t.ID]
		if unseen && meant && e.config.Disk.IsFolder(t.Source.Path) {
			with.folders[t.Source.Path] = true
		}
	}
	return with
}

// retry also opens the servers again that were left alone: the user says now. A
// folder that could not be walked when it was added is walked now. What asks about
// an earlier upload is answered one by one, and never by the way.
func (l *loop) retry(r retryWith) {
	named := r.Target.Named()
	for _, id := range l.targets(r.Target) {
		if t := l.table.Get(id); t.State() != uploader.StateAsking || named[id] {
			delete(l.gates, t.Server)
		}
	}
	l.sweep(r.Target, func(ids []uploader.TransferID) { l.retryThese(ids, named, r.folders) })
}

func (l *loop) retryThese(ids []uploader.TransferID, named map[uploader.TransferID]bool, folders map[string]bool) {
	var unwalked []uploader.TransferID
	for _, id := range ids {
		t := l.table.Get(id)
		if t.State() == uploader.StateAsking && !named[id] {
			continue
		}
		if t.Phase == uploader.PhaseFailed && l.batches[t.Batch] != nil && (t.Fault.Op == fault.List || folders[t.Source.Path]) {
			unwalked = append(unwalked, id)
			l.walkAgain(t.Batch, t.Source.Path)
			continue
		}
		l.feed(id, lifecycle.RetriedByUser{})
	}
	if len(unwalked) > 0 {
		l.forget(unwalked)
	}
}

// retryWith is Retry with what its caller saw of paths that were not there before.
// Looking may take long, on a drive that does not answer, and the loop never does.
type retryWith struct {
	Target  uploader.Target
	folders map[string]bool // paths that are folders now
}
