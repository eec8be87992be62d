package app

import (
	"maps"
	"slices"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// leftover is what an earlier run left unfinished and a person has to decide
// on. It is nil when there is nothing to decide.
type leftover struct {
	transfers map[uploader.TransferID]bool
	batches   []uploader.BatchID // folders that were not walked to their end
	asked     bool               // the engine was told to find out how it stands
	known     bool               // the servers have said what they hold, as far as they can be reached
}

// leftoverIn finds it in the first snapshot after a start in which nothing goes
// on by itself. What the user had paused is not part of it: it stays paused.
func leftoverIn(s *uploader.Snapshot) *leftover {
	left := &leftover{transfers: map[uploader.TransferID]bool{}}
	for _, t := range s.Transfers {
		if t.Unfinished() && t.Intent == uploader.IntentRun {
			left.transfers[t.ID] = true
		}
	}
	for id, batch := range s.Batches {
		if !batch.Expanded {
			left.batches = append(left.batches, id)
		}
	}
	if left.over() {
		return nil
	}
	return left
}

// over reports whether nothing is left to decide.
func (l *leftover) over() bool { return len(l.transfers) == 0 && len(l.batches) == 0 }

// follow takes out what was decided on in the list, one by one.
func (l *leftover) follow(s *uploader.Snapshot) {
	still := map[uploader.TransferID]bool{}
	for _, t := range s.Transfers {
		if l.transfers[t.ID] && t.Intent == uploader.IntentRun && (t.Phase == uploader.PhaseQueued || t.Phase == uploader.PhaseChecking || needsPerson(t.State())) {
			still[t.ID] = true
		}
	}
	l.transfers = still
	l.batches = slices.DeleteFunc(l.batches, func(id uploader.BatchID) bool {
		batch := s.Batches[id]
		return batch == nil || batch.Expanded || batch.Intent != uploader.IntentRun
	})
}

// holds reports whether the transfer waits for the decision.
func (l *leftover) holds(t *uploader.Transfer) bool {
	return l != nil && l.transfers[t.ID] && t.Unfinished()
}

func (l *leftover) target() uploader.Target {
	return uploader.These(slices.Sorted(maps.Keys(l.transfers))...)
}

// resume is what the engine is told when the answer is yes. What was away when it
// was looked for may be back.
func (l *leftover) resume(s *uploader.Snapshot) []uploader.Command {
	commands := []uploader.Command{uploader.Resume{Target: l.target()}}
	for _, id := range l.batches {
		commands = append(commands, uploader.Resume{Target: uploader.Target{Batch: id}})
	}
	var missing []uploader.TransferID
	for _, t := range s.Transfers {
		if l.transfers[t.ID] && t.State() == uploader.StateMissing {
			missing = append(missing, t.ID)
		}
	}
	if len(missing) > 0 {
		commands = append(commands, uploader.Retry{Target: uploader.These(missing...)})
	}
	return commands
}

// later is what the engine is told when the answer is no.
func (l *leftover) later() []uploader.Command {
	commands := []uploader.Command{uploader.Pause{Target: l.target()}}
	for _, id := range l.batches {
		commands = append(commands, uploader.Pause{Target: uploader.Target{Batch: id}})
	}
	return commands
}

// sums are over what waits for the decision.
type sums struct {
	count      int
	sent, size int64 // bytes
	trouble    int   // of them need a person first
	unsure     int   // of them are at servers that do not answer
}

func (l *leftover) sums(s *uploader.Snapshot) sums {
	var sum sums
	for _, t := range s.Transfers {
		if !l.transfers[t.ID] {
			continue
		}
		sum.count++
		sum.size += max(0, t.Source.Size)
		if state := t.State(); state != uploader.StateForgotten && state != uploader.StateChanged {
			sum.sent += t.Session.Offset
		}
		switch {
		case needsPerson(t.State()):
			sum.trouble++
		case t.Fault != nil:
			sum.unsure++
		}
	}
	return sum
}

// question asks whether to go on with the leftover, and says how it stands.
func (l *leftover) question(s *uploader.Snapshot) string {
	sum := l.sums(s)
	of := words.Data{"SizeOf": words.SizeOf(sum.sent, sum.size)}
	switch {
	case sum.count == 0:
		return words.Count("greeting.asking.folders", len(l.batches))
	case !l.known:
		return words.Sentences(words.Count("greeting.asking.fresh", sum.count), words.Say("greeting.checking"))
	}
	question := words.Count("greeting.asking.fresh", sum.count)
	switch {
	case sum.unsure > 0 && sum.sent > 0:
		question = words.Sentences(question, words.Say("greeting.unsure", of))
	case sum.unsure > 0:
		question = words.Sentences(question, words.Say("greeting.away"))
	case sum.sent > 0:
		question = words.Count("greeting.asking", sum.count, of)
	}
	if sum.trouble > 0 {
		question = words.Sentences(question, words.Count("greeting.trouble", sum.trouble))
	}
	return question
}
