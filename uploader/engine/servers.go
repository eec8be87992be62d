package engine

import (
	"log/slog"
	"maps"
	"net/url"
	"slices"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/uploader/worker"
)

// servers are the known servers and the connections of this run to them.
type servers struct {
	log     *slog.Logger
	open    func(uploader.Server) (uploader.Protocol, error) // Config.Connect
	byID    map[uploader.ServerID]uploader.Server
	inUse   map[uploader.ServerID]uploader.Server // those that this run uses otherwise than they are saved (uploader.UseServer)
	remotes map[uploader.ServerID]*worker.Remote  // those in use
	nextID  uploader.ServerID
	cookies map[uploader.ServerID]savedCookies
}

// savedCookies are the cookies of a server as they are saved, and their version in the
// protocol of this run; 0 before there is one.
type savedCookies struct {
	text    string
	version uint64
}

// connect returns the Remote of a server, and makes it when it is first used.
func (s *servers) connect(id uploader.ServerID) (*worker.Remote, error) {
	if r := s.remotes[id]; r != nil {
		return r, nil
	}
	server, known := s.used(id)
	if !known {
		return nil, fault.Newf(fault.Refused, fault.Create, "server %d was removed", id)
	}
	if server.Endpoint == "" {
		if _, err := s.open(server); fault.Is(err, fault.LocalDisk) { // why the built-in receiver is not running
			return nil, err
		}
		return nil, fault.Newf(fault.Unreachable, fault.Create, "server %q has no endpoint in this run", server.Name)
	}
	protocol, err := s.open(server)
	if err != nil {
		return nil, err
	}
	r := worker.NewRemote(server, protocol)
	s.restoreCookies(id, r)
	s.remotes[id] = r
	return r, nil
}

// used returns a server as this run uses it, and whether there is one.
func (s *servers) used(id uploader.ServerID) (uploader.Server, bool) {
	server, known := s.byID[id]
	if used, ok := s.inUse[id]; known && ok {
		server.Options, server.Access = used.Options.WithFound(server.Options), used.Access
	}
	return server, known
}

// usedOtherwise returns the servers that this run uses otherwise than they are saved; nil
// for none.
func (s *servers) usedOtherwise() map[uploader.ServerID]uploader.Server {
	var all map[uploader.ServerID]uploader.Server
	for id := range s.inUse {
		if all == nil {
			all = map[uploader.ServerID]uploader.Server{}
		}
		all[id], _ = s.used(id)
	}
	return all
}

// restoreCookies gives a new Remote the saved cookies of its server. Its protocol may be
// one that has them already.
func (s *servers) restoreCookies(id uploader.ServerID, r *worker.Remote) {
	saved, known := s.cookies[id]
	if !known {
		return
	}
	r.RestoreCookies(saved.text)
	saved.version = min(saved.version, r.CookieVersion())
	s.cookies[id] = saved
}

// reconnect replaces the Remote of a server that is in use. Running workers keep
// theirs.
func (s *servers) reconnect(id uploader.ServerID) {
	if s.remotes[id] == nil {
		return
	}
	delete(s.remotes, id)
	if _, err := s.connect(id); err != nil {
		s.log.Warn("connect failed", "server", id, "err", err)
	}
}

// merge returns a server to be added as it is saved: with the ID of one with the same
// endpoint, whose access and options stay where the new one has none.
func (s *servers) merge(added uploader.Server) uploader.Server {
	added.ID = s.at(added.Endpoint)
	known := s.byID[added.ID]
	if added.Access == (uploader.Access{}) {
		added.Access = known.Access
	}
	if added.Options == (uploader.ServerOptions{}) {
		added.Options = known.Options
	}
	return added
}

// at returns the ID of the server with an endpoint, the oldest one if there are
// several; 0 for none.
func (s *servers) at(endpoint string) uploader.ServerID {
	for _, id := range slices.Sorted(maps.Keys(s.byID)) {
		if s.byID[id].Endpoint == endpoint {
			return id
		}
	}
	return 0
}

// takeID returns an ID for a new server.
func (s *servers) takeID() uploader.ServerID {
	id := s.nextID
	s.nextID++
	return id
}

// remove removes a server and closes its connections.
func (s *servers) remove(id uploader.ServerID) {
	delete(s.byID, id)
	delete(s.inUse, id)
	if r := s.remotes[id]; r != nil {
		r.Close()
	}
	delete(s.remotes, id)
	delete(s.cookies, id)
}

func (l *loop) saveServer(s uploader.Server) error {
	if _, known := l.servers.byID[s.ID]; s.ID != 0 && !known {
		return fault.Newf(fault.Refused, fault.Save, "no server %d", s.ID)
	}
	if s.ID == 0 {
		s = l.servers.merge(s)
	}
	if s.ID == 0 {
		s.ID = l.servers.takeID()
	}
	delete(l.servers.inUse, s.ID)
	old, known := l.servers.byID[s.ID]
	s.Options.SendsVersion = false // may be another server now; set again by the next response
	sameEndpoint := known && old.Endpoint == s.Endpoint
	s.Options.OmitsVersion = sameEndpoint && old.Options.OmitsVersion // resuming creates no upload that would show it again
	s.Options.PublicAddress = sameEndpoint && old.Options.PublicAddress
	s.OriginalEndpoint = s.Endpoint
	if known {
		s.OriginalEndpoint = old.OriginalEndpoint
	}
	if known && isOtherSession(old, s) {
		l.clearCookies(s.ID)
	}
	if known && old.Endpoint != s.Endpoint {
		s.Options.MaxBody, s.Options.WholeRequests = 0, 0 // learned from another server
		l.moveServer(old, s.Endpoint)
	}
	l.putServer(s)
	l.applyLimits()
	if known && (old.Endpoint != s.Endpoint || old.Access != s.Access || old.Options.AllowedHosts != s.Options.AllowedHosts) {
		l.unblock(s.ID)
	} else {
		l.servers.reconnect(s.ID)
	}
	return nil
}

// useServer makes this run use a server otherwise than it is saved. Running workers keep
// their connections.
func (l *loop) useServer(s uploader.Server) error {
	if _, known := l.servers.byID[s.ID]; !known {
		return fault.Newf(fault.Refused, fault.Save, "no server %d", s.ID)
	}
	l.servers.inUse[s.ID] = s
	l.state.unpublished = true
	l.unblock(s.ID)
	return nil
}

// isOtherSession reports whether a changed server must not get the cookies that it set
// before: it is on another host, or another user signs in. A sign-in that is entered again
// keeps them, since unfinished uploads need them.
func isOtherSession(old, changed uploader.Server) bool {
	return hostOf(old.Endpoint) != hostOf(changed.Endpoint) || old.Access.SignIn != changed.Access.SignIn || old.Access.User != changed.Access.User
}

func hostOf(endpoint string) string {
	u, err := url.Parse(endpoint)
	if err != nil {
		return ""
	}
	return netx.HostOf(u)
}

// clearCookies removes the cookies of a server.
func (l *loop) clearCookies(id uploader.ServerID) {
	if r := l.servers.remotes[id]; r != nil {
		r.ClearCookies()
		l.saveCookies(id)
		return
	}
	if l.servers.cookies[id].text != "" {
		l.putCookies(id, savedCookies{})
	}
}

// saveCookies saves the cookies of a server with the next commit if they have changed. It
// is called with whatever a worker reports about an upload, and before that is committed,
// so that the URL of an upload is never saved without the cookies that it needs.
func (l *loop) saveCookies(id uploader.ServerID) {
	r := l.servers.remotes[id]
	if r == nil {
		return
	}
	if text, version, changed := r.ChangedCookies(l.servers.cookies[id].version); changed {
		l.putCookies(id, savedCookies{text, version})
	}
}

func (l *loop) putCookies(id uploader.ServerID, cookies savedCookies) {
	before := l.servers.cookies[id].text
	l.servers.cookies[id] = cookies
	if before == cookies.text {
		return
	}
	if l.state.changes.Cookies == nil {
		l.state.changes.Cookies = map[uploader.ServerID]string{}
	}
	l.state.changes.Cookies[id] = cookies.text
}

// putServer stores a new value of a server and saves it with the next commit.
func (l *loop) putServer(s uploader.Server) {
	l.servers.byID[s.ID] = s
	l.admission.SetServer(s.ID, s.Options)
	l.state.changes.Servers = append(l.state.changes.Servers, s)
	l.state.unpublished = true
}

// limitBody saves the largest request body that a server accepts, which was learned
// from its refusals.
func (l *loop) limitBody(id uploader.ServerID, bytes int64) {
	s, known := l.servers.byID[id]
	if !known || s.Options.MaxBody > 0 && s.Options.MaxBody <= bytes {
		return
	}
	s.Options.MaxBody = bytes
	l.putServer(s)
	l.log.Info("requests limited in size", "server", id, "bytes", bytes)
}

// saveObserved saves what the connection to a server has found out about it, when that
// changed.
func (l *loop) saveObserved(id uploader.ServerID) {
	s, known := l.servers.byID[id]
	r := l.servers.remotes[id]
	if !known || r == nil {
		return
	}
	l.saveCookies(id)
	found := r.Observe(s.Options)
	if found == s.Options {
		return
	}
	s.Options = found
	l.putServer(s)
	l.log.Info("found out about a server", "server", id, "sendsVersion", found.SendsVersion, "omitsVersion", found.OmitsVersion,
		"publicAddress", found.PublicAddress, "wholeRequests", found.WholeRequests)
}

// moveServer changes the URLs of a server's uploads to its new endpoint. Running
// workers are stopped, and resume from the server's offset.
func (l *loop) moveServer(old uploader.Server, endpoint string) {
	delete(l.servers.remotes, old.ID)
	l.admission.Unblock(old.ID)
	if old.Endpoint == "" {
		return
	}
	change := worker.EndpointChange{From: old.Endpoint, To: endpoint}
	l.deleter.Move(old.ID, change.URL)
	s := l.state
	for t := range s.table.All() {
		if t.Server != old.ID {
			continue
		}
		if w := s.running[t.ID]; w != nil {
			w.moves = append(w.moves, change)
			w.stop(worker.ErrEndpointChanged)
		}
		for _, part := range l.partsOf(t.ID, t.Session) {
			if url := change.URL(part.URL); url != part.URL {
				part.URL = url
				s.saveParts(t.ID, part)
			}
		}
		if url := change.URL(t.Session.URL); url != t.Session.URL || t.Session.Parts > 0 {
			s.apply(t.ID, lifecycle.URLChanged{URL: url})
		}
	}
}

// removeUsedURLs removes the servers that are upload URLs whose files are uploaded, if they
// are to be removed then.
func (l *loop) removeUsedURLs() {
	used := map[uploader.ServerID]bool{}
	for row := range l.state.table.Rows() {
		done, known := used[row.Server()]
		used[row.Server()] = row.Phase() == uploader.PhaseDone && (done || !known)
	}
	for id, s := range l.servers.byID {
		if !s.Options.RemoveUsed || !s.Options.GivenURL || !used[id] {
			continue
		}
		if err := l.removeServer(id); err != nil {
			l.log.Warn("used upload URL not removed", "server", id, "err", err)
		}
	}
}

func (l *loop) removeServer(id uploader.ServerID) error {
	if id == uploader.BuiltinServer {
		return fault.Newf(fault.Refused, fault.Save, "the built-in receiver cannot be removed")
	}
	s := l.state
	for row := range s.table.Rows() {
		if row.Server() == id && !row.Phase().Final() {
			return fault.Newf(fault.Refused, fault.Save, "%q has unfinished transfers", l.servers.byID[id].Name)
		}
	}
	for _, b := range s.batches {
		if b.Server == id && !b.Scanned {
			return fault.Newf(fault.Refused, fault.Save, "files for %q are still being scanned", l.servers.byID[id].Name)
		}
	}
	l.servers.remove(id)
	l.admission.RemoveServer(id)
	l.deleter.Forget(id)
	s.changes.Servers = slices.DeleteFunc(s.changes.Servers, func(s uploader.Server) bool { return s.ID == id })
	delete(s.changes.Cookies, id)
	s.changes.RemovedServers = append(s.changes.RemovedServers, id)
	return nil
}
