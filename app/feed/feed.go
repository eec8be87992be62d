// Package feed turns the engine's snapshots into a stream of events, for readers
// that process one event after another: a terminal, a script, a second instance.
//
// [Follow] runs on the caller's goroutine and starts none. It compares the pointers
// of consecutive snapshots. A slow reader receives fewer progress events; every
// other event is delivered exactly once. A transfer that is retried after it failed
// has further events.
package feed

import (
	"context"
	"errors"
	"net/url"
	"time"
	"unicode/utf8"

	"github.com/ferryapp/ferry/uploader"
)

// ErrStopped is returned when the engine stops while transfers are not final.
var ErrStopped = errors.New("engine stopped")

// The kinds of event.
const (
	Added    = "added"    // the transfer was added to the queue
	Progress = "progress" // more bytes were sent
	Waiting  = "waiting"  // the transfer continues later: automatically or after the user acts
	Done     = "done"     // the upload is complete
	Failed   = "failed"   // the transfer does not continue automatically
	Skipped  = "skipped"  // entries of a batch's folders are not uploaded: links, pipes, sockets or devices
)

// Event is a change of one transfer. An Event without ID concerns a whole server or
// the engine, or for Skipped a batch.
type Event struct {
	Event   string              `json:"event"`
	ID      uploader.TransferID `json:"id"`
	Path    string              `json:"path"`
	Escaped string              `json:"path_escaped,omitempty"` // see [EscapedPath]
	Server  string              `json:"server"`                 // name
	Size    int64               `json:"size"`                   // bytes; -1 while unknown
	Sent    int64               `json:"sent"`                   // bytes; of a running transfer those handed to the network
	URL     string              `json:"url,omitempty"`          // of the upload; "" before it is created
	Fault   string              `json:"fault,omitempty"`        // name of a fault.Kind
	Message string              `json:"message,omitempty"`      // text for the user, in the current language
	Count   int                 `json:"count,omitempty"`        // of skipped entries
	Names   []string            `json:"names,omitempty"`        // of the first ones, starting with the name of the added folder
}

// EscapedPath returns the bytes of a path that is not UTF-8, percent-encoded (RFC
// 3986, 2.1): JSON cannot contain them, so that several paths would look the same. It
// returns "" for any other path.
func EscapedPath(path string) string {
	if utf8.ValidString(path) {
		return ""
	}
	return (&url.URL{Path: path}).EscapedPath()
}

// Source provides snapshots. *[engine.Engine] implements it.
type Source interface {
	Snapshot() *uploader.Snapshot
	Watch(ctx context.Context) <-chan struct{}
}

// Summary counts the followed transfers by outcome.
type Summary struct {
	Done   int   `json:"done"`
	Failed int   `json:"failed"` // includes cancelled and removed transfers
	Open   int   `json:"open"`   // not final; if Follow returned no error, these wait for the user
	Bytes  int64 `json:"bytes"`  // total size of the done ones
}

// Follow emits the events of the transfers that filter selects, until all of them
// are final or wait for the user at a blocked server, emit fails, or ctx ends. The
// Summary is valid with an error too. The error is emit's, ctx's or [ErrStopped].
func Follow(ctx context.Context, source Source, filter Filter, emit func(Event) error) (Summary, error) {
	watchCtx, cancel := context.WithCancel(ctx)
	defer cancel()
	updates := source.Watch(watchCtx)
	f := newFollower(filter, emit)
	for {
		s := source.Snapshot()
		if err := f.step(s, time.Now()); err != nil {
			return f.summary, err
		}
		if filter.scanned(s) && f.idle(s) {
			return f.summary, f.reportBlocked(s)
		}
		select {
		case <-ctx.Done():
			return f.summary, ctx.Err()
		case _, ok := <-updates:
			if !ok {
				return f.summary, watchError(ctx)
			}
		}
	}
}

// watchError returns why a watch channel was closed.
func watchError(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return ErrStopped
}
