package app

import (
	"slices"

	"github.com/ferryapp/ferry/app/bridge"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/widgets"
)

// removals removes transfers from the list. For some seconds the removed transfers are only
// hidden, and the active ones paused; then the engine removes them. So nothing is lost if
// Ferry is killed meanwhile, and undoing a removal keeps what was uploaded. Later, until
// Ferry ends, a removal can still be undone: finished transfers return from the history, and
// others start over. It must be used on the UI goroutine.
type removals struct {
	bridge       *bridge.Bridge
	toasts       *widgets.Toasts
	hidden       *view.Hidden
	pending      view.Selection     // the removal that can be undone
	undoCommands []uploader.Command // resume what it paused
	done         []uploader.Restore // restore what the engine removed, the latest removal last
	restored     restored
}

// restored is what was put back into the list and is to be shown.
type restored struct {
	batches   []uploader.BatchID
	transfers []uploader.TransferID
}

// maxRemembered is the number of unfinished transfers that removals which can be undone
// have together. The oldest removals beyond it cannot be undone any more.
const maxRemembered = 100_000

func newRemovals(b *bridge.Bridge, toasts *widgets.Toasts) *removals {
	return &removals{bridge: b, toasts: toasts, hidden: view.NewHidden()}
}

// visible returns the snapshot without removed transfers.
func (r *removals) visible(s *uploader.Snapshot) *uploader.Snapshot { return r.hidden.Without(s) }

// removeFinished removes done and cancelled transfers. Failed ones stay, because they can
// be resumed.
func (r *removals) removeFinished() {
	var finished []*uploader.Transfer
	for t := range r.visible(r.bridge.Snapshot()).Transfers.Values() {
		if t.Phase.Final() && !view.NeedsAttention(t.State()) {
			finished = append(finished, t)
		}
	}
	r.remove(view.SelectionOf(finished...))
}

// remove hides transfers and batches, and offers to undo that. Restart are commands that are
// sent as well if it is undone while it is offered.
func (r *removals) remove(removed view.Selection, restart ...uploader.Command) {
	if removed.Empty() {
		return
	}
	r.toasts.Dismiss() // commits an earlier removal
	r.restored = restored{}
	pause, undo := view.Suspend(removed, r.bridge.Snapshot().Batches)
	r.pending, r.undoCommands = removed, slices.Concat(undo, restart)
	r.hidden.Hide(removed)
	r.bridge.SendAll(pause)
	r.toasts.NotifyWithAction(view.RemovedText(removed.All), words.Text("undo"), r.restore, r.commit)
	r.bridge.Refresh()
}

// restore undoes the pending removal.
func (r *removals) restore() {
	r.hidden.Show(r.pending)
	r.bridge.SendAll(r.undoCommands)
	r.restored = restoredRows(r.pending)
	r.pending, r.undoCommands = view.Selection{}, nil
	r.bridge.Refresh()
}

// undo undoes the latest removal that was not undone. If that is the pending one, it hides
// the offer.
func (r *removals) undo() {
	if !r.pending.Empty() {
		r.restore()
		r.toasts.Dismiss()
		return
	}
	if len(r.done) == 0 {
		return
	}
	last := r.done[len(r.done)-1]
	r.done = r.done[:len(r.done)-1]
	r.visible(r.bridge.Snapshot()) // what the engine has removed is not hidden any more
	for _, b := range last.Batches {
		r.hidden.Show(view.Selection{Batches: []uploader.BatchID{b.ID}})
	}
	r.bridge.Send(last, func(err error) {
		r.bridge.Post(func() {
			switch {
			case err == nil:
				r.restored = restoredBy(last)
				r.toasts.Notify(words.Count("undo.restored", len(last.Finished)+len(last.Unfinished)))
			case isUnsaved(err):
				r.restored = restoredBy(last)
				r.toasts.Notify(view.ErrorText(err))
			default:
				r.done = append(r.done, last)
				r.toasts.Notify(view.ErrorText(err))
			}
			r.bridge.Refresh()
		})
	})
}

// restoredRows returns what showing a selection again puts back. The batches of its transfers
// are among it, because a batch that is closed has the only row.
func restoredRows(s view.Selection) restored {
	back := restored{batches: slices.Clone(s.Batches), transfers: view.IDs(s.Transfers)}
	for _, t := range s.Transfers {
		if n := len(back.batches); n == 0 || back.batches[n-1] != t.Batch {
			back.batches = append(back.batches, t.Batch)
		}
	}
	return back
}

// restoredBy returns what a command puts back.
func restoredBy(command uploader.Restore) restored {
	back := restored{transfers: slices.Concat(command.Finished, view.IDs(command.Unfinished))}
	for _, b := range command.Batches {
		back.batches = append(back.batches, b.ID)
	}
	return back
}

// reveal shows what was put back into the list, once it has rows.
func (r *removals) reveal(w *window) {
	if len(r.restored.batches)+len(r.restored.transfers) > 0 && w.revealRestored(r.restored.batches, r.restored.transfers) {
		r.restored = restored{}
	}
}

// isUnsaved reports whether a command is in effect although it failed: the engine saves it as
// soon as possible. To send it again would carry it out twice.
func isUnsaved(err error) bool {
	return fault.Is(err, fault.LocalDisk) && fault.Of(err).Op == fault.Save
}

// remember makes a removal that the engine carried out the one that is undone next.
func (r *removals) remember(removal uploader.Restore) {
	r.done = append(r.done, removal)
	unfinished := 0
	for i, done := range slices.Backward(r.done) {
		if unfinished += len(done.Unfinished); unfinished > maxRemembered {
			r.done = slices.Delete(r.done, 0, i+1)
			return
		}
	}
}

// commit makes the engine remove what is pending.
func (r *removals) commit() {
	removed := r.pending
	r.pending, r.undoCommands = view.Selection{}, nil
	r.reportFinished(removed)
	parts := make([]view.Selection, 0, 1+len(removed.Batches))
	if len(removed.Transfers) > 0 {
		parts = append(parts, view.Selection{Transfers: removed.Transfers})
	}
	for _, id := range removed.Batches {
		parts = append(parts, view.Selection{Batches: []uploader.BatchID{id}})
	}
	undo, left := view.Restoration(removed, r.bridge.Snapshot().Batches), len(parts)
	for _, part := range parts {
		r.send(part, func() {
			if left--; left == 0 {
				r.remember(undo)
			}
		})
	}
}

// reportFinished shows a message about uploads that the user cancelled and that are done
// nevertheless, because the server had all of their bytes. It replaces no other message.
func (r *removals) reportFinished(removed view.Selection) {
	unfinished := map[uploader.TransferID]bool{}
	for _, t := range removed.All {
		if t.Phase != uploader.PhaseDone {
			unfinished[t.ID] = true
		}
	}
	if len(unfinished) == 0 {
		return
	}
	done := 0
	for _, row := range r.bridge.Snapshot().Transfers.Rows() {
		if unfinished[row.ID()] && row.Phase() == uploader.PhaseDone {
			done++
		}
	}
	if done == 0 {
		return
	}
	r.bridge.Post(func() {
		if r.toasts.Text() == "" {
			r.toasts.Notify(words.Count("undo.finished", done))
		}
	})
}

// send sends the command that removes transfers or one batch, and shows them again if that
// fails. Removed is called when they are removed.
func (r *removals) send(part view.Selection, removed func()) {
	target := uploader.TargetTransfers(view.IDs(part.Transfers)...)
	if len(part.Batches) > 0 {
		target = uploader.Target{Batch: part.Batches[0]}
	}
	r.bridge.Send(uploader.Remove{Target: target}, func(err error) {
		r.bridge.Post(func() {
			if err != nil {
				r.toasts.Notify(view.ErrorText(err))
			}
			if err == nil || isUnsaved(err) {
				removed()
			} else {
				r.hidden.Show(part)
			}
			r.bridge.Refresh()
		})
	})
}
