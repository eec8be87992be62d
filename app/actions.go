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

// cancel cancels unfinished uploads and removes them from the list, which can be undone. It
// asks first if uploaded bytes would be lost. Finished uploads of a batch stay in the list, also
// those that are done when the user has answered.
func (a *transferActions) cancel(s view.Selection) {
	a.confirmLoss(s, func() {
		if s, ok := a.current(s, view.SameAction(view.ActionCancel)); ok {
			a.stopScans(a.finishedIn(s), func(restart []uploader.Command) { a.removals.remove(a.cancelled(s), restart...) })
		}
	})
}

// finishedIn returns the batches of a selection that have finished uploads.
func (a *transferActions) finishedIn(s view.Selection) []uploader.BatchID {
	if len(s.Batches) == 0 {
		return nil
	}
	selected := make(map[uploader.BatchID]bool, len(s.Batches))
	for _, id := range s.Batches {
		selected[id] = true
	}
	var finished []uploader.BatchID
	for _, row := range a.snapshot().Transfers.Rows() {
		if batch := row.Batch(); selected[batch] && row.Phase() == uploader.PhaseDone {
			finished = append(finished, batch)
			delete(selected, batch)
		}
	}
	return finished
}

// stopScans ends the scans of batches, and then calls then with the commands that start them
// again.
func (a *transferActions) stopScans(batches []uploader.BatchID, then func(restart []uploader.Command)) {
	var restart []uploader.Command
	next := func() { then(restart) }
	for _, id := range batches {
		if b := a.snapshot().Batches[id]; b == nil || b.Scanned {
			continue
		}
		restart = append(restart, uploader.Scan{Batch: id})
		rest := next
		next = func() {
			a.bridge.Send(uploader.StopScan{Batch: id}, func(err error) {
				if err != nil {
					a.bridge.Report(err)
					return
				}
				a.bridge.Post(rest)
			})
		}
	}
	next()
}

// cancelled returns what of a selection that is cancelled is removed from the list: batches
// without finished uploads, and the unfinished transfers of the others.
func (a *transferActions) cancelled(s view.Selection) view.Selection {
	var removed view.Selection
	removed.Transfers = view.Allowed(view.ActionCancel, s.Transfers)
	selected, kept := map[uploader.BatchID]bool{}, map[uploader.BatchID]bool{}
	for _, batch := range a.finishedIn(s) {
		kept[batch] = true
	}
	for _, batch := range s.Batches {
		selected[batch] = true
		if !kept[batch] {
			removed.Batches = append(removed.Batches, batch)
		}
	}
	removed.All = slices.Clone(removed.Transfers)
	if len(s.Batches) == 0 {
		return removed
	}
	for t := range a.snapshot().Transfers.Values() {
		switch {
		case !selected[t.Batch]:
		case !kept[t.Batch]:
			removed.All = append(removed.All, t)
		case len(view.Allowed(view.ActionCancel, []*uploader.Transfer{t})) > 0:
			removed.Transfers, removed.All = append(removed.Transfers, t), append(removed.All, t)
		}
	}
	return removed
}

// confirmLoss calls then, after asking whether to cancel if sent bytes would be lost.
func (a *transferActions) confirmLoss(s view.Selection, then func()) {
	bytes := view.BytesAtRisk(a.bridge.Snapshot(), s)
	if bytes == 0 {
		then()
		return
	}
	n := len(s.Allowed(view.ActionCancel))
	a.dialogs.Ask(form.Question{
		Title: words.Count("cancelling.title", n), Text: words.Text("cancelling.text", words.Data{"Size": words.Size(bytes)}),
		Answers: []form.Answer{
			{Label: words.Count("cancelling.no", n)},
			{Label: words.Count("cancelling.yes", n), Importance: widget.DangerImportance, Do: then},
		},
	})
}

// move changes the order of the list and scrolls to the moved rows, which keep their
// order among themselves.
func (a *transferActions) move(action view.Action, s view.Selection) {
	a.sendMoves(a.window.list.Moves(s, action.MoveTo()))
}

// sendMoves sends commands that move rows, and then scrolls to them.
func (a *transferActions) sendMoves(moves []uploader.Move) {
	for i, move := range moves {
		var done func(error)
		if i == len(moves)-1 {
			done = func(err error) {
				a.bridge.Post(a.showMoved)
				if err != nil {
					a.bridge.Report(err)
				}
			}
		}
		a.bridge.Send(move, done)
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
