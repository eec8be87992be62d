package cli

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/app/feed"
	"github.com/ferryapp/ferry/app/instance"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
)

// Engine is what a Desk needs of an *uploader.Engine, whose methods' contracts it
// has.
type Engine interface {
	feed.Source
	Do(ctx context.Context, command uploader.Command) error
	Probe(ctx context.Context, endpoint string) (tus.Capabilities, error)
}

// Desk carries out requests on a running engine. Its methods may be called from
// any goroutine.
type Desk struct {
	Engine Engine
	Book   *connect.Book

	// Show brings up the window and adds files to its chosen server; nil when
	// there is no window.
	Show func(ctx context.Context, paths []string) error

	mu     sync.Mutex
	handed []feed.Filter // what other programs asked for, followed by them or not
}

// Reply is one thing a request is answered with. Exactly one field is set.
type Reply struct {
	Event   *feed.Event   `json:"event,omitempty"`
	Summary *feed.Summary `json:"summary,omitempty"` // the last of what was followed
	Entry   *Entry        `json:"entry,omitempty"`
}

// Carry carries out one request and hands each reply to answer. It fails with a
// *fault.Fault, a *Sentence, answer's error, feed.ErrStopped or ctx's error.
func (d *Desk) Carry(ctx context.Context, request instance.Request, answer func(Reply) error) error {
	return d.carry(ctx, request, func(feed.Filter) {}, answer)
}

// Settle waits until all that other programs asked for is final, or ctx ends.
func (d *Desk) Settle(ctx context.Context) error {
	for {
		d.mu.Lock()
		handed := d.handed
		d.handed = nil
		d.mu.Unlock()
		if len(handed) == 0 {
			return nil
		}
		for _, filter := range handed {
			if _, err := feed.Follow(ctx, d.Engine, filter, func(feed.Event) error { return nil }); err != nil {
				return err
			}
		}
	}
}

func (d *Desk) keep(filter feed.Filter) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.handed = append(d.handed, filter)
}

// carry carries out a request, and gives accepted what it follows before it does.
func (d *Desk) carry(ctx context.Context, request instance.Request, accepted func(feed.Filter), answer func(Reply) error) error {
	switch request.Command {
	case instance.Send:
		return d.send(ctx, request, accepted, answer)
	case instance.Resume:
		return d.resume(ctx, request, accepted, answer)
	case instance.List:
		return list(d.Engine.Snapshot(), request.All, answer)
	case instance.Show:
		if d.Show == nil {
			return say("cli.no-window", nil)
		}
		return d.Show(ctx, request.Paths)
	default:
		return fault.Newf(fault.Bug, fault.Run, "no such request: %s", request.Command)
	}
}

// Answer is Carry for a request that another program handed over: what fails is
// told in words.
func (d *Desk) Answer(ctx context.Context, request instance.Request, answer func(value any) error) error {
	err := d.carry(ctx, request, d.keep, func(reply Reply) error { return answer(reply) })
	if err != nil {
		return &instance.RequestError{Message: Explain(err), Usage: Code(err) == ExitUsage}
	}
	return nil
}

func (d *Desk) send(ctx context.Context, request instance.Request, accepted func(feed.Filter), answer func(Reply) error) error {
	header, err := parseHeaders(request.Headers)
	if err != nil {
		return err
	}
	server, err := d.destination(ctx, request.To, header)
	if err != nil {
		return err
	}
	if err := d.reopen(ctx, server); err != nil {
		return err
	}
	batch, options := uploader.NewBatchID(), request.Options
	options.Again = true // a script that sends a file means it
	mistyped := absent(request.Paths)
	if err := d.Engine.Do(ctx, uploader.Add{Batch: batch, Server: server, Paths: request.Paths, Options: options}); err != nil {
		return err
	}
	accepted(feed.Batch(batch))
	if err := d.follow(ctx, feed.Batch(batch), answer); err != nil {
		return err
	}
	return d.forget(ctx, batch, mistyped)
}

// absent lists the paths at which there is nothing.
func absent(paths []string) []string {
	return slices.DeleteFunc(slices.Clone(paths), func(path string) bool {
		_, err := os.Lstat(path)
		return !errors.Is(err, fs.ErrNotExist)
	})
}

// forget takes paths that were mistyped off the list, or resume would fail for
// them for good. What was told about them stays true: they were not sent.
func (d *Desk) forget(ctx context.Context, batch uploader.BatchID, mistyped []string) error {
	var ids []uploader.TransferID
	for _, t := range d.Engine.Snapshot().Transfers {
		if t.Batch == batch && t.Phase == uploader.PhaseFailed && slices.Contains(mistyped, t.Source.Path) {
			ids = append(ids, t.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return d.Engine.Do(ctx, uploader.Remove{Target: uploader.These(ids...)})
}

func (d *Desk) follow(ctx context.Context, filter feed.Filter, answer func(Reply) error) error {
	summary, err := feed.Follow(ctx, d.Engine, filter, func(e feed.Event) error { return answer(Reply{Event: &e}) })
	if err != nil {
		return err
	}
	return answer(Reply{Summary: &summary})
}

// Entry is one line of a list.
type Entry struct {
	ID      uploader.TransferID `json:"id"`
	Path    string              `json:"path"`
	Server  string              `json:"server"`
	Size    int64               `json:"size"`
	Sent    int64               `json:"sent"`
	State   string              `json:"state"` // an uploader.State's name
	URL     string              `json:"url,omitempty"`
	Fault   string              `json:"fault,omitempty"`
	Message string              `json:"message"` // for people, in the language loaded
}

// ListSaved lists what a profile holds that no program works in.
func ListSaved(saved uploader.Saved, all bool, answer func(Reply) error) error {
	s := &uploader.Snapshot{Servers: saved.Servers}
	for i := range saved.Transfers {
		s.Transfers = append(s.Transfers, &saved.Transfers[i])
	}
	return list(s, all, func(reply Reply) error {
		if e := reply.Entry; e.State == uploader.StateWaiting.String() {
			e.Message = words.Say("cli.list.interrupted", words.Data{"SizeOf": words.SizeOf(e.Sent, e.Size)})
		}
		return answer(reply)
	})
}

// list tells the transfers, newest first; without all only those that are not
// across.
func list(s *uploader.Snapshot, all bool, answer func(Reply) error) error {
	rows := slices.SortedFunc(slices.Values(s.Transfers), func(a, b *uploader.Transfer) int { return cmp.Compare(b.ID, a.ID) })
	for _, t := range rows {
		if !all && !t.Unfinished() && t.Phase != uploader.PhaseFailed {
			continue
		}
		e := entry(s, t)
		if err := answer(Reply{Entry: &e}); err != nil {
			return err
		}
	}
	return nil
}

func entry(s *uploader.Snapshot, t *uploader.Transfer) Entry {
	e := Entry{
		ID: t.ID, Path: t.Source.Path, Size: t.Source.Size, Sent: s.Sent(t), State: t.State().String(), URL: t.Session.URL,
		Message: words.Row(s, t, 0, time.Now()),
	}
	if server, ok := s.Server(t.Server); ok {
		e.Server = server.Name
	}
	if t.Fault != nil {
		e.Fault = t.Fault.Kind.String()
	}
	return e
}

// about says a fault of a server by the server's address.
func about(server string, err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	f := fault.Of(err)
	said := words.Fault(f, words.Subject{Server: server})
	if f.Kind == fault.Auth && f.Code != fault.CodeProxy {
		said.Can = words.Say("cli.sign-in")
	}
	return &Sentence{said.String()}
}
