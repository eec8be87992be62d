package uploader

import (
	"context"
	"time"

	"github.com/ferryapp/ferry/uploader/fault"
)

// terminatePatience is how long a server may take to remove an upload. Nobody
// waits for it but the leftover itself.
const terminatePatience = 30 * time.Second

// removalsMost is how many leftovers are removed from servers at a time.
const removalsMost = 8

// terminateLater removes from its server what it holds of a session, in the
// background and once that is saved. One attempt is made: servers expire what is
// left, and the user's wish to be rid of it does not wait for a server that is
// away.
func (l *loop) terminateLater(id TransferID, server ServerID, session Session) {
	urls := l.urlsOf(id, session)
	l.after = append(l.after, func(work context.Context) {
		remote, err := l.connect(server)
		if err != nil {
			l.feed(id, terminated{session})
			return
		}
		l.tasks.Go(func() {
			l.leftovers <- struct{}{}
			defer func() { <-l.leftovers }()
			ctx, cancel := context.WithTimeout(work, terminatePatience)
			defer cancel()
			for _, url := range urls {
				l.remove(ctx, remote, url)
			}
			if work.Err() == nil { // otherwise it is tried again at the next start
				l.report(id, terminated{session})
			}
		})
	})
}

// removeLater removes one upload, whose transfer is history.
func (l *loop) removeLater(server ServerID, url string) {
	l.after = append(l.after, func(work context.Context) {
		remote, err := l.connect(server)
		if err != nil {
			return
		}
		l.tasks.Go(func() {
			l.leftovers <- struct{}{}
			defer func() { <-l.leftovers }()
			ctx, cancel := context.WithTimeout(work, terminatePatience)
			defer cancel()
			l.remove(ctx, remote, url)
		})
	})
}

// remove tries once to remove an upload from its server. One that wants a sign-in
// for that is asked again when it has one.
func (l *loop) remove(ctx context.Context, remote *remote, url string) {
	err := remote.terminate(ctx, url)
	if err == nil {
		return
	}
	l.log.Warn("upload stays on the server", "server", remote.server.ID, "err", err)
	f := fault.Of(err)
	if f.Kind != fault.Auth || !closes(f) {
		return
	}
	l.send(func() {
		server := remote.server.ID
		if remote != l.remotes[server] { // it asked as somebody who is signed in by now
			l.removeLater(server, url)
			return
		}
		l.refused[server] = append(l.refused[server], url)
		l.gates[server] = gate{fault: f}
		l.stale, l.urgent = true, true
	})
}

// urlsOf lists everything the server may hold of a session. Parts are forgotten
// with the next commit, so that this is called before it.
func (l *loop) urlsOf(id TransferID, session Session) []string {
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
func (l *loop) partsOf(id TransferID, session Session) []Part {
	if session.Parts == 0 {
		return nil
	}
	saved, err := l.store.Parts(context.Background(), id)
	if err != nil {
		l.log.Warn("parts cannot be found", "transfer", id, "err", err)
	}
	return append(saved, l.pending.Parts[id]...)
}
