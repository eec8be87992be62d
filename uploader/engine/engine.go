// Package engine runs transfers: it queues files, starts a worker for each that is
// sent, and saves every step, so that uploads resume after any interruption.
//
// Commands go in by [Engine.Do]; immutable snapshots come out, which observers fetch
// when [Engine.Watch] notifies them. One goroutine, the loop, owns all state and is
// the only one that calls Store.Save. Workers have a copy of their transfer and
// report to the loop, as the scan of a batch does. The loop steps a transfer with
// every input ([lifecycle.Step]), commits the result, and only then acts on it: an
// upload URL is saved before the first byte is sent. Changes that nothing waits for
// are collected for a common commit.
//
// Errors are classified into [*fault.Fault] where they appear; a transfer has the
// fault that stopped it.
package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/uploader/worker"
)

// ErrStopped is returned by Do once Run has ended.
var ErrStopped = errors.New("the engine has stopped")

// Config is what an Engine is made of.
type Config struct {
	Store    uploader.Store
	Connect  func(uploader.Server) (uploader.Protocol, error) // called for a server when it is first used, and when it changed, from the loop; with ID 0 from Probe
	Log      *slog.Logger
	Settings *uploader.Settings // until the first Configure; nil: files cross in one piece and at once, the rest as DefaultSettings has it

	Fingerprint source.Strategy // in place of the one that the settings name; nil: that one
	Disk        source.Disk     // where files are read; the zero one is the computer's own

	// Growth says of a file whether another program is still writing it. It may be
	// called from any goroutine. nil: no file is known to be.
	Growth func(path string) uploader.FileGrowth

	// BuiltinEndpoint is where the built-in receiver listens in this run; "" when it
	// does not run.
	BuiltinEndpoint string

	// AskBeforeResume holds what an earlier run left unfinished until the user resumes it.
	AskBeforeResume bool
}

// Engine moves transfers to their servers. Its methods may be called from any
// goroutine.
type Engine struct {
	config   Config
	commands chan request
	snapshot atomic.Pointer[uploader.Snapshot]
	done     chan struct{} // closed when Run has ended

	mu       sync.Mutex
	watchers map[chan struct{}]struct{} // nil once Run has ended
}

// request is a command on its way to the loop.
type request struct {
	command any        // a Command, or one prepared outside of the loop (retryWith, relocation)
	reply   chan error // buffered
}

// New makes an engine. Nothing moves before Run; commands given before wait.
func New(config Config) *Engine {
	if config.Settings == nil {
		plain := uploader.FallbackSettings()
		config.Settings = &plain
	}
	e := &Engine{
		config:   config,
		commands: make(chan request),
		done:     make(chan struct{}),
		watchers: map[chan struct{}]struct{}{},
	}
	e.snapshot.Store(&uploader.Snapshot{Totals: uploader.Totals{Count: map[uploader.State]int{}}})
	return e
}

// Run loads what is saved, takes up what is unfinished, and carries out commands
// until ctx ends, which is no error. It returns when every goroutine it started
// has ended and everything acknowledged is saved; a goroutine that blocks on a drive that
// does not respond is not waited for longer than a few seconds, and changes nothing
// afterwards. It is called once.
func (e *Engine) Run(ctx context.Context) error {
	defer e.end()
	saved, err := e.config.Store.Load(ctx)
	if err != nil {
		return fmt.Errorf("load transfers: %w", err)
	}
	newLoop(e, saved).run(ctx)
	return nil
}

// Do carries out a command. When it returns nil the command is committed and
// its first effect is in Snapshot. One for very many transfers is committed in
// portions, and other commands and work go on in between as if all of it had been
// carried out. It waits for the disk: not to be called from a user interface's own
// goroutine. It fails with a *fault.Fault when the command
// makes no sense or cannot be saved at the moment, with ErrStopped, or with ctx's
// error. What cannot be saved holds all the same, and is saved as soon as that
// works again; a command whose ctx ended may still be carried out.
func (e *Engine) Do(ctx context.Context, command uploader.Command) error {
	answer, err := e.Submit(ctx, command)
	if err != nil {
		return err
	}
	return answer(ctx)
}

// Submit is Do for whoever has more to say meanwhile. It returns as soon as the engine
// has heard the command; what is given later comes after it. The answer, called once,
// waits for what Do waits for.
func (e *Engine) Submit(ctx context.Context, command uploader.Command) (answer func(context.Context) error, err error) {
	var prepared any = command
	switch c := command.(type) {
	case uploader.Retry:
		prepared = e.prepareRetry(c)
	case uploader.Relocate:
		found, err := e.locate(ctx, c)
		if err != nil {
			return nil, err
		}
		prepared = found
	}
	o := request{prepared, make(chan error, 1)}
	select {
	case e.commands <- o:
		return func(ctx context.Context) error { return e.await(ctx, o.reply) }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-e.done:
		return nil, ErrStopped
	}
}

func (e *Engine) await(ctx context.Context, reply <-chan error) error {
	select {
	case err := <-reply:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-e.done:
	}
	select {
	case err := <-reply: // with its last save
		return err
	default:
		return ErrStopped
	}
}

// Snapshot returns the newest state of everything; never nil.
func (e *Engine) Snapshot() *uploader.Snapshot { return e.snapshot.Load() }

// Watch returns a channel that receives whenever there may be a newer Snapshot,
// at once for what the user did and at most four times a second for progress. A
// slow reader misses nothing but repetitions. The channel is closed when ctx or
// Run ends.
func (e *Engine) Watch(ctx context.Context) <-chan struct{} {
	e.mu.Lock()
	defer e.mu.Unlock()
	c := make(chan struct{}, 1)
	if e.watchers == nil {
		close(c)
		return c
	}
	e.watchers[c] = struct{}{}
	context.AfterFunc(ctx, func() { e.unwatch(c) })
	return c
}

// Probe asks what the server at that creation URL can do. It fails with a
// *fault.Fault.
func (e *Engine) Probe(ctx context.Context, endpoint string) (tus.Capabilities, error) {
	protocol, err := e.config.Connect(uploader.Server{Endpoint: endpoint})
	if err != nil {
		return tus.Capabilities{}, err
	}
	remote := worker.NewRemote(uploader.Server{Endpoint: endpoint}, protocol)
	defer remote.Close()
	return remote.Capabilities(ctx)
}

// Parts returns how the parts of a transfer stood when they were last saved; none
// when it crosses in one piece. It waits for the disk.
func (e *Engine) Parts(ctx context.Context, id uploader.TransferID) ([]uploader.Part, error) {
	return e.config.Store.Parts(ctx, id)
}

func (e *Engine) unwatch(c chan struct{}) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, watching := e.watchers[c]; watching {
		delete(e.watchers, c)
		close(c)
	}
}

func (e *Engine) publish(s *uploader.Snapshot) {
	e.snapshot.Store(s)
	e.mu.Lock()
	defer e.mu.Unlock()
	for c := range e.watchers {
		select {
		case c <- struct{}{}:
		default: // one kick is waiting there already
		}
	}
}

func (e *Engine) end() {
	close(e.done)
	e.mu.Lock()
	defer e.mu.Unlock()
	for c := range e.watchers {
		close(c)
	}
	e.watchers = nil
}

// Events returns what is saved of a transfer's events, oldest first; none of one
// that nobody knows. It reads the disk. It fails with a *fault.Fault or ctx's error.
func (e *Engine) Events(ctx context.Context, id uploader.TransferID) ([]uploader.Event, error) {
	return e.config.Store.Events(ctx, id)
}
