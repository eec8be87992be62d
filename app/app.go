// Package app is Ferry's window: the shell that creates its parts and connects them
// with each other and with the engine.
//
// Everything that touches Fyne runs on the UI's goroutine, which never blocks. What may
// block runs on goroutines of package bridge, which also brings the newest snapshot to
// the UI and sends commands to the engine. Once Ferry is closing, nothing is posted to
// the UI's goroutine any more.
//
// What is shown is computed from a snapshot by package view. The parts of the window
// and its dialogs are packages of their own: transferlist, details, frame, servers,
// preferences, tray, and form for what they share. None of them imports another one of
// them or the shell: they get functions for what is outside of them. All text comes
// from package words. The window's own settings (the chosen destination, what was
// explained already) are in Fyne's preferences.
package app

import (
	"context"
	"log/slog"
	"time"

	"fyne.io/fyne/v2"
	fyneapp "fyne.io/fyne/v2/app"

	"github.com/ferryapp/ferry/app/bridge"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/servers"
	"github.com/ferryapp/ferry/app/settings"
)

// ID is the application's ID for the desktop.
const ID = "io.github.ferryapp.Ferry"

// Request is a request from outside the window: of another start of Ferry, or of the
// command line of this one.
type Request struct {
	Paths []string // absolute; to be added to the chosen destination
}

// Config is what the window needs.
type Config struct {
	Engine      bridge.Engine
	Access      servers.Access
	Settings    *settings.Current // the user's settings
	Log         *slog.Logger
	Hidden      bool   // start in the tray, where there is one
	AskToResume bool   // the engine waits until a person has decided about interrupted uploads
	Notice      string // a notice about the profile, as text; "" for none
	ReceivedDir string // the folder in which the built-in receiver puts files
	Data        ProfileData
	Autostart   Autostart // may be nil
	Version     string
	Requests    <-chan Request // may be nil; an empty request shows the window
}

// Run shows Ferry until it is quit or ctx ends, and returns when everything it
// started has ended. It must be called on the program's first goroutine, with
// words loaded.
func Run(ctx context.Context, config Config) error {
	platform.IgnoreXErrors()
	toolkit := fyneapp.NewWithID(ID)
	savePreferences := takeStopHook(toolkit.Lifecycle())
	sh := newShell(toolkit, config, native(toolkit), fyne.Do)
	sh.start(ctx)
	toolkit.Run()
	savePreferences()
	return sh.close()
}

// system is the operating system. Its functions may block, and are therefore not called
// on the UI's goroutine.
type system struct {
	hasTray    func(context.Context) bool
	followTray func(ctx context.Context, changed func()) // see platform.WatchTray
	showInTray func(context.Context) error               // see platform.RegisterTrayIcon
	trayAway   time.Duration                             // how long a tray may be missing before it counts as gone
	surveyed   time.Duration                             // how long counting may delay adding
	reveal     func(ctx context.Context, path string) error
	openFolder func(ctx context.Context, dir string) error
	openFile   func(ctx context.Context, path string) error
	copied     func(context.Context) (string, error) // see platform.ReadClipboard
	chooser    platform.Chooser
	notifier   platform.Notifier
	tooltip    func(string)

	// settled calls a function on the UI's goroutine as soon as the toolkit knows
	// whether the desktop is light or dark. It does not block.
	settled func(func())
}
