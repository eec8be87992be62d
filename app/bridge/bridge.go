// Package bridge connects the UI's goroutine with the engine. A [Bridge] brings
// the newest snapshot to the UI at a bounded pace ([presenter]), sends commands to
// the engine in their order ([commands]), and runs what may block on goroutines of
// its own ([Tasks]).
package bridge

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
)

// Engine is the part of an *uploader.Engine that the window needs.
type Engine interface {
	Submit(ctx context.Context, command uploader.Command) (answer func(context.Context) error, err error)
	Snapshot() *uploader.Snapshot
	Watch(ctx context.Context) <-chan struct{}
	Probe(ctx context.Context, endpoint string) (tus.Capabilities, error)
	Events(ctx context.Context, id uploader.TransferID) ([]uploader.Event, error)
	Parts(ctx context.Context, id uploader.TransferID) ([]uploader.Part, error)
}

// Config is what a Bridge is made of.
type Config struct {
	Engine Engine
	Log    *slog.Logger

	// UI runs a function on the UI's goroutine. It does not wait.
	UI func(func())

	// Show displays a snapshot; see [newPresenter].
	Show func(*uploader.Snapshot) time.Duration

	// Failed is called on the UI's goroutine when a command failed that was sent
	// without a callback.
	Failed func(error)
}

// Bridge connects the UI's goroutine with the engine. Its methods never block; they
// may be called from any goroutine unless they say otherwise.
type Bridge struct {
	config    Config
	tasks     *Tasks
	commands  *commands
	presenter *presenter
}

// New returns a Bridge. Nothing runs before Start.
func New(config Config) *Bridge {
	b := &Bridge{config: config, tasks: NewTasks(config.UI), commands: newCommands(config.Engine.Submit)}
	b.presenter = newPresenter(config.Engine, b.tasks.Post, config.Show)
	return b
}

// Start starts the goroutines, which end with ctx or Stop.
func (b *Bridge) Start(ctx context.Context) {
	b.tasks.Start(ctx)
	b.tasks.Run(b.commands.Run)
	b.tasks.Run(b.presenter.Run)
}

// Stop ends everything that Start and Run started, and makes Run and Post do
// nothing. Commands sent before are still carried out.
func (b *Bridge) Stop() { b.tasks.Stop() }

// Wait returns when everything has ended.
func (b *Bridge) Wait() { b.tasks.Wait() }

// Snapshot returns the newest snapshot.
func (b *Bridge) Snapshot() *uploader.Snapshot { return b.config.Engine.Snapshot() }

// Refresh shows the newest snapshot without waiting for the pace.
func (b *Bridge) Refresh() { b.presenter.Refresh() }

// SetPace sets the shortest time between two snapshots that are shown.
func (b *Bridge) SetPace(pace time.Duration) { b.presenter.SetPace(pace) }

// Run runs a function that may block; see [Tasks.Run].
func (b *Bridge) Run(do func(context.Context)) { b.tasks.Run(do) }

// Fork runs another goroutine from one that Run started; see [Tasks.Fork].
func (b *Bridge) Fork(do func()) { b.tasks.Fork(do) }

// Post runs a function on the UI's goroutine; see [Tasks.Post].
func (b *Bridge) Post(do func()) { b.tasks.Post(do) }

// Send sends a command to the engine. Without a callback its failure is reported by
// Config.Failed; done is called on a goroutine of its own.
func (b *Bridge) Send(command uploader.Command, done func(error)) {
	b.commands.Send(command, func(err error) {
		b.presenter.Refresh()
		if err != nil && !fault.IsCanceled(err) {
			b.config.Log.Warn("command failed", "command", fmt.Sprintf("%T", command), "error", err)
		}
		if done != nil {
			done(err)
			return
		}
		if err != nil {
			b.Report(err)
		}
	})
}

// SendAll sends commands whose failures are reported by Config.Failed.
func (b *Bridge) SendAll(commands []uploader.Command) {
	for _, command := range commands {
		b.Send(command, nil)
	}
}

// Report calls Config.Failed on the UI's goroutine.
func (b *Bridge) Report(err error) { b.Post(func() { b.config.Failed(err) }) }
