package engine

import (
	"slices"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/paged"
)

const (
	// bulkPortion is how many transfers a bulk command changes in one commit, so that
	// other changes do not wait long.
	bulkPortion = 512

	// savedPortion is how many transfers a saved command changes in memory before other
	// work is done: for some ten milliseconds.
	savedPortion = 1 << 15
)

// bulk are the commands for more than bulkPortion transfers that are not finished.
// Running transfers go first; the others follow a portion before each commit, with other
// work in between. Each transfer gets its commands in the order in which they were given:
// catchUp applies the earlier ones before a later one.
//
// The commands that users give most, those of [uploader.CommandKind], are saved first and
// then applied in memory. What they change is saved later, unless it is more than the
// status (see outdated), and a crash loses nothing of it. Of another command the portions
// that were saved stay after a crash.
type bulk struct {
	commands  []*bulkCommand        // the oldest first
	applying  *bulkCommand          // nil for none
	caughtUp  int                   // transfers that catchUp changed in this turn
	portioned bool                  // a portion is to be saved
	portion   int                   // savedPortion
	removed   []uploader.TransferID // by a saved command, and still in the table
	deleted   []uploader.TransferID // the same, and to be deleted from the store with the next commit
	restoring bool                  // the commands of an earlier run are being applied
}

type bulkCommand struct {
	ids   []uploader.TransferID                // some may be done already
	left  paged.Map[uploader.TransferID, bool] // not done yet
	final bool                                 // only for transfers that are final when they are reached
	apply func([]uploader.TransferID)

	// Of a saved command, instead of apply.
	saved uploader.CommandID // 0: the command is not saved
	input lifecycle.Input
	given time.Time

	deferred any        // instead of all of the above: a command that runs after the bulk commands before it
	reply    chan error // nil once sent
}

// savedInputs are what the saved commands mean for each transfer.
var savedInputs = map[uploader.CommandKind]lifecycle.Input{
	uploader.CommandPause:  lifecycle.PausedByUser{},
	uploader.CommandResume: lifecycle.ResumedByUser{},
	uploader.CommandCancel: lifecycle.CancelledByUser{},
	uploader.CommandRemove: lifecycle.RemovedByUser{},
}

func newSavedCommand(c uploader.SavedCommand) *bulkCommand {
	return &bulkCommand{saved: c.ID, final: c.Target.Final, input: savedInputs[c.Kind], given: c.Given.Time()}
}

func (b *bulk) unfinished() bool { return len(b.commands) > 0 }

func (b *bulk) last() *bulkCommand { return b.commands[len(b.commands)-1] }

// deferCommand queues a command behind the bulk commands.
func (b *bulk) deferCommand(command any, reply chan error) {
	b.commands = append(b.commands, &bulkCommand{deferred: command, reply: reply})
}

func (c *bulkCommand) add(id uploader.TransferID) {
	if !c.left.Set(id, true) {
		c.ids = append(c.ids, id)
	}
}

// next takes the next transfer; 0 if there is none.
func (c *bulkCommand) next() uploader.TransferID {
	for len(c.ids) > 0 {
		id := c.ids[0]
		if c.ids = c.ids[1:]; c.left.Delete(id) {
			return id
		}
	}
	return 0
}

// portion takes the next transfers.
func (c *bulkCommand) portion() []uploader.TransferID {
	ids := make([]uploader.TransferID, 0, bulkPortion)
	for len(ids) < bulkPortion {
		id := c.next()
		if id == 0 {
			break
		}
		ids = append(ids, id)
	}
	return ids
}

// forEach applies a function to the transfers of a target: at once to a few, and in
// portions to many.
func (s *state) forEach(target uploader.Target, apply func([]uploader.TransferID)) {
	ids := s.targets(target)
	c := &bulkCommand{final: target.Final, apply: apply}
	if len(ids) <= bulkPortion {
		s.applyToFew(c, ids)
		return
	}
	s.addBulk(c, ids)
}

// applySaved applies a command to the transfers of a target: at once to a few, and to many
// once the command is saved.
func (s *state) applySaved(kind uploader.CommandKind, target uploader.Target) {
	ids := s.targets(target)
	if in := savedInputs[kind]; len(ids) <= bulkPortion {
		s.applyToFew(&bulkCommand{final: target.Final, apply: func(ids []uploader.TransferID) {
			for _, id := range ids {
				s.apply(id, in)
			}
		}}, ids)
		return
	}
	s.lastCommand++
	target.IDs = slices.Clone(target.IDs)
	saved := uploader.SavedCommand{ID: s.lastCommand, Kind: kind, Target: target, Given: uploader.TimestampOf(time.Now())}
	s.changes.Commands = append(s.changes.Commands, saved)
	s.outdated.commands = true
	if kind != uploader.CommandResume {
		slices.Reverse(ids) // the queue removes its last item fastest
	}
	s.outdated.queue = slices.Grow(s.outdated.queue, len(ids))
	s.addBulk(newSavedCommand(saved), ids)
}

func (s *state) applyToFew(c *bulkCommand, ids []uploader.TransferID) {
	for _, id := range ids {
		s.catchUp(id)
	}
	s.applyBulk(c, ids)
}

// addBulk adds a bulk command for some transfers, the running ones first. The slice is not the
// caller's any more.
func (s *state) addBulk(c *bulkCommand, ids []uploader.TransferID) {
	var running []uploader.TransferID
	for _, id := range ids {
		if s.running[id] != nil {
			running = append(running, id)
		}
	}
	if len(running) > 0 {
		ids = slices.DeleteFunc(ids, func(id uploader.TransferID) bool { return s.running[id] != nil })
		ids = slices.Insert(ids, 0, running...)
	}
	c.ids = ids[:0]
	for _, id := range ids {
		c.add(id)
	}
	s.bulk.commands = append(s.bulk.commands, c)
}

// catchUp applies to one transfer the bulk commands that have not reached it yet. It
// reports whether there are any.
func (s *state) catchUp(id uploader.TransferID) bool {
	caughtUp := false
	for _, c := range s.bulk.commands {
		if c == s.bulk.applying {
			break // the others were given later
		}
		if c.left.Delete(id) {
			s.bulk.caughtUp++
			s.applyBulk(c, []uploader.TransferID{id})
			caughtUp = true
		}
	}
	return caughtUp
}

// catchUpUnsaved applies to the transfers that the next commit saves the bulk commands that
// have not reached them yet: a row has the effect of all commands up to one.
func (s *state) catchUpUnsaved() {
	for again := s.bulk.unfinished(); again; {
		again = false
		for _, t := range s.table.Changed() {
			again = s.catchUp(t.ID) || again
		}
	}
}

// applyBulk applies a bulk command to those of some transfers that still exist.
func (s *state) applyBulk(c *bulkCommand, ids []uploader.TransferID) {
	outer := s.bulk.applying
	s.bulk.applying = c
	if c.saved != 0 {
		for _, id := range ids {
			s.command(c, id)
		}
		s.takeOutRemoved()
	} else {
		c.apply(slices.DeleteFunc(ids, func(id uploader.TransferID) bool {
			t := s.table.Get(id)
			return t == nil || c.final && !t.Phase.Final()
		}))
	}
	s.bulk.applying = outer
}

// applyPortion applies the next portion of a bulk command. Of a saved one it has more
// transfers, unless many of them are to be saved with the next commit.
func (s *state) applyPortion(c *bulkCommand) {
	if c.saved == 0 {
		s.applyBulk(c, c.portion())
		return
	}
	s.bulk.applying = c
	for done, unsaved := 0, 0; done < s.bulk.portion && unsaved < bulkPortion; done++ {
		id := c.next()
		if id == 0 {
			break
		}
		if s.command(c, id) {
			unsaved++
		}
	}
	s.takeOutRemoved()
	s.bulk.applying = nil
}

// command applies a saved command to a transfer that the commands before it have reached.
// It reports whether the next commit is to save the transfer, in the list or in the history;
// if not, it may be outdated.
func (s *state) command(c *bulkCommand, id uploader.TransferID) (unsaved bool) {
	var t uploader.Transfer // not allocated: a command may be for a million of them
	if !s.table.Read(id, &t) || c.final && !t.Phase.Final() {
		return false
	}
	next, effects := lifecycle.Step(t, c.input, c.given)
	switch {
	case next.Removed() && s.mayTakeOut(&next) && !effects.Delete.Begun():
		switch {
		case t.Phase == uploader.PhaseDone: // in the list or in the history, not in both
			s.addToHistory(s.table.Get(id))
			unsaved = true
		case s.table.SavedValue(&t) == nil: // what is saved may have an upload that the transfer does not have any more
			unsaved = true
		}
		if unsaved {
			s.bulk.deleted = append(s.bulk.deleted, id)
		} else {
			s.bulk.removed = append(s.bulk.removed, id)
		}
	case next == t:
	case s.becomesOutdated(&t, &next):
		s.table.Replace(&t, &next)
		s.outdated.add(id)
	default:
		kept := next
		s.put(s.table.Get(id), &kept, c.given)
		if kept.Removed() {
			s.drop(&kept)
		}
		unsaved = true
	}
	if !s.bulk.restoring {
		s.carryOut(&next, c.input, effects)
	}
	return unsaved
}

// becomesOutdated reports whether a change by a saved command need not be saved with the
// next commit: only the status changes, nothing else of the transfer is to be saved, and
// the change is not an event.
func (s *state) becomesOutdated(before, after *uploader.Transfer) bool {
	if s.running[after.ID] != nil || !before.Started.IsZero() || after.Phase == uploader.PhaseFailed || after.Skipped() || after.Removed() {
		return false
	}
	saved := s.table.SavedValue(before)
	return saved != nil && uploader.OnlyStatusDiffers(saved, after)
}

// mayTakeOut reports whether a removed transfer can be taken out of the table: not before
// its worker has ended and its batch is scanned, nor before all transfers are loaded, so that
// it is known whether its batch is empty then.
func (s *state) mayTakeOut(t *uploader.Transfer) bool {
	b := s.batches[t.Batch]
	return !s.partial && s.running[t.ID] == nil && (b == nil || b.Scanned)
}

// takeOutRemoved takes the transfers out of the table that a saved command removed. The rows
// of some of them are outdated until they are deleted from the store.
func (s *state) takeOutRemoved() {
	if len(s.bulk.removed) > 0 {
		for _, id := range s.bulk.removed {
			s.outdated.add(id)
		}
		s.takeOut(s.bulk.removed)
		s.bulk.removed = s.bulk.removed[:0]
	}
	if len(s.bulk.deleted) > 0 {
		s.unlist(s.bulk.deleted)
		s.bulk.deleted = s.bulk.deleted[:0]
	}
}

// restoreCommands applies the commands of an earlier run to the transfers that do not have
// their effect yet. What is to be done then follows when the transfers are restored. Those
// with IDs in except had it before.
func (s *state) restoreCommands(saved *uploader.Saved, except map[uploader.TransferID]bool) {
	s.bulk.restoring = true
	for _, command := range saved.Commands {
		c := newSavedCommand(command)
		s.outdated.commands = true
		if c.input == nil {
			s.log.Error("unknown command", "kind", command.Kind)
			continue
		}
		for _, id := range s.targets(uploader.Target{IDs: command.Target.IDs, Batch: command.Target.Batch, All: command.Target.All}) {
			if saved.Applied[id] < command.ID && !except[id] {
				s.command(c, id)
			}
		}
		s.takeOutRemoved()
	}
	s.bulk.restoring = false
}
