package view

import (
	"maps"
	"slices"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// Interrupted is what an earlier run left unfinished, until a person has decided what to
// do with it. It is nil when there is nothing to decide.
type Interrupted struct {
	Transfers map[uploader.TransferID]bool
	batches   []uploader.BatchID // folders whose scan was interrupted
	CheckSent bool               // the engine was told to check the servers
	Known     bool               // the reachable servers have answered
}

// FindInterrupted finds it in the first snapshot after a start. What the user had paused
// is not part of it.
func FindInterrupted(s *uploader.Snapshot) *Interrupted {
	found := &Interrupted{Transfers: map[uploader.TransferID]bool{}}
	for _, t := range s.Transfers {
		if t.Unfinished() && t.Intent == uploader.IntentRun {
			found.Transfers[t.ID] = true
		}
	}
	for id, batch := range s.Batches {
		if !batch.Scanned {
			found.batches = append(found.batches, id)
		}
	}
	slices.Sort(found.batches)
	if found.Empty() {
		return nil
	}
	return found
}

// Empty reports whether there is nothing left to decide.
func (l *Interrupted) Empty() bool { return len(l.Transfers) == 0 && len(l.batches) == 0 }

// Update removes what was decided in the list.
func (l *Interrupted) Update(s *uploader.Snapshot) {
	still := map[uploader.TransferID]bool{}
	for _, t := range s.Transfers {
		if l.Transfers[t.ID] && t.Intent == uploader.IntentRun && (t.Phase == uploader.PhaseQueued || t.Phase == uploader.PhaseChecking || NeedsPerson(t.State())) {
			still[t.ID] = true
		}
	}
	l.Transfers = still
	l.batches = slices.DeleteFunc(l.batches, func(id uploader.BatchID) bool {
		batch := s.Batches[id]
		return batch == nil || batch.Scanned || batch.Intent != uploader.IntentRun
	})
}

// Contains reports whether the transfer waits for the decision.
func (l *Interrupted) Contains(t *uploader.Transfer) bool {
	return l != nil && l.Transfers[t.ID] && t.Unfinished()
}

// Target is all of the transfers.
func (l *Interrupted) Target() uploader.Target {
	return uploader.TargetTransfers(slices.Sorted(maps.Keys(l.Transfers))...)
}

// ResumeCommands are the commands of the answer yes. Files that were missing are looked
// for again.
func (l *Interrupted) ResumeCommands(s *uploader.Snapshot) []uploader.Command {
	commands := []uploader.Command{uploader.Resume{Target: l.Target()}}
	for _, id := range l.batches {
		commands = append(commands, uploader.Resume{Target: uploader.Target{Batch: id}})
	}
	var missing []uploader.TransferID
	for _, t := range s.Transfers {
		if l.Transfers[t.ID] && t.State() == uploader.StateMissing {
			missing = append(missing, t.ID)
		}
	}
	if len(missing) > 0 {
		commands = append(commands, uploader.Retry{Target: uploader.TargetTransfers(missing...)})
	}
	return commands
}

// PauseCommands are the commands of the answer no.
func (l *Interrupted) PauseCommands() []uploader.Command {
	commands := []uploader.Command{uploader.Pause{Target: l.Target()}}
	for _, id := range l.batches {
		commands = append(commands, uploader.Pause{Target: uploader.Target{Batch: id}})
	}
	return commands
}

// InterruptedTotals are sums over what waits for the decision.
type InterruptedTotals struct {
	Count       int
	Sent, Size  int64 // bytes
	needPerson  int   // of Count, those that wait for a person
	unreachable int   // of Count, those at servers that do not answer
}

// Totals sums up the transfers as they are in the snapshot.
func (l *Interrupted) Totals(s *uploader.Snapshot) InterruptedTotals {
	var totals InterruptedTotals
	for _, t := range s.Transfers {
		if !l.Transfers[t.ID] {
			continue
		}
		totals.Count++
		totals.Size += max(0, t.Source.Size)
		if state := t.State(); state != uploader.StateExpired && state != uploader.StateChanged {
			totals.Sent += t.Session.Offset
		}
		switch {
		case NeedsPerson(t.State()):
			totals.needPerson++
		case t.Fault != nil:
			totals.unreachable++
		}
	}
	return totals
}

// Question is the question whether to resume, with the current amounts.
func (l *Interrupted) Question(s *uploader.Snapshot) string {
	totals := l.Totals(s)
	of := words.Data{"SizeOf": words.SizeOf(totals.Sent, totals.Size)}
	switch {
	case totals.Count == 0:
		return words.Count("greeting.asking.folders", len(l.batches))
	case !l.Known:
		return words.Sentences(words.Count("greeting.asking.fresh", totals.Count), words.Text("greeting.checking"))
	}
	question := words.Count("greeting.asking.fresh", totals.Count)
	switch {
	case totals.unreachable > 0 && totals.Sent > 0:
		question = words.Sentences(question, words.Text("greeting.unsure", of))
	case totals.unreachable > 0:
		question = words.Sentences(question, words.Text("greeting.away"))
	case totals.Sent > 0:
		question = words.Count("greeting.asking", totals.Count, of)
	}
	if totals.needPerson > 0 {
		question = words.Sentences(question, words.Count("greeting.trouble", totals.needPerson))
	}
	return question
}
