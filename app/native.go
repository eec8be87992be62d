package app

import (
	"os"
	"runtime"
	"sync"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/systray"

	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/assets"
)

// trayGrace is how long a tray may be missing before the window is shown again: a panel
// that restarts is back sooner.
const trayGrace = 5 * time.Second

// native is the operating system Ferry runs on.
func native(toolkit fyne.App) system {
	send := func(title, body string) { toolkit.SendNotification(fyne.NewNotification(title, body)) }
	return system{
		hasTray:    platform.HasTray,
		followTray: platform.WatchTray,
		showInTray: platform.RegisterTrayIcon,
		exportTray: exportTray,
		trayAway:   trayGrace,
		surveyed:   surveyTimeout,
		reveal:     platform.Reveal,
		openFolder: platform.OpenFolder,
		openFile:   platform.OpenFile,
		copied:     platform.ReadClipboard,
		chooser:    platform.NewChooser(),
		notifier:   platform.NewNotifier("Ferry", assets.SmallIcon(), send),
		tooltip:    systray.SetTooltip,
		settled:    func(then func()) { settled(toolkit.Settings(), then) },
	}
}

// exportTray prepares to export the toolkit's tray icon again, on a restarted session bus,
// and returns the function that does. It is called on the UI's goroutine, to which the
// tray library's start and end belong; the function it returns blocks.
func exportTray() (export func()) {
	export, _ = systray.RunWithExternalLoop(nil, nil)
	return export
}

// variantTimeout is how long the desktop may take to answer whether it is light or dark.
const variantTimeout = 200 * time.Millisecond

// settled calls then when the toolkit knows whether the desktop is light or dark. Until
// then the toolkit assumes dark, and a window that is shown would flash. Where there is
// no answer to wait for it calls then at once, or after variantTimeout.
func settled(settings fyne.Settings, then func()) {
	if runtime.GOOS != "linux" || os.Getenv("FYNE_THEME") != "" {
		then()
		return
	}
	once := sync.OnceFunc(then)
	settings.AddListener(func(fyne.Settings) { once() })
	time.AfterFunc(variantTimeout, func() { fyne.Do(once) })
}
