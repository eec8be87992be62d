package app

import (
	"context"

	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/tray"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/uploader"
)

// The tray icon, and the icon in the dock or taskbar.

// makeTray creates the tray icon with its menu; nil if the toolkit has none.
func (sh *shell) makeTray() *tray.Tray {
	config := tray.Config{
		Post: sh.bridge.Post, Tooltip: sh.system.tooltip, Log: sh.config.Log,
		Actions: tray.Actions{
			Open: func() { sh.visibility.open() }, Add: sh.addFromTray, PauseAll: sh.pauseAll, ResumeAll: sh.resumeAll, Quit: func() { sh.quitter.quit() },
			ResumeInterrupted: sh.prompt.resumeAll, NotNow: sh.prompt.notNow, ChooseRecent: sh.actions.chooseRecent,
			ChooseWhenDone: sh.afterUploads.choose,
		},
	}
	if sh.system.trayMenu != nil {
		config.Menu = sh.system.trayMenu
	}
	return tray.New(sh.toolkit, config)
}

// exportTrayMenu exports the menu that replaces the toolkit's one. It is called after the
// toolkit has exported its icon. It blocks and must not be called on the UI goroutine.
func (sh *shell) exportTrayMenu() {
	if sh.tray == nil || sh.system.trayMenu == nil {
		return
	}
	if err := sh.system.trayMenu.Export(); err != nil {
		sh.config.Log.Info("export tray menu failed", "err", err)
	}
}

// exportTrayIcon exports the tray icon on a restarted session bus and then updates it. It
// blocks and must not be called on the UI goroutine.
func (sh *shell) exportTrayIcon(ctx context.Context) {
	if sh.tray == nil {
		return
	}
	exports := make(chan func(), 1)
	sh.bridge.Post(func() { exports <- sh.system.exportTrayIcon() })
	select {
	case export := <-exports:
		export()
		sh.exportTrayMenu()
	case <-ctx.Done():
		return
	}
	sh.bridge.Post(sh.tray.Invalidate)
	sh.bridge.Refresh()
}

// trayOf returns what the tray shows of a snapshot.
func (sh *shell) trayOf(s *uploader.Snapshot, counts view.Counts) view.Tray {
	next := view.TrayOf(s, counts, sh.prompt.interrupted)
	next.WhenDone, next.Program = sh.afterUploads.action(), sh.config.Settings.Get().WhenDone.Program
	return next
}

// showInLauncher shows the progress on the program's icon in the dock or taskbar, if the
// system has such a place.
func (sh *shell) showInLauncher(next view.Launcher) {
	if sh.system.launcher != nil {
		sh.system.launcher.Show(platform.LauncherState{
			Progress: float64(next.Percent) / 100, ShowsProgress: next.ShowsProgress, Paused: next.Paused, Count: int64(next.Count), Urgent: next.Urgent,
		})
	}
}

// setLauncherWindow tells the icon in the dock or taskbar that the window was opened.
func (sh *shell) setLauncherWindow() {
	if sh.system.launcher != nil {
		sh.system.launcher.SetWindow(windowHandle(sh.window.window))
	}
}

// addFromTray opens the window and the file dialog.
func (sh *shell) addFromTray() {
	sh.visibility.open()
	sh.adder.addFiles()
}
