// Package bridge connects the UI goroutine with the engine. A [Bridge] passes the newest
// snapshot to the UI at a limited rate, sends commands to the engine in order, and runs
// functions that may block on background goroutines ([Tasks]).
package bridge

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// Engine is the part of an *engine.Engine that the window needs.
type Engine interface {
	Submit(ctx context.Context, command uploader.Command) (answer func(context.Context) error, err error)
	Snapshot() *uploader.Snapshot
	Watch(ctx context.Context) <-chan struct{}
	Events(ctx context.Context, id uploader.TransferID) ([]uploader.Event, error)
	Parts(ctx context.Context, id uploader.TransferID) ([]uploader.Part, error)
	FindHistory(ctx context.Context, query uploader.HistoryQuery) ([]uploader.Transfer, error)
}

// Config configures a Bridge.
type Config struct {
	Engine Engine
	Log    *slog.Logger

	// UI runs a function on the UI goroutine. It does not wait.
	UI func(func())

	// Show displays a snapshot on the UI goroutine. It returns after what time the
	// same snapshot will look different, because it contains a time; zero for never.
	Show func(*uploader.Snapshot) time.Duration

	// Failed is called on the UI goroutine with the error of a command that was sent
	// without a callback.
	Failed func(error)
}

// Bridge connects the UI goroutine with the engine. Its methods do not block, except
// Wait. They may be called from any goroutine unless documented otherwise.
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

// Stop cancels everything that Start and Run started. From then on Run and Post do
// nothing. Commands that are already queued are still sent.
func (b *Bridge) Stop() { b.tasks.Stop() }

// Wait waits until all goroutines have ended.
func (b *Bridge) Wait() { b.tasks.Wait() }

// Snapshot returns the newest snapshot.
func (b *Bridge) Snapshot() *uploader.Snapshot { return b.config.Engine.Snapshot() }

// Refresh shows the newest snapshot without waiting for the interval.
func (b *Bridge) Refresh() { b.presenter.Refresh() }

// SetInterval sets the minimum interval between two snapshots that are shown.
func (b *Bridge) SetInterval(interval time.Duration) { b.presenter.SetInterval(interval) }

// Run runs a function that may block; see [Tasks.Run].
func (b *Bridge) Run(do func(context.Context)) { b.tasks.Run(do) }

// Fork runs another goroutine from one that Run started; see [Tasks.Fork].
func (b *Bridge) Fork(do func()) { b.tasks.Fork(do) }

// Post runs a function on the UI goroutine; see [Tasks.Post].
func (b *Bridge) Post(do func()) { b.tasks.Post(do) }

// Send sends a command to the engine. Done is called with the result on a background
// goroutine; if it is nil, an error is passed to Config.Failed.
func (b *Bridge) Send(command uploader.Command, done func(error)) {
	b.commands.Send(command, func(err error) {
		b.presenter.Refresh()
		if err != nil && !fault.IsCanceled(err) {
			b.config.Log.Warn("command failed", "command", fmt.Sprintf("%T", command), "err", err)
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

// SendAll sends commands whose errors are passed to Config.Failed.
func (b *Bridge) SendAll(commands []uploader.Command) {
	for _, command := range commands {
		b.Send(command, nil)
	}
}

// Report calls Config.Failed on the UI goroutine.
func (b *Bridge) Report(err error) { b.Post(func() { b.config.Failed(err) }) }
