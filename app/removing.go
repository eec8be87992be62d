package app

import (
	"github.com/ferryapp/ferry/app/bridge"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets"
)

// removals removes transfers from the list, which can be undone for some seconds.
// Until then the engine only pauses those that are active: if Ferry is killed
// meanwhile, they are still there. It lives on the UI's goroutine.
type removals struct {
	bridge  *bridge.Bridge
	toasts  *widgets.Toasts
	hidden  *removal
	open    subjects           // can still be restored
	release []uploader.Command // undo the pauses
}

func newRemovals(b *bridge.Bridge, toasts *widgets.Toasts) *removals {
	return &removals{bridge: b, toasts: toasts, hidden: newRemoval()}
}

// visible is the snapshot without what was removed.
func (r *removals) visible(s *uploader.Snapshot) *uploader.Snapshot { return r.hidden.without(s) }

// removeFinished removes what is done or cancelled. What failed stays, because it can
// be continued.
func (r *removals) removeFinished() {
	var finished []*uploader.Transfer
	for _, t := range r.visible(r.bridge.Snapshot()).Transfers {
		if t.Phase.Final() && !needsPerson(t.State()) {
			finished = append(finished, t)
		}
	}
	r.remove(these(finished...))
}

// remove hides something at once, and offers to undo that.
func (r *removals) remove(off subjects) {
	if off.empty() {
		return
	}
	r.toasts.Dismiss() // with the offer to undo an earlier removal, which is committed
	hold, release := suspending(off, r.bridge.Snapshot().Batches)
	r.open, r.release = off, release
	r.hidden.hide(off)
	r.bridge.SendAll(hold)
	r.toasts.Offer(words.Count("undo.removed", max(1, len(off.all))), words.Say("undo"), r.restore, r.commit)
	r.bridge.Refresh()
}

// restore undoes the last removal.
func (r *removals) restore() {
	r.hidden.show(r.open)
	r.bridge.SendAll(r.release)
	r.open, r.release = subjects{}, nil
	r.bridge.Refresh()
}

// undo does what the button of the offer does, and closes the offer.
func (r *removals) undo() {
	if r.open.empty() {
		return
	}
	r.restore()
	r.toasts.Dismiss()
}

// commit removes what can no longer be restored from the engine.
func (r *removals) commit() {
	off := r.open
	r.open, r.release = subjects{}, nil
	if len(off.singles) > 0 {
		r.send(uploader.These(idsOf(off.singles)...), subjects{singles: off.singles})
	}
	for _, id := range off.batches {
		r.send(uploader.Target{Batch: id}, subjects{batches: []uploader.BatchID{id}})
	}
}

// send removes what is hidden already, and shows it again if that fails.
func (r *removals) send(target uploader.Target, off subjects) {
	r.bridge.Send(uploader.Remove{Target: target}, func(err error) {
		r.bridge.Post(func() {
			if err != nil {
				r.hidden.show(off)
				r.toasts.Say(sentenceOf(err))
			}
			r.bridge.Refresh()
		})
	})
}
