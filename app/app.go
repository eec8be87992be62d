// Package app implements Ferry's window: it creates the parts of the window and
// connects them with each other and with the engine.
//
// All Fyne objects are used on the UI goroutine, which never blocks. Blocking calls run
// on goroutines of package bridge, which also delivers the newest snapshot to the UI and
// sends commands to the engine. Once Ferry is closing, nothing more is posted to the UI
// goroutine.
//
// What is shown is computed from a snapshot by package view. The parts of the window and
// its dialogs are separate packages: transferlist, details, frame, servers, preferences,
// logviewer and tray, with shared controls in form. None of them imports another or this package;
// they are given functions to call instead. All text comes from package words. What
// the window looks like is kept by package windowstate.
package app

import (
	"context"
	"log/slog"

	"fyne.io/fyne/v2"
	fyneapp "fyne.io/fyne/v2/app"

	"github.com/ferryapp/ferry/app/bridge"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/servers"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/windowstate"
	"github.com/ferryapp/ferry/uploader"
)

// ID is the application's ID for the desktop.
const ID = "io.github.ferryapp.Ferry"

// Request is a request from outside the window: from another Ferry process, or from the
// command line of this one.
type Request struct {
	Paths     []string         // absolute; to be added to the chosen destination
	NewServer *uploader.Server // to be filled in in the dialog for a new server; nil for none
}

// Config configures the window.
type Config struct {
	Engine         bridge.Engine
	Access         servers.Access
	Settings       *settings.Current    // the user's settings
	State          *windowstate.Current // of the window
	Log            *slog.Logger
	DefaultProfile bool                                        // see profile.Profile
	Hidden         bool                                        // start hidden in the tray, if there is one
	AskToResume    bool                                        // the engine waits until the user has decided about interrupted uploads
	Notice         string                                      // a notice about the profile; "" for none
	ReceivedDir    string                                      // the folder in which the built-in receiver puts files
	SetReceivedDir func(ctx context.Context, dir string) error // changes ReceivedDir; it blocks
	Data           ProfileData
	Usage          func(context.Context) ([]uploader.Usage, error) // what was uploaded on each day
	Autostart      Autostart                                       // may be nil
	Version        string
	Requests       <-chan Request // may be nil; an empty request shows the window

	// Load returns when the engine's transfers are loaded. The window is shown meanwhile. If
	// it fails, a window with LoadFailure of the error takes the place of this one, and Run
	// returns a [*LoadError]. Both may be nil.
	Load        func(context.Context) error
	LoadFailure func(error) StartFailure
}

// LoadError is the error of Config.Load, after the user has seen and answered it.
type LoadError struct {
	Err    error
	Answer StartAnswer
}

func (e *LoadError) Error() string { return e.Err.Error() }

// Unwrap returns the error of Config.Load.
func (e *LoadError) Unwrap() error { return e.Err }

// Run shows the window until Ferry is quit or ctx ends, and returns when everything it
// started has ended. It must be called on the program's main goroutine, after
// [words.Load].
func Run(ctx context.Context, config Config) error {
	toolkit := newToolkit(ctx, config.Log)
	savePreferences := takeStopHook(toolkit.Lifecycle())
	sh := newShell(toolkit, config, native(toolkit), fyne.Do)
	sh.start(ctx)
	toolkit.Run()
	savePreferences()
	return sh.close()
}

// newToolkit returns the toolkit. The toolkit uses the session bus on the UI goroutine, so a
// bus that does not answer is left first.
func newToolkit(ctx context.Context, log *slog.Logger) fyne.App {
	platform.IgnoreXErrors()
	if err := platform.LeaveSilentBus(ctx); err != nil {
		log.Warn("session bus does not answer and is not used", "err", err)
	}
	return fyneapp.NewWithID(ID)
}
