package app

import (
	"github.com/ferryapp/ferry/app/bridge"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets"
)

// removals removes transfers from the list, which can be undone for some seconds.
// Until then the engine only pauses those that are active: if Ferry is killed
// meanwhile, they are still there. It must be used on the UI goroutine.
type removals struct {
	bridge       *bridge.Bridge
	toasts       *widgets.Toasts
	hidden       *view.Hidden
	pending      view.Selection     // can still be restored
	undoCommands []uploader.Command // undo the pauses
}

func newRemovals(b *bridge.Bridge, toasts *widgets.Toasts) *removals {
	return &removals{bridge: b, toasts: toasts, hidden: view.NewHidden()}
}

// visible is the snapshot without what was removed.
func (r *removals) visible(s *uploader.Snapshot) *uploader.Snapshot { return r.hidden.Without(s) }

// removeFinished removes what is done or cancelled. What failed stays, because it can
// be continued.
func (r *removals) removeFinished() {
	var finished []*uploader.Transfer
	for _, t := range r.visible(r.bridge.Snapshot()).Transfers {
		if t.Phase.Final() && !view.NeedsPerson(t.State()) {
			finished = append(finished, t)
		}
	}
	r.remove(view.SelectionOf(finished...))
}

// remove hides something at once, and offers to undo that.
func (r *removals) remove(removed view.Selection) {
	if removed.Empty() {
		return
	}
	r.toasts.Dismiss() // with the offer to undo an earlier removal, which is committed
	pause, undo := view.Suspend(removed, r.bridge.Snapshot().Batches)
	r.pending, r.undoCommands = removed, undo
	r.hidden.Hide(removed)
	r.bridge.SendAll(pause)
	r.toasts.NotifyWithAction(view.RemovedText(removed.All), words.Text("undo"), r.restore, r.commit)
	r.bridge.Refresh()
}

// restore undoes the last removal.
func (r *removals) restore() {
	r.hidden.Show(r.pending)
	r.bridge.SendAll(r.undoCommands)
	r.pending, r.undoCommands = view.Selection{}, nil
	r.bridge.Refresh()
}

// undo does what the button of the offer does, and closes the offer.
func (r *removals) undo() {
	if r.pending.Empty() {
		return
	}
	r.restore()
	r.toasts.Dismiss()
}

// commit removes what can no longer be restored from the engine.
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

// send removes what is hidden already, and shows it again if that fails.
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
