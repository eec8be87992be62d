package feed

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/paged"
)

// follower is the state of one Follow between two snapshots.
type follower struct {
	filter  Filter
	emit    func(Event) error
	rows    uploader.Rows                              // of the last snapshot
	known   paged.Map[uploader.TransferID, bool]       // the followed transfers
	sent    map[uploader.TransferID]int64              // in the last progress event of each running transfer
	open    map[uploader.ServerID]int                  // number of transfers that are not final
	retries map[uploader.ServerID]int                  // number of them that wait for their next try
	queued  map[uploader.ServerID]int                  // number of them that wait for other uploads
	waits   map[uploader.TransferID]waitReason         // already reported
	holds   map[uploader.ServerID]uploader.Hold        // already reported
	blocked map[uploader.ServerID]*fault.Fault         // already reported
	failed  map[uploader.TransferID]*uploader.Transfer // those of files.ended, as they are counted
	drives  map[uploader.TransferID]bool               // running transfers whose drive does not respond: already reported
	scans   map[uploader.BatchID]bool                  // scans whose drive does not respond: already reported
	omitted map[uploader.BatchID]uploader.Skipped      // already reported
	saveErr error                                      // already reported
	files   fileWaits
	answers
	summary Summary

	exhaustion exhaustion

	now     time.Time    // of the current step
	emitted time.Time    // when the last event was emitted
	noticed noticeReason // in the last event of notice, unless something advanced since
}

func newFollower(filter Filter, emit func(Event) error, now time.Time) *follower {
	f := &follower{
		filter:     filter,
		sent:       map[uploader.TransferID]int64{},
		open:       map[uploader.ServerID]int{},
		retries:    map[uploader.ServerID]int{},
		queued:     map[uploader.ServerID]int{},
		waits:      map[uploader.TransferID]waitReason{},
		holds:      map[uploader.ServerID]uploader.Hold{},
		blocked:    map[uploader.ServerID]*fault.Fault{},
		failed:     map[uploader.TransferID]*uploader.Transfer{},
		drives:     map[uploader.TransferID]bool{},
		scans:      map[uploader.BatchID]bool{},
		files:      newFileWaits(),
		answers:    newAnswers(),
		omitted:    map[uploader.BatchID]uploader.Skipped{},
		exhaustion: exhaustion{began: map[uploader.TransferID]int64{}},
		emitted:    now,
	}
	f.emit = func(e Event) error {
		f.emitted = f.now
		if e.Event != Waiting {
			f.noticed = noticeReason{}
		}
		return emit(e)
	}
	return f
}

// step emits the events for the changes since the previous snapshot.
func (f *follower) step(s *uploader.Snapshot, now time.Time) error {
	f.now = now
	before := f.rows
	f.rows = s.Transfers
	for was, t := range s.Transfers.Changes(before) {
		var err error
		if t != nil {
			err = f.change(s, was, t, now)
		} else {
			err = f.remove(s, was)
		}
		if err != nil {
			return err
		}
	}
	if err := f.reportOmitted(s); err != nil {
		return err
	}
	if err := f.reportProgress(s); err != nil {
		return err
	}
	if err := f.reportDrives(s); err != nil {
		return err
	}
	if err := f.reportHolds(s, now); err != nil {
		return err
	}
	if err := f.reportBlocked(s); err != nil {
		return err
	}
	return f.reportSaveError(s)
}

// idle reports whether nothing continues automatically: every transfer is final, or
// queued for a server that waits for the user.
func (f *follower) idle(s *uploader.Snapshot) bool {
	for server, n := range f.open {
		if n > 0 && s.Blocked[server] == nil {
			return false
		}
	}
	for id := range s.Progress {
		if t := f.followed(id); t != nil && !t.Phase.Final() && !f.files.ended[id] {
			return false
		}
	}
	return true
}

// followed returns a followed transfer as of the last snapshot; nil for another one.
func (f *follower) followed(id uploader.TransferID) *uploader.Transfer {
	if !f.known.Get(id) {
		return nil
	}
	return f.rows.Find(id)
}

// change emits the events for a transfer that changed from before, which is nil for a new
// one, to t.
func (f *follower) change(s *uploader.Snapshot, before, t *uploader.Transfer, now time.Time) error {
	known := f.known.Get(t.ID)
	if !known && !f.filter.matches(t) || f.files.ended[t.ID] {
		return nil
	}
	if !known {
		before = nil
	}
	f.known.Set(t.ID, true)
	f.count(before, t)
	if before == nil {
		if err := f.emit(newEvent(Added, s, t, "")); err != nil {
			return err
		}
	}
	return f.reportChange(s, before, t, now)
}

// reportChange emits the event for the change from before, which may be nil, to t,
// if there is one.
func (f *follower) reportChange(s *uploader.Snapshot, before, t *uploader.Transfer, now time.Time) error {
	f.files.update(t, now)
	f.exhaustion.update(t)
	if t.Phase.Final() {
		delete(f.sent, t.ID)
		delete(f.waits, t.ID)
		if before != nil && before.Phase == t.Phase {
			return nil
		}
		switch f.answer(t) {
		case LeaveOpen:
			if t.Skipped() {
				return f.emit(newEvent(Skipped, s, t, words.Row(s, t, 0, now)))
			}
			return f.emit(finalEvent(s, t, now))
		case Skip:
			f.summary.Skipped++
			return f.emit(f.skippedEvent(s, t, now))
		default:
			return nil
		}
	}
	reason, waits := waitReasonOf(t)
	if !waits {
		// While another program uses the file, it is looked at by a worker every few seconds.
		looking := t.Phase == uploader.PhasePreparing || t.Phase == uploader.PhaseQueued && t.Fault != nil
		if !looking {
			delete(f.waits, t.ID)
		}
		return nil
	}
	if reported, ok := f.waits[t.ID]; ok && reported == reason {
		return nil
	}
	f.waits[t.ID] = reason
	e := newEvent(Waiting, s, t, words.Row(s, t, 0, now))
	if reason.state == uploader.StatePaused {
		e.Fault, e.ServerMessage = "", ""
	}
	return f.emit(e)
}

// remove emits the event for a transfer that was removed from the list, if it was
// not final.
func (f *follower) remove(s *uploader.Snapshot, t *uploader.Transfer) error {
	if !f.known.Delete(t.ID) {
		return nil
	}
	before := cmp.Or(f.failed[t.ID], t)
	delete(f.failed, t.ID)
	delete(f.sent, t.ID)
	delete(f.waits, t.ID)
	f.exhaustion.forget(t.ID)
	f.files.forget(t.ID)
	if before.Phase.Final() {
		if f.answered[t.ID] {
			f.add(before, -1) // it did not fail
		}
		return nil
	}
	f.count(before, &uploader.Transfer{Phase: uploader.PhaseCancelled})
	return f.emit(newEvent(Failed, s, t, words.State(uploader.StateCancelled)))
}

func (f *follower) reportProgress(s *uploader.Snapshot) error {
	for _, id := range slices.Sorted(maps.Keys(s.Progress)) {
		t := f.followed(id)
		if t == nil || t.Phase.Final() || f.files.ended[id] {
			continue
		}
		sent := s.Sent(t)
		if last, ok := f.sent[id]; ok && last == sent || sent == 0 {
			continue
		}
		f.sent[id] = sent
		if err := f.emit(newEvent(Progress, s, t, "")); err != nil {
			return err
		}
	}
	return nil
}

// reportOmitted emits one event for each reason for which a scan that is complete skipped
// entries of a batch's folders.
func (f *follower) reportOmitted(s *uploader.Snapshot) error {
	for _, id := range slices.Sorted(maps.Keys(f.filter.Batches)) {
		batch := s.Batches[id]
		if batch == nil || !batch.Scanned {
			continue
		}
		before := f.omitted[id]
		f.omitted[id] = batch.Skipped
		server, _ := s.Server(batch.Server)
		for _, reported := range []struct {
			now, before uploader.SkippedEntries
			message     string
		}{
			{batch.Skipped.Links, before.Links, skippedLinks(batch)},
			{batch.Skipped.Special, before.Special, words.SkippedSpecial(batch)},
		} {
			if reported.message == "" || reported.now.Count == reported.before.Count && slices.Equal(reported.now.Names, reported.before.Names) {
				continue
			}
			e := Event{Event: Omitted, Server: server.Name, Message: reported.message, Count: reported.now.Count, Names: reported.now.Names}
			if err := f.emit(e); err != nil {
				return err
			}
		}
	}
	return nil
}

// skippedLinks returns the sentences about a batch's links, with the option to follow them.
func skippedLinks(batch *uploader.Batch) string {
	sentence := words.SkippedLinks(batch)
	if sentence == "" || batch.Options.FollowLinks {
		return sentence
	}
	return words.Sentences(sentence, words.Text("cli.skipped.links"))
}

// reportDrives emits one event for each running transfer and each scan that waits for a
// drive that does not respond. Files of that drive that are not started have none.
func (f *follower) reportDrives(s *uploader.Snapshot) error {
	for _, id := range slices.Sorted(maps.Keys(s.Progress)) {
		t := f.followed(id)
		if t == nil || f.files.ended[id] {
			continue
		}
		wait := s.Wait(t)
		if wait == nil {
			delete(f.drives, id)
			continue
		}
		if f.drives[id] {
			continue
		}
		f.drives[id] = true
		e := newEvent(Waiting, s, t, words.Fault(wait, words.Subject{File: t.Source.Name()}).String())
		e.Fault, e.ServerMessage = wait.Kind.String(), ""
		if err := f.emit(e); err != nil {
			return err
		}
	}
	maps.DeleteFunc(f.drives, func(id uploader.TransferID, _ bool) bool { _, running := s.Progress[id]; return !running })
	return f.reportScans(s)
}

func (f *follower) reportScans(s *uploader.Snapshot) error {
	maps.DeleteFunc(f.scans, func(id uploader.BatchID, _ bool) bool { return s.ScanFaults[id] == nil })
	for _, id := range slices.Sorted(maps.Keys(s.ScanFaults)) {
		batch, wait := s.Batches[id], s.ScanFaults[id]
		if f.scans[id] || batch == nil || !f.filter.Batches[id] {
			continue
		}
		f.scans[id] = true
		server, _ := s.Server(batch.Server)
		message := words.Fault(wait, words.Subject{File: scanned(batch)}).String()
		if err := f.emit(Event{Event: Waiting, Server: server.Name, Fault: wait.Kind.String(), Message: message}); err != nil {
			return err
		}
	}
	return nil
}

// scanned returns the path that a scan was requested for; "" for several.
func scanned(b *uploader.Batch) string {
	if len(b.Roots) == 1 {
		return b.Roots[0]
	}
	return ""
}

// reportHolds emits one event for each hold of a server, with its reason. A hold
// because of the server's fault is left out if a followed transfer reports the fault.
func (f *follower) reportHolds(s *uploader.Snapshot, now time.Time) error {
	for _, server := range s.Servers {
		hold, held := s.Holds[server.ID]
		switch {
		case !held:
			delete(f.holds, server.ID)
			continue
		case hold.Reason == uploader.HeldByServer && f.retries[server.ID] > 0, f.open[server.ID] == 0, sameHold(f.holds[server.ID], hold):
			continue
		}
		f.holds[server.ID] = hold
		e := Event{Event: Waiting, Server: server.Name, Message: words.HoldReason(hold, now)}
		if hold.Fault != nil {
			e.Fault, e.ServerMessage = hold.Fault.Kind.String(), hold.Fault.ServerMessage
		}
		if err := f.emit(e); err != nil {
			return err
		}
	}
	return nil
}

// reportBlocked emits one event for each blocked server that has transfers left.
func (f *follower) reportBlocked(s *uploader.Snapshot) error {
	for _, server := range s.Servers {
		reason := s.Blocked[server.ID]
		switch {
		case reason == nil:
			delete(f.blocked, server.ID)
			continue
		case f.open[server.ID] == 0, sameFault(f.blocked[server.ID], reason):
			continue
		}
		f.blocked[server.ID] = reason
		message := words.Fault(reason, words.Subject{Server: words.Server(server)}).String()
		e := Event{Event: Waiting, Server: server.Name, Fault: reason.Kind.String(), Message: message, ServerMessage: reason.ServerMessage}
		if err := f.emit(e); err != nil {
			return err
		}
	}
	return nil
}

// reportSaveError emits one event when the engine can no longer save its state.
func (f *follower) reportSaveError(s *uploader.Snapshot) error {
	if s.StoreFault == nil {
		f.saveErr = nil
		return nil
	}
	if f.saveErr != nil {
		return nil
	}
	f.saveErr = s.StoreFault
	return f.emit(Event{Event: Waiting, Fault: s.StoreFault.Kind.String(), Message: words.Fault(s.StoreFault, words.Subject{}).String()})
}

// count updates the counters for a transfer that changed from before, which may be
// nil, to t.
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
		if t.Server == uploader.BuiltinServer {
			f.summary.Folder = words.ReceivedFolder()
		}
	case t.Skipped():
		f.summary.Skipped += n
	case t.Phase.Final():
		f.summary.Failed += n
	default:
		f.summary.Open += n
		f.open[t.Server] += n
		switch {
		case t.Phase == uploader.PhaseWaiting && !fault.Is(t.Fault, fault.SourceBusy):
			f.retries[t.Server] += n
		case t.Phase == uploader.PhaseQueued && t.Intent == uploader.IntentRun && t.Fault == nil:
			f.queued[t.Server] += n
		}
	}
}

func finalEvent(s *uploader.Snapshot, t *uploader.Transfer, now time.Time) Event {
	switch t.Phase {
	case uploader.PhaseDone:
		return newEvent(Done, s, t, words.Row(s, t, 0, now))
	case uploader.PhaseFailed:
		server, _ := s.Server(t.Server)
		return newEvent(Failed, s, t, words.Fault(t.Fault, words.Subject{File: t.Source.Path, Server: words.Server(server)}).String())
	default:
		return newEvent(Failed, s, t, words.State(uploader.StateCancelled))
	}
}

func newEvent(kind string, s *uploader.Snapshot, t *uploader.Transfer, message string) Event {
	e := Event{
		Event: kind, ID: t.ID, Path: t.Source.Path, Escaped: EscapedPath(t.Source.Path), Size: t.Source.Size, Sent: s.Sent(t),
		URL: words.Link(t.Session.URL), Message: message, Name: t.Renamed(),
	}
	if server, ok := s.Server(t.Server); ok {
		e.Server = server.Name
	}
	if t.Fault != nil && kind != Added && kind != Progress {
		e.Fault, e.ServerMessage = t.Fault.Kind.String(), t.Fault.ServerMessage
	}
	if t.Result != nil && kind != Added && kind != Progress {
		e.FileID, e.Answer = t.Result.ID, t.Result.Answer
	}
	if server, _ := s.ServerInUse(t.Server); kind == Done && !server.Builtin() {
		if link := words.Link(uploader.Link(server, t, s.FolderOf(t))); link != e.URL {
			e.Link = link
		}
	}
	return e
}
