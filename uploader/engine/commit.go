package engine

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/partial"
)

const (
	// commitInterval is how long changes that nothing waits for are collected for
	// one commit. The first change after a pause is saved at once.
	commitInterval = 50 * time.Millisecond

	// groupInterval is how long what workers wait for is collected for one commit, unless
	// all of them wait. The first of it after a pause is saved at once. While many small
	// files are sent, a commit costs more processor time than all that is in it.
	groupInterval = 20 * time.Millisecond

	// saveRetry is how long a failed save waits for the next try.
	saveRetry = time.Second

	// Most failures are temporary and concern all rows, so a save is first retried as
	// a whole, and row by row at the second failure and at every twentieth.
	partialSaveAt    = 2
	partialSaveEvery = 20
)

// commits saves changes.
type commits struct {
	state   *state
	servers *servers
	store   uploader.Store
	log     *slog.Logger

	fault    *fault.Fault // why nothing can be saved; nil when it can
	failures int          // in a row
	retryAt  time.Time    // after a failure
	savedAt  time.Time    // when everything was last saved
}

// unsaved reports whether anything is to be saved, or waits for a commit.
func (c *commits) unsaved() bool {
	s := c.state
	return s.outdated.due || s.table.Unsaved() || len(s.journal.Unsaved) > 0 || !s.changes.Empty() || len(s.afterCommit) > 0
}

// due reports whether to commit now. demanded is set if something outside of the
// state waits for it. Additions to the queue are saved before transfers are taken from
// it.
func (c *commits) due(demanded bool, now time.Time) bool {
	s := c.state
	switch {
	case c.fault != nil:
		return true
	case !c.unsaved():
		return false
	case demanded, s.enqueued, s.bulk.portioned, s.outdated.due, len(s.running) == 0:
		return true
	default:
		return len(s.afterCommit) >= len(s.running) || now.Sub(c.savedAt) >= c.interval()
	}
}

// interval returns how long after the last commit the changes are saved at the latest.
func (c *commits) interval() time.Duration {
	if len(c.state.afterCommit) > 0 {
		return groupInterval
	}
	return commitInterval
}

// save saves all that changed and reports whether it did. After a failure
// everything is kept for the next try, and workers continue.
func (c *commits) save(ctx context.Context, now time.Time) bool {
	s := c.state
	s.catchUpUnsaved()
	changes := s.changes
	changes.Transfers, changes.Events = s.table.Changed(), s.journal.Unsaved
	changes.Before, changes.Applied = s.table.SavedValues(changes.Transfers), s.lastCommand
	outdated := c.addOutdated(&changes)
	if !changes.Empty() {
		if now.Before(c.retryAt) {
			return false
		}
		err := c.store.Save(ctx, changes)
		if c.failures++; err != nil && c.failures == partialSaveAt {
			changes.DoneCommands = 0 // not before all of the outdated transfers are saved
			err = c.savePartially(ctx, changes, err)
		}
		if err != nil {
			c.failures %= partialSaveEvery
			c.failed(err, now)
			return false
		}
	}
	c.failures = 0
	if c.fault != nil {
		c.log.Info("save succeeded again")
		c.fault, s.unpublished = nil, true
	}
	c.retryAt, c.savedAt, s.enqueued, s.bulk.portioned = time.Time{}, now, false, false
	s.changes = uploader.Changes{}
	s.table.MarkSaved()
	s.journal.MarkSaved()
	s.outdated.saved(outdated)
	s.outdated.due = false
	s.outdated.commands = s.outdated.commands && changes.DoneCommands == 0
	return true
}

// addOutdated adds a portion of the outdated transfers to changes, if it is due, and
// returns it. With the last one, no command is needed any more. While a bulk command is
// being applied there is none: a row must not be saved as one that has its effect.
func (c *commits) addOutdated(changes *uploader.Changes) []uploader.TransferID {
	s := c.state
	if !s.outdated.due || s.bulk.unfinished() {
		return nil
	}
	limit := outdatedPortion
	if len(s.running) == 0 {
		limit = outdatedPortionIdle
	}
	portion := s.outdated.next(limit)
	changes.RemovedTransfers = slices.Clip(changes.RemovedTransfers)
	for _, id := range portion {
		if t := s.table.Get(id); t != nil {
			changes.Statuses = append(changes.Statuses, t)
		} else {
			changes.RemovedTransfers = append(changes.RemovedTransfers, id)
		}
	}
	if len(portion) == s.outdated.rows.Len() {
		changes.DoneCommands = s.lastCommand
	}
	return portion
}

func (c *commits) failed(err error, now time.Time) {
	if c.fault == nil {
		c.log.Error("save failed", "err", err)
	}
	c.fault, c.retryAt, c.state.unpublished = fault.Of(err), now.Add(saveRetry), true
	c.state.table.MarkUncertain()
}

// savePartially saves what can be saved of changes that failed as a whole twice. A
// transfer that cannot be saved fails; what was saved of it before stays, and the user
// can retry it. The result is whole, the error of the save as a whole, if nothing can
// be saved, and otherwise the error of what is left.
func (c *commits) savePartially(ctx context.Context, changes uploader.Changes, whole error) error {
	save := func(changes uploader.Changes) error { return c.store.Save(ctx, changes) }
	s := c.state
	if save(uploader.Changes{Servers: []uploader.Server{c.servers.byID[uploader.BuiltinServer]}, Commands: changes.Commands}) != nil {
		return whole // nothing can be saved
	}
	s.changes.Commands, changes.Commands = nil, nil // before the transfers that have their effect
	result := partial.Save(changes, save)
	if result.Common {
		s.changes = uploader.Changes{Proofs: s.changes.Proofs, Parts: s.changes.Parts}
	}
	for _, id := range result.Saved {
		c.markSaved(id)
	}
	for id, err := range result.Failed {
		c.log.Error("save transfer failed", "transfer", id, "err", err)
		s.apply(id, lifecycle.Rejected{Fault: fault.Of(err)})
		c.markSaved(id)
	}
	return result.Err
}

// markSaved drops the unsaved changes of a transfer.
func (c *commits) markSaved(id uploader.TransferID) {
	s := c.state
	s.outdated.remove(id)
	s.table.MarkOneSaved(id)
	delete(s.changes.Proofs, id)
	delete(s.changes.Parts, id)
	delete(s.journal.Unsaved, id)
}
