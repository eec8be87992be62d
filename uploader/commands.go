package uploader

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
)

// terminatePatience is how long a server may take to remove an upload. Nobody
// waits for it but the leftover itself.
const terminatePatience = 30 * time.Second

// removalsMost is how many leftovers are removed from servers at a time.
const removalsMost = 8

// carryOut takes a command into the state. The answer goes out when the outcome
// is saved and shown.
func (l *loop) carryOut(o order) {
	err := l.command(o.command)
	l.replies = append(l.replies, reply{o.reply, err})
	l.stale, l.urgent = true, true
}

func (l *loop) command(command Command) error {
	switch c := command.(type) {
	case Add:
		return l.add(c)
	case Pause:
		l.intend(c.Target, IntentHold)
		l.feedAll(c.Target, pausedByUser{})
	case Resume:
		l.resume(c.Target)
	case retryWith:
		l.retry(c)
	case Cancel:
		l.callOff(c.Target)
		l.feedAll(c.Target, cancelledByUser{})
	case Remove:
		l.callOff(c.Target)
		l.feedAll(c.Target, removedByUser{})
	case SignedIn:
		l.signedIn(c.Server)
	case SaveServer:
		return l.saveServer(c.Server)
	case RemoveServer:
		return l.removeServer(c.ID)
	default:
		return fault.Newf(fault.Bug, fault.Run, "no such command: %T", command)
	}
	return nil
}

// targets lists the transfers a command means, in the user's order.
func (l *loop) targets(target Target) []TransferID {
	var ids []TransferID
	pick := func(t *Transfer) {
		if t != nil && (!target.Final || t.Phase.Final()) {
			ids = append(ids, t.ID)
		}
	}
	for _, id := range target.IDs {
		pick(l.table.get(id))
	}
	if target.All || target.Batch != 0 {
		for _, t := range l.table.rows {
			if target.All || t.Batch == target.Batch {
				pick(t)
			}
		}
	}
	return ids
}

func (l *loop) feedAll(target Target, in input) {
	for _, id := range l.targets(target) {
		l.feed(id, in)
	}
}

// covers reports whether a target means a batch as a whole, with what is still to
// be found of it.
func (t Target) covers(id BatchID) bool { return !t.Final && (t.All || t.Batch == id) }

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
			l.endWalk(id)
		}
	}
}

// resume also goes on with walking what an earlier run could not walk to its end.
func (l *loop) resume(target Target) {
	l.intend(target, IntentRun)
	l.feedAll(target, resumedByUser{})
	for id, b := range l.batches {
		if !b.Expanded && target.covers(id) {
			l.walk(id)
		}
	}
}

// lookAgain looks which of the failed paths have become folders, such as one on a
// drive that was away.
func (e *Engine) lookAgain(r Retry) retryWith {
	with := retryWith{Target: r.Target, folders: map[string]bool{}}
	for _, t := range e.Snapshot().Transfers {
		unseen := t.Phase == PhaseFailed && t.Fault.Op == fault.Stat && !t.Session.Begun()
		meant := r.Target.All || r.Target.Batch == t.Batch || slices.Contains(r.Target.IDs, t.ID)
		if unseen && meant && source.IsFolder(t.Source.Path) {
			with.folders[t.Source.Path] = true
		}
	}
	return with
}

// retry also opens the servers again that were left alone: the user says now. A
// folder that could not be walked when it was added is walked now.
func (l *loop) retry(r retryWith) {
	var unwalked []TransferID
	for _, id := range l.targets(r.Target) {
		t := l.table.get(id)
		delete(l.gates, t.Server)
		if t.Phase == PhaseFailed && l.batches[t.Batch] != nil && (t.Fault.Op == fault.List || r.folders[t.Source.Path]) {
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

// terminateLater removes from its server what it holds of a session, in the
// background and once that is saved. One attempt is made: servers expire what is
// left, and the user's wish to be rid of it does not wait for a server that is
// away.
func (l *loop) terminateLater(id TransferID, server ServerID, session Session) {
	urls := l.urlsOf(id, session)
	l.after = append(l.after, func(work context.Context) {
		remote, err := l.connect(server)
		if err != nil {
			l.feed(id, terminated{session})
			return
		}
		l.tasks.Go(func() {
			l.leftovers <- struct{}{}
			defer func() { <-l.leftovers }()
			ctx, cancel := context.WithTimeout(work, terminatePatience)
			defer cancel()
			for _, url := range urls {
				if err := remote.terminate(ctx, url); err != nil {
					l.log.Warn("upload stays on the server", "transfer", id, "err", err)
				}
			}
			if work.Err() == nil { // otherwise it is tried again at the next start
				l.report(id, terminated{session})
			}
		})
	})
}

// urlsOf lists everything the server may hold of a session. Parts are forgotten
// with the next commit, so that this is called before it.
func (l *loop) urlsOf(id TransferID, session Session) []string {
	var urls []string
	if session.URL != "" {
		urls = append(urls, session.URL)
	}
	for _, part := range l.partsOf(id, session) {
		if part.URL != "" {
			urls = append(urls, part.URL)
		}
	}
	return urls
}

// partsOf is what is saved of a session's parts, and what is about to be.
func (l *loop) partsOf(id TransferID, session Session) []Part {
	if session.Parts == 0 {
		return nil
	}
	saved, err := l.store.Parts(context.Background(), id)
	if err != nil {
		l.log.Warn("parts cannot be found", "transfer", id, "err", err)
	}
	return append(saved, l.pending.Parts[id]...)
}

func (l *loop) saveServer(s Server) error {
	if s.ID < 0 || s.ID >= l.nextServer {
		return fault.Newf(fault.Refused, fault.Save, "there is no server %d", s.ID)
	}
	if s.ID == 0 {
		s.ID = l.serverAt(s.Endpoint)
	}
	if s.ID == 0 {
		s.ID = l.nextServer
		l.nextServer++
	}
	if old, known := l.servers[s.ID]; known && old.Endpoint != s.Endpoint {
		l.move(old, s.Endpoint)
	}
	l.servers[s.ID] = s
	l.pending.Servers = append(l.pending.Servers, s)
	return nil
}

func (l *loop) serverAt(endpoint string) ServerID {
	for id, s := range l.servers {
		if s.Endpoint == endpoint {
			return id
		}
	}
	return 0
}

// move takes the uploads of a server along to its new address. Those under way
// there start again from what the server holds.
func (l *loop) move(old Server, endpoint string) {
	delete(l.remotes, old.ID)
	delete(l.gates, old.ID)
	if old.Endpoint == "" {
		return
	}
	for _, t := range slices.Clone(l.table.rows) {
		if t.Server != old.ID {
			continue
		}
		for _, part := range l.partsOf(t.ID, t.Session) {
			if rest, below := strings.CutPrefix(part.URL, old.Endpoint); below {
				part.URL = endpoint + rest
				l.keepParts(t.ID, part)
			}
		}
		if rest, below := strings.CutPrefix(t.Session.URL, old.Endpoint); below {
			l.feed(t.ID, moved{endpoint + rest})
		} else if t.Session.Parts > 0 {
			l.feed(t.ID, moved{t.Session.URL})
		}
	}
}

func (l *loop) removeServer(id ServerID) error {
	if id == BuiltinServer {
		return fault.Newf(fault.Refused, fault.Save, "the built-in receiver cannot be removed")
	}
	for _, t := range l.table.rows {
		if t.Server == id && t.Unfinished() {
			return fault.Newf(fault.Refused, fault.Save, "%q still has unfinished transfers", l.servers[id].Name)
		}
	}
	for _, b := range l.batches {
		if b.Server == id && !b.Expanded {
			return fault.Newf(fault.Refused, fault.Save, "files for %q are still being found", l.servers[id].Name)
		}
	}
	delete(l.servers, id)
	delete(l.remotes, id)
	delete(l.gates, id)
	l.pending.Servers = slices.DeleteFunc(l.pending.Servers, func(s Server) bool { return s.ID == id })
	l.pending.RemovedServers = append(l.pending.RemovedServers, id)
	return nil
}
