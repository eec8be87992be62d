package engine

import (
	"slices"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/paged"
)

// bulkPortion is how many transfers a bulk command changes in one commit, so that
// other changes do not wait long.
const bulkPortion = 512

// bulk are the commands for more than bulkPortion transfers that are not finished.
// Running transfers go first; the others follow in the user's order, a portion
// before each commit, with other work in between. Each transfer gets its commands in
// the order in which they were given: catchUp applies the earlier ones before a later
// one. After a crash the saved portions stay.
type bulk struct {
	commands  []*bulkCommand // the oldest first
	applying  *bulkCommand   // nil for none
	caughtUp  int            // transfers that catchUp changed in this turn
	portioned bool           // a portion is to be saved
}

type bulkCommand struct {
	ids   []uploader.TransferID                // some may be done already
	left  paged.Map[uploader.TransferID, bool] // not done yet
	final bool                                 // only for transfers that are final when they are reached
	apply func([]uploader.TransferID)

	deferred any        // instead of the above: a command that runs after the bulk commands before it
	reply    chan error // nil once sent
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

// portion takes the next transfers.
func (c *bulkCommand) portion() []uploader.TransferID {
	ids := make([]uploader.TransferID, 0, bulkPortion)
	for len(c.ids) > 0 && len(ids) < bulkPortion {
		if id := c.ids[0]; c.left.Delete(id) {
			ids = append(ids, id)
		}
		c.ids = c.ids[1:]
	}
	return ids
}

// forEach applies a function to the transfers of a target: at once to a few, and in
// portions to many.
func (s *state) forEach(target uploader.Target, apply func([]uploader.TransferID)) {
	ids := s.targets(target)
	c := &bulkCommand{final: target.Final, apply: apply}
	if len(ids) <= bulkPortion {
		for _, id := range ids {
			s.catchUp(id)
		}
		s.applyBulk(c, ids)
		return
	}
	c.ids = make([]uploader.TransferID, 0, len(ids))
	for _, id := range ids {
		if s.running[id] != nil {
			c.add(id)
		}
	}
	for _, id := range ids {
		c.add(id)
	}
	s.bulk.commands = append(s.bulk.commands, c)
}

// catchUp applies to one transfer the bulk commands that have not reached it yet.
func (s *state) catchUp(id uploader.TransferID) {
	for _, c := range s.bulk.commands {
		if c == s.bulk.applying {
			return // the others were given later
		}
		if c.left.Delete(id) {
			s.bulk.caughtUp++
			s.applyBulk(c, []uploader.TransferID{id})
		}
	}
}

// applyBulk applies a bulk command to those of some transfers that still exist.
func (s *state) applyBulk(c *bulkCommand, ids []uploader.TransferID) {
	outer := s.bulk.applying
	s.bulk.applying = c
	c.apply(slices.DeleteFunc(ids, func(id uploader.TransferID) bool {
		t := s.table.Get(id)
		return t == nil || c.final && !t.Phase.Final()
	}))
	s.bulk.applying = outer
}
