package engine

import (
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/admission"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
)

// maxUnbegunChecks is how many files are checked of which nothing was sent. There may
// be a million of them, and no progress can be lost.
const maxUnbegunChecks = 1000

// checks finds out, for transfers that wait for the user, what the server has and
// whether the file still exists. A check is queued like any work; after it the
// transfer waits for the user again. state.checks has the unfinished ones.
type checks struct {
	state     *state
	servers   *servers
	admission *admission.Control
	failed    func(*uploader.Transfer, *fault.Fault) // workers.failed
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
			continue // being sent, or not to be sent
		}
		if !t.Session.Begun() {
			if *unbegun++; *unbegun > maxUnbegunChecks {
				continue
			}
		}
		s.checks[id] = true
		s.queue.Push(queueItem(t))
	}
	c.endWithoutCapacity()
}

// ended receives the result of a check. A stale one was made with connections that
// were replaced meanwhile, and is repeated.
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
		c.failed(t, result.Fault)
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

// endWithoutCapacity ends the checks at servers to which nothing can be sent at the moment.
// Their last results stay.
func (c *checks) endWithoutCapacity() {
	if len(c.state.checks) == 0 {
		return
	}
	for id := range c.servers.byID {
		if c.admission.Capacity(id) > 0 {
			continue
		}
		known := c.admission.StopFault(id)
		if known != nil && !admission.ConcernsServer(known) {
			known = nil
		}
		c.endOf(id, known)
	}
}
