package uploader

// held says why nothing goes to a server, and whether that is so. The receiver
// inside this program is not reached over any network that is paid for.
func (l *loop) held(server ServerID) (Hold, bool) {
	if l.metered && l.settings.Metered == MeteredHold && server != BuiltinServer {
		return Hold{Reason: HeldByMetering}, true
	}
	if l.resting {
		return Hold{Reason: HeldBySchedule, Until: l.regime}, true
	}
	if g, shut := l.gates[server]; shut && !g.closed() {
		return Hold{Reason: HeldByServer, Fault: g.fault, Until: g.until}, true
	}
	return Hold{}, false
}

// holds lists the servers that are held.
func (l *loop) holds() map[ServerID]Hold {
	all := map[ServerID]Hold{}
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
		t := l.table.get(id)
		if t == nil {
			continue
		}
		if hold, held := l.held(t.Server); held && hold.Reason != HeldByServer {
			f.halt(errHeld)
		}
	}
}
