package engine

import (
	"slices"
	"strings"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/worker"
)

func (l *loop) saveServer(s uploader.Server) error {
	if _, known := l.servers[s.ID]; s.ID != 0 && !known {
		return fault.Newf(fault.Refused, fault.Save, "there is no server %d", s.ID)
	}
	if s.ID == 0 {
		s = l.merged(s)
	}
	if s.ID == 0 {
		s.ID = l.nextServer
		l.nextServer++
	}
	old, known := l.servers[s.ID]
	s.Identity = s.Endpoint
	if known {
		s.Identity = old.Identity
	}
	if known && old.Endpoint != s.Endpoint {
		s.Profile.BodyMost = 0 // of another server
		l.move(old, s.Endpoint)
	}
	l.servers[s.ID] = s
	l.pending.Servers = append(l.pending.Servers, s)
	l.regulate()
	if known && (old.Endpoint != s.Endpoint || old.Access != s.Access) {
		l.reopen(s.ID)
	} else {
		l.reconnect(s)
	}
	return nil
}

// learnBody keeps what was found out about how large requests to a server may be.
func (l *loop) learnBody(id uploader.ServerID, most int64) {
	s, known := l.servers[id]
	if !known || s.Profile.BodyMost > 0 && s.Profile.BodyMost <= most {
		return
	}
	s.Profile.BodyMost = most
	l.servers[id] = s
	l.pending.Servers = append(l.pending.Servers, s)
	l.stale = true
	l.log.Info("requests carry less", "server", id, "bytes", most)
}

// reconnect has what is under way at a server go on as the server is now.
func (l *loop) reconnect(s uploader.Server) {
	if l.remotes[s.ID] == nil {
		return
	}
	delete(l.remotes, s.ID)
	if _, err := l.connect(s.ID); err != nil {
		l.log.Warn("cannot connect", "server", s.ID, "err", err)
	}
}

// merged is a server to be added as it is kept: in place of the one at the same
// address, whose access and profile stay where the new one says nothing of them.
func (l *loop) merged(s uploader.Server) uploader.Server {
	s.ID = l.serverAt(s.Endpoint)
	known := l.servers[s.ID]
	if s.Access == (uploader.Access{}) {
		s.Access = known.Access
	}
	if s.Profile == (uploader.Profile{}) {
		s.Profile = known.Profile
	}
	return s
}

func (l *loop) serverAt(endpoint string) uploader.ServerID {
	for id, s := range l.servers {
		if s.Endpoint == endpoint {
			return id
		}
	}
	return 0
}

// move is a server's change of address.
type move struct{ from, to string }

// of is the address that an upload below the old one has now.
func (m move) of(url string) string {
	if rest, below := strings.CutPrefix(url, m.from); below && m.from != "" {
		return m.to + rest
	}
	return url
}

// rebased is what a worker tells that was launched before its server moved, as it
// is after that.
func (f *flight) rebased(in lifecycle.Input) lifecycle.Input {
	for _, m := range f.moves {
		switch told := in.(type) {
		case lifecycle.UploadCreated:
			told.Session.URL = m.of(told.Session.URL)
			in = told
		case lifecycle.PartChanged:
			told.Part.URL = m.of(told.Part.URL)
			in = told
		}
	}
	return in
}

// move takes the uploads of a server along to its new address. Those under way
// there start again from what the server holds.
func (l *loop) move(old uploader.Server, endpoint string) {
	delete(l.remotes, old.ID)
	delete(l.gates, old.ID)
	if old.Endpoint == "" {
		return
	}
	m := move{old.Endpoint, endpoint}
	for _, left := range [][]string{l.refused[old.ID], l.staying.urls[old.ID]} {
		for i, url := range left {
			left[i] = m.of(url)
		}
	}
	for t := range l.table.All() {
		if t.Server != old.ID {
			continue
		}
		if f := l.flights[t.ID]; f != nil {
			f.moves = append(f.moves, m)
			f.halt(worker.ErrServerMoved)
		}
		for _, part := range l.partsOf(t.ID, t.Session) {
			if url := m.of(part.URL); url != part.URL {
				part.URL = url
				l.keepParts(t.ID, part)
			}
		}
		if url := m.of(t.Session.URL); url != t.Session.URL || t.Session.Parts > 0 {
			l.feed(t.ID, lifecycle.URLChanged{URL: url})
		}
	}
}

func (l *loop) removeServer(id uploader.ServerID) error {
	if id == uploader.BuiltinServer {
		return fault.Newf(fault.Refused, fault.Save, "the built-in receiver cannot be removed")
	}
	for t := range l.table.All() {
		if t.Server == id && t.Unfinished() {
			return fault.Newf(fault.Refused, fault.Save, "%q still has unfinished transfers", l.servers[id].Name)
		}
	}
	for _, b := range l.batches {
		if b.Server == id && !b.Expanded {
			return fault.Newf(fault.Refused, fault.Save, "files for %q are still being found", l.servers[id].Name)
		}
	}
	delete(l.servers, id)
	if r := l.remotes[id]; r != nil {
		r.Close()
	}
	delete(l.remotes, id)
	delete(l.gates, id)
	delete(l.valves, id)
	delete(l.refused, id)
	delete(l.staying.urls, id)
	l.pending.Servers = slices.DeleteFunc(l.pending.Servers, func(s uploader.Server) bool { return s.ID == id })
	l.pending.RemovedServers = append(l.pending.RemovedServers, id)
	return nil
}
