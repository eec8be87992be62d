package app

import (
	"context"
	"log/slog"
	"time"

	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/bridge"
	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/whendone"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets/dialog"
)

// noteWhenDone is the key of the notification about what follows.
const noteWhenDone = "when-done"

// doneFunctions are the functions of the system that may follow when all uploads are done.
// They may block.
type doneFunctions struct {
	playSound       func(context.Context) error
	sleep, shutDown func(context.Context) error
	startProgram    func(path string) error
	isProgram       func(path string) bool
}

// afterUploads does what the user chose when all uploads are done, after a notice that lets
// them stop it. It must be used on the UI goroutine.
type afterUploads struct {
	bridge        *bridge.Bridge
	settings      *settings.Current
	dialogs       *form.Dialogs
	files         *fileDialogs
	notifications *notifications
	visibility    func() *visibility
	adding        func() bool // something is being added that no snapshot has yet
	system        doneFunctions
	log           *slog.Logger
	showMessage   func(string)

	decider   whendone.Decider
	announced settings.DoneAction // in the dialog; "" while it is closed
	dialog    *dialog.Dialog
	left      *widget.Label // in the dialog
}

// action returns what follows this round.
func (a *afterUploads) action() settings.DoneAction {
	return a.decider.Action(a.settings.Get().WhenDone.Action)
}

// choose chooses what follows this round, instead of what the settings say. If the round has
// ended, nothing follows it, and the choice is for the next one. A program is chosen first if
// the settings have none.
func (a *afterUploads) choose(action settings.DoneAction) {
	set := a.settings.Get().WhenDone
	if action == settings.DoneProgram && set.Program == "" {
		a.chooseProgram(func() { a.choose(action) })
		return
	}
	if action == set.Action {
		action = "" // as always
	}
	a.stop()
	a.decider.Choose(action)
	a.bridge.Refresh()
}

// chooseProgram asks for a program, saves it in the settings, and calls then.
func (a *afterUploads) chooseProgram(then func()) {
	question := platform.ChooserOptions{Title: words.Text("done.choose"), AcceptLabel: words.Text("done.accept")}
	a.files.chooseFiles(question, func(paths []string) {
		a.bridge.Run(func(context.Context) {
			usable := a.system.isProgram(paths[0])
			a.bridge.Post(func() {
				if !usable {
					a.showMessage(words.Text("done.no-program", words.Data{"Name": words.Printable(paths[0])}))
					return
				}
				a.settings.Update(func(s *settings.Settings) { s.WhenDone.Program = paths[0] })
				then()
			})
		})
	})
}

// update decides what to do with a snapshot. It returns the time after which to call it again;
// 0 for the next snapshot.
func (a *afterUploads) update(s *uploader.Snapshot, now time.Time) time.Duration {
	decision := a.decider.Update(s, a.adding(), a.settings.Get().WhenDone.Action, now)
	if decision.Announced != a.announced {
		a.close()
	}
	if decision.Announced != "" {
		a.announce(decision.Announced, decision.Left)
	}
	if decision.Do != "" {
		a.do(decision.Do)
	}
	return decision.Again
}

// announce opens the dialog and shows a notification, or updates how much time is left. For
// what ends the use of the computer, a hidden window is shown.
func (a *afterUploads) announce(action settings.DoneAction, left time.Duration) {
	if a.announced == action {
		a.left.SetText(view.SecondsLeft(left))
		return
	}
	a.announced = action
	if action != settings.DoneProgram {
		a.bridge.Post(func() { a.visibility().openIfHidden() }) // it shows the snapshot, so not while that is being shown
	}
	notice := a.notice(action)
	a.left = widget.NewLabel(view.SecondsLeft(left))
	a.dialog = a.dialogs.Ask(form.Question{
		Title: notice.Title, Text: notice.Text, More: form.Outdent(a.left),
		Closed: a.closed,
		Answers: []form.Answer{
			{Label: notice.Now, Do: func() { a.do(action) }},
			{Label: words.Text("done.stop"), Importance: widget.HighImportance},
		},
	})
	a.notifications.send(platform.Notification{
		Key: noteWhenDone, Title: notice.Title, Body: notice.Text, Persistent: true,
		OnClick: func() { a.bridge.Post(func() { a.visibility().open() }) },
		Actions: []platform.Action{{Label: words.Text("done.stop"), Do: func() { a.bridge.Post(a.stop) }}},
	})
}

// closed is called when the dialog is closed. If the user did that, nothing follows.
func (a *afterUploads) closed() {
	if a.announced != "" {
		a.stop()
	}
}

// stop ends the notice without doing anything.
func (a *afterUploads) stop() {
	a.decider.Stop()
	a.close()
}

// close closes the dialog and removes the notification.
func (a *afterUploads) close() {
	if a.announced == "" {
		return // it is called again when the dialog closes
	}
	a.announced = ""
	a.dialog.Hide()
	a.notifications.withdraw(noteWhenDone)
}

// do does what follows, and shows a message if that fails.
func (a *afterUploads) do(action settings.DoneAction) {
	program := a.settings.Get().WhenDone.Program
	failed := a.notice(action).Failed
	a.log.Info("all uploads are done", "then", string(action))
	a.bridge.Run(func(ctx context.Context) {
		if err := a.system.do(ctx, action, program); err != nil && ctx.Err() == nil {
			a.log.Warn("action after the uploads failed", "action", string(action), "err", err)
			a.bridge.Post(func() { a.showMessage(failed) })
		}
	})
}

func (a *afterUploads) notice(action settings.DoneAction) view.DoneNotice {
	return view.DoneNoticeOf(action, a.settings.Get().WhenDone.Program)
}

// do calls the function of an action.
func (f doneFunctions) do(ctx context.Context, action settings.DoneAction, program string) error {
	switch action {
	case settings.DoneSound:
		return f.playSound(ctx)
	case settings.DoneSleep:
		return f.sleep(ctx)
	case settings.DoneShutDown:
		return f.shutDown(ctx)
	case settings.DoneProgram:
		return f.startProgram(program)
	default:
		return nil
	}
}
