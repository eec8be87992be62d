// Package tray implements the icon in the desktop's tray with its menu, and detects
// whether the desktop has a tray.
package tray

import (
	"log/slog"
	"time"

	"fyne.io/fyne/v2"

	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/assets"
)

// minInterval is the shortest time between two changes of the tray, because the desktop
// rebuilds the menu for each.
const minInterval = 2 * time.Second

// recentInterval is the shortest time between two changes of the menu that concern only
// the recent uploads, since the menu may be open.
const recentInterval = 15 * time.Second

// host is the part of the toolkit that shows a tray icon.
type host interface {
	SetSystemTrayMenu(menu *fyne.Menu)
	SetSystemTrayIcon(icon fyne.Resource)
}

// Actions are the actions of the menu, called on the UI goroutine.
type Actions struct {
	Open, Add, PauseAll, ResumeAll, Quit func()
	ResumeInterrupted, NotNow            func() // answers to the question about interrupted uploads
	ChooseRecent                         func(view.RecentUpload)
}

// Tray is Ferry's icon in the desktop's tray. It must be used on the UI goroutine.
type Tray struct {
	host        host
	tooltip     func(string)
	log         *slog.Logger
	actions     Actions
	shown       view.Tray
	changed     time.Time // at the last change; zero before the first
	menuChanged time.Time // at the last change of the menu
}

// Show updates the tray, at most every minInterval. It returns the time after which to
// call it again; 0 if only for the next snapshot.
func (t *Tray) Show(next view.Tray, now time.Time) time.Duration {
	later := t.delayRecent(&next, now)
	if next == t.shown && !t.changed.IsZero() {
		return later
	}
	if wait := minInterval - now.Sub(t.changed); wait > 0 && !t.changed.IsZero() {
		return wait
	}
	first, last := t.changed.IsZero(), t.shown
	t.shown, t.changed = next, now
	if first || next.State != last.State || next.Eighths != last.Eighths {
		t.guard(func() { t.host.SetSystemTrayIcon(iconOf(next)) })
	}
	if first || next.Tooltip != last.Tooltip {
		t.guard(func() { t.tooltip(next.Tooltip) })
	}
	if first || next.Menu() != last.Menu() {
		menu := t.menu(next)
		t.guard(func() { t.host.SetSystemTrayMenu(menu) })
		t.menuChanged = now
	}
	return later
}

// guard calls the toolkit. Its tray library panics with an error while the session bus is
// disconnected; the icon is not visible then, and is updated completely after a restart of
// the bus ([Tray.Invalidate]). Other panics are passed on.
func (t *Tray) guard(update func()) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case error:
			t.log.Warn("tray update failed", "err", p)
		default:
			panic(p)
		}
	}()
	update()
}

// delayRecent changes next to keep the recent uploads that are shown, if nothing else in
// the menu changes and its last change is less than recentInterval ago. It returns the
// rest of that time.
func (t *Tray) delayRecent(next *view.Tray, now time.Time) time.Duration {
	delayed := *next
	delayed.Recent = t.shown.Recent
	wait := recentInterval - now.Sub(t.menuChanged)
	if t.menuChanged.IsZero() || wait <= 0 || next.Recent == t.shown.Recent || delayed.Menu() != t.shown.Menu() {
		return 0
	}
	*next = delayed
	return wait
}

// Invalidate makes the next call of Show update everything. It is called after a change
// of the language and after a restart of the session bus.
func (t *Tray) Invalidate() { t.changed = time.Time{} }

func (t *Tray) menu(next view.Tray) *fyne.Menu {
	var items []*fyne.MenuItem
	separate := func() { items = append(items, fyne.NewMenuItemSeparator()) }
	if next.Resume != "" {
		items = append(items, fyne.NewMenuItem(next.Resume, t.actions.ResumeInterrupted), fyne.NewMenuItem(words.Text("greeting.not-now"), t.actions.NotNow))
		separate()
	}
	status := fyne.NewMenuItem(next.Status, nil)
	status.Disabled = true
	items = append(items, status)
	separate()
	items = append(items, fyne.NewMenuItem(words.Text("tray.open"), t.actions.Open), t.toggle(next),
		fyne.NewMenuItem(words.Text("tray.add"), t.actions.Add), t.recent(next))
	separate()
	quit := fyne.NewMenuItem(words.Text("tray.quit"), t.actions.Quit)
	quit.IsQuit = true
	return fyne.NewMenu("Ferry", append(items, quit)...)
}

// toggle returns the item that pauses or resumes all transfers.
func (t *Tray) toggle(next view.Tray) *fyne.MenuItem {
	if next.Pause || !next.Paused {
		item := fyne.NewMenuItem(words.Text("tray.pause-all"), t.actions.PauseAll)
		item.Disabled = !next.Pause
		return item
	}
	return fyne.NewMenuItem(words.Text("tray.resume-all"), t.actions.ResumeAll)
}

// recent returns the item with the submenu of recent uploads.
func (t *Tray) recent(next view.Tray) *fyne.MenuItem {
	menu := fyne.NewMenu("")
	for _, r := range next.Recent {
		if r == (view.RecentUpload{}) {
			continue
		}
		key := "recent.copy"
		if r.Received {
			key = "recent.show"
		}
		menu.Items = append(menu.Items, fyne.NewMenuItem(words.Text(key, words.Data{"Name": r.Name}), func() { t.actions.ChooseRecent(r) }))
	}
	item := fyne.NewMenuItem(words.Text("tray.recent"), nil)
	if item.Disabled = len(menu.Items) == 0; !item.Disabled {
		item.ChildMenu = menu
	}
	return item
}

func iconOf(next view.Tray) fyne.Resource {
	switch next.State {
	case view.TrayActive:
		return assets.TrayActive(next.Eighths)
	case view.TrayPaused:
		return assets.TrayPaused()
	case view.TrayAttention:
		return assets.TrayAttention()
	default:
		return assets.TrayIdle()
	}
}

// New returns the toolkit's tray, or nil if it has none.
func New(toolkit fyne.App, tooltip func(string), log *slog.Logger, actions Actions) *Tray {
	host, ok := toolkit.(host)
	if !ok {
		return nil
	}
	return &Tray{host: host, tooltip: tooltip, log: log, actions: actions}
}
