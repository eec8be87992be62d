package app

import (
	"context"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/bridge"
	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// transferActions applies the user's actions to transfers. It must be used on the UI
// goroutine.
type transferActions struct {
	bridge    *bridge.Bridge
	window    *window
	dialogs   *form.Dialogs
	files     *fileDialogs
	opener    *opener
	removals  *removals
	adder     *adder
	decisions *decisions
	clipboard func() fyne.Clipboard
	notify    func(platform.Notification)
	show      func(*uploader.Snapshot) time.Duration // see shell.show
	addServer func()

	findHistory func(context.Context, uploader.HistoryQuery) ([]uploader.Transfer, error)

	unblock func(*uploader.Transfer) // asks for what the server of a transfer requires
}

// act applies an action to the selected transfers that allow it, if it is still the action
// that was offered for them. Otherwise it shows a message.
func (a *transferActions) act(action view.Action, offered view.Selection) {
	if offered.Empty() || !offered.Situation().Allows(action) {
		return
	}
	s, ok := a.current(offered, view.SameAction(action))
	if !ok || !s.Situation().Allows(action) {
		return
	}
	switch action {
	case view.ActionOpen:
		a.opener.open(s.Transfers[0])
	case view.ActionReveal:
		a.opener.reveal(s.Transfers[0])
	case view.ActionDetails:
		a.window.openDetails(view.SubjectOf(s))
	case view.ActionExists:
		a.askExists(s)
	case view.ActionSignIn:
		a.unblock(s.Allowed(view.ActionSignIn)[0])
	case view.ActionOtherServer:
		a.chooseServer(s)
	case view.ActionLocate:
		a.locate(s.Transfers[0])
	case view.ActionCopyLink:
		a.copyLinks(s.Allowed(view.ActionCopyLink))
	case view.ActionCopyPriorLink:
		a.copyPriorLink(s.Transfers[0])
	case view.ActionRetry:
		a.bridge.Send(uploader.Retry{Target: uploader.TargetTransfers(view.IDs(view.Retryable(s.All))...)}, nil)
	case view.ActionUploadAsIs:
		a.bridge.Send(uploader.UploadAsIs{Target: uploader.TargetTransfers(view.IDs(s.Allowed(view.ActionUploadAsIs))...)}, nil)
	case view.ActionCancel:
		a.cancel(s)
	case view.ActionRemove:
		a.removals.remove(view.SelectionOf(s.Allowed(view.ActionRemove)...))
	case view.ActionMoveTop, view.ActionMoveUp, view.ActionMoveDown, view.ActionMoveBottom:
		a.move(action, s)
	default:
		a.send(action, s)
	}
}

// current returns the present state of a selection; see view.Selection.Current. If nothing is
// left of it, it shows a message and reports false.
func (a *transferActions) current(offered view.Selection, same func(before, now *uploader.Transfer) bool) (view.Selection, bool) {
	now := a.snapshot()
	s := offered.Current(now, same)
	if s.Empty() {
		a.window.showMessage(view.PastText(offered, now))
	}
	return s, !s.Empty()
}

// snapshot returns the newest snapshot without what the user removed.
func (a *transferActions) snapshot() *uploader.Snapshot {
	return a.removals.visible(a.bridge.Snapshot())
}

// send sends the action's commands.
func (a *transferActions) send(action view.Action, s view.Selection) {
	for _, target := range s.Targets(action) {
		a.bridge.Send(action.Command(target), nil)
	}
}

func (a *transferActions) actOnSelected(action view.Action) { a.act(action, a.window.list.Selected()) }

// pauseOrResumeSelected pauses the selection, or resumes it if it cannot be paused.
func (a *transferActions) pauseOrResumeSelected() {
	selected := a.window.list.Selected()
	if selected.Situation().Allows(view.ActionPause) {
		a.act(view.ActionPause, selected)
		return
	}
	a.act(view.ActionResume, selected)
}

// removeSelected removes the selection from the list and cancels unfinished uploads. It
// asks first if uploaded bytes would be lost.
func (a *transferActions) removeSelected() {
	selected := a.window.list.Selected()
	if !selected.Situation().Allows(view.ActionCancel) {
		a.act(view.ActionRemove, selected)
		return
	}
	a.confirmLoss(selected, func() {
		if s, ok := a.current(selected, view.SameRemoval); ok {
			a.removals.remove(s)
		}
	})
}

// cancel cancels unfinished uploads and removes them from the list. A batch with finished
// uploads stays in the list, and its other uploads are cancelled; since that cannot be
// undone it asks first, as it does if uploaded bytes would be lost. Uploads that are done
// when the user has answered stay in the list.
func (a *transferActions) cancel(s view.Selection) {
	ask := a.confirmLoss
	if _, kept := a.cancelled(s); len(kept.Batches) > 0 {
		ask = a.confirm
	}
	ask(s, func() {
		if s, ok := a.current(s, view.SameAction(view.ActionCancel)); ok {
			removed, kept := a.cancelled(s)
			a.removals.remove(removed)
			a.send(view.ActionCancel, kept)
		}
	})
}

// cancelled divides a selection that is cancelled: what is removed from the list, and the
// batches with finished uploads.
func (a *transferActions) cancelled(s view.Selection) (removed, kept view.Selection) {
	removed.Transfers = view.Allowed(view.ActionCancel, s.Transfers)
	removed.All = slices.Clone(removed.Transfers)
	if len(s.Batches) == 0 {
		return removed, kept
	}
	members := map[uploader.BatchID][]*uploader.Transfer{}
	for t := range a.snapshot().Transfers.Values() {
		if slices.Contains(s.Batches, t.Batch) {
			members[t.Batch] = append(members[t.Batch], t)
		}
	}
	for _, batch := range s.Batches {
		if slices.ContainsFunc(members[batch], isDone) {
			kept.Batches = append(kept.Batches, batch)
		} else {
			removed.Batches, removed.All = append(removed.Batches, batch), append(removed.All, members[batch]...)
		}
	}
	return removed, kept
}

func isDone(t *uploader.Transfer) bool { return t.Phase == uploader.PhaseDone }

// confirmLoss calls then, after asking whether to cancel if sent bytes would be lost.
func (a *transferActions) confirmLoss(s view.Selection, then func()) {
	if view.BytesAtRisk(a.bridge.Snapshot(), s) == 0 {
		then()
		return
	}
	a.confirm(s, then)
}

// confirm asks whether to cancel unfinished uploads, and calls then if so. No bytes are at
// risk only if a batch has finished uploads.
func (a *transferActions) confirm(s view.Selection, then func()) {
	n := len(s.Allowed(view.ActionCancel))
	text := words.Text("cancelling.none")
	if bytes := view.BytesAtRisk(a.bridge.Snapshot(), s); bytes > 0 {
		text = words.Text("cancelling.text", words.Data{"Size": words.Size(bytes)})
	}
	a.dialogs.Ask(form.Question{
		Title: words.Count("cancelling.title", n), Text: text,
		Answers: []form.Answer{
			{Label: words.Count("cancelling.no", n)},
			{Label: words.Count("cancelling.yes", n), Importance: widget.DangerImportance, Do: then},
		},
	})
}

// move changes the order of the list and scrolls to the moved rows, which keep their
// order among themselves.
func (a *transferActions) move(action view.Action, s view.Selection) {
	targets := a.window.list.MoveTargets(s)
	if action == view.ActionMoveDown || action == view.ActionMoveTop {
		slices.Reverse(targets)
	}
	for i, target := range targets {
		var done func(error)
		if i == len(targets)-1 {
			done = func(error) { a.bridge.Post(a.showMoved) }
		}
		a.bridge.Send(action.Command(target), done)
	}
}

// showMoved scrolls to the rows that were moved.
func (a *transferActions) showMoved() {
	a.show(a.bridge.Snapshot())
	a.window.list.Rows.ScrollToCursor()
}

// locate asks where a missing file is, and resumes its upload from there.
func (a *transferActions) locate(t *uploader.Transfer) {
	question := platform.ChooserOptions{Title: words.Text("choose.missing", words.Data{"Name": view.TransferName(t)}), AcceptLabel: words.Text("choose.accept")}
	a.files.chooseFiles(question, func(paths []string) {
		a.bridge.Send(uploader.Relocate{ID: t.ID, Path: paths[0]}, func(err error) {
			a.bridge.Post(func() { a.located(t, paths[0], err) })
		})
	})
}

// located handles the result of a Relocate command. A file that cannot be verified as the
// missing one is added as a new file; the user is then asked whether to resume the
// earlier upload.
func (a *transferActions) located(t *uploader.Transfer, path string, err error) {
	switch {
	case err == nil || fault.IsCanceled(err):
	case fault.Is(err, fault.AmbiguousMatch):
		a.adder.addTo(t.Server, []string{path}, 0)
	case fault.Is(err, fault.Mismatch):
		a.window.showMessage(words.Text("locate.other"))
	default:
		a.window.showMessage(view.ErrorText(err))
	}
}
