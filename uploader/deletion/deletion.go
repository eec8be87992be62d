// Package deletion deletes uploads that are no longer needed from their servers.
//
// Deleting is best effort: an upload that cannot be deleted expires on its server. If
// the server cannot be reached, the deletion is retried later; if it requires sign-in,
// once the user has signed in. A [Deleter] saves nothing: after a restart, the engine
// deletes the uploads of cancelled transfers again.
package deletion

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/admission"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/worker"
)

const (
	// timeout is how long a server may take for one transfer's uploads, of which new ones
	// are asked for until they are 30 seconds old.
	timeout = time.Minute

	// maxRetryWait is the longest wait before a postponed deletion is retried.
	maxRetryWait = 2 * time.Minute
)

// Engine is what a Deleter needs of the engine. Its functions are called on the
// engine's goroutine, except for Send, which may be called on any.
type Engine struct {
	// Send runs a function on the engine's goroutine.
	Send func(func())

	// AfterCommit runs a function on the engine's goroutine once everything in memory
	// is saved. work ends when the engine stops.
	AfterCommit func(func(work context.Context))

	// Connect returns a server, or fails if it is unknown or has no endpoint.
	Connect func(uploader.ServerID) (*worker.Remote, error)

	// Block is called when a server requires sign-in.
	Block func(uploader.ServerID, *fault.Fault)
}

// Deleter deletes uploads from servers. Its methods belong to the engine's
// goroutine.
type Deleter struct {
	engine Engine
	log    *slog.Logger
	tasks  *sync.WaitGroup
	pool   pool

	signIn    map[uploader.ServerID][]worker.Deletion // wait for a sign-in
	postponed map[uploader.ServerID][]worker.Deletion // on servers that could not be reached
	tries     int                                     // retries since the last response of any server
	nextTry   time.Time                               // of the postponed deletions; zero for none
}

// New returns a Deleter that starts its goroutines in tasks.
func New(engine Engine, log *slog.Logger, tasks *sync.WaitGroup) *Deleter {
	return &Deleter{
		engine: engine, log: log, tasks: tasks,
		signIn:    map[uploader.ServerID][]worker.Deletion{},
		postponed: map[uploader.ServerID][]worker.Deletion{},
	}
}

// Delete deletes uploads in the background. done is called on the engine's goroutine;
// kept reports whether the server still has any of them. It is not called if the
// engine stops first.
func (d *Deleter) Delete(work context.Context, remote *worker.Remote, uploads []worker.Deletion, done func(kept bool)) {
	d.pool.add(d.tasks, func() {
		if work.Err() != nil {
			return
		}
		ctx, cancel := context.WithTimeout(work, timeout)
		defer cancel()
		kept := false
		for _, upload := range uploads {
			kept = d.deleteOne(ctx, remote, upload) || kept
		}
		if work.Err() == nil {
			d.engine.Send(func() { done(kept) })
		}
	})
}

// deleteLater deletes an upload once everything in memory is saved.
func (d *Deleter) deleteLater(server uploader.ServerID, upload worker.Deletion) {
	d.engine.AfterCommit(func(work context.Context) {
		remote, err := d.engine.Connect(server)
		if err != nil {
			return
		}
		d.Delete(work, remote, []worker.Deletion{upload}, func(bool) {})
	})
}

// deleteOne deletes an upload and reports whether the server keeps it. It runs on a
// goroutine of the pool.
func (d *Deleter) deleteOne(ctx context.Context, remote *worker.Remote, upload worker.Deletion) (kept bool) {
	err := remote.Terminate(ctx, upload)
	if err == nil {
		return false
	}
	server := remote.Server.ID
	d.log.Warn("upload not deleted", "server", server, "err", err)
	f, now := fault.Of(err), time.Now()
	upload.Repeated = upload.Repeated.With(f, now)
	switch {
	case upload.Repeated.Final(now):
		return true
	case f.Kind == fault.Offline, f.Kind == fault.Unreachable, f.Kind == fault.Transient, f.Kind == fault.Busy:
		d.engine.Send(func() { d.postpone(server, upload, now) })
		return true
	case f.Kind == fault.Auth && admission.NeedsUser(f):
		d.engine.Send(func() { d.awaitSignIn(remote, upload, f) })
		return false
	default:
		return true
	}
}

// awaitSignIn keeps an upload until the user has signed in. The sign-in may have
// changed since the request was sent.
func (d *Deleter) awaitSignIn(remote *worker.Remote, upload worker.Deletion, f *fault.Fault) {
	server := remote.Server.ID
	if current, err := d.engine.Connect(server); err != nil || current != remote {
		d.deleteLater(server, upload)
		return
	}
	d.signIn[server] = append(d.signIn[server], upload)
	d.engine.Block(server, f)
}

func (d *Deleter) postpone(server uploader.ServerID, upload worker.Deletion, now time.Time) {
	d.postponed[server] = append(d.postponed[server], upload)
	if d.nextTry.IsZero() {
		d.nextTry = now.Add(min(time.Second<<min(d.tries, 16), maxRetryWait))
	}
}

// NextTry returns the time from which RetryPostponed has something to do; zero for
// never.
func (d *Deleter) NextTry() time.Time { return d.nextTry }

// RetryPostponed tries the postponed deletions again if it is time.
func (d *Deleter) RetryPostponed(now time.Time) {
	if d.nextTry.IsZero() || now.Before(d.nextTry) {
		return
	}
	postponed := d.postponed
	d.postponed, d.nextTry, d.tries = map[uploader.ServerID][]worker.Deletion{}, time.Time{}, d.tries+1
	for _, server := range slices.Sorted(maps.Keys(postponed)) {
		for _, upload := range postponed[server] {
			d.deleteLater(server, upload)
		}
	}
}

// Reachable records that a server answered: the next wait is short again.
func (d *Deleter) Reachable() { d.tries = 0 }

// SignedIn deletes what waited for a sign-in to the server.
func (d *Deleter) SignedIn(server uploader.ServerID) {
	uploads := d.signIn[server]
	delete(d.signIn, server)
	for _, upload := range uploads {
		d.deleteLater(server, upload)
	}
}

// Move replaces the URLs of a server whose endpoint changed.
func (d *Deleter) Move(server uploader.ServerID, moved func(url string) string) {
	for _, uploads := range [][]worker.Deletion{d.signIn[server], d.postponed[server]} {
		for i := range uploads {
			uploads[i].URL = moved(uploads[i].URL)
		}
	}
}

// Forget drops what waits to be deleted from a server that was removed.
func (d *Deleter) Forget(server uploader.ServerID) {
	delete(d.signIn, server)
	delete(d.postponed, server)
}
