package engine

import (
	"maps"
	"net/http"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
)

// gate keeps a server's transfers in line while every one of them would meet the
// same answer: one of them asks, not all.
type gate struct {
	until time.Time // zero: until the user acts
	fault *fault.Fault
}

// Closed reports whether only the user can open it.
func (g gate) closed() bool { return g.fault != nil && g.until.IsZero() }

// judge logs a fault, and closes the server's gate when it is not about this one
// Transfer alone.
func (l *loop) judge(t *uploader.Transfer, f *fault.Fault) {
	if t == nil {
		return
	}
	l.log.Warn("transfer stopped", "transfer", t.ID, "server", t.Server, "next", t.NextTry, "fault", f.Error())
	if tooMuch(f) {
		l.refuses(t.Server)
	}
	switch {
	case t.Phase == uploader.PhaseFailed && closes(f):
		l.gates[t.Server] = gate{fault: f}
	case t.Phase != uploader.PhaseWaiting, l.gates[t.Server].closed():
	case f.Kind == fault.Offline, f.Kind == fault.Unreachable, tooMuch(f):
		l.gates[t.Server] = gate{until: t.NextTry.Time(), fault: f} // the transfer's own alarm opens it again
	}
	l.endVainChecks()
}

// tooMuch reports whether a server says that it is asked for too much.
func tooMuch(f *fault.Fault) bool {
	return f.Status == http.StatusTooManyRequests || f.Status == http.StatusServiceUnavailable
}

// closes reports whether nothing more goes to a server until the user has done
// something about it. A 403 may be about one upload alone.
func closes(f *fault.Fault) bool {
	if f == nil {
		return false
	}
	switch f.Kind {
	case fault.Auth:
		return f.Status != http.StatusForbidden
	case fault.NotTus, fault.TLS, fault.Quota:
		return true
	default:
		return false
	}
}

// mayBeBetter reports whether a fault may be gone once the user has done something
// about the server.
func mayBeBetter(f *fault.Fault) bool { return f != nil && (closes(f) || f.Kind == fault.Auth) }

// answers opens the gate of a server that is there after all.
func (l *loop) answers(server uploader.ServerID) {
	l.takes(server)
	l.staying.tries = 0
	if g := l.gates[server]; !g.until.IsZero() {
		delete(l.gates, server)
	}
}

// openGates opens those whose time has come.
func (l *loop) openGates(now time.Time) {
	maps.DeleteFunc(l.gates, func(_ uploader.ServerID, g gate) bool { return !g.until.IsZero() && !g.until.After(now) })
}

// blocked lists the servers that wait for the user, with the reason.
func (l *loop) blocked() map[uploader.ServerID]*fault.Fault {
	blocked := map[uploader.ServerID]*fault.Fault{}
	for server, g := range l.gates {
		if g.closed() {
			blocked[server] = g.fault
		}
	}
	return blocked
}

// reopen goes on with everything that waited for the user to do something about a
// Server. What is under way there goes on as the server is now, and is not asked
// about for what it still began before.
func (l *loop) reopen(server uploader.ServerID) {
	delete(l.gates, server)
	l.reconnect(l.servers[server])
	waits := func(t *uploader.Transfer) bool {
		return t != nil && (t.Phase == uploader.PhaseWaiting || t.Phase == uploader.PhaseFailed && mayBeBetter(t.Fault))
	}
	for t := range l.table.All() {
		if t.Server == server && waits(t) && waits(l.settled(t.ID)) {
			l.feed(t.ID, lifecycle.RetriedByUser{})
		}
	}
	refused := l.refused[server]
	delete(l.refused, server)
	for _, url := range refused {
		l.removeLater(server, url)
	}
}
