package app

import (
	"context"
	"sync"
	"time"

	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/bridge"
	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/tray"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/widgets/dialog"
)

// quitter closes the window and quits Ferry, after asking if uploads are running. It must
// be used on the UI goroutine.
type quitter struct {
	bridge      *bridge.Bridge
	settings    *settings.Current
	dialogs     *form.Dialogs
	visibility  *visibility
	tray        *tray.Presence
	removals    *removals
	interrupted func() *view.Interrupted
	addWaiting  func() // adds what waits until a dialog is closed
	exit        func() // ends the toolkit's event loop

	question *dialog.Dialog // the open one; nil for none
	left     sync.Once      // leave was called; by the UI goroutine or, after its end, by two
}

// closeWindow handles the window's close button: it hides the window if the settings say
// so and there is a tray from which to open it, and quits otherwise.
func (q *quitter) closeWindow() {
	q.withTray(func(present bool) {
		if !present || !q.settings.Get().Start.CloseToTray {
			q.quit()
			return
		}
		q.visibility.hide()
	})
}

// withTray calls then on the UI goroutine after checking whether there is a tray.
func (q *quitter) withTray(then func(present bool)) {
	q.bridge.Run(func(ctx context.Context) {
		present := q.tray.Present(ctx)
		q.bridge.Post(func() { then(present) })
	})
}

// quit quits Ferry. If uploads are running it asks first, unless that is disabled in the
// settings.
func (q *quitter) quit() {
	s := q.bridge.Snapshot()
	running := view.CountsOf(s, q.interrupted()).Running
	if running == 0 || !q.settings.Get().Start.ConfirmQuit {
		q.exitNow()
		return
	}
	text := words.Sentences(words.Count("quit.question", running), view.KeptUntil(s, time.Now()))
	q.withTray(func(present bool) { q.ask(text, present) })
}

// ask opens the question, unless it is open.
func (q *quitter) ask(text string, tray bool) {
	if q.question != nil {
		return
	}
	q.visibility.open()
	dontAsk := widget.NewCheck(words.Text("quit.never"), nil)
	quit := func() {
		if dontAsk.Checked {
			q.settings.Update(func(s *settings.Settings) { s.Start.ConfirmQuit = false })
		}
		q.exitNow()
	}
	answers := []form.Answer{
		{Label: words.Text("quit.cancel")},
		{Label: words.Text("quit.quit"), Do: quit},
		{Label: words.Text("quit.keep"), Do: q.visibility.hide},
	}
	if !tray {
		answers = answers[:2]
	}
	answers[len(answers)-1].Importance = widget.HighImportance
	q.question = q.dialogs.Ask(form.Question{
		Title: words.Text("quit.title"), Text: text, More: form.Outdent(dontAsk),
		Closed: func() { q.question = nil }, Answers: answers,
	})
}

// exitNow quits without asking. The engine resumes unfinished uploads at the next start.
func (q *quitter) exitNow() {
	q.leave()
	q.exit()
}

// leave sends what was removed or waits to be added to the engine, and stops the bridge. It is
// called before the toolkit's event loop ends or, if the toolkit ended it, after that: on
// SIGTERM and SIGINT the toolkit quits by itself, and may be first.
func (q *quitter) leave() {
	q.left.Do(func() {
		q.removals.commit()
		q.addWaiting()
		q.bridge.Stop()
	})
}
