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
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/worker"
)

// ErrStopped is returned by Do once Run has ended.
var ErrStopped = errors.New("the engine has stopped")

// Config configures an Engine.
type Config struct {
	Store    uploader.Store
	Log      *slog.Logger
	Settings *uploader.Settings // until the first Configure; nil: uploader.FallbackSettings

	// Connect returns the connection to a server. The loop calls it when a server is
	// first used and after it changed; Test calls it with a server without an ID.
	Connect func(uploader.Server) (uploader.Protocol, error)

	// CloseIdle closes the idle connections to all servers, each of which is an open file.
	// It is called when this computer has no more open files or connections. It may be nil.
	CloseIdle func()

	// PerFile returns the function that is called for each file that is uploaded to a
	// server; nil for most servers. It may be nil. The loop calls it.
	PerFile func(uploader.Server) uploader.PerFileFunc

	Fingerprint source.Strategy // replaces the one that the settings name, unless nil
	Disk        source.Disk     // the zero value is this computer's

	// DriveTimeout is how long a call of the file system may take before its drive counts
	// as not responding; 0: 10 seconds.
	DriveTimeout time.Duration

	// Growth reports whether another program is still writing a file. It may be called
	// from any goroutine. If it is nil, no file is being written by a known program.
	Growth func(path string) uploader.FileGrowth

	// BuiltinEndpoint is the endpoint of the built-in receiver in this run; "" if it
	// does not run.
	BuiltinEndpoint string

	// AskBeforeResume leaves interrupted uploads waiting until the user resumes them.
	AskBeforeResume bool

	// First is how many waiting transfers are loaded, and sent, before all others if there
	// are more; 0: 4,096.
	First int
}

// fingerprinter returns a function that computes the fingerprint of a file for a
// server, which it reads from disk. It may be called from any goroutine.
func (c *Config) fingerprinter(disk source.Disk, settings uploader.Settings, server uploader.Server) func(context.Context, source.File) (string, error) {
	strategy := c.Fingerprint
	if strategy == nil {
		strategy = settings.FingerprintStrategy()
	}
	return worker.Fingerprinter(strategy, disk, server)
}

// perFile returns the PerFileFunc of a server; nil for none.
func (c *Config) perFile(server uploader.Server) uploader.PerFileFunc {
	if c.PerFile == nil {
		return nil
	}
	return c.PerFile(server)
}

// diskOf returns the disk for the files of a batch, which may be nil.
func (c *Config) diskOf(b *uploader.Batch) source.Disk {
	return c.Disk.FollowLinks(b != nil && b.Options.FollowLinks)
}

// Engine uploads files to servers. Its methods may be called from any goroutine.
type Engine struct {
	config       Config
	commands     chan request
	snapshot     atomic.Pointer[uploader.Snapshot]
	folderChecks chan struct{} // one for each running call of foldersAmong's

	done chan struct{} // closed when Run has ended

	mu       sync.Mutex
	watchers map[chan struct{}]struct{} // nil once Run has ended
}

// request is a command for the loop.
type request struct {
	command any        // a Command, one prepared outside of the loop (retryWith, relocation, restoration), or undecided
	reply   chan error // buffered
}

// New returns an engine. It does nothing before Run; commands wait for that.
func New(config Config) *Engine {
	if config.Settings == nil {
		plain := uploader.FallbackSettings()
		config.Settings = &plain
	}
	e := &Engine{
		config:   config,
		commands: make(chan request),

		folderChecks: make(chan struct{}, maxFolderChecks),

		done:     make(chan struct{}),
		watchers: map[chan struct{}]struct{}{},
	}
	e.snapshot.Store(&uploader.Snapshot{Totals: uploader.Totals{Count: map[uploader.State]int{}}})
	return e
}

// Run loads what is saved, resumes what is unfinished, and carries out commands until
// ctx ends, which is not an error. Until everything is loaded, which takes seconds with
// very many transfers, Snapshot has only the servers, and commands wait, except Configure and
// SetMetered; the transfers that are first in the queue are sent already. It returns when
// every goroutine it started has ended and everything acknowledged is saved. It waits at
// most a few seconds for a goroutine that is blocked on a drive that does not respond; such
// a goroutine changes nothing afterwards. Run must be called once.
func (e *Engine) Run(ctx context.Context) error {
	defer e.end()
	l, err := e.load(ctx)
	switch {
	case ctx.Err() != nil:
		return nil
	case err != nil:
		return fmt.Errorf("load transfers: %w", err)
	}
	return l.run(ctx)
}

// load returns the loop with what is saved, or the first part of it. It publishes the servers
// before.
func (e *Engine) load(ctx context.Context) (*loop, error) {
	servers, err := e.config.Store.Servers(ctx)
	if err != nil {
		return nil, err
	}
	e.publish(&uploader.Snapshot{Loading: true, Servers: servers, Totals: uploader.Totals{Count: map[uploader.State]int{}}})
	saved, err := e.loadFirst(ctx)
	if err != nil {
		return nil, err
	}
	return newLoop(e, saved), nil
}

// Do carries out a command. When it returns nil, the command is committed and its
// first effect is in Snapshot. A command for very many transfers is committed in
// portions, with other commands and work in between, which see all of it as carried
// out. Do waits for the disk, so it must not be called on the goroutine of a user
// interface.
//
// It fails with a *fault.Fault if the command is invalid or cannot be saved at the
// moment, with ErrStopped, or with ctx's error. A command that cannot be saved is
// still in effect, and is saved as soon as possible. A command whose ctx ended may
// still be carried out.
func (e *Engine) Do(ctx context.Context, command uploader.Command) error {
	wait, err := e.Submit(ctx, command)
	if err != nil {
		return err
	}
	return wait(ctx)
}

// Submit is Do without waiting for the result. It returns once the engine has received
// the command, which precedes every command submitted later, without waiting for a drive
// that does not respond. wait, to be called once, waits for the result and returns it as
// Do does. A Relocate is received only after wait has found and compared its file.
func (e *Engine) Submit(ctx context.Context, command uploader.Command) (wait func(context.Context) error, err error) {
	var prepared any = command
	switch c := command.(type) {
	case uploader.Retry:
		prepared = e.prepareRetry(ctx, c)
	case uploader.Relocate:
		return e.submitRelocate(c), nil
	case uploader.Restore:
		found, err := e.prepareRestore(ctx, c)
		if err != nil {
			return nil, err
		}
		prepared = found
	}
	return e.submit(ctx, prepared)
}

// submit sends a command that is prepared to the loop.
func (e *Engine) submit(ctx context.Context, prepared any) (wait func(context.Context) error, err error) {
	r := request{prepared, make(chan error, 1)}
	select {
	case e.commands <- r:
		return func(ctx context.Context) error { return e.await(ctx, r.reply) }, nil
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
	case err := <-reply: // sent after the last save
		return err
	default:
		return ErrStopped
	}
}

// Snapshot returns the newest snapshot. It is never nil.
func (e *Engine) Snapshot() *uploader.Snapshot { return e.snapshot.Load() }

// Watch returns a channel that receives a value when there may be a newer Snapshot:
// at once after a command, and at most four times a second for progress. A value that
// was not received yet stands for later ones, too. The channel is closed when ctx or
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

// Test finds out whether a server accepts uploads, as [worker.Test]. It fails with a
// *fault.Fault or ctx's error.
func (e *Engine) Test(ctx context.Context, server uploader.Server) (uploader.ServerTest, error) {
	protocol, err := e.config.Connect(server)
	if err != nil {
		return uploader.ServerTest{}, err
	}
	if closer, ok := protocol.(io.Closer); ok {
		defer closer.Close()
	}
	return worker.Test(ctx, server, protocol)
}

// Parts returns the parts of a transfer as last saved, or none if it is not uploaded
// in parts. It reads the disk.
func (e *Engine) Parts(ctx context.Context, id uploader.TransferID) ([]uploader.Part, error) {
	return e.config.Store.Parts(ctx, id)
}

// FindHistory returns a page of the history; see [uploader.Store]. It reads the disk. What
// finished a moment ago may not be saved yet. It fails with a *fault.Fault or ctx's error.
func (e *Engine) FindHistory(ctx context.Context, query uploader.HistoryQuery) ([]uploader.Transfer, error) {
	return e.config.Store.FindHistory(ctx, query)
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
		default: // a notification is pending
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

// Events returns the saved events of a transfer, the oldest first, or none if the
// transfer does not exist. It reads the disk. It fails with a *fault.Fault or ctx's
// error.
func (e *Engine) Events(ctx context.Context, id uploader.TransferID) ([]uploader.Event, error) {
	return e.config.Store.Events(ctx, id)
}
