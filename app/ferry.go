package app

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"fyne.io/fyne/v2"

	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/assets"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/widgets/dialog"
)

// ferry is the whole face. Its methods belong to the UI's goroutine, save those
// that say otherwise.
type ferry struct {
	toolkit fyne.App
	config  Config
	system  system

	errands     *errands
	orders      *orders
	presenter   *presenter
	destination *destination
	window      *window
	tray        *tray // nil where the toolkit has none
	keyboard    keyboard

	look       settings.Look // that is shown
	focused    bool
	greeted    bool
	left       *leftover // waits for an answer
	reviewing  *review   // nil while it is not open
	revival    revival
	choosing   bool // a file dialog is open
	removal    *removal
	arrivals   arrivals
	counting   counting
	news       news
	boxes      []*dialog.Dialog // over the window, the last one on top
	quitting   *dialog.Dialog
	passphrase *passphraseDialog // the last one opened
	asking     *serverDialog     // the last one opened
	settings   *settingsDialog   // that is open; nil when none is
}

// newFerry puts the face together. Nothing moves before start.
func newFerry(toolkit fyne.App, config Config, system system, ui func(func())) *ferry {
	look := config.Settings.Get().Look
	toolkit.Settings().SetTheme(themeOf(look))
	toolkit.SetIcon(assets.Icon())
	f := &ferry{toolkit: toolkit, config: config, system: system, look: look, focused: true, removal: newRemoval(), arrivals: arrivals{}, counting: counting{}}
	f.errands = newErrands(ui)
	f.orders = newOrders(config.Engine.Give)
	f.presenter = newPresenter(config.Engine, f.errands.post, f.show)
	f.destination = recallDestination(toolkit.Preferences())
	f.window = newWindow(f)
	f.tray = trayOrNil(toolkit, system.tooltip, trayActions{
		open: f.open, add: f.addFromTray, pauseAll: f.pauseAll, resumeAll: f.resumeAll, quit: f.quit,
		resumeLeft: f.resumeLeft, notNow: f.notNow, take: f.takeRecent,
	})
	f.bindKeys(f.window.window.Canvas())
	return f
}

// start begins everything that moves, and shows the window.
func (f *ferry) start(ctx context.Context) {
	f.errands.begin(ctx)
	f.followFocus()
	f.errands.run(f.orders.run)
	f.errands.run(f.presenter.run)
	f.errands.run(f.takeRequests)
	f.errands.run(f.watchTray)
	f.errands.run(f.followSettings)
	atLogin := f.config.Settings.Get().Start.AtLogin
	f.errands.run(func(ctx context.Context) { f.followAutostart(ctx, atLogin) })
	context.AfterFunc(ctx, func() { f.errands.post(f.end) })
	f.window.visible = !f.config.Hidden
	f.window.banner.tell(f.config.News)
	f.show(f.snapshot())
	if f.config.Hidden {
		f.hideAtStart()
	} else {
		f.system.settled(f.open)
	}
}

// hideAtStart leaves the window away where there is a tray to call it from. At a
// login the tray may come later than Ferry.
func (f *ferry) hideAtStart() {
	f.setPace()
	f.errands.run(func(ctx context.Context) {
		if !f.trayComes(ctx) {
			f.errands.post(f.open)
		}
	})
}

// close ends what start began, when the toolkit has ended.
func (f *ferry) close() error {
	f.errands.shut()
	f.errands.wait()
	f.window.hints.Dismiss()
	f.window.toasts.Dismiss()
	if err := f.system.notifier.Close(); err != nil {
		return fmt.Errorf("close notifications: %w", err)
	}
	return nil
}

// snapshot is the newest state of everything. It may be called from any
// goroutine.
func (f *ferry) snapshot() *uploader.Snapshot { return f.config.Engine.Snapshot() }

// show brings everything to the state of the snapshot.
func (f *ferry) show(s *uploader.Snapshot) time.Duration {
	if len(s.Servers) == 0 {
		return 0 // nothing is loaded yet
	}
	f.greet(s)
	for _, sentence := range f.arrivals.told(s) {
		f.window.warn(sentence)
	}
	s = f.removal.without(s)
	sum := tallyOf(s, f.left)
	f.tellNews(s, sum)
	again := f.showCounting(s)
	if f.window.visible {
		f.window.show(s, sum)
	}
	if f.tray != nil {
		again = sooner(again, f.tray.show(trayOf(s, sum, f.left), time.Now()))
	}
	if f.reviewing != nil {
		f.reviewing.show(s)
	}
	if f.window.visible && countsDown(s) {
		again = sooner(again, time.Second)
	}
	return again
}

// sooner is the shorter of two times, of which zero is never.
func sooner(a, b time.Duration) time.Duration { return min(cmp.Or(a, b), cmp.Or(b, a)) }

// countsDown reports whether the snapshot reads differently by itself, because
// it says how long it is until the next try.
func countsDown(s *uploader.Snapshot) bool {
	return s.Totals.Count[uploader.StateRetrying]+s.Totals.Count[uploader.StateBusy] > 0
}

// order has the engine do something, and says so when it could not. It may be
// called from any goroutine; done, which may be nil, runs on another.
func (f *ferry) order(command uploader.Command, done func(error)) {
	f.orders.give(command, func(err error) {
		f.presenter.now()
		if err != nil && !fault.Stopped(err) {
			f.config.Log.Warn("command failed", "command", fmt.Sprintf("%T", command), "error", err)
		}
		if done != nil {
			done(err)
			return
		}
		if err != nil {
			f.errands.post(func() { f.window.warn(sentenceOf(err)) })
		}
	})
}

// sentenceOf says in words why something could not be done.
func sentenceOf(err error) string {
	if f := fault.Of(err); f.Kind != fault.Bug {
		return words.Fault(f, words.Subject{}).String()
	}
	return words.Say("order.failed")
}

// note shows a notification, beside the UI.
func (f *ferry) note(note platform.Note) {
	f.errands.run(func(ctx context.Context) {
		if err := f.system.notifier.Notify(ctx, note); err != nil {
			f.config.Log.Info("notification not shown", "error", err)
		}
	})
}

// withdraw takes notifications away, beside the UI.
func (f *ferry) withdraw(keys ...string) {
	f.errands.run(func(ctx context.Context) {
		for _, key := range keys {
			if err := f.system.notifier.Withdraw(ctx, key); err != nil {
				f.config.Log.Info("notification not withdrawn", "error", err)
			}
		}
	})
}

func (f *ferry) pauseAll() { f.order(uploader.Pause{Target: uploader.Everything()}, nil) }

func (f *ferry) resumeAll() {
	f.resumeLeft()
	f.order(uploader.Resume{Target: uploader.Everything()}, nil)
}

// takeRequests serves whoever asks from outside the window, until ctx ends.
func (f *ferry) takeRequests(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case request, open := <-f.config.Requests:
			if !open {
				return
			}
			f.errands.post(func() { f.serve(request) })
		}
	}
}

func (f *ferry) serve(request Request) {
	if len(request.Paths) == 0 {
		f.open()
		return
	}
	f.add(request.Paths, 0)
}

// followFocus keeps the pace to what can be seen.
func (f *ferry) followFocus() {
	f.toolkit.Lifecycle().SetOnEnteredForeground(func() { f.focused = true; f.setPace() })
	f.toolkit.Lifecycle().SetOnExitedForeground(func() { f.focused = false; f.setPace() })
}

func (f *ferry) setPace() {
	switch {
	case !f.window.visible:
		f.presenter.setPace(paceHidden)
	case f.focused:
		f.presenter.setPace(paceFocused)
	default:
		f.presenter.setPace(paceUnfocused)
	}
}
