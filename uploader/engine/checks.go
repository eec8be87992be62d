package engine

import (
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/admission"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
)

// maxUnbegunChecks is how many files are checked of which no server has anything.
// There may be a million of them, and nothing of them can be lost.
const maxUnbegunChecks = 1000

// checks asks how it stands with transfers that wait for the user: what the server
// holds, and whether the file is still there. A check is queued like any work; after
// it the transfer waits for the user again. state.checks has the unfinished ones.
type checks struct {
	state     *state
	servers   *servers
	admission *admission.Control
	judge     func(*uploader.Transfer, *fault.Fault) // logs a fault and blocks its server if it is about that
}

func (c *checks) start(target uploader.Target) {
	unbegun := 0
	c.state.forEach(target, func(ids []uploader.TransferID) { c.startThese(ids, &unbegun) })
}

func (c *checks) startThese(ids []uploader.TransferID, unbegun *int) {
	s := c.state
	for _, id := range ids {
		t := s.table.Get(id)
		if t.Phase != uploader.PhaseQueued || t.Intent != uploader.IntentRun || s.queue.Contains(int64(id)) || s.running[id] != nil {
			continue // it is being sent, or is not to be
		}
		if !t.Session.Begun() {
			if *unbegun++; *unbegun > maxUnbegunChecks {
				continue
			}
		}
		s.checks[id] = true
		s.queue.Push(queueItem(t))
	}
	c.endFutile()
}

// ended receives the result of a check. A stale one was made with connections that
// were replaced meanwhile, and is made again.
func (c *checks) ended(id uploader.TransferID, result lifecycle.CheckEnded, stale bool) {
	if stale {
		result.Fault = nil
	}
	result.AwaitsUser = c.state.checks[id]
	delete(c.state.checks, id)
	c.state.apply(id, result)
	switch t := c.state.table.Get(id); {
	case t == nil:
	case stale && result.AwaitsUser:
		c.start(uploader.TargetTransfers(id))
	case result.Fault != nil:
		c.endOf(t.Server, result.Fault)
		c.judge(t, result.Fault)
	}
}

// endOf ends the waiting checks at a server, with a fault that all of them would
// meet. With another fault it does nothing; nil ends them without one.
func (c *checks) endOf(server uploader.ServerID, f *fault.Fault) {
	if f != nil && !admission.ConcernsServer(f) {
		return
	}
	for id := range c.state.checks {
		t := c.state.table.Get(id)
		if t == nil || t.Server != server || c.state.running[id] != nil {
			continue
		}
		result := lifecycle.CheckEnded{AwaitsUser: true}
		if t.Session.Begun() {
			result.Fault = f
		}
		delete(c.state.checks, id)
		c.state.queue.Remove(int64(id))
		c.state.apply(id, result)
	}
}

// endFutile ends the checks at servers to which nothing is sent at the moment: what
// was known last stays.
func (c *checks) endFutile() {
	if len(c.state.checks) == 0 {
		return
	}
	for id := range c.servers.byID {
		if c.admission.Capacity(id) > 0 {
			continue
		}
		known := c.admission.BlockFault(id)
		if known != nil && !admission.ConcernsServer(known) {
			known = nil
		}
		c.endOf(id, known)
	}
}
