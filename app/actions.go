package app

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"time"

	"github.com/ferryapp/ferry/app/bridge"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// transferActions carries out what a person does to transfers. It lives on the UI's
// goroutine.
type transferActions struct {
	bridge    *bridge.Bridge
	window    *window
	dialogs   *Dialogs
	files     *fileDialogs
	opener    *opener
	removals  *removals
	adding    *adder
	clipboard func() fyne.Clipboard
	notify    func(platform.Note)
	show      func(*uploader.Snapshot) time.Duration
	addServer func()
	unblock   func(*uploader.Transfer) // asks for what its server waits for
}

// act does something to those of the selection for which it makes sense.
func (a *transferActions) act(what action, s subjects) {
	if s.empty() || !s.situation().allows(what) {
		return
	}
	switch what {
	case actOpen:
		a.opener.open(s.singles[0])
	case actReveal:
		a.opener.reveal(s.singles[0])
	case actDetails:
		a.window.openDetails(s.singles[0].ID)
	case actSignIn:
		a.unblock(s.fitting(actSignIn)[0])
	case actElsewhere:
		a.chooseServer(s.singles[0])
	case actLocate:
		a.locate(s.singles[0])
	case actLink:
		a.copyLinks(s.fitting(actLink))
	case actPriorLink:
		a.copyPriorLink(s.singles[0])
	case actRetry:
		a.bridge.Send(uploader.Retry{Target: uploader.These(idsOf(retryable(s.all))...)}, nil)
	case actCancel:
		a.cancel(s)
	case actRemove:
		a.removals.remove(these(s.fitting(actRemove)...))
	case actTop, actUp, actDown, actBottom:
		a.move(what, s)
	default:
		a.send(what, s)
	}
}

// send sends the action's commands.
func (a *transferActions) send(what action, s subjects) {
	for _, target := range s.targets(what) {
		a.bridge.Send(what.command(target), nil)
	}
}

func (a *transferActions) actOnSelected(what action) { a.act(what, a.window.list.selected()) }

// pauseOrResumeSelected pauses the selection, or resumes it when nothing of it can be
// paused.
func (a *transferActions) pauseOrResumeSelected() {
	selected := a.window.list.selected()
	if selected.situation().allows(actPause) {
		a.act(actPause, selected)
		return
	}
	a.act(actResume, selected)
}

// removeSelected removes the selection from the list, and cancels what is unfinished.
// It asks first where uploaded bytes would be lost.
func (a *transferActions) removeSelected() {
	selected := a.window.list.selected()
	if !selected.situation().allows(actCancel) {
		a.act(actRemove, selected)
		return
	}
	a.confirmLoss(selected, func() { a.removals.remove(selected) })
}

// cancel cancels what is unfinished and removes it from the list; a batch of which
// something is uploaded stays, with the rest cancelled. It asks first where that
// cannot be undone.
func (a *transferActions) cancel(s subjects) {
	off := subjects{singles: fitting(actCancel, s.singles)}
	off.all = off.singles
	var kept subjects
	for _, batch := range s.batches {
		if members := a.window.list.outline.members(batch); slices.ContainsFunc(members, isDone) {
			kept.batches = append(kept.batches, batch)
		} else {
			off.batches, off.all = append(off.batches, batch), append(off.all, members...)
		}
	}
	ask := a.confirmLoss
	if len(kept.batches) > 0 {
		ask = a.confirm
	}
	ask(s, func() {
		a.removals.remove(off)
		a.send(actCancel, kept)
	})
}

func isDone(t *uploader.Transfer) bool { return t.Phase == uploader.PhaseDone }

// confirmLoss asks whether to cancel what is unfinished when something of it is
// uploaded.
func (a *transferActions) confirmLoss(s subjects, then func()) {
	if crossedOf(s) == 0 {
		then()
		return
	}
	a.confirm(s, then)
}

// confirm asks whether to cancel what is unfinished.
func (a *transferActions) confirm(s subjects, then func()) {
	n := len(s.fitting(actCancel))
	text := words.Say("cancelling.none")
	if crossed := crossedOf(s); crossed > 0 {
		text = words.Say("cancelling.text", words.Data{"Size": words.Size(crossed)})
	}
	a.dialogs.Ask(Question{
		Title: words.Count("cancelling.title", n), Text: text,
		Answers: []Answer{
			{Label: words.Count("cancelling.no", n)},
			{Label: words.Count("cancelling.yes", n), Importance: widget.DangerImportance, Do: then},
		},
	})
}

// move changes the order. What is moved together keeps its own order, and is scrolled
// into view.
func (a *transferActions) move(what action, s subjects) {
	targets := a.window.list.movable(s)
	if what == actDown || what == actTop {
		slices.Reverse(targets)
	}
	for i, target := range targets {
		var done func(error)
		if i == len(targets)-1 {
			done = func(error) { a.bridge.Post(a.showMoved) }
		}
		a.bridge.Send(what.command(target), done)
	}
}

// showMoved scrolls to where the moved rows are now.
func (a *transferActions) showMoved() {
	a.show(a.bridge.Snapshot())
	a.window.list.rows.ScrollToCursor()
}

// locate asks where a missing file is, and continues its upload with that one.
func (a *transferActions) locate(t *uploader.Transfer) {
	question := platform.Question{Title: words.Say("choose.missing", words.Data{"Name": nameOf(t)}), Accept: words.Say("choose.accept")}
	a.files.chooseFiles(question, func(paths []string) {
		a.bridge.Send(uploader.Relocate{ID: t.ID, Path: paths[0]}, func(err error) {
			a.bridge.Post(func() { a.located(t, paths[0], err) })
		})
	})
}

// chooseServer offers the other servers for a file that is too large for its own.
func (a *transferActions) chooseServer(t *uploader.Transfer) {
	s := a.bridge.Snapshot()
	refused, _ := s.Server(t.Server)
	answers := []Answer{{Label: words.Say("cancel")}, {Label: words.Say("top.add-server"), Do: a.addServer}}
	for _, server := range s.Servers {
		if server.ID != t.Server {
			name := shorten(words.Server(server), longestName)
			answers = append(answers, Answer{Label: name, Importance: widget.HighImportance, Do: func() { a.sendTo(server.ID, t) }})
		}
	}
	a.dialogs.Ask(Question{
		Title: words.Say("elsewhere.title", words.Data{"Name": nameOf(t)}), Text: words.Say("elsewhere.text", words.Data{"Server": words.Server(refused)}),
		Answers: answers,
	})
}

// sendTo replaces a transfer by one to another server. The removal can be undone.
func (a *transferActions) sendTo(server uploader.ServerID, t *uploader.Transfer) {
	a.removals.remove(these(t))
	a.adding.addTo(server, []string{t.Source.Path}, 0)
}
