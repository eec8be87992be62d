package uploader

import (
	"slices"

	"github.com/ferryapp/ferry/uploader/fault"
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
	case RemoveServer, Find:
		return true
	case SaveServer:
		return c.Server.ID != 0
	default:
		return false
	}
}

func (l *loop) command(command any) error {
	switch c := command.(type) {
	case Add:
		return l.add(c)
	case Pause:
		l.intend(c.Target, IntentHold)
		l.feedAll(c.Target, pausedByUser{})
	case Resume:
		l.resume(c.Target)
	case StopFinding:
		l.callOff(Target{Batch: c.Batch})
		l.forgetEmptyOf(Target{Batch: c.Batch})
	case Find:
		l.find(c.Batch)
	case Check:
		l.check(c.Target)
	case retryWith:
		l.retry(c)
	case Cancel:
		l.callOff(c.Target)
		l.feedAll(c.Target, cancelledByUser{})
	case Remove:
		l.callOff(c.Target)
		l.feedAll(c.Target, removedByUser{})
		l.forgetEmptyOf(c.Target)
	case Continue:
		l.proceed(c.Target)
	case relocation:
		l.relocate(c)
	case SignedIn:
		l.reopen(c.Server)
	case SaveServer:
		return l.saveServer(c.Server)
	case RemoveServer:
		return l.removeServer(c.ID)
	case Move:
		l.rearrange(c)
	case Metering:
		l.metered = c.Metered
		l.regulate()
	case Configure:
		l.configure(c.Settings)
		l.settleAnew()
	default:
		return fault.Newf(fault.Bug, fault.Run, "no such command: %T", command)
	}
	return nil
}

// targets lists the transfers a command means, in the user's order. As long as one
// from before is still to come to some of them, also those that are final only then.
func (l *loop) targets(target Target) []TransferID {
	var ids []TransferID
	pick := func(t *Transfer) {
		if t != nil && (!target.Final || t.Phase.Final() || len(l.sweeps) > 0) {
			ids = append(ids, t.ID)
		}
	}
	for _, id := range target.IDs {
		pick(l.table.get(id))
	}
	if target.All || target.Batch != 0 {
		for t := range l.table.all() {
			if target.All || t.Batch == target.Batch {
				pick(t)
			}
		}
	}
	return ids
}

func (l *loop) feedAll(target Target, in input) {
	l.sweep(target, func(ids []TransferID) {
		for _, id := range ids {
			l.feed(id, in)
		}
	})
}

// intend says what becomes of the files that are still to be found.
func (l *loop) intend(target Target, intent Intent) {
	for id, b := range l.batches {
		if !b.Expanded && target.covers(id) && b.Intent != intent {
			next := *b
			next.Intent = intent
			l.keep(next)
		}
	}
}

// callOff ends the walks of the batches meant.
func (l *loop) callOff(target Target) {
	for id, b := range l.batches {
		if !b.Expanded && target.covers(id) {
			l.walks = slices.DeleteFunc(l.walks, func(o walkOrder) bool { return o.batch == id })
			l.endWalk(id)
		}
	}
}

// find walks a batch whose walk is over.
func (l *loop) find(id BatchID) {
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
func (l *loop) forgetEmptyOf(target Target) {
	for id := range l.batches {
		if target.All || target.Batch == id {
			l.forgetEmpty(id)
		}
	}
}

// resume also goes on with walking what an earlier run could not walk to its end:
// the rest of a batch of which the user wants a file.
func (l *loop) resume(target Target) {
	l.intend(target, IntentRun)
	l.feedAll(target, resumedByUser{})
	wanted := map[BatchID]bool{}
	for _, id := range target.IDs {
		if t := l.table.get(id); t != nil {
			wanted[t.Batch] = true
		}
	}
	for id, b := range l.batches {
		if !b.Expanded && (target.covers(id) || wanted[id] && b.Intent == IntentRun) {
			l.walk(id)
		}
	}
}

// lookAgain looks which of the failed paths have become folders, such as one on a
// drive that was away.
func (e *Engine) lookAgain(r Retry) retryWith {
	with, named := retryWith{Target: r.Target, folders: map[string]bool{}}, r.Target.named()
	for _, t := range e.Snapshot().Transfers {
		unseen := t.Phase == PhaseFailed && t.Fault.Op == fault.Stat && !t.Session.Begun()
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
	named := r.Target.named()
	for _, id := range l.targets(r.Target) {
		if t := l.table.get(id); t.State() != StateAsking || named[id] {
			delete(l.gates, t.Server)
		}
	}
	l.sweep(r.Target, func(ids []TransferID) { l.retryThese(ids, named, r.folders) })
}

func (l *loop) retryThese(ids []TransferID, named map[TransferID]bool, folders map[string]bool) {
	var unwalked []TransferID
	for _, id := range ids {
		t := l.table.get(id)
		if t.State() == StateAsking && !named[id] {
			continue
		}
		if t.Phase == PhaseFailed && l.batches[t.Batch] != nil && (t.Fault.Op == fault.List || folders[t.Source.Path]) {
			unwalked = append(unwalked, id)
			l.walkAgain(t.Batch, t.Source.Path)
			continue
		}
		l.feed(id, retriedByUser{})
	}
	if len(unwalked) > 0 {
		l.forget(unwalked)
	}
}

// retryWith is Retry with what its caller saw of paths that were not there before.
// Looking may take long, on a drive that does not answer, and the loop never does.
type retryWith struct {
	Target  Target
	folders map[string]bool // paths that are folders now
}
