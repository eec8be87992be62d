// Package app is Ferry's face: the window with its list, the tray icon, the
// questions it asks and the notes it shows, over one engine that it observes and
// never blocks.
//
// There are two sides. Everything that touches Fyne runs on the UI's goroutine
// and never waits: for no disk, no network, no D-Bus. Whatever waits runs on
// goroutines that Run starts and waits for: the presenter, which brings the
// newest snapshot to the UI at a bounded pace; the orders, which give commands
// to the engine in their order; and errands, which ask the desktop for
// something. They come back to the UI by ferry.post, which does nothing any more
// once Ferry is closing, so that nobody hangs on a UI that has ended.
//
// What is shown is a pure function of a snapshot: trayOf, tallyOf, reviewOf,
// rowOf. All text comes from package words. The window's own memory
// (chosen destination, what was explained already) is in Fyne's preferences; no
// state of uploads is.
package app

import (
	"context"
	"log/slog"
	"time"

	"fyne.io/fyne/v2"
	fyneapp "fyne.io/fyne/v2/app"

	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/tus"
)

// ID names this application to the desktop.
const ID = "io.github.ferryapp.Ferry"

// Engine is what the face needs of an *engine.Engine, whose methods' contracts
// it has.
type Engine interface {
	Give(ctx context.Context, command uploader.Command) (answer func(context.Context) error, err error)
	Snapshot() *uploader.Snapshot
	Watch(ctx context.Context) <-chan struct{}
	Probe(ctx context.Context, endpoint string) (tus.Capabilities, error)
	Events(ctx context.Context, id uploader.TransferID) ([]uploader.Event, error)
	Parts(ctx context.Context, id uploader.TransferID) ([]uploader.Part, error)
}

// Request is what someone outside the window asks of it: a second start of
// Ferry, or the command line of this one.
type Request struct {
	Paths []string // absolute; to be added to the chosen destination
}

// Config is what the face is made of.
type Config struct {
	Engine    Engine
	Access    Access
	Settings  *settings.Book // what the user chose
	Log       *slog.Logger
	Hidden    bool   // start in the tray, where there is one
	Ask       bool   // the engine holds what an earlier run left, until a person decides
	News      string // what happened to the profile that a person must know, in words; "" for nothing
	Received  string // the folder in which the built-in receiver puts files; "" when it does not run
	Keeping   Keeping
	Autostart Autostart // may be nil
	Version   string
	Requests  <-chan Request // may be nil; an empty request shows the window
}

// Run shows Ferry until it is quit or ctx ends, and returns when everything it
// started has ended. It must be called on the program's first goroutine, with
// words loaded.
func Run(ctx context.Context, config Config) error {
	platform.OutliveXErrors()
	toolkit := fyneapp.NewWithID(ID)
	savePreferences := takeStopHook(toolkit.Lifecycle())
	f := newFerry(toolkit, config, native(toolkit), fyne.Do)
	f.start(ctx)
	toolkit.Run()
	savePreferences()
	return f.close()
}

// system is what Ferry asks of the operating system. Everything in it may
// block, and is therefore called from errands only.
type system struct {
	hasTray    func(context.Context) bool
	followTray func(ctx context.Context, changed func()) // see platform.FollowTray
	showInTray func(context.Context) error               // see platform.ShowInTray
	trayAway   time.Duration                             // how long a tray may be gone before it is
	surveyed   time.Duration                             // how long counting may hold up adding
	reveal     func(ctx context.Context, path string) error
	openFolder func(ctx context.Context, dir string) error
	openFile   func(ctx context.Context, path string) error
	copied     func(context.Context) (string, error) // see platform.Copied
	chooser    platform.Chooser
	notifier   platform.Notifier
	tooltip    func(string)

	// settled calls back on the UI's goroutine as soon as the toolkit knows
	// whether the desktop is light or dark. It does not block.
	settled func(func())
}
