package app

import (
	"time"

	"fyne.io/fyne/v2"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/assets"
)

// trayPace is how often the tray may change: each change has the desktop build
// the menu anew.
const trayPace = 2 * time.Second

// trayHost is the part of the toolkit that shows a tray icon.
type trayHost interface {
	SetSystemTrayMenu(menu *fyne.Menu)
	SetSystemTrayIcon(icon fyne.Resource)
}

// trayActions is what the tray's menu does, on the UI's goroutine.
type trayActions struct {
	open, pauseAll, resumeAll, quit func()
}

// tray is Ferry's icon in the desktop's panel. It lives on the UI's goroutine.
type tray struct {
	host    trayHost
	tooltip func(string)
	actions trayActions
	shown   trayView
	when    time.Time // of the last change; zero before the first
}

// show brings the tray up to date, unless it just was: then it returns after
// what time to call it again, and zero otherwise.
func (t *tray) show(view trayView, now time.Time) time.Duration {
	if view == t.shown {
		return 0
	}
	if wait := trayPace - now.Sub(t.when); wait > 0 && !t.when.IsZero() {
		return wait
	}
	first, last := t.when.IsZero(), t.shown
	t.shown, t.when = view, now
	if first || view.mood != last.mood {
		t.host.SetSystemTrayIcon(iconOf(view.mood))
	}
	if first || view.tooltip != last.tooltip {
		t.tooltip(view.tooltip)
	}
	if first || view.menu() != last.menu() {
		t.host.SetSystemTrayMenu(t.menu(view))
	}
	return 0
}

// menu is the part of the view from which the menu is made.
func (v trayView) menu() trayView {
	return trayView{status: v.status, resume: v.resume, pause: v.pause}
}

func (t *tray) menu(view trayView) *fyne.Menu {
	status := fyne.NewMenuItem(view.status, nil)
	status.Disabled = true
	items := []*fyne.MenuItem{status, fyne.NewMenuItemSeparator(), fyne.NewMenuItem(words.Say("tray.open"), t.actions.open)}
	if view.resume != "" {
		items = append(items, fyne.NewMenuItem(view.resume, t.actions.resumeAll))
	}
	items = append(items, t.toggle(view))
	quit := fyne.NewMenuItem(words.Say("tray.quit"), t.actions.quit)
	quit.IsQuit = true
	return fyne.NewMenu("Ferry", append(items, fyne.NewMenuItemSeparator(), quit)...)
}

// toggle pauses or resumes everything, whichever there is to do.
func (t *tray) toggle(view trayView) *fyne.MenuItem {
	if view.pause {
		return fyne.NewMenuItem(words.Say("tray.pause-all"), t.actions.pauseAll)
	}
	item := fyne.NewMenuItem(words.Say("tray.resume-all"), t.actions.resumeAll)
	item.Disabled = view.resume == ""
	return item
}

func iconOf(m mood) fyne.Resource {
	switch m {
	case moodActive:
		return assets.TrayActive()
	case moodPaused:
		return assets.TrayPaused()
	case moodAttention:
		return assets.TrayAttention()
	default:
		return assets.TrayIdle()
	}
}

// trayOrNil returns the toolkit's tray, or nil where it has none, as without a
// desktop.
func trayOrNil(toolkit fyne.App, tooltip func(string), actions trayActions) *tray {
	host, ok := toolkit.(trayHost)
	if !ok {
		return nil
	}
	return &tray{host: host, tooltip: tooltip, actions: actions}
}
