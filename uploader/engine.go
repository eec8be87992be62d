package uploader

import (
	"context"
	"log/slog"
	"sync/atomic"

	"github.com/ferryapp/ferry/uploader/queue"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/tus"
)

// Config is what an Engine is made of.
type Config struct {
	Store       Store
	Connect     func(Server) (Protocol, error) // called once per server and endpoint, from any goroutine
	Log         *slog.Logger
	Fingerprint source.Strategy
	Limits      queue.Limits

	// Builtin is where the built-in receiver listens in this run; "" when it
	// does not run.
	Builtin string

	// Ask holds what an earlier run left unfinished until the user resumes it.
	Ask bool
}

// Engine moves transfers to their servers.
type Engine struct {
	snapshot atomic.Pointer[Snapshot]
}

// New makes an engine. Nothing moves before Run.
func New(config Config) *Engine { panic("wip") }

// Run loads what is saved, takes up what is unfinished, and carries out commands
// until ctx ends. It returns when every goroutine it started has ended and
// everything acknowledged is saved.
func (e *Engine) Run(ctx context.Context) error { panic("wip") }

// Do carries out a command. When it returns nil the command is committed and
// its first effect is in Snapshot. It may be called from any goroutine, but
// waits for the disk: not from the UI's.
func (e *Engine) Do(ctx context.Context, command Command) error { panic("wip") }

// Snapshot returns the newest state of everything; never nil.
func (e *Engine) Snapshot() *Snapshot { return e.snapshot.Load() }

// Watch returns a channel that receives whenever there may be a newer Snapshot,
// at once for what matters and at most four times a second for progress. A slow
// reader misses nothing but repetitions. It is closed when ctx or Run ends.
func (e *Engine) Watch(ctx context.Context) <-chan struct{} { panic("wip") }

// Probe asks what the server at that creation URL can do.
func (e *Engine) Probe(ctx context.Context, endpoint string) (tus.Capabilities, error) {
	panic("wip")
}
