package app

import (
	"context"
	"time"

	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

const (
	prefHideExplained = "hide-explained"

	// trayAnswer is how long the desktop may take to say whether it has a tray.
	trayAnswer = time.Second

	// trayAway is how long a tray may be gone before the window comes back: a panel
	// that is started anew is back sooner.
	trayAway = 5 * time.Second
)

// closeWindow is what the window's close button does: it hides the window where
// that is wanted and it can be brought back, and quits otherwise.
func (f *ferry) closeWindow() {
	f.withTray(func(present bool) {
		if !present || !f.config.Settings.Get().Start.CloseToTray {
			f.quit()
			return
		}
		f.hide()
	})
}

// withTray finds out beside the UI whether there is a tray now, and goes on.
func (f *ferry) withTray(then func(present bool)) {
	f.errands.run(func(ctx context.Context) {
		present := f.trayPresent(ctx)
		f.errands.post(func() { then(present) })
	})
}

// trayLooks is how often is looked for a tray that is not there yet.
const trayLooks = 250 * time.Millisecond

// trayComes waits for a tray, but not for ever.
func (f *ferry) trayComes(ctx context.Context) bool {
	for until := time.Now().Add(f.system.trayAway); ; {
		if f.trayPresent(ctx) {
			return true
		}
		if !time.Now().Before(until) {
			return false
		}
		select {
		case <-ctx.Done():
			return true
		case <-time.After(trayLooks):
		}
	}
}

// trayPresent asks the desktop, which may not answer.
func (f *ferry) trayPresent(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, trayAnswer)
	defer cancel()
	return f.system.hasTray(ctx) && f.tray != nil
}

// watchTray brings the icon into a tray that came, and the window back when the
// tray went that it is hidden in. It runs beside the UI until ctx ends.
func (f *ferry) watchTray(ctx context.Context) {
	f.system.followTray(ctx, func() {
		f.showInTray(ctx)
		select {
		case <-ctx.Done():
			return
		case <-time.After(f.system.trayAway):
		}
		if f.trayPresent(ctx) || ctx.Err() != nil {
			return
		}
		f.errands.post(func() {
			if !f.window.visible {
				f.open()
				f.window.warn(words.Say("tray.gone"))
			}
		})
	})
}

// showInTray fails where there is no tray any more; then there is nothing to do.
func (f *ferry) showInTray(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, trayAnswer)
	defer cancel()
	if err := f.system.showInTray(ctx); err != nil {
		f.config.Log.Debug("the icon is in no tray", "err", err)
	}
}

// hide puts the window away. The first time a note says that Ferry goes on.
func (f *ferry) hide() {
	f.window.hide()
	f.setPace()
	memory := f.toolkit.Preferences()
	if memory.Bool(prefHideExplained) {
		return
	}
	memory.SetBool(prefHideExplained, true)
	f.note(platform.Note{Key: "hide", Title: words.Say("hide.title"), Body: words.Say("hide.body")})
}

// open brings the window back, with the newest in it from its first frame on. What
// notifications said can be read in it.
func (f *ferry) open() {
	f.window.visible = true
	f.show(f.snapshot())
	f.window.open()
	f.setPace()
	f.withdraw(noteFinished, noteTrouble)
	f.presenter.now()
}

// quit ends Ferry. While something is under way it asks first, unless the user
// does not want that.
func (f *ferry) quit() {
	s := f.snapshot()
	running := tallyOf(s, f.left).running
	if running == 0 || !f.config.Settings.Get().Start.AskBeforeQuit {
		f.end()
		return
	}
	text := words.Sentences(words.Count("quit.question", running), keptUntil(s, time.Now()))
	f.withTray(func(present bool) { f.askToQuit(text, present) })
}

// keptUntil says until when servers keep what they have of the uploads under way,
// the first of them; "" when none has said.
func keptUntil(s *uploader.Snapshot, now time.Time) string {
	var first time.Time
	for _, t := range s.Transfers {
		expires := t.Session.Expires.Time()
		if t.Unfinished() && t.Session.Begun() && expires.After(now) && (first.IsZero() || expires.Before(first)) {
			first = expires
		}
	}
	if first.IsZero() {
		return ""
	}
	return words.Say("quit.until", words.Data{"Date": words.Clock(first, now)})
}

// askToQuit asks once at a time.
func (f *ferry) askToQuit(text string, tray bool) {
	if f.quitting != nil {
		return
	}
	f.open()
	never := widget.NewCheck(words.Say("quit.never"), nil)
	leave := func() {
		if never.Checked {
			f.config.Settings.Update(func(s *settings.Settings) { s.Start.AskBeforeQuit = false })
		}
		f.end()
	}
	answers := []answer{
		{label: words.Say("quit.cancel")},
		{label: words.Say("quit.quit"), do: leave},
		{label: words.Say("quit.keep"), do: f.hide},
	}
	if !tray {
		answers = answers[:2]
	}
	answers[len(answers)-1].importance = widget.HighImportance
	f.quitting = f.pose(question{
		title: words.Say("quit.title"), text: text, more: never,
		closed: func() { f.quitting = nil }, answers: answers,
	})
}

// end closes everything. What is under way is kept by the engine, and continues
// next time.
func (f *ferry) end() {
	f.carryOutRemoval()
	f.errands.shut()
	f.toolkit.Quit()
}
