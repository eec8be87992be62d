package app

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"fyne.io/fyne/v2"

	"github.com/ferryapp/ferry/app/bridge"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/assets"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets"
)

// shell creates the parts of the window, connects them, and shows each snapshot in
// all of them. Its methods belong to the UI's goroutine unless they say otherwise.
type shell struct {
	toolkit fyne.App
	config  Config
	system  system
	bridge  *bridge.Bridge

	destination   *destination
	window        *window
	tray          *tray // nil where the toolkit has none
	dialogs       *Dialogs
	keys          *keyboard
	visibility    *visibility
	quitter       *quitter
	notifications *notifications
	files         *fileDialogs
	opener        *opener
	adding        *adder
	removals      *removals
	actions       *transferActions
	blocked       *blockedServers
	passphrase    *passphrasePrompt
	servers       *Servers
	preferences   *Preferences
	data          *profileData
	prompt        *resumePrompt
	scans         *folderScans

	look settings.Look // that is shown
}

// newShell puts the parts together. Nothing runs before start.
func newShell(toolkit fyne.App, config Config, system system, ui func(func())) *shell {
	look := config.Settings.Get().Look
	toolkit.Settings().SetTheme(themeOf(look))
	toolkit.SetIcon(assets.Icon())
	f := &shell{toolkit: toolkit, config: config, system: system, look: look}
	f.bridge = bridge.New(bridge.Config{Engine: config.Engine, Log: config.Log, UI: ui, Show: f.show, Failed: f.warnError})
	f.destination = recallDestination(toolkit.Preferences())
	f.window = newWindow(toolkit, f.destination, config.Settings, f.bridge.Refresh, func(b blockade) widgets.BannerModel { return f.blocked.banner(b) })
	f.dialogs = NewDialogs(f.window.window.Canvas(), f.window.hints.Dismiss)
	f.makeParts()
	f.makeDialogs()
	f.makeVisibility()
	f.window.actions = f.windowActions()
	f.window.furnish()
	f.window.window.SetCloseIntercept(f.quitter.closeWindow)
	f.window.window.SetOnDropped(func(_ fyne.Position, uris []fyne.URI) { f.adding.drop(uris) })
	f.keys = newKeyboard(f.window, f.dialogs, f.keyActions())
	return f
}

// makeParts creates what adds, removes and changes transfers.
func (f *shell) makeParts() {
	log, warn := f.config.Log, f.window.warn
	f.notifications = &notifications{
		bridge: f.bridge, notifier: f.system.notifier, log: log, settings: f.config.Settings, window: f.window,
		left: f.left, open: func() { f.visibility.open() },
	}
	f.files = &fileDialogs{bridge: f.bridge, chooser: f.system.chooser, window: f.window.window, log: log, warn: warn}
	f.opener = &opener{
		bridge: f.bridge, showFile: f.system.reveal, openFolder: f.system.openFolder, openFile: f.system.openFile,
		received: f.config.Received, log: log, warn: warn,
	}
	f.removals = newRemovals(f.bridge, f.window.toasts)
	f.adding = &adder{
		bridge: f.bridge, settings: f.config.Settings, destination: f.destination, dialogs: f.dialogs, files: f.files,
		copied: f.system.copied, clipboard: f.toolkit.Clipboard, patience: f.system.surveyed, added: arrivals{}, log: log, warn: warn,
		showWindow: func() { f.visibility.openHidden() },
	}
	f.scans = &folderScans{
		bridge: f.bridge, banner: f.window.banner, toasts: f.window.toasts, added: f.adding.added,
		visible: f.removals.visible, left: f.left, scanning: counting{},
	}
	f.actions = &transferActions{
		bridge: f.bridge, window: f.window, dialogs: f.dialogs, files: f.files, opener: f.opener, removals: f.removals, adding: f.adding,
		clipboard: f.toolkit.Clipboard, notify: f.notifications.send, show: f.show,
		addServer: func() { f.servers.Add() }, unblock: func(t *uploader.Transfer) { f.blocked.resolve(t) },
	}
}

// makeDialogs creates the dialogs. What one shows of another is passed to it as a
// function.
func (f *shell) makeDialogs() {
	f.passphrase = &passphrasePrompt{bridge: f.bridge, access: f.config.Access, dialogs: f.dialogs, log: f.config.Log}
	f.servers = NewServers(ServersConfig{
		Bridge: f.bridge, Access: f.config.Access, Dialogs: f.dialogs, Window: f.window.window, Log: f.config.Log,
		Unlock: f.passphrase.ask, ChooseFile: f.files.chooseFiles, Choose: f.choose,
	})
	f.blocked = &blockedServers{bridge: f.bridge, edit: f.servers.Edit, signIn: f.servers.SignIn, unlock: f.passphrase.ask}
	f.data = &profileData{bridge: f.bridge, keeping: f.config.Keeping, files: f.files, log: f.config.Log, warn: f.window.warn}
	f.preferences = NewPreferences(PreferencesConfig{
		Book: f.config.Settings, Dialogs: f.dialogs, Canvas: f.window.window.Canvas(), Folder: f.config.Keeping.Dir,
		Data: DataActions{
			OpenFolder:      func() { f.opener.openPath(f.system.openFolder, f.config.Keeping.Dir) },
			BackUp:          f.data.backUp,
			ShowLog:         func() { f.opener.openPath(f.system.reveal, f.config.Keeping.Log) },
			CopyDiagnostics: f.copyDiagnostics,
			RemoveFinished:  f.removals.removeFinished,
		},
	})
	f.prompt = &resumePrompt{
		bridge: f.bridge, window: f.window, dialogs: f.dialogs, notifications: f.notifications, settings: f.config.Settings,
		ask: f.config.Ask, open: func() { f.visibility.open() }, act: f.actions.act, visible: f.removals.visible,
	}
}

// makeVisibility creates the tray, and what hides and closes the window.
func (f *shell) makeVisibility() {
	f.tray = trayOrNil(f.toolkit, f.system.tooltip, trayActions{
		open: func() { f.visibility.open() }, add: f.addFromTray, pauseAll: f.pauseAll, resumeAll: f.resumeAll, quit: func() { f.quitter.quit() },
		resumeLeft: f.prompt.resumeAll, notNow: f.prompt.notNow, take: f.actions.takeRecent,
	})
	presence := &TrayPresence{
		Icon: f.tray != nil, Has: f.system.hasTray, Follow: f.system.followTray, ShowIcon: f.system.showInTray, Away: f.system.trayAway, Log: f.config.Log,
	}
	f.visibility = &visibility{
		window: f.window, bridge: f.bridge, tray: presence, notifications: f.notifications, memory: f.toolkit.Preferences(), show: f.show, focused: true,
	}
	f.quitter = &quitter{
		bridge: f.bridge, settings: f.config.Settings, dialogs: f.dialogs, visibility: f.visibility, tray: presence, removals: f.removals,
		left: f.left, exit: f.toolkit.Quit,
	}
}

// windowActions are what the parts of the window do.
func (f *shell) windowActions() windowActions {
	return windowActions{
		bar: barActions{
			choose: f.choose, addServer: f.servers.Add, manage: f.servers.Manage, addFiles: f.adding.addFiles, addFolder: f.adding.addFolder,
			pauseAll: f.pauseAll, resumeAll: f.resumeAll, finish: f.removals.removeFinished, reveal: f.opener.openReceived, settings: f.preferences.Open,
		},
		list: listActions{act: f.actions.act, unblock: f.blocked.resolve, left: f.left},
		footer: footerActions{
			limit: func() int64 { return f.config.Settings.Get().Transfers.Limit }, setLimit: f.setLimit, openSettings: f.preferences.Open,
		},
		recall: f.readRecord, copy: f.copyText, addFiles: f.adding.addFiles, resized: f.dialogs.Fit,
	}
}

// keyActions are what the window's keys do.
func (f *shell) keyActions() keyActions {
	return keyActions{
		addFiles: f.adding.addFiles, addFolder: f.adding.addFolder, paste: f.adding.paste, openSettings: f.preferences.Open, quit: f.quitter.quit,
		act: f.actions.actOnSelected, pauseOrResume: f.actions.pauseOrResumeSelected, remove: f.actions.removeSelected, undo: f.removals.undo,
	}
}

// start starts everything, and shows the window.
func (f *shell) start(ctx context.Context) {
	f.bridge.Start(ctx)
	f.visibility.followFocus(f.toolkit.Lifecycle())
	f.bridge.Run(f.takeRequests)
	f.bridge.Run(f.visibility.watchTray)
	f.bridge.Run(f.followSettings)
	login := &loginStart{bridge: f.bridge, settings: f.config.Settings, system: f.config.Autostart, log: f.config.Log, warn: f.window.warn}
	atLogin := f.config.Settings.Get().Start.AtLogin
	f.bridge.Run(func(ctx context.Context) { login.follow(ctx, atLogin) })
	context.AfterFunc(ctx, func() { f.bridge.Post(f.quitter.end) })
	f.window.visible = !f.config.Hidden
	f.window.banner.tell(f.config.News)
	f.show(f.bridge.Snapshot())
	if f.config.Hidden {
		f.visibility.hideAtStart()
	} else {
		f.system.settled(f.visibility.open)
	}
}

// close ends what start started, when the toolkit has ended.
func (f *shell) close() error {
	f.bridge.Stop()
	f.bridge.Wait()
	f.window.hints.Dismiss()
	f.window.toasts.Dismiss()
	if err := f.system.notifier.Close(); err != nil {
		return fmt.Errorf("close notifications: %w", err)
	}
	return nil
}

// show shows a snapshot in every part. It returns after what time the snapshot will
// look different; zero for never.
func (f *shell) show(s *uploader.Snapshot) time.Duration {
	if len(s.Servers) == 0 {
		return 0 // nothing is loaded yet
	}
	f.prompt.update(s)
	for _, sentence := range f.adding.added.told(s) {
		f.window.warn(sentence)
	}
	s = f.removals.visible(s)
	sum := tallyOf(s, f.prompt.left)
	f.notifications.update(s, sum)
	again := f.scans.show(s)
	if f.window.visible {
		f.window.show(s, sum)
	}
	if f.tray != nil {
		again = sooner(again, f.tray.show(trayOf(s, sum, f.prompt.left), time.Now()))
	}
	f.prompt.showReview(s)
	if f.window.visible && countsDown(s) {
		again = sooner(again, time.Second)
	}
	return again
}

// sooner is the shorter of two times, of which zero is never.
func sooner(a, b time.Duration) time.Duration { return min(cmp.Or(a, b), cmp.Or(b, a)) }

// countsDown reports whether the snapshot contains the time until the next attempt.
func countsDown(s *uploader.Snapshot) bool {
	return s.Totals.Count[uploader.StateRetrying]+s.Totals.Count[uploader.StateBusy] > 0
}

func (f *shell) left() *leftover { return f.prompt.left }

func (f *shell) warnError(err error) { f.window.warn(sentenceOf(err)) }

func (f *shell) pauseAll() { f.bridge.Send(uploader.Pause{Target: uploader.Everything()}, nil) }

func (f *shell) resumeAll() {
	f.prompt.resumeAll()
	f.bridge.Send(uploader.Resume{Target: uploader.Everything()}, nil)
}

// choose makes a server the destination of what is added from now on.
func (f *shell) choose(id uploader.ServerID) {
	f.destination.choose(id)
	f.bridge.Refresh()
}

// setLimit sets the limit of all uploads together, in bytes per second; 0 is none.
func (f *shell) setLimit(limit int64) {
	f.config.Settings.Update(func(s *settings.Settings) { s.Transfers.Limit = limit })
	f.bridge.Refresh()
}

// addFromTray asks for files in front of the window.
func (f *shell) addFromTray() {
	f.visibility.open()
	f.adding.addFiles()
}

// copyText copies a text to the clipboard, and shows that it did.
func (f *shell) copyText(text string) {
	f.toolkit.Clipboard().SetContent(text)
	f.window.warn(words.Say("details.copied"))
}

// copyDiagnostics copies a description of this program and its state.
func (f *shell) copyDiagnostics() {
	f.copyText(programDiagnostics(f.config.Version, f.config.Settings.Get(), f.bridge.Snapshot()))
}

// readRecord reads the events and parts of a transfer, and calls then on the UI's
// goroutine.
func (f *shell) readRecord(id uploader.TransferID, then func(dossier)) {
	f.bridge.Run(func(ctx context.Context) {
		events, err := f.config.Engine.Events(ctx, id)
		if err != nil {
			f.config.Log.Info("events not read", "transfer", id, "error", err)
		}
		parts, err := f.config.Engine.Parts(ctx, id)
		if err != nil {
			f.config.Log.Info("parts not read", "transfer", id, "error", err)
		}
		f.bridge.Post(func() { then(dossier{events: events, parts: parts}) })
	})
}

// takeRequests serves requests from outside the window until ctx ends.
func (f *shell) takeRequests(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case request, open := <-f.config.Requests:
			if !open {
				return
			}
			f.bridge.Post(func() { f.serve(request) })
		}
	}
}

func (f *shell) serve(request Request) {
	if len(request.Paths) == 0 {
		f.visibility.open()
		return
	}
	f.adding.add(request.Paths, 0)
}
