package app

import (
	"github.com/ferryapp/ferry/app/bridge"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets"
)

// removals removes transfers from the list. A removal can be undone for some seconds, in
// which the transfers are hidden and the active ones paused; only then the engine removes
// them, so that nothing is lost if Ferry is killed meanwhile. It must be used on the UI
// goroutine.
type removals struct {
	bridge       *bridge.Bridge
	toasts       *widgets.Toasts
	hidden       *view.Hidden
	pending      view.Selection     // the removal that can be undone
	undoCommands []uploader.Command // resume what it paused
}

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

// remove hides transfers and batches, and offers to undo that.
func (r *removals) remove(removed view.Selection) {
	if removed.Empty() {
		return
	}
	r.toasts.Dismiss() // commits an earlier removal
	pause, undo := view.Suspend(removed, r.bridge.Snapshot().Batches)
	r.pending, r.undoCommands = removed, undo
	r.hidden.Hide(removed)
	r.bridge.SendAll(pause)
	r.toasts.NotifyWithAction(view.RemovedText(removed.All), words.Text("undo"), r.restore, r.commit)
	r.bridge.Refresh()
}

// restore undoes the pending removal.
func (r *removals) restore() {
	r.hidden.Show(r.pending)
	r.bridge.SendAll(r.undoCommands)
	r.pending, r.undoCommands = view.Selection{}, nil
	r.bridge.Refresh()
}

// undo undoes the pending removal, if any, and hides the offer.
func (r *removals) undo() {
	if r.pending.Empty() {
		return
	}
	r.restore()
	r.toasts.Dismiss()
}

// commit makes the engine remove what is pending.
func (r *removals) commit() {
	removed := r.pending
	r.pending, r.undoCommands = view.Selection{}, nil
	if len(removed.Transfers) > 0 {
		r.send(uploader.TargetTransfers(view.IDs(removed.Transfers)...), view.Selection{Transfers: removed.Transfers})
	}
	for _, id := range removed.Batches {
		r.send(uploader.Target{Batch: id}, view.Selection{Batches: []uploader.BatchID{id}})
	}
}

// send sends the command that removes the target, and shows it again if that fails.
func (r *removals) send(target uploader.Target, removed view.Selection) {
	r.bridge.Send(uploader.Remove{Target: target}, func(err error) {
		r.bridge.Post(func() {
			if err != nil {
				r.hidden.Show(removed)
				r.toasts.Notify(view.ErrorText(err))
			}
			r.bridge.Refresh()
		})
	})
}
