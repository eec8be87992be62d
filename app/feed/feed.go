// Package feed turns the engine's snapshots into a stream of events, for readers
// that process one event after another: a terminal, a script, a second instance.
//
// [Follow] runs on the caller's goroutine and starts none. It compares the pointers
// of consecutive snapshots. A slow reader receives fewer progress events; every
// other event is delivered exactly once. A transfer that is retried after it failed
// has further events. While nothing else happens, an event says what is waited for.
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
	Waiting  = "waiting"  // the transfer does not advance at the moment, for the reason in Message
	Done     = "done"     // the upload is complete
	Failed   = "failed"   // the transfer does not continue automatically
	Skipped  = "skipped"  // the file was uploaded before, or one with its name exists on the server, and the reader does not want it again
	Advice   = "advice"   // what is to be known about a server that was just added
	Omitted  = "omitted"  // entries of a batch's folders are not uploaded: links, pipes, sockets or devices
)

// Event is a change of one transfer. An Event without ID concerns a whole server or
// the engine, or for Omitted a batch.
type Event struct {
	Event   string              `json:"event"`
	ID      uploader.TransferID `json:"id"`
	Path    string              `json:"path"`
	Escaped string              `json:"path_escaped,omitempty"` // see [EscapedPath]
	Name    string              `json:"name,omitempty"`         // that the server gets, if it is not the one of the file
	Server  string              `json:"server"`                 // name
	Size    int64               `json:"size"`                   // bytes; -1 while unknown
	Sent    int64               `json:"sent"`                   // bytes; of a running transfer those handed to the network
	URL     string              `json:"url,omitempty"`          // of the upload, and of the earlier one for Skipped; "" before it is created
	Fault   string              `json:"fault,omitempty"`        // name of a fault.Kind
	Message string              `json:"message,omitempty"`      // text for the user, in the current language

	ServerMessage string `json:"server_message,omitempty"` // what the server said about the fault, as in [fault.Fault.ServerMessage]
	FileID        string `json:"file_id,omitempty"`        // the server's ID of the file
	Answer        string `json:"answer,omitempty"`         // what the server returned at the end, as one line
	Link          string `json:"link,omitempty"`           // to the finished file, for Done, if it is not URL; see [uploader.Link]

	Count int      `json:"count,omitempty"` // of entries, for Omitted
	Names []string `json:"names,omitempty"` // of the first ones, starting with the name of the added folder
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
	Done    int   `json:"done"`
	Failed  int   `json:"failed"`            // includes cancelled and removed transfers
	Open    int   `json:"open"`              // not final; if Follow returned no error, these wait for the user
	Bytes   int64 `json:"bytes"`             // total size of the done ones
	Skipped int   `json:"skipped,omitempty"` // not part of the above

	Folder string `json:"folder,omitempty"` // in which the built-in receiver stored done ones; "" if they are all elsewhere
}

// FileWait limits how long transfers may wait for files that other programs use. The
// zero value is no limit.
type FileWait struct {
	// Max is for how long, in addition to the time for which a file must be unchanged
	// before it is sent. 0 is no limit.
	Max time.Duration

	// End fails the transfers that wait longer. It may be called several times for one.
	// If it is nil, they are reported as failed and not followed any more, and keep
	// waiting.
	End func(context.Context, []uploader.TransferID) error
}

// Answer is what becomes of a transfer that failed with a question to the user.
type Answer uint8

// The answers.
const (
	LeaveOpen       Answer = iota // it is reported as failed
	StartOver                     // it is sent from the start, as a new file
	ContinueEarlier               // the earlier upload is continued with this file
	Skip                          // it is removed from the list
	Overwrite                     // the file with its name on the server is overwritten
	Rename                        // it is uploaded under another name
)

// Options are how transfers are followed. The zero value only reports what happens.
type Options struct {
	FileWait FileWait

	// MaxExhausted is for how long everything that is left may wait because this computer
	// is at a limit, such as that of open files. 0 is no limit.
	MaxExhausted time.Duration

	// Answer returns the answer for a transfer that failed. Each transfer is answered
	// once: if it fails again, it is reported. Act carries out an answer. Both are nil if
	// all questions are left open.
	Answer func(*uploader.Transfer) Answer
	Act    func(context.Context, Answer, []uploader.TransferID) error
}

// noticeInterval is how often Follow checks whether something waits for too long while
// there are no new snapshots.
const noticeInterval = 500 * time.Millisecond

// Follow emits the events of the transfers that filter selects, until all of them
// are final or wait for the user at a blocked server, emit fails, or ctx ends. The
// Summary is valid with an error too. The error is emit's, one of options' functions',
// ctx's, [ErrStopped], or the fault of what waits for longer than options.MaxExhausted;
// the transfers keep waiting then.
func Follow(ctx context.Context, source Source, filter Filter, options Options, emit func(Event) error) (Summary, error) {
	watchCtx, cancel := context.WithCancel(ctx)
	defer cancel()
	updates := source.Watch(watchCtx)
	tick := time.NewTicker(noticeInterval)
	defer tick.Stop()
	f := newFollower(filter, emit, time.Now())
	f.answerFor = options.Answer
	for {
		s := source.Snapshot()
		if err := f.step(s, time.Now()); err != nil {
			return f.summary, err
		}
		if err := f.endFileWaits(ctx, s, options.FileWait, time.Now()); err != nil {
			return f.summary, err
		}
		if err := f.endExhausted(s, options.MaxExhausted, time.Now()); err != nil {
			return f.summary, err
		}
		if acted, err := f.act(ctx, options.Act); err != nil {
			return f.summary, err
		} else if acted {
			continue
		}
		if filter.scanned(s) && f.idle(s) {
			return f.summary, nil
		}
		select {
		case <-ctx.Done():
			return f.summary, ctx.Err()
		case <-tick.C:
			if err := f.notice(s, time.Now()); err != nil {
				return f.summary, err
			}
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
