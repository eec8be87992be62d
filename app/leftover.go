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
	if len(left.transfers) == 0 && len(left.batches) == 0 {
		return nil
	}
	return left
}

// holds reports whether the transfer waits for the decision.
func (l *leftover) holds(t *uploader.Transfer) bool {
	return l != nil && t.Phase == uploader.PhaseQueued && l.transfers[t.ID]
}

func (l *leftover) target() uploader.Target {
	return uploader.These(slices.Sorted(maps.Keys(l.transfers))...)
}

// resume is what the engine is told when the answer is yes.
func (l *leftover) resume() []uploader.Command {
	commands := []uploader.Command{uploader.Resume{Target: l.target()}}
	for _, id := range l.batches {
		commands = append(commands, uploader.Resume{Target: uploader.Target{Batch: id}})
	}
	return commands
}

// sums says how much of the unfinished transfers that match has crossed, and how
// much there is of them.
func sums(s *uploader.Snapshot, match func(*uploader.Transfer) bool) (count int, sent, size int64) {
	for _, t := range s.Transfers {
		if t.Unfinished() && match(t) {
			count++
			sent += t.Session.Offset
			size += t.Source.Size
		}
	}
	return count, sent, size
}

// question asks whether to go on with the leftover.
func (l *leftover) question(s *uploader.Snapshot) string {
	count, sent, size := sums(s, l.holds)
	if sent == 0 {
		return words.Count("greeting.asking.fresh", count)
	}
	return words.Count("greeting.asking", count, words.Data{"SizeOf": words.SizeOf(sent, size)})
}
