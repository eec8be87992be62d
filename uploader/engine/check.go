package engine

import (
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
)

// freshMost is how many files are looked for of which no server has anything yet.
// There may be a million, and nothing of them can be lost.
const freshMost = 1000

// check has the transfers looked at that wait for the user: what the server holds
// of them, and whether their files are still there. They stand in line for it like
// any work, and wait for the user again when it is done.
func (l *loop) check(target uploader.Target) {
	fresh := 0
	l.sweep(target, func(ids []uploader.TransferID) { l.checkThese(ids, &fresh) })
}

func (l *loop) checkThese(ids []uploader.TransferID, fresh *int) {
	for _, id := range ids {
		t := l.table.Get(id)
		if t.Phase != uploader.PhaseQueued || t.Intent != uploader.IntentRun || l.queue.Holds(int64(id)) || l.flights[id] != nil {
			continue // it moves, or is to rest
		}
		if !t.Session.Begun() {
			if *fresh++; *fresh > freshMost {
				continue
			}
		}
		l.checks[id] = true
		l.queue.Push(itemOf(t))
	}
	l.endVainChecks()
}

// unchecked makes work of a transfer's check when it is wanted now, and ends one
// that has no use any more.
func (l *loop) unchecked(id uploader.TransferID, in lifecycle.Input, then lifecycle.Effects) {
	switch in.(type) {
	case lifecycle.ResumedByUser, lifecycle.AddedAgain:
		delete(l.checks, id)
	}
	if then.Enqueue || then.Dequeue {
		delete(l.checks, id)
	}
}

// concluded takes what a check found. One that was late found out about what was
// done away with meanwhile, and is made again.
func (l *loop) concluded(id uploader.TransferID, found lifecycle.CheckEnded, late bool) {
	if late {
		found.Fault = nil
	}
	found.Held = l.checks[id]
	delete(l.checks, id)
	l.feed(id, found)
	switch t := l.table.Get(id); {
	case t == nil:
	case late && found.Held:
		l.check(uploader.These(id))
	case found.Fault != nil:
		l.answerAll(t.Server, found.Fault)
		l.judge(t, found.Fault)
	}
}

// answerAll ends the checks that are still to be made at a server. What was found
// of the server itself is true for all of them.
func (l *loop) answerAll(server uploader.ServerID, f *fault.Fault) {
	if f != nil && !aboutServer(f) {
		return
	}
	for id := range l.checks {
		t := l.table.Get(id)
		if t == nil || t.Server != server || l.flights[id] != nil {
			continue
		}
		answer := lifecycle.CheckEnded{Held: true}
		if t.Session.Begun() {
			answer.Fault = f
		}
		delete(l.checks, id)
		l.queue.Remove(int64(id))
		l.feed(id, answer)
	}
}

// endVainChecks ends those at servers to which nothing goes at the moment: what was
// Known last has to do.
func (l *loop) endVainChecks() {
	if len(l.checks) == 0 {
		return
	}
	for id := range l.servers {
		if l.room(int64(id)) > 0 {
			continue
		}
		known := l.gates[id].fault
		if known != nil && !aboutServer(known) {
			known = nil
		}
		l.answerAll(id, known)
	}
}

// aboutServer reports whether every transfer of the server would meet the fault.
func aboutServer(f *fault.Fault) bool {
	switch f.Kind {
	case fault.Offline, fault.Unreachable, fault.NotTus, fault.TLS, fault.Auth:
		return true
	default:
		return false
	}
}
