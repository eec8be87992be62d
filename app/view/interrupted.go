package view

import (
	"slices"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/paged"
)

// Interrupted is what an earlier run left unfinished and the user has not decided about
// yet. It is nil if there is nothing to decide.
type Interrupted struct {
	transfers paged.Map[uploader.TransferID, bool]
	batches   []uploader.BatchID // folders whose scan was interrupted
	CheckSent bool               // the command to check the servers was sent
	Known     bool               // the reachable servers have answered
}

// FindInterrupted returns what is interrupted in the first snapshot after a start. What
// the user had paused is not part of it.
func FindInterrupted(s *uploader.Snapshot) *Interrupted {
	found := &Interrupted{}
	for _, row := range s.Transfers.Rows() {
		if !row.Phase().Final() && row.Intent() == uploader.IntentRun {
			found.transfers.Set(row.ID(), true)
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

// count returns the number of transfers that wait for the user's decision.
func (i *Interrupted) count() int {
	if i == nil {
		return 0
	}
	return i.transfers.Len()
}

// Empty reports whether there is nothing left to decide.
func (i *Interrupted) Empty() bool { return i.transfers.Len() == 0 && len(i.batches) == 0 }

// Update removes what the user has decided about in the list.
func (i *Interrupted) Update(s *uploader.Snapshot) {
	var undecided paged.Map[uploader.TransferID, bool]
	for _, row := range s.Transfers.Rows() {
		phase := row.Phase()
		if i.Has(row.ID()) && row.Intent() == uploader.IntentRun && (phase == uploader.PhaseQueued || phase == uploader.PhaseChecking || NeedsAttention(row.State())) {
			undecided.Set(row.ID(), true)
		}
	}
	i.transfers = undecided
	i.batches = slices.DeleteFunc(i.batches, func(id uploader.BatchID) bool {
		batch := s.Batches[id]
		return batch == nil || batch.Scanned || batch.Intent != uploader.IntentRun
	})
}

// Has reports whether the transfer was interrupted and is not decided about.
func (i *Interrupted) Has(id uploader.TransferID) bool { return i.transfers.Get(id) }

// Decide removes a transfer that the user has decided about.
func (i *Interrupted) Decide(id uploader.TransferID) { i.transfers.Delete(id) }

// Contains reports whether the transfer waits for the user's decision.
func (i *Interrupted) Contains(t *uploader.Transfer) bool {
	return i != nil && t.Unfinished() && i.Has(t.ID)
}

// containsRow is Contains for a row of a snapshot.
func (i *Interrupted) containsRow(row uploader.Row) bool {
	return i != nil && !row.Phase().Final() && i.Has(row.ID())
}

// Target returns the target of commands to all of the transfers.
func (i *Interrupted) Target() uploader.Target {
	ids := make([]uploader.TransferID, 0, i.transfers.Len())
	for id := range i.transfers.All() {
		ids = append(ids, id)
	}
	return uploader.TargetTransfers(ids...)
}

// ResumeCommands returns the commands that resume everything. They retry transfers whose
// file was missing.
func (i *Interrupted) ResumeCommands(s *uploader.Snapshot) []uploader.Command {
	commands := []uploader.Command{uploader.Resume{Target: i.Target()}}
	for _, id := range i.batches {
		commands = append(commands, uploader.Resume{Target: uploader.Target{Batch: id}})
	}
	var missing []uploader.TransferID
	for _, row := range s.Transfers.Rows() {
		if row.State() == uploader.StateMissing && i.Has(row.ID()) {
			missing = append(missing, row.ID())
		}
	}
	if len(missing) > 0 {
		commands = append(commands, uploader.Retry{Target: uploader.TargetTransfers(missing...)})
	}
	return commands
}

// PauseCommands returns the commands that pause everything.
func (i *Interrupted) PauseCommands() []uploader.Command {
	commands := []uploader.Command{uploader.Pause{Target: i.Target()}}
	for _, id := range i.batches {
		commands = append(commands, uploader.Pause{Target: uploader.Target{Batch: id}})
	}
	return commands
}

// InterruptedTotals are sums over the interrupted transfers.
type InterruptedTotals struct {
	Count          int
	Sent, Size     int64 // bytes
	needsAttention int   // of Count
	unreachable    int   // of Count, those at servers that do not respond
}

// Totals returns the sums over the transfers in the snapshot.
func (i *Interrupted) Totals(s *uploader.Snapshot) InterruptedTotals {
	var totals InterruptedTotals
	for _, row := range s.Transfers.Rows() {
		if !i.Has(row.ID()) {
			continue
		}
		totals.Count++
		totals.Size += max(0, row.Size())
		state := row.State()
		if state != uploader.StateExpired && state != uploader.StateChanged {
			totals.Sent += row.Offset()
		}
		switch {
		case NeedsAttention(state):
			totals.needsAttention++
		case row.HasFault():
			totals.unreachable++
		}
	}
	return totals
}

// Question returns the question whether to resume, with the current amounts.
func (i *Interrupted) Question(s *uploader.Snapshot) string {
	totals := i.Totals(s)
	of := words.Data{"SizeOf": words.SizeOf(totals.Sent, totals.Size)}
	switch {
	case totals.Count == 0:
		return words.Count("greeting.asking.folders", len(i.batches))
	case !i.Known:
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
	if totals.needsAttention > 0 {
		question = words.Sentences(question, words.Count("greeting.trouble", totals.needsAttention))
	}
	return question
}
