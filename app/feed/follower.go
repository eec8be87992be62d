package feed

import (
	"time"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// follower is one Follow between two snapshots.
type follower struct {
	filter  Filter
	emit    func(Event) error
	rows    []*uploader.Transfer // of the last snapshot
	known   map[uploader.TransferID]*uploader.Transfer
	sent    map[uploader.TransferID]int64 // as told last, of the moving ones
	trouble error
	open    map[uploader.ServerID]int // transfers that are not final
	held    map[uploader.ServerID]uploader.Hold
	summary Summary
}

func newFollower(filter Filter, emit func(Event) error) *follower {
	return &follower{
		filter: filter, emit: emit,
		known: map[uploader.TransferID]*uploader.Transfer{},
		sent:  map[uploader.TransferID]int64{},
		open:  map[uploader.ServerID]int{},
		held:  map[uploader.ServerID]uploader.Hold{},
	}
}

// stands reports whether nothing goes on by itself: all is final, or stands in
// line before a server that waits for the user.
func (f *follower) stands(s *uploader.Snapshot) bool {
	for server, n := range f.open {
		if n > 0 && s.Blocked[server] == nil {
			return false
		}
	}
	for id := range s.Live {
		if t := f.known[id]; t != nil && !t.Phase.Final() {
			return false
		}
	}
	return true
}

// tellBlocked says once for each server why what is left waits for the user.
func (f *follower) tellBlocked(s *uploader.Snapshot) error {
	for _, server := range s.Servers {
		reason := s.Blocked[server.ID]
		if reason == nil || f.open[server.ID] == 0 {
			continue
		}
		message := words.Fault(reason, words.Subject{Server: words.Server(server)}).String()
		if err := f.emit(Event{Event: Waiting, Server: server.Name, Fault: reason.Kind.String(), Message: message}); err != nil {
			return err
		}
	}
	return nil
}

func (f *follower) step(s *uploader.Snapshot, now time.Time) error {
	changed, removed := compare(f.rows, s.Transfers)
	f.rows = s.Transfers
	for _, t := range changed {
		if err := f.change(s, t, now); err != nil {
			return err
		}
	}
	for _, t := range removed {
		if err := f.remove(s, t); err != nil {
			return err
		}
	}
	if err := f.progress(s); err != nil {
		return err
	}
	if err := f.tellHeld(s, now); err != nil {
		return err
	}
	return f.tellTrouble(s)
}

// tellHeld says once for each server why nothing goes there for a while, where no
// transfer says it: the ones in line just wait for their turn.
func (f *follower) tellHeld(s *uploader.Snapshot, now time.Time) error {
	for _, server := range s.Servers {
		hold, held := s.Held[server.ID]
		switch {
		case !held:
			delete(f.held, server.ID)
			continue
		case hold.Reason == uploader.HeldByServer, f.open[server.ID] == 0, f.held[server.ID] == hold:
			continue
		}
		f.held[server.ID] = hold
		if err := f.emit(Event{Event: Waiting, Server: server.Name, Message: words.Held(hold, now)}); err != nil {
			return err
		}
	}
	return nil
}

// compare finds what differs between two lists that mostly hold the same
// pointers at the same places.
func compare(before, after []*uploader.Transfer) (changed, removed []*uploader.Transfer) {
	for i, t := range after {
		if i >= len(before) || before[i] != t {
			changed = append(changed, t)
		}
	}
	var left map[uploader.TransferID]bool
	for i, t := range before {
		if i < len(after) && (after[i] == t || after[i].ID == t.ID) {
			continue
		}
		if left == nil {
			left = make(map[uploader.TransferID]bool, len(changed))
			for _, c := range changed {
				left[c.ID] = true
			}
		}
		if !left[t.ID] {
			removed = append(removed, t)
		}
	}
	return changed, removed
}

func (f *follower) change(s *uploader.Snapshot, t *uploader.Transfer, now time.Time) error {
	before := f.known[t.ID]
	if before == t || before == nil && !f.filter.means(t) {
		return nil
	}
	f.known[t.ID] = t
	f.count(before, t)
	if before == nil {
		if err := f.emit(event(Added, s, t, "")); err != nil {
			return err
		}
	}
	return f.tell(s, before, t, now)
}

// tell emits what the change from before to t means.
func (f *follower) tell(s *uploader.Snapshot, before, t *uploader.Transfer, now time.Time) error {
	if t.Phase.Final() {
		delete(f.sent, t.ID)
		if before != nil && before.Phase == t.Phase {
			return nil
		}
		return f.emit(final(s, t, now))
	}
	if state := t.State(); waits(state) && (before == nil || !sameWait(before, t)) {
		e := event(Waiting, s, t, words.Row(s, t, 0, now))
		if state == uploader.StatePaused {
			e.Fault = ""
		}
		return f.emit(e)
	}
	return nil
}

func final(s *uploader.Snapshot, t *uploader.Transfer, now time.Time) Event {
	switch t.Phase {
	case uploader.PhaseDone:
		return event(Done, s, t, words.Row(s, t, 0, now))
	case uploader.PhaseFailed:
		server, _ := s.Server(t.Server)
		return event(Failed, s, t, words.Fault(t.Fault, words.Subject{File: t.Source.Path, Server: words.Server(server)}).String())
	default:
		return event(Failed, s, t, words.State(uploader.StateCancelled))
	}
}

// waits reports whether a transfer in that state goes on later.
func waits(state uploader.State) bool {
	switch state {
	case uploader.StatePaused, uploader.StateOffline, uploader.StateRetrying, uploader.StateBusy:
		return true
	default:
		return false
	}
}

func sameWait(a, b *uploader.Transfer) bool {
	return a.State() == b.State() && a.Attempt == b.Attempt && a.NextTry == b.NextTry
}

// remove tells of a transfer that was taken off the list before it was final.
func (f *follower) remove(s *uploader.Snapshot, t *uploader.Transfer) error {
	before := f.known[t.ID]
	if before == nil {
		return nil
	}
	delete(f.known, t.ID)
	delete(f.sent, t.ID)
	if before.Phase.Final() {
		return nil
	}
	f.count(before, &uploader.Transfer{Phase: uploader.PhaseCancelled})
	return f.emit(event(Failed, s, t, words.State(uploader.StateCancelled)))
}

func (f *follower) progress(s *uploader.Snapshot) error {
	for id := range s.Live {
		t := f.known[id]
		if t == nil || t.Phase.Final() {
			continue
		}
		sent := s.Sent(t)
		if told, ok := f.sent[id]; ok && told == sent || sent == 0 {
			continue
		}
		f.sent[id] = sent
		if err := f.emit(event(Progress, s, t, "")); err != nil {
			return err
		}
	}
	return nil
}

// tellTrouble says once that nothing can be saved at the moment.
func (f *follower) tellTrouble(s *uploader.Snapshot) error {
	if s.Trouble == nil {
		f.trouble = nil
		return nil
	}
	if f.trouble != nil {
		return nil
	}
	f.trouble = s.Trouble
	return f.emit(Event{Event: Waiting, Fault: s.Trouble.Kind.String(), Message: words.Fault(s.Trouble, words.Subject{}).String()})
}

// count moves a transfer from where it was counted to where it is now.
func (f *follower) count(before, t *uploader.Transfer) {
	if before != nil {
		f.add(before, -1)
	}
	f.add(t, 1)
}

func (f *follower) add(t *uploader.Transfer, n int) {
	switch {
	case t.Phase == uploader.PhaseDone:
		f.summary.Done += n
		f.summary.Bytes += int64(n) * t.Source.Size
	case t.Phase.Final():
		f.summary.Failed += n
	default:
		f.summary.Open += n
		f.open[t.Server] += n
	}
}

func event(name string, s *uploader.Snapshot, t *uploader.Transfer, message string) Event {
	e := Event{
		Event: name, ID: t.ID, Path: t.Source.Path, Size: t.Source.Size, Sent: s.Sent(t),
		URL: t.Session.URL, Message: message,
	}
	if server, ok := s.Server(t.Server); ok {
		e.Server = server.Name
	}
	if t.Fault != nil && (name == Waiting || name == Failed) {
		e.Fault = t.Fault.Kind.String()
	}
	return e
}
