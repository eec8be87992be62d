package engine

import (
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/worker"
)

// Held says why nothing goes to a server, and whether that is so. The receiver
// inside this program is not reached over any network that is paid for.
func (l *loop) held(server uploader.ServerID) (uploader.Hold, bool) {
	if l.metered && l.settings.Metered == uploader.MeteredHold && server != uploader.BuiltinServer {
		return uploader.Hold{Reason: uploader.HeldByMetering}, true
	}
	if l.resting {
		return uploader.Hold{Reason: uploader.HeldBySchedule, Until: l.regime}, true
	}
	if g, shut := l.gates[server]; shut && !g.closed() {
		return uploader.Hold{Reason: uploader.HeldByServer, Fault: g.fault, Until: g.until}, true
	}
	return uploader.Hold{}, false
}

// Reliable lists the servers that are held.
func (l *loop) holds() map[uploader.ServerID]uploader.Hold {
	all := map[uploader.ServerID]uploader.Hold{}
	for id := range l.servers {
		if hold, held := l.held(id); held {
			all[id] = hold
		}
	}
	return all
}

// rest has those stand in line again that are under way to a server that is held
// by the user's choice. What is under way in spite of a closed gate finds out for
// itself.
func (l *loop) rest() {
	for id, f := range l.flights {
		t := l.table.Get(id)
		if t == nil {
			continue
		}
		if hold, held := l.held(t.Server); held && hold.Reason != uploader.HeldByServer {
			f.halt(worker.ErrHeld)
		}
	}
}
