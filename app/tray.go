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

// recentPace is how often it may change for the sake of what finished last: a menu
// that is built anew under the pointer is in the way.
const recentPace = 15 * time.Second

// trayHost is the part of the toolkit that shows a tray icon.
type trayHost interface {
	SetSystemTrayMenu(menu *fyne.Menu)
	SetSystemTrayIcon(icon fyne.Resource)
}

// trayActions is what the tray's menu does, on the UI's goroutine.
type trayActions struct {
	open, add, pauseAll, resumeAll, quit func()
	resumeLeft, notNow                   func() // answers to what an earlier run left
	take                                 func(recent)
}

// tray is Ferry's icon in the desktop's panel. It lives on the UI's goroutine.
type tray struct {
	host    trayHost
	tooltip func(string)
	actions trayActions
	shown   trayView
	when    time.Time // of the last change; zero before the first
	built   time.Time // the menu
}

// show brings the tray up to date, unless it just was: then it returns after
// what time to call it again, and zero otherwise.
func (t *tray) show(view trayView, now time.Time) time.Duration {
	later := t.postpone(&view, now)
	if view == t.shown && !t.when.IsZero() {
		return later
	}
	if wait := trayPace - now.Sub(t.when); wait > 0 && !t.when.IsZero() {
		return wait
	}
	first, last := t.when.IsZero(), t.shown
	t.shown, t.when = view, now
	if first || view.mood != last.mood || view.eighths != last.eighths {
		t.host.SetSystemTrayIcon(iconOf(view))
	}
	if first || view.tooltip != last.tooltip {
		t.tooltip(view.tooltip)
	}
	if first || view.menu() != last.menu() {
		t.host.SetSystemTrayMenu(t.menu(view))
		t.built = now
	}
	return later
}

// postpone leaves what finished last as it is shown when nothing else in the menu
// changes and it was just built. It returns after what time to look again.
func (t *tray) postpone(view *trayView, now time.Time) time.Duration {
	same := *view
	same.recent = t.shown.recent
	wait := recentPace - now.Sub(t.built)
	if t.built.IsZero() || wait <= 0 || view.recent == t.shown.recent || same.menu() != t.shown.menu() {
		return 0
	}
	*view = same
	return wait
}

// restate shows everything anew next time, in another language.
func (t *tray) restate() { t.when = time.Time{} }

// menu is the part of the view from which the menu is made.
func (v trayView) menu() trayView {
	return trayView{status: v.status, resume: v.resume, pause: v.pause, paused: v.paused, recent: v.recent}
}

func (t *tray) menu(view trayView) *fyne.Menu {
	var items []*fyne.MenuItem
	separate := func() { items = append(items, fyne.NewMenuItemSeparator()) }
	if view.resume != "" {
		items = append(items, fyne.NewMenuItem(view.resume, t.actions.resumeLeft), fyne.NewMenuItem(words.Say("greeting.not-now"), t.actions.notNow))
		separate()
	}
	status := fyne.NewMenuItem(view.status, nil)
	status.Disabled = true
	items = append(items, status)
	separate()
	items = append(items, fyne.NewMenuItem(words.Say("tray.open"), t.actions.open), t.toggle(view),
		fyne.NewMenuItem(words.Say("tray.add"), t.actions.add), t.recent(view))
	separate()
	quit := fyne.NewMenuItem(words.Say("tray.quit"), t.actions.quit)
	quit.IsQuit = true
	return fyne.NewMenu("Ferry", append(items, quit)...)
}

// toggle pauses or resumes everything, whichever there is to do.
func (t *tray) toggle(view trayView) *fyne.MenuItem {
	if view.pause || !view.paused {
		item := fyne.NewMenuItem(words.Say("tray.pause-all"), t.actions.pauseAll)
		item.Disabled = !view.pause
		return item
	}
	return fyne.NewMenuItem(words.Say("tray.resume-all"), t.actions.resumeAll)
}

// recent offers the uploads that finished last.
func (t *tray) recent(view trayView) *fyne.MenuItem {
	menu := fyne.NewMenu("")
	for _, r := range view.recent {
		if r == (recent{}) {
			continue
		}
		key := "recent.copy"
		if r.here {
			key = "recent.show"
		}
		menu.Items = append(menu.Items, fyne.NewMenuItem(words.Say(key, words.Data{"Name": r.name}), func() { t.actions.take(r) }))
	}
	item := fyne.NewMenuItem(words.Say("tray.recent"), nil)
	if item.Disabled = len(menu.Items) == 0; !item.Disabled {
		item.ChildMenu = menu
	}
	return item
}

func iconOf(view trayView) fyne.Resource {
	switch view.mood {
	case moodActive:
		return assets.TrayActive(view.eighths)
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
