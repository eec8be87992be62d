package engine

import (
	"context"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/worker"
)

// terminatePatience is how long a server may take to remove an upload. Nobody
// waits for it but the leftover itself.
const terminatePatience = 30 * time.Second

// staysMost is the longest wait before a server that was away is asked again.
const staysMost = 2 * time.Minute

// terminateLater removes from its server what it holds of a session, in the
// background and once that is saved. A server that is away is not waited for: it is
// asked again later, and the user, who wishes to be rid of it, is told.
func (l *loop) terminateLater(id uploader.TransferID, server uploader.ServerID, session uploader.Session) {
	urls := l.urlsOf(id, session)
	l.after = append(l.after, func(work context.Context) {
		remote, err := l.connect(server)
		if err != nil {
			l.leaves(id, session)
			l.feed(id, lifecycle.UploadDeleted{Session: session})
			return
		}
		l.removals.add(&l.tasks, func() {
			if work.Err() != nil {
				return // it is tried again at the next start
			}
			ctx, cancel := context.WithTimeout(work, terminatePatience)
			defer cancel()
			stays := false
			for _, url := range urls {
				stays = l.remove(ctx, remote, url) || stays
			}
			if work.Err() != nil {
				return // it is tried again at the next start
			}
			if stays {
				l.send(func() { l.leaves(id, session) })
			}
			l.report(id, lifecycle.UploadDeleted{Session: session})
		})
	})
}

// removeLater removes one upload, whose transfer is history.
func (l *loop) removeLater(server uploader.ServerID, url string) {
	l.after = append(l.after, func(work context.Context) {
		remote, err := l.connect(server)
		if err != nil {
			return
		}
		l.removals.add(&l.tasks, func() {
			if work.Err() != nil {
				return
			}
			ctx, cancel := context.WithTimeout(work, terminatePatience)
			defer cancel()
			l.remove(ctx, remote, url)
		})
	})
}

// leaves tells that the server still holds what is of no use any more.
func (l *loop) leaves(id uploader.TransferID, session uploader.Session) {
	if l.table.Get(id) != nil {
		l.journal.Add(id, uploader.Event{At: time.Now().Round(0), Kind: uploader.EventLeft, Offset: session.Offset})
	}
}

// staying are uploads of no use any more on servers that could not be reached, or
// had no time, to remove them. They are asked again for as long as the program runs;
// after that the servers expire them.
type staying struct {
	urls  map[uploader.ServerID][]string
	tries int       // in a row, of all servers
	at    time.Time // of the next try; zero for none
}

// stays has an upload removed later.
func (l *loop) stays(server uploader.ServerID, url string) {
	s := &l.staying
	s.urls[server] = append(s.urls[server], url)
	if s.at.IsZero() {
		s.at = time.Now().Add(min(time.Second<<min(s.tries, 16), staysMost))
	}
}

// removeAgain asks once more for what stays, when it is time.
func (l *loop) removeAgain(now time.Time) {
	s := &l.staying
	if s.at.IsZero() || now.Before(s.at) {
		return
	}
	urls := s.urls
	s.urls, s.at, s.tries = map[uploader.ServerID][]string{}, time.Time{}, s.tries+1
	for server, list := range urls {
		for _, url := range list {
			l.removeLater(server, url)
		}
	}
}

// Remove removes an upload from its server, and reports whether it stays there all
// the same. One that wants a sign-in for that is asked again when it has one.
func (l *loop) remove(ctx context.Context, remote *worker.Remote, url string) bool {
	err := remote.Terminate(ctx, url)
	if err == nil {
		return false
	}
	l.log.Warn("upload stays on the server", "server", remote.Server.ID, "err", err)
	server := remote.Server.ID
	switch f := fault.Of(err); {
	case f.Kind == fault.Offline, f.Kind == fault.Unreachable, f.Kind == fault.Transient, f.Kind == fault.Busy:
		l.send(func() { l.stays(server, url) })
		return true
	case f.Kind != fault.Auth || !closes(f):
		return true
	}
	l.send(func() {
		if remote != l.remotes[server] { // it asked as somebody who is signed in by now
			l.removeLater(server, url)
			return
		}
		l.refused[server] = append(l.refused[server], url)
		l.gates[server] = gate{fault: fault.Of(err)}
		l.stale, l.urgent = true, true
	})
	return false
}

// urlsOf lists everything the server may hold of a session. Parts are forgotten
// with the next commit, so that this is called before it.
func (l *loop) urlsOf(id uploader.TransferID, session uploader.Session) []string {
	var urls []string
	if session.URL != "" {
		urls = append(urls, session.URL)
	}
	for _, part := range l.partsOf(id, session) {
		if part.URL != "" {
			urls = append(urls, part.URL)
		}
	}
	return urls
}

// partsOf is what is saved of a session's parts, and what is about to be.
func (l *loop) partsOf(id uploader.TransferID, session uploader.Session) []uploader.Part {
	if session.Parts == 0 {
		return nil
	}
	saved, err := l.store.Parts(context.Background(), id)
	if err != nil {
		l.log.Warn("parts cannot be found", "transfer", id, "err", err)
	}
	return append(saved, l.pending.Parts[id]...)
}
