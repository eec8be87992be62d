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
		watchTray: platform.WatchTray,
		registerTrayIcon: platform.RegisterTrayIcon,
		trayGrace:   trayGrace,
		surveyTimeout:   surveyTimeout,
		reveal:     platform.Reveal,
		openFolder: platform.OpenFolder,
		openFile:   platform.OpenFile,
		readClipboard:     platform.ReadClipboard,
		chooser:    platform.NewChooser(),
		notifier:   platform.NewNotifier("Ferry", assets.SmallIcon(), send),
		tooltip:    systray.SetTooltip,
		whenThemeKnown:    func(then func()) { whenThemeKnown(toolkit.Settings(), then) },
	}
}

// variantTimeout is how long the desktop may take to answer whether it is light or dark.
const variantTimeout = 200 * time.Millisecond

// whenThemeKnown calls then when the toolkit knows whether the desktop is light or dark. Until
// then the toolkit assumes dark, and a window that is shown would flash. Where there is
// no answer to wait for it calls then at once, or after variantTimeout.
func whenThemeKnown(settings fyne.Settings, then func()) {
	if runtime.GOOS != "linux" || os.Getenv("FYNE_THEME") != "" {
		then()
		return
	}
	once := sync.OnceFunc(then)
	settings.AddListener(func(fyne.Settings) { once() })
	time.AfterFunc(variantTimeout, func() { fyne.Do(once) })
}
