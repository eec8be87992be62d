package app

import (
	"context"
	"os"
	"runtime"
	"sync"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/systray"

	"github.com/ferryapp/ferry/app/fonts"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/power"
	"github.com/ferryapp/ferry/assets"
)

// trayGrace is how long a tray may be missing before the window is shown again. A
// desktop panel that restarts takes less.
const trayGrace = 5 * time.Second

// system contains the functions of the operating system. They may block and must not be
// called on the UI goroutine, except whenThemeKnown and exportTrayIcon.
type system struct {
	hasTray          func(context.Context) bool
	watchTray        func(ctx context.Context, changed, restarted func()) // see platform.WatchTray
	registerTrayIcon func(context.Context) error                          // see platform.RegisterTrayIcon
	exportTrayIcon   func() (export func())                               // see exportTrayIcon
	trayMenu         *platform.TrayMenu                                   // replaces the toolkit's menu; nil for none
	launcher         launcher                                             // nil for none
	placer           func(fyne.Window) placer                             // of a window; nil for none
	trayGrace        time.Duration                                        // how long a tray may be missing before it counts as removed
	surveyTimeout    time.Duration                                        // how long counting may delay adding
	reveal           func(ctx context.Context, path string) error
	openFolder       func(ctx context.Context, dir string) error
	openFile         func(ctx context.Context, path string) error
	readClipboard    func(context.Context) (string, error) // see platform.ReadClipboard
	chooser          platform.Chooser
	notifier         platform.Notifier
	done             doneFunctions
	tooltip          func(string)
	findFonts        findFonts // nil to leave all fonts to the toolkit

	// whenThemeKnown calls a function on the UI goroutine as soon as the toolkit has
	// detected whether the desktop is light or dark. It does not block.
	whenThemeKnown func(func())
}

// launcher is the icon in the dock or taskbar: a [platform.Launcher].
type launcher interface {
	Show(state platform.LauncherState)
	SetWindow(handle string)
	Run(ctx context.Context)
}

// native returns the functions of the system on which Ferry runs.
func native(toolkit fyne.App) system {
	send := func(title, body string) { toolkit.SendNotification(fyne.NewNotification(title, body)) }
	return system{
		hasTray:          platform.HasTray,
		watchTray:        platform.WatchTray,
		registerTrayIcon: platform.RegisterTrayIcon,
		exportTrayIcon:   exportTrayIcon,
		trayMenu:         platform.NewTrayMenu(),
		launcher:         platform.NewLauncher(),
		placer:           func(window fyne.Window) placer { return &nativePlacer{window: window} },
		trayGrace:        trayGrace,
		surveyTimeout:    surveyTimeout,
		reveal:           platform.Reveal,
		openFolder:       platform.OpenFolder,
		openFile:         platform.OpenFile,
		readClipboard:    platform.ReadClipboard,
		chooser:          platform.NewChooser(),
		notifier:         platform.NewNotifier("Ferry", assets.SmallIcon(), send),
		done: doneFunctions{
			playSound: platform.PlayFinished, sleep: power.Sleep, shutDown: power.ShutDown, startProgram: platform.StartProgram, isProgram: platform.IsProgram,
		},
		tooltip:        systray.SetTooltip,
		findFonts:      fonts.Find,
		whenThemeKnown: func(then func()) { whenThemeKnown(toolkit.Settings(), then) },
	}
}

// placerOf returns the placer of a window; nil if only its size is known.
func (s system) placerOf(window fyne.Window) placer {
	if s.placer == nil {
		return nil
	}
	return s.placer(window)
}

// exportTrayIcon prepares exporting the toolkit's tray icon again, on a restarted session
// bus, and returns the function that does it. It must be called on the UI goroutine, which
// starts and ends the tray library; the returned function blocks.
func exportTrayIcon() (export func()) {
	export, _ = systray.RunWithExternalLoop(nil, nil)
	return export
}

// variantTimeout is how long the desktop may take to report whether it is light or dark.
const variantTimeout = 200 * time.Millisecond

// whenThemeKnown calls then when the toolkit has detected whether the desktop is light or
// dark, or after variantTimeout. Before that the toolkit assumes dark, and a window shown
// too early would flash. Only Linux detects it asynchronously.
func whenThemeKnown(settings fyne.Settings, then func()) {
	if runtime.GOOS != "linux" || os.Getenv("FYNE_THEME") != "" {
		then()
		return
	}
	once := sync.OnceFunc(then)
	settings.AddListener(func(fyne.Settings) { once() })
	time.AfterFunc(variantTimeout, func() { fyne.Do(once) })
}
