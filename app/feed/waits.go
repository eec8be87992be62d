package feed

import (
	"maps"
	"slices"
	"time"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// waitReason is why a transfer waits. Waits with the same reason are reported once.
type waitReason struct {
	state   uploader.State
	kind    fault.Kind
	code    string
	attempt int32
	nextTry uploader.Timestamp
}

// waitReasonOf returns why a transfer waits, apart from waiting for other uploads, and
// whether it does.
func waitReasonOf(t *uploader.Transfer) (reason waitReason, waits bool) {
	state := t.State()
	switch state {
	case uploader.StatePaused:
		return waitReason{state: state}, true
	case uploader.StateOffline, uploader.StateRetrying, uploader.StateBusy:
		return waitReason{state: state, kind: t.Fault.Kind, code: t.Fault.Code, attempt: t.Attempt, nextTry: t.NextTry}, true
	case uploader.StateWaiting:
		if t.Phase == uploader.PhaseWaiting && t.Fault != nil { // the file is looked at again and again until it is free
			return waitReason{state: state, kind: t.Fault.Kind, code: t.Fault.Code}, true
		}
	}
	return waitReason{}, false
}

// sameHold reports whether two holds of a server are reported as one. Until moves with
// each attempt to reach the server.
func sameHold(a, b uploader.Hold) bool {
	if b.Fault != nil {
		return a.Reason == b.Reason && sameFault(a.Fault, b.Fault)
	}
	return a == b
}

// sameFault reports whether two faults of a server are reported as one.
func sameFault(a, b *fault.Fault) bool {
	return a != nil && a.Kind == b.Kind && a.Code == b.Code
}

// noticeDelay is for how long there must be no event before notice emits one.
const noticeDelay = 2 * time.Second

// noticeReason is what notice reported. The zero value is nothing.
type noticeReason struct {
	id     uploader.TransferID // 0: everything that is queued, or a scan
	server uploader.ServerID
	state  uploader.State
	known  bool
}

// notice emits an event that says what is waited for, if nothing was emitted for
// noticeDelay. It is for everything that has no event of its own: a scan, the turn of
// a transfer, reading a file, and a request whose response takes long.
func (f *follower) notice(s *uploader.Snapshot, now time.Time) error {
	f.now = now
	if now.Sub(f.emitted) < noticeDelay || s.StoreFault != nil { // that was reported, and nothing advances
		return nil
	}
	reason, event := f.awaited(s, now)
	if !reason.known || reason == f.noticed {
		return nil
	}
	f.noticed = reason
	return f.emit(event)
}

// awaited returns what the followed transfers wait for and the event for it. What was
// reported by another event is left out.
func (f *follower) awaited(s *uploader.Snapshot, now time.Time) (noticeReason, Event) {
	for _, id := range slices.Sorted(maps.Keys(s.Progress)) {
		t := f.followed(id)
		if t == nil || !t.Phase.Working() || f.files.ended[id] || f.files.waits(id) || f.drives[id] {
			continue
		}
		message := words.Row(s, t, 0, now)
		if t.Phase == uploader.PhaseSending {
			message = words.Text("state.stalled")
		}
		return noticeReason{id: id, state: t.State(), known: true}, newEvent(Waiting, s, t, message)
	}
	if f.summary.Open == 0 {
		return noticeReason{state: uploader.StatePreparing, known: !f.filter.scanned(s) && len(s.ScanFaults) == 0}, Event{Event: Waiting, Message: words.Text("state.scanning")}
	}
	for _, server := range s.Servers {
		_, held := s.Holds[server.ID]
		if f.queued[server.ID] > 0 && !held && s.Blocked[server.ID] == nil { // those are reported by reportHolds and reportBlocked
			return noticeReason{server: server.ID, known: true}, Event{Event: Waiting, Server: server.Name, Message: words.Text("state.queued")}
		}
	}
	return noticeReason{}, Event{}
}
