// Package tray implements the icon in the desktop's tray with its menu, and detects
// whether the desktop has a tray.
package tray

import (
	"fmt"
	"log/slog"
	"time"

	"fyne.io/fyne/v2"

	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/assets"
)

// minInterval is the shortest time between two changes of the tray.
const minInterval = 2 * time.Second

// recentInterval is the shortest time between two changes of the menu that concern only
// the recent uploads, since each makes the desktop read the whole menu.
const recentInterval = 15 * time.Second

// host is the part of the toolkit that shows a tray icon.
type host interface {
	SetSystemTrayMenu(menu *fyne.Menu)
	SetSystemTrayIcon(icon fyne.Resource)
}

// Menu is a menu that replaces the toolkit's one, such as [platform.TrayMenu].
type Menu interface {
	Show(items []platform.MenuItem)
}

// Actions are the actions of the menu, called on the UI goroutine.
type Actions struct {
	Open, Add, PauseAll, ResumeAll, Quit func()
	ResumeInterrupted, NotNow            func() // answers to the question about interrupted uploads
	ChooseRecent                         func(view.RecentUpload)
	ChooseWhenDone                       func(settings.DoneAction) // for this round
}

// Tray is Ferry's icon in the desktop's tray. It must be used on the UI goroutine.
type Tray struct {
	host        host
	replacement Menu         // nil where the toolkit's menu is used
	post        func(func()) // queues a function for the UI goroutine
	tooltip     func(string)
	log         *slog.Logger
	actions     Actions
	shown       view.Tray
	hasMenu     bool      // the toolkit has a menu
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
		t.showMenu(t.items(next))
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

// showMenu shows the items. A menu that replaces the toolkit's one changes in place; the
// toolkit gets the first items too, because it shows an icon only with a menu.
func (t *Tray) showMenu(items []platform.MenuItem) {
	if t.replacement != nil {
		t.replacement.Show(items)
	}
	if t.replacement != nil && t.hasMenu {
		return
	}
	t.hasMenu = true
	menu := toolkitMenu("Ferry", items)
	menu.Items[len(menu.Items)-1].IsQuit = true
	t.guard(func() { t.host.SetSystemTrayMenu(menu) })
}

// toolkitMenu returns the toolkit's menu with the items.
func toolkitMenu(label string, items []platform.MenuItem) *fyne.Menu {
	menu := fyne.NewMenu(label)
	for _, item := range items {
		converted := fyne.NewMenuItem(item.Label, item.Do)
		converted.IsSeparator, converted.Disabled, converted.Checked = item.Label == "", item.Disabled, item.Checked
		if len(item.Items) > 0 {
			converted.ChildMenu = toolkitMenu("", item.Items)
		}
		menu.Items = append(menu.Items, converted)
	}
	return menu
}

// items returns the items of the menu.
func (t *Tray) items(next view.Tray) []platform.MenuItem {
	var items []platform.MenuItem
	if next.Resume != "" {
		items = append(items, t.item("resume", next.Resume, t.actions.ResumeInterrupted),
			t.item("not-now", words.Text("greeting.not-now"), t.actions.NotNow), platform.MenuItem{Key: "after-resume"})
	}
	return append(items,
		platform.MenuItem{Key: "status", Label: next.Status, Disabled: true},
		platform.MenuItem{Key: "after-status"},
		t.item("open", words.Text("tray.open"), t.actions.Open),
		t.toggle(next),
		t.item("add", words.Text("tray.add"), t.actions.Add),
		t.recent(next),
		t.whenDone(next),
		platform.MenuItem{Key: "before-quit"},
		t.item("quit", words.Text("tray.quit"), t.actions.Quit))
}

// item returns an item that calls do on the UI goroutine.
func (t *Tray) item(key, label string, do func()) platform.MenuItem {
	return platform.MenuItem{Key: key, Label: label, Do: func() { t.post(do) }}
}

// toggle returns the item that pauses or resumes all transfers.
func (t *Tray) toggle(next view.Tray) platform.MenuItem {
	if next.Pause || !next.Paused {
		item := t.item("toggle", words.Text("tray.pause-all"), t.actions.PauseAll)
		item.Disabled = !next.Pause
		return item
	}
	return t.item("toggle", words.Text("tray.resume-all"), t.actions.ResumeAll)
}

// recent returns the item with the submenu of recent uploads.
func (t *Tray) recent(next view.Tray) platform.MenuItem {
	recent := platform.MenuItem{Key: "recent", Label: words.Text("tray.recent")}
	for _, r := range next.Recent {
		if r == (view.RecentUpload{}) {
			continue
		}
		key := "recent.copy"
		if r.Received {
			key = "recent.show"
		}
		label := words.Text(key, words.Data{"Name": r.Name})
		recent.Items = append(recent.Items, t.item(fmt.Sprintf("recent %d", r.ID), label, func() { t.actions.ChooseRecent(r) }))
	}
	recent.Disabled = len(recent.Items) == 0
	return recent
}

// whenDone returns the item with the submenu of what follows when all uploads are done.
func (t *Tray) whenDone(next view.Tray) platform.MenuItem {
	item := platform.MenuItem{Key: "when-done", Label: words.Text("done.menu")}
	for _, action := range settings.DoneActions() {
		choice := t.item("when-done "+string(action), view.DoneChoiceText(action, next.Program), func() { t.actions.ChooseWhenDone(action) })
		choice.Radio, choice.Checked = true, action == next.WhenDone
		item.Items = append(item.Items, choice)
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

// Config configures the tray.
type Config struct {
	Menu    Menu         // replaces the toolkit's menu; nil for none
	Post    func(func()) // queues a function for the UI goroutine
	Tooltip func(string)
	Log     *slog.Logger
	Actions Actions
}

// New returns the toolkit's tray, or nil if it has none.
func New(toolkit fyne.App, config Config) *Tray {
	host, ok := toolkit.(host)
	if !ok {
		return nil
	}
	return &Tray{host: host, replacement: config.Menu, post: config.Post, tooltip: config.Tooltip, log: config.Log, actions: config.Actions}
}
