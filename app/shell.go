package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"fyne.io/fyne/v2"

	"github.com/ferryapp/ferry/app/bridge"
	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/frame"
	"github.com/ferryapp/ferry/app/history"
	"github.com/ferryapp/ferry/app/logviewer"
	"github.com/ferryapp/ferry/app/preferences"
	"github.com/ferryapp/ferry/app/servers"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/transferlist"
	"github.com/ferryapp/ferry/app/tray"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/assets"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/theme"
)

// shell creates the parts of the window, connects them, and shows each snapshot in all of
// them. Its methods must be called on the UI goroutine unless they say otherwise.
type shell struct {
	toolkit fyne.App
	config  Config
	system  system
	bridge  *bridge.Bridge
	post    func(func()) // queues a function for the UI goroutine

	destination   *destination
	window        *window
	tray          *tray.Tray // nil if the toolkit has none
	dialogs       *form.Dialogs
	keys          *keyboard
	visibility    *visibility
	quitter       *quitter
	placement     *placement
	notifications *notifications
	files         *fileDialogs
	opener        *opener
	adder         *adder
	removals      *removals
	actions       *transferActions
	blocked       *blockedServers
	repeated      *repeatedErrors
	passphrase    *passphrasePrompt
	servers       *servers.Manager
	preferences   *preferences.Dialog
	history       *history.Dialog
	backups       *backups
	logs          *logs
	received      *receivedFolder
	settingsFiles *settingsFiles
	thumbnails    *thumbnailMaker
	cjk           *cjkFonts
	prompt        *resumePrompt
	decisions     *decisions
	scans         *folderScans
	afterUploads  *afterUploads

	appearance settings.Appearance // the one applied last
	builtIn    theme.Look          // the one when the window was built first
	failed     *failedLoad         // nil unless the transfers could not be loaded
}

// newShell creates the parts. Nothing runs before start. Post queues a function for the UI
// goroutine.
func newShell(toolkit fyne.App, config Config, system system, post func(func())) *shell {
	appearance := config.Settings.Get().Appearance
	toolkit.Settings().SetTheme(themeOf(appearance))
	toolkit.SetIcon(assets.Icon())
	sh := &shell{toolkit: toolkit, config: config, system: system, post: post, appearance: appearance}
	sh.bridge = bridge.New(bridge.Config{Engine: config.Engine, Log: config.Log, UI: post, Show: sh.show, Failed: sh.showError})
	sh.cjk = &cjkFonts{bridge: sh.bridge, search: system.findFonts, log: config.Log, apply: sh.setTheme}
	importPreferences(toolkit.Preferences(), config)
	sh.destination = &destination{config.State}
	sh.window = newWindow(toolkit, sh.destination, config, sh.bridge.Refresh, frame.BannerModels{
		Blocked:  func(b view.Blocked) widgets.BannerModel { return sh.blocked.banner(b) },
		Repeated: func(g view.ErrorGroup) widgets.BannerModel { return sh.repeated.banner(g) },
	})
	sh.placement = newPlacement(sh.window.window, config.State, system.placerOf(sh.window.window))
	sh.dialogs = form.NewDialogs(sh.window.window.Canvas(), sh.window.tooltips.Dismiss)
	sh.makeParts()
	sh.makeDialogs()
	sh.makeVisibility()
	sh.window.actions = sh.windowActions()
	sh.window.build()
	sh.builtIn = theme.CurrentLook()
	sh.window.window.SetCloseIntercept(sh.quitter.closeWindow)
	sh.window.window.SetOnDropped(func(_ fyne.Position, uris []fyne.URI) { sh.adder.drop(uris) })
	sh.keys = newKeyboard(sh.window, sh.dialogs, sh.keyActions())
	return sh
}

// makeParts creates the parts that add, remove and change transfers.
func (sh *shell) makeParts() {
	log, showMessage := sh.config.Log, sh.window.showMessage
	sh.notifications = &notifications{
		bridge: sh.bridge, notifier: sh.system.notifier, log: log, settings: sh.config.Settings, window: sh.window,
		interrupted: sh.interrupted, open: func() { sh.visibility.open() },
		copyLinks: func(transfers []*uploader.Transfer) { sh.actions.copyLinks(transfers) }, reveal: func(t *uploader.Transfer) { sh.opener.reveal(t) },
	}
	sh.files = &fileDialogs{bridge: sh.bridge, chooser: sh.system.chooser, window: sh.window.window, log: log, showMessage: showMessage}
	sh.opener = &opener{
		bridge: sh.bridge, revealFile: sh.system.reveal, openFolder: sh.system.openFolder, openFile: sh.system.openFile,
		receivedDir: sh.config.ReceivedDir, log: log, showMessage: showMessage,
	}
	sh.received = &receivedFolder{
		bridge: sh.bridge, files: sh.files, set: sh.config.SetReceivedDir, changed: sh.setReceivedDir, log: log, showMessage: showMessage,
	}
	sh.removals = newRemovals(sh.bridge, sh.window.toasts)
	sh.adder = &adder{
		bridge: sh.bridge, settings: sh.config.Settings, destination: sh.destination, dialogs: sh.dialogs, files: sh.files,
		readClipboard: sh.system.readClipboard, clipboard: sh.toolkit.Clipboard, surveyTimeout: sh.system.surveyTimeout, added: view.AddedBatches{}, log: log, showMessage: showMessage,
		showWindow: func() { sh.visibility.openIfHidden() }, newServer: func(address string) { sh.servers.Propose("", address) }, choose: sh.choose, window: sh.window, unseen: map[uploader.BatchID]origin{},
	}
	sh.dialogs.Changed = sh.adder.dialogsChanged
	sh.scans = &folderScans{
		bridge: sh.bridge, banner: sh.window.banner, toasts: sh.window.toasts, added: sh.adder.added,
		visible: sh.removals.visible, interrupted: sh.interrupted, scanning: view.Scans{},
	}
	sh.actions = &transferActions{
		bridge: sh.bridge, window: sh.window, dialogs: sh.dialogs, files: sh.files, opener: sh.opener, removals: sh.removals, adder: sh.adder,
		clipboard: sh.toolkit.Clipboard, notify: sh.notifications.send, show: sh.show,
		findHistory: sh.config.Engine.FindHistory, addServer: func() { sh.servers.Add() }, unblock: func(t *uploader.Transfer) { sh.blocked.resolve(t) },
	}
	sh.afterUploads = &afterUploads{
		bridge: sh.bridge, settings: sh.config.Settings, dialogs: sh.dialogs, files: sh.files, notifications: sh.notifications,
		visibility: func() *visibility { return sh.visibility }, adding: sh.adder.adding, system: sh.system.done, log: log, showMessage: showMessage,
	}
	sh.thumbnails = &thumbnailMaker{bridge: sh.bridge, folder: sh.config.Data.Thumbnails, log: log, window: sh.window}
	sh.repeated = &repeatedErrors{window: sh.window, act: sh.actions.act}
}

// makeDialogs creates the dialogs. A dialog that opens another is given a function for it.
func (sh *shell) makeDialogs() {
	sh.passphrase = &passphrasePrompt{bridge: sh.bridge, access: sh.config.Access, dialogs: sh.dialogs, log: sh.config.Log}
	sh.servers = servers.New(servers.Config{
		Bridge: sh.bridge, Access: sh.config.Access, Dialogs: sh.dialogs, Log: sh.config.Log,
		Unlock: sh.passphrase.ask, ChooseFile: sh.files.chooseFiles, Choose: sh.choose,
	})
	sh.blocked = &blockedServers{
		bridge: sh.bridge, edit: sh.servers.Edit, signIn: sh.servers.SignIn, unlock: sh.passphrase.ask,
		dialogs: sh.dialogs, openReceived: sh.opener.openReceived,
	}
	sh.backups = &backups{
		bridge: sh.bridge, data: sh.config.Data, files: sh.files, dialogs: sh.dialogs, log: sh.config.Log, showMessage: sh.window.showMessage,
		takeWaiting: sh.adder.takeWaiting, exit: func() { sh.quitter.exitNow() },
	}
	sh.logs = &logs{data: sh.config.Data, viewer: logviewer.Config{
		Dialogs: sh.dialogs, Run: sh.bridge.Run, Post: sh.bridge.Post, Copy: sh.copyText, Log: sh.config.Log,
		Reveal: func(path string) { sh.opener.openPath(sh.system.reveal, path) },
	}}
	sh.settingsFiles = &settingsFiles{bridge: sh.bridge, settings: sh.config.Settings, files: sh.files, log: sh.config.Log, showMessage: sh.window.showMessage}
	sh.preferences = preferences.New(preferences.Config{
		Settings: sh.config.Settings, Dialogs: sh.dialogs, Folder: sh.config.Data.Dir, Version: sh.config.Version, Copy: sh.copyText,
		ReadStatistics: sh.readStatistics, Servers: sh.servers.Page, ChooseProgram: sh.chooseProgram,
		Data: preferences.DataActions{
			OpenFolder:      func() { sh.opener.openPath(sh.system.openFolder, sh.config.Data.Dir) },
			BackUp:          sh.backups.backUp,
			Restore:         sh.backups.restore,
			ExportSettings:  sh.settingsFiles.exportSettings,
			ImportSettings:  sh.settingsFiles.importSettings,
			ShowLog:         sh.logs.showLog,
			Received:        func() string { return sh.opener.receivedDir },
			ChangeReceived:  sh.received.choose,
			CopyDiagnostics: sh.copyDiagnostics,
			RemoveFinished:  sh.removals.removeFinished,
		},
	})
	sh.history = history.New(history.Config{
		Bridge: sh.bridge, Dialogs: sh.dialogs, Log: sh.config.Log, Find: sh.config.Engine.FindHistory,
		Copy: sh.copyHistoryLinks, Open: sh.opener.open, Reveal: sh.opener.reveal, UploadAgain: sh.adder.uploadAgain, Export: sh.exportHistory,
	})
	sh.prompt = &resumePrompt{
		bridge: sh.bridge, window: sh.window, notifications: sh.notifications, settings: sh.config.Settings,
		ask: sh.config.AskToResume, open: func() { sh.visibility.open() },
	}
	sh.decisions = &decisions{
		bridge: sh.bridge, dialogs: sh.dialogs, banner: sh.window.banner, prompt: sh.prompt, act: sh.actions.act, visible: sh.removals.visible,
	}
	sh.prompt.decisions, sh.actions.decisions = sh.decisions, sh.decisions
}

// makeVisibility creates the tray and the parts that hide and close the window.
func (sh *shell) makeVisibility() {
	sh.tray = sh.makeTray()
	presence := &tray.Presence{
		HasIcon: sh.tray != nil, HasTray: sh.system.hasTray, WatchTray: sh.system.watchTray, RegisterIcon: sh.system.registerTrayIcon, ExportIcon: sh.exportTrayIcon,
		Grace: sh.system.trayGrace, Log: sh.config.Log,
	}
	sh.visibility = &visibility{
		window: sh.window, placement: sh.placement, bridge: sh.bridge, tray: presence, notifications: sh.notifications, state: sh.config.State, show: sh.show, opened: sh.setLauncherWindow, focused: true,
	}
	sh.quitter = &quitter{
		bridge: sh.bridge, settings: sh.config.Settings, dialogs: sh.dialogs, visibility: sh.visibility, tray: presence, removals: sh.removals,
		interrupted: sh.interrupted, addWaiting: sh.adder.addBeforeExit, exit: sh.exit,
	}
}

// windowActions returns the actions of the window's parts.
func (sh *shell) windowActions() windowActions {
	return windowActions{
		bar: frame.TopBarActions{
			Choose: sh.choose, AddServer: sh.servers.Add, ManageServers: sh.servers.Manage, AddFiles: sh.adder.addFiles, AddFolder: sh.adder.addFolder, AddWithOptions: sh.adder.addWithOptions,
			PauseAll: sh.pauseAll, ResumeAll: sh.resumeAll, RemoveFinished: sh.removals.removeFinished, OpenReceived: sh.opener.openReceived, OpenHistory: sh.history.Open, OpenSettings: sh.preferences.Open,
			Received: func() string { return sh.opener.receivedDir }, ChangeReceived: sh.received.choose,
		},
		list: transferlist.ListActions{Act: sh.actions.act, Unblock: sh.blocked.resolve, Interrupted: sh.interrupted, Notify: sh.window.showMessage, Move: sh.actions.sendMoves, Thumbnail: sh.thumbnails.get},
		footer: frame.FooterActions{
			Limit: func() int64 { return sh.config.Settings.Get().Transfers.Limit }, SetLimit: sh.setLimit, OpenSettings: sh.preferences.Open,
			WhenDone: sh.afterUploads.action, SetWhenDone: sh.afterUploads.choose, Program: func() string { return sh.config.Settings.Get().WhenDone.Program }, OpenPower: func() { sh.preferences.OpenSection(preferences.SectionPower) },
		},
		read: sh.readRecord, copy: sh.copyText, addFiles: sh.adder.addFiles, addServer: sh.servers.Add, resized: sh.resized, notify: sh.notifications.message,
		layOut: func() { sh.bridge.Post(sh.layOut) },
	}
}

// keyActions returns the actions of the window's keys.
func (sh *shell) keyActions() keyActions {
	return keyActions{
		addFiles: sh.adder.addFiles, addFolder: sh.adder.addFolder, paste: sh.adder.paste, openHistory: sh.history.Open, openSettings: sh.preferences.Open, quit: sh.quitter.quit,
		act: sh.actions.actOnSelected, pauseOrResume: sh.actions.pauseOrResumeSelected, remove: sh.actions.removeSelected, undo: sh.removals.undo,
	}
}

// start starts everything, and shows the window. When ctx ends, the shell quits as if the user
// had quit: what was removed or waits to be added is sent to the engine first.
func (sh *shell) start(ctx context.Context) {
	sh.bridge.Start(context.WithoutCancel(ctx))
	sh.visibility.followFocus(sh.toolkit.Lifecycle())
	sh.bridge.Run(sh.load)
	sh.bridge.Run(sh.takeRequests)
	sh.bridge.Run(sh.visibility.watchTray)
	if sh.system.trayMenu != nil {
		sh.bridge.Run(sh.system.trayMenu.Run)
		sh.toolkit.Lifecycle().SetOnStarted(func() { sh.bridge.Run(func(context.Context) { sh.exportTrayMenu() }) })
	}
	sh.bridge.Run(sh.followSettings)
	if sh.system.launcher != nil {
		sh.bridge.Run(sh.system.launcher.Run)
	}
	login := &loginStart{bridge: sh.bridge, settings: sh.config.Settings, system: sh.config.Autostart, log: sh.config.Log, showMessage: sh.window.showMessage}
	atLogin := sh.config.Settings.Get().Start.AtLogin
	sh.bridge.Run(func(ctx context.Context) { login.follow(ctx, atLogin) })
	context.AfterFunc(ctx, func() { sh.bridge.Post(sh.quitter.exitNow) })
	sh.window.visible = !sh.config.Hidden
	sh.window.banner.ShowNotice(sh.config.Notice)
	sh.logs.offerCrashReport(sh.window.banner)
	offerChanges(sh.config.State, sh.config.Version, sh.window.banner, sh.preferences.ShowChanges)
	sh.show(sh.bridge.Snapshot())
	if sh.config.Hidden {
		sh.visibility.hideAtStart()
		sh.cjk.start()
	} else {
		sh.system.whenThemeKnown(sh.openFirst)
	}
}

// openFirst shows the window for the first time. What was built before the toolkit knew
// whether the desktop is light or dark is built again, so that the first frame has the right
// colours.
func (sh *shell) openFirst() {
	if theme.CurrentLook() != sh.builtIn {
		sh.rebuild()
	}
	sh.visibility.open()
	sh.cjk.start() // not before: at each change of the theme the toolkit reads the fonts again
}

// resized is called with the size of the window, also while it is laid out again.
func (sh *shell) resized(size fyne.Size) {
	sh.placement.resized(size)
	sh.dialogs.Fit(size)
}

// exit ends the toolkit.
func (sh *shell) exit() {
	sh.placement.hiding()
	sh.toolkit.Quit()
}

// layOut lays out the window and the open dialogs again.
func (sh *shell) layOut() {
	sh.dialogs.LayOut()
	sh.window.layOut()
}

// close ends everything that start started. It is called when the toolkit's event loop
// has ended.
func (sh *shell) close() error {
	sh.quitter.leave()
	sh.bridge.Wait()
	sh.window.tooltips.Dismiss()
	sh.window.toasts.Dismiss()
	if err := sh.system.notifier.Close(); err != nil {
		return errors.Join(sh.failed.end(), fmt.Errorf("close notifications: %w", err))
	}
	return sh.failed.end()
}

// show shows a snapshot in every part. It returns the time after which the same snapshot
// must be shown again; 0 for never.
func (sh *shell) show(s *uploader.Snapshot) time.Duration {
	switch {
	case len(s.Servers) == 0:
		return 0 // the engine has loaded nothing
	case s.Loading:
		return sh.showLoading(s)
	}
	again := sh.afterUploads.update(s, time.Now())
	sh.prompt.update(s)
	for _, sentence := range sh.adder.added.Messages(s) {
		sh.window.showMessage(sentence)
	}
	s = sh.removals.visible(s)
	counts := view.CountsOf(s, sh.prompt.interrupted)
	sh.notifications.update(s, counts)
	wait := sooner(again, sh.scans.show(s))
	if sh.window.visible {
		wait = sooner(wait, sh.window.show(s, counts))
		sh.adder.reveal(s)
		sh.removals.reveal(sh.window)
	}
	if sh.tray != nil {
		wait = sooner(wait, sh.tray.Show(sh.trayOf(s, counts), time.Now()))
	}
	sh.showInLauncher(view.LauncherOf(s, counts, sh.prompt.interrupted))
	sh.decisions.update(s)
	if sh.window.visible && countsDown(s) {
		wait = sooner(wait, time.Second)
	}
	return wait
}

// showLoading is show for a snapshot that has only the servers.
func (sh *shell) showLoading(s *uploader.Snapshot) time.Duration {
	if sh.window.visible {
		sh.window.show(s, view.Counts{})
	}
	if sh.tray == nil {
		return 0
	}
	return sh.tray.Show(sh.trayOf(s, view.Counts{}), time.Now())
}

// sooner returns the shorter of two durations, of which 0 is never.
func sooner(a, b time.Duration) time.Duration { return min(cmp.Or(a, b), cmp.Or(b, a)) }

// countsDown reports whether a row shows the time until the next attempt.
func countsDown(s *uploader.Snapshot) bool {
	return s.Totals.Count[uploader.StateRetrying]+s.Totals.Count[uploader.StateBusy] > 0
}

func (sh *shell) interrupted() *view.Interrupted { return sh.prompt.interrupted }

func (sh *shell) showError(err error) { sh.window.showMessage(view.ErrorText(err)) }

func (sh *shell) pauseAll() { sh.bridge.Send(uploader.Pause{Target: uploader.TargetAll()}, nil) }

func (sh *shell) resumeAll() {
	sh.prompt.resumeAll()
	sh.bridge.Send(uploader.Resume{Target: uploader.TargetAll()}, nil)
}

// choose makes a server the destination of what is added from now on.
func (sh *shell) choose(id uploader.ServerID) {
	sh.destination.choose(id)
	sh.bridge.Refresh()
}

// setReceivedDir shows a folder as that of the built-in receiver.
func (sh *shell) setReceivedDir(dir string) {
	sh.opener.receivedDir, sh.window.receivedDir, sh.window.emptyFor = dir, dir, emptyContext{}
	sh.preferences.Reopen()
	sh.bridge.Refresh()
}

// chooseProgram asks for the program that may follow when all uploads are done. The settings
// dialog, if it is open, shows it.
func (sh *shell) chooseProgram(then func()) {
	sh.afterUploads.chooseProgram(func() {
		then()
		sh.preferences.Reopen()
	})
}

// setLimit sets the limit of all uploads together, in bytes per second; 0 for none.
func (sh *shell) setLimit(limit int64) {
	sh.config.Settings.Update(func(s *settings.Settings) { s.Transfers.Limit = limit })
	sh.bridge.Refresh()
}

// copyText copies a text to the clipboard, and shows a message.
func (sh *shell) copyText(text string) {
	sh.toolkit.Clipboard().SetContent(text)
	sh.window.showMessage(words.Text("details.copied"))
}

// copyDiagnostics copies a description of this program and its state to the clipboard.
func (sh *shell) copyDiagnostics() {
	sh.copyText(view.ProgramDiagnostics(sh.config.Version, sh.config.Settings.Get(), sh.bridge.Snapshot()))
}

// readRecord reads the events and parts of a transfer, and calls then on the UI
// goroutine. What cannot be read is empty.
func (sh *shell) readRecord(id uploader.TransferID, then func(view.Record)) {
	sh.bridge.Run(func(ctx context.Context) {
		events, err := sh.config.Engine.Events(ctx, id)
		if err != nil {
			sh.config.Log.Info("read events failed", "transfer", id, "err", err)
		}
		parts, err := sh.config.Engine.Parts(ctx, id)
		if err != nil {
			sh.config.Log.Info("read parts failed", "transfer", id, "err", err)
		}
		sh.bridge.Post(func() { then(view.Record{Events: events, Parts: parts}) })
	})
}

// readStatistics reads what was uploaded, and calls then on the UI goroutine, unless that
// fails.
func (sh *shell) readStatistics(then func(view.Statistics)) {
	if sh.config.Usage == nil {
		return
	}
	sh.bridge.Run(func(ctx context.Context) {
		usage, err := sh.config.Usage(ctx)
		if err != nil {
			sh.config.Log.Info("read usage failed", "err", err)
			return
		}
		sh.bridge.Post(func() { then(view.StatisticsOf(usage, sh.bridge.Snapshot().Servers, time.Now())) })
	})
}
