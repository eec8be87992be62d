package engine

import (
	"context"
	"slices"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/admission"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/worker"
)

// retryWith is [uploader.Retry] with what was found at paths that could not be read
// before. Reading them could block the loop, as on a drive that does not respond.
type retryWith struct {
	Target  uploader.Target
	keep    bool            // Retry.KeepUploads
	folders map[string]bool // paths that are folders now
}

// execute carries out a command. The reply is sent when the outcome is saved and
// published: for a bulk command when all of it is, or when it is saved itself and all of it
// is published.
func (l *loop) execute(r request) {
	s := l.state
	if s.bulk.unfinished() && readsOthers(r.command) {
		s.bulk.deferCommand(r.command, r.reply)
		return
	}
	before := len(s.bulk.commands)
	err := l.command(r.command)
	if len(s.bulk.commands) > before {
		s.bulk.last().reply = r.reply
	} else {
		l.replies = append(l.replies, reply{r.reply, err})
	}
	s.unpublished, s.publishNow = true, true
}

// readsOthers reports whether a command depends on transfers that are not its
// target, so that all earlier commands must be complete. Other commands get single
// transfers with state.current.
func readsOthers(command any) bool {
	switch c := command.(type) {
	case uploader.RemoveServer, uploader.Scan:
		return true
	case uploader.SaveServer:
		return c.Server.ID != 0
	default:
		return false
	}
}

func (l *loop) command(command any) error {
	s := l.state
	switch c := command.(type) {
	case uploader.Add:
		return l.scans.add(c)
	case uploader.Pause:
		s.setIntent(c.Target, uploader.IntentPause)
		s.applySaved(uploader.CommandPause, c.Target)
	case uploader.Resume:
		l.resume(c.Target)
	case uploader.StopScan:
		l.scans.cancel(uploader.Target{Batch: c.Batch})
		s.deleteIfEmptyIn(uploader.Target{Batch: c.Batch})
	case uploader.Scan:
		l.scans.rescan(c.Batch)
	case uploader.Check:
		l.checks.start(c.Target)
	case retryWith:
		l.retry(c)
	case undecided:
		l.collectUndecided(c)
	case uploader.UploadAsIs:
		s.applyAll(c.Target, lifecycle.UploadedAsIs{})
	case uploader.EndFileWait:
		s.applyAll(c.Target, lifecycle.FileWaitEnded{})
	case uploader.Cancel:
		l.scans.cancel(c.Target)
		s.applySaved(uploader.CommandCancel, c.Target)
	case uploader.Remove:
		l.scans.cancel(c.Target)
		s.applySaved(uploader.CommandRemove, c.Target)
		s.deleteIfEmptyIn(c.Target)
	case restoration:
		s.restore(c)
	case uploader.Forget:
		s.forgetEntries(c.IDs)
	case uploader.ContinueEarlier:
		s.forEach(c.Target, l.continueEarlier)
	case uploader.ResolveExists:
		l.resolveExists(c)
	case relocation:
		l.relocate(c)
	case uploader.Unblock:
		l.unblock(c.Server)
	case uploader.SaveServer:
		return l.saveServer(c.Server)
	case uploader.UseServer:
		return l.useServer(c.Server)
	case uploader.RemoveServer:
		return l.removeServer(c.ID)
	case uploader.Move:
		s.move(c)
	case uploader.SetMetered:
		l.admission.SetMetered(c.Metered)
		l.applyLimits()
	case uploader.Configure:
		l.configure(c.Settings)
	default:
		return fault.Newf(fault.Bug, fault.Run, "unknown command %T", command)
	}
	return nil
}

// configure puts settings into effect. Files that wait because they may still be
// written are checked again.
func (l *loop) configure(settings uploader.Settings) {
	l.admission.Configure(settings, time.Now())
	l.history = history{} // compared with the new limits
	l.applyLimits()
	for _, id := range l.state.table.InPhase(uploader.PhaseWaiting) {
		if t := l.state.table.Get(id); t != nil && t.Phase == uploader.PhaseWaiting && t.Fault.Kind == fault.SourceBusy {
			l.state.apply(id, lifecycle.WaitEnded{})
		}
	}
}

// bulkReady reports whether the next portion of a bulk command can be applied: not
// while nothing can be saved.
func (l *loop) bulkReady() bool { return l.state.bulk.unfinished() && l.commits.fault == nil }

// nextBulkPortion applies the next portion of the oldest bulk command, or carries
// out the command that was deferred behind the ones before it.
func (l *loop) nextBulkPortion() {
	s := l.state
	c := s.bulk.commands[0]
	if c.deferred != nil {
		later := s.bulk.commands[1:]
		s.bulk.commands = nil
		l.execute(request{c.deferred, c.reply})
		s.bulk.commands = append(s.bulk.commands, later...)
		s.bulk.portioned = true
		return
	}
	s.applyPortion(c)
	if len(c.ids) == 0 {
		s.bulk.commands = slices.Delete(s.bulk.commands, 0, 1)
		s.publishNow = true
		l.replies = append(l.replies, reply{to: c.reply})
	}
	s.unpublished, s.bulk.portioned = true, true
}

// saveOutdated makes the next commit save a portion of the outdated transfers: while
// no bulk command is being applied, and something can be saved.
func (l *loop) saveOutdated() {
	if l.outdatedReady() {
		l.state.outdated.due = true
	}
}

func (l *loop) outdatedReady() bool {
	return l.loading == nil && l.state.outdated.commands && !l.state.bulk.unfinished() && l.commits.fault == nil && !l.stopping
}

// resume also scans the rest of batches that an earlier run did not scan to the end:
// those of the target, and those of which it has a transfer.
func (l *loop) resume(target uploader.Target) {
	s := l.state
	s.setIntent(target, uploader.IntentRun)
	s.applySaved(uploader.CommandResume, target)
	batches := map[uploader.BatchID]bool{}
	for _, id := range target.IDs {
		if t := s.table.Get(id); t != nil {
			batches[t.Batch] = true
		}
	}
	for _, b := range s.orderedBatches() {
		if !b.Scanned && (target.CoversBatch(b.ID) || batches[b.ID] && b.Intent == uploader.IntentRun) {
			l.scans.scan(b.ID)
		}
	}
}

// prepareRetry finds out which failed paths are folders now, such as one on a drive
// that was disconnected. It runs on the caller's goroutine. What is at a path whose drive
// does not respond is found out by the worker.
func (e *Engine) prepareRetry(ctx context.Context, r uploader.Retry) retryWith {
	named := r.Target.IDSet()
	var paths []string
	for t := range e.Snapshot().Transfers.Values() {
		notFound := t.Phase == uploader.PhaseFailed && t.Fault.Op == fault.Stat && !t.Session.Begun()
		if notFound && (r.Target.All || r.Target.Batch == t.Batch || named[t.ID]) {
			paths = append(paths, t.Source.Path)
		}
	}
	return retryWith{Target: r.Target, keep: r.KeepUploads, folders: e.foldersAmong(ctx, paths)}
}

// retry also unblocks the servers. A transfer that needs a decision about an earlier
// upload is retried only if the target names it.
func (l *loop) retry(r retryWith) {
	named := r.Target.IDSet()
	for _, id := range l.state.targets(r.Target) {
		if t := l.state.table.Get(id); t.State() != uploader.StateNeedsDecision && !t.NotComparable() || named[id] {
			l.admission.Unblock(t.Server)
		}
	}
	l.state.forEach(r.Target, func(ids []uploader.TransferID) { l.retryThese(r, ids, named) })
}

// retryThese retries transfers. A folder that could not be scanned when it was added
// is scanned now, in place of its transfer.
func (l *loop) retryThese(r retryWith, ids []uploader.TransferID, named map[uploader.TransferID]bool) {
	s := l.state
	var scanned []uploader.TransferID
	for _, id := range ids {
		t := s.table.Get(id)
		if (t.State() == uploader.StateNeedsDecision || t.NotComparable()) && !named[id] {
			continue
		}
		if t.Phase == uploader.PhaseFailed && s.batches[t.Batch] != nil && (t.Fault.Op == fault.List || r.folders[t.Source.Path]) {
			scanned = append(scanned, id)
			l.scans.scanPath(t.Batch, t.Source.Path)
			continue
		}
		s.apply(id, lifecycle.RetriedByUser{KeepUpload: r.keep})
	}
	if len(scanned) > 0 {
		s.removeFromList(scanned)
	}
}

// continueEarlier resumes the earlier uploads that transfers may belong to, with the
// files of those transfers. If the earlier upload no longer exists, the file is sent
// as a new one. A transfer whose own upload cannot be compared with its file resumes.
func (l *loop) continueEarlier(ids []uploader.TransferID) {
	s := l.state
	var resumed []uploader.TransferID
	for _, id := range ids {
		t := s.table.Get(id)
		if t.NotComparable() {
			s.continued[id] = true
			s.apply(id, lifecycle.ContinuedByUser{})
			continue
		}
		if t.Phase != uploader.PhaseFailed || t.Fault.Kind != fault.AmbiguousMatch {
			continue
		}
		prior := s.current(t.EarlierUpload)
		if prior == nil || !prior.Resumable() {
			s.apply(id, lifecycle.RetriedByUser{})
			continue
		}
		s.apply(prior.ID, lifecycle.AddedAgain{File: t.Source, Fingerprint: t.Fingerprint, Batch: t.Batch})
		resumed = append(resumed, id)
	}
	if len(resumed) > 0 {
		s.removeFromList(resumed)
	}
}

// unblock resumes everything that waited for the user to act on a server. Running
// workers keep their connections; faults that they still meet with those do not block
// the server again.
func (l *loop) unblock(server uploader.ServerID) {
	l.admission.Unblock(server)
	l.servers.reconnect(server)
	waits := func(t *uploader.Transfer) bool {
		return t != nil && (t.Phase == uploader.PhaseWaiting || t.Phase == uploader.PhaseFailed && mayHavePassed(t.Fault))
	}
	for _, id := range l.state.table.InPhase(uploader.PhaseWaiting, uploader.PhaseFailed) {
		if t := l.state.table.Get(id); t != nil && t.Server == server && waits(t) && waits(l.state.current(id)) {
			l.state.apply(id, lifecycle.RetriedByUser{})
		}
	}
	l.deleter.SignedIn(server)
}

// mayHavePassed reports whether the user may have resolved a fault by acting on the
// server.
func mayHavePassed(f *fault.Fault) bool {
	return f != nil && (admission.NeedsUser(f) || f.Kind == fault.Auth || f.Forbidden())
}

// deleteUpload deletes the uploads of an abandoned session from the server in the
// background, once it is saved that the session is abandoned. If the server cannot be
// connected, the uploads are left to expire.
func (l *loop) deleteUpload(id uploader.TransferID, server uploader.ServerID, session uploader.Session) {
	uploads := l.uploadsOf(id, session)
	l.state.afterCommit = append(l.state.afterCommit, func(work context.Context) {
		done := func(kept bool) {
			if kept && l.state.table.Get(id) != nil {
				l.state.journal.Add(id, uploader.Event{At: time.Now().Round(0), Kind: uploader.EventKept, Offset: session.Offset})
			}
			l.state.apply(id, lifecycle.UploadDeleted{Session: session})
		}
		remote, err := l.servers.connect(server)
		if err != nil || session.Complete() {
			done(true)
			return
		}
		l.deleter.Delete(work, remote, uploads, done)
	})
}

// uploadsOf returns everything that the server may have of a session. The next commit
// deletes the parts, so it must be called before.
func (l *loop) uploadsOf(id uploader.TransferID, session uploader.Session) []worker.Deletion {
	var uploads []worker.Deletion
	if session.URL != "" {
		uploads = append(uploads, worker.Deletion{URL: session.URL, Unconfirmed: session.Unconfirmed})
	}
	for _, part := range l.partsOf(id, session) {
		if part.URL != "" {
			uploads = append(uploads, worker.Deletion{URL: part.URL, Unconfirmed: part.Unconfirmed})
		}
	}
	return uploads
}

// partsOf returns the parts of a session, saved ones and those not saved yet.
func (l *loop) partsOf(id uploader.TransferID, session uploader.Session) []uploader.Part {
	if session.Parts == 0 {
		return nil
	}
	saved, err := l.engine.config.Store.Parts(context.Background(), id)
	if err != nil {
		l.log.Warn("load parts failed", "transfer", id, "err", err)
	}
	return append(saved, l.state.changes.Parts[id]...)
}
