// Package feed turns the engine's snapshots into a stream of events for those
// who read one thing after another: a terminal, a script, a second program. It
// compares pointers between snapshots, so that a step costs what changed.
//
// Follow runs on its caller's goroutine and starts none. A slow reader gets
// fewer progress events; of the others none is lost and none comes twice. A
// transfer that goes on after it failed is told of again.
package feed

import (
	"context"
	"errors"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// ErrEnded is returned when the engine stopped before everything was final.
var ErrEnded = errors.New("the engine stopped")

// The kinds of event.
const (
	Added    = "added"    // the transfer is in the queue
	Progress = "progress" // more of it has crossed
	Waiting  = "waiting"  // it goes on later, by itself or when the user wants
	Done     = "done"     // it is across
	Failed   = "failed"   // it does not go on by itself
)

// Event is one thing that happened to one transfer. An Event without ID is about
// all of them.
type Event struct {
	Event   string              `json:"event"`
	ID      uploader.TransferID `json:"id"`
	Path    string              `json:"path"`
	Server  string              `json:"server"`            // its name
	Size    int64               `json:"size"`              // bytes; -1 when nobody knows yet
	Sent    int64               `json:"sent"`              // bytes that have crossed, as well as is known
	URL     string              `json:"url,omitempty"`     // the upload's, once there is one
	Fault   string              `json:"fault,omitempty"`   // a fault.Kind's name
	Message string              `json:"message,omitempty"` // for people, in the language loaded
}

// Source is where snapshots come from; *uploader.Engine is one.
type Source interface {
	Snapshot() *uploader.Snapshot
	Watch(ctx context.Context) <-chan struct{}
}

// Filter says which transfers are meant: those of the batches but for the
// exceptions, and the single ones.
type Filter struct {
	Batches   map[uploader.BatchID]bool
	Except    map[uploader.TransferID]bool
	Transfers map[uploader.TransferID]bool
}

// Batch means what one Add added.
func Batch(id uploader.BatchID) Filter {
	return Filter{Batches: map[uploader.BatchID]bool{id: true}}
}

// Unfinished means everything in s that is not across: what waits, what failed,
// and what folders will bring that are still to be walked, or to be walked again
// because they could not be listed.
func Unfinished(s *uploader.Snapshot) Filter {
	f := Filter{
		Batches: map[uploader.BatchID]bool{}, Except: map[uploader.TransferID]bool{},
		Transfers: map[uploader.TransferID]bool{},
	}
	for _, t := range s.Transfers {
		switch {
		case t.Unfinished():
			f.Transfers[t.ID] = true
		case t.Phase != uploader.PhaseFailed:
			f.Except[t.ID] = true
		case t.Fault != nil && t.Fault.Op == fault.List:
			f.Batches[t.Batch] = true
			f.Transfers[t.ID] = true
		default:
			f.Transfers[t.ID] = true
		}
	}
	for id, batch := range s.Batches {
		if !batch.Expanded {
			f.Batches[id] = true
		}
	}
	return f
}

// For is what of a filter's transfers and batches is for one server.
func (f Filter) For(s *uploader.Snapshot, server uploader.ServerID) Filter {
	some := Filter{Batches: map[uploader.BatchID]bool{}, Except: f.Except, Transfers: map[uploader.TransferID]bool{}}
	for id := range f.Batches {
		if batch := s.Batches[id]; batch != nil && batch.Server == server {
			some.Batches[id] = true
		}
	}
	for _, t := range s.Transfers {
		if f.Transfers[t.ID] && t.Server == server {
			some.Transfers[t.ID] = true
		}
	}
	return some
}

// Empty reports whether nothing is meant.
func (f Filter) Empty() bool { return len(f.Batches) == 0 && len(f.Transfers) == 0 }

func (f Filter) means(t *uploader.Transfer) bool {
	return f.Transfers[t.ID] || f.Batches[t.Batch] && !f.Except[t.ID]
}

// walked reports whether no more transfers are to come.
func (f Filter) walked(s *uploader.Snapshot) bool {
	for id := range f.Batches {
		if batch := s.Batches[id]; batch != nil && !batch.Expanded {
			return false
		}
	}
	return true
}

// Summary counts what became of the transfers followed.
type Summary struct {
	Done   int   `json:"done"`
	Failed int   `json:"failed"` // cancelled and removed ones too
	Open   int   `json:"open"`   // not final; with no error, what waits for the user
	Bytes  int64 `json:"bytes"`  // of the done ones
}

// Follow emits the events of the transfers that filter means until all of them
// are final or wait for the user at a blocked server, emit fails, or ctx ends. It
// returns what became of them so far also with an error: emit's, ctx's, or
// ErrEnded.
func Follow(ctx context.Context, source Source, filter Filter, emit func(Event) error) (Summary, error) {
	watch, stop := context.WithCancel(ctx)
	defer stop()
	kicks := source.Watch(watch)
	f := newFollower(filter, emit)
	for {
		s := source.Snapshot()
		if err := f.step(s, time.Now()); err != nil {
			return f.summary, err
		}
		if filter.walked(s) && f.stands(s) {
			return f.summary, f.tellBlocked(s)
		}
		select {
		case <-ctx.Done():
			return f.summary, ctx.Err()
		case _, ok := <-kicks:
			if !ok {
				return f.summary, ended(ctx)
			}
		}
	}
}

func ended(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return ErrEnded
}
