package app

import (
	"maps"
	"slices"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// removal keeps transfers out of sight that were taken off the list. As long as
// that can be undone the engine only holds those that moved: should Ferry be killed
// meanwhile, they are back. It lives on the UI's goroutine.
type removal struct {
	open   []uploader.TransferID        // can still be brought back
	held   []uploader.TransferID        // of those, the ones that go on then
	hidden map[uploader.TransferID]bool // those, and those the engine has not removed yet
}

func newRemoval() *removal { return &removal{hidden: map[uploader.TransferID]bool{}} }

// without is the snapshot with what was taken off the list left out.
func (r *removal) without(s *uploader.Snapshot) *uploader.Snapshot {
	if len(r.hidden) == 0 {
		return s
	}
	r.forgetGone(s)
	less := *s
	less.Transfers = slices.DeleteFunc(slices.Clone(s.Transfers), func(t *uploader.Transfer) bool { return r.hidden[t.ID] })
	less.Totals.Count, less.Sums = maps.Clone(s.Totals.Count), maps.Clone(s.Sums)
	for _, t := range s.Transfers {
		if r.hidden[t.ID] {
			less.Totals.Count[t.State()]--
			leaveOut(less.Sums, t, s.Sent(t))
		}
	}
	return &less
}

// forgetGone forgets what the engine has removed: until then it takes back from the
// server what that holds, which nobody has to watch.
func (r *removal) forgetGone(s *uploader.Snapshot) {
	there := make(map[uploader.TransferID]bool, len(r.hidden))
	for _, t := range s.Transfers {
		if r.hidden[t.ID] {
			there[t.ID] = true
		}
	}
	r.hidden = there
}

// leaveOut takes a transfer out of its batch's sum.
func leaveOut(sums map[uploader.BatchID]uploader.Sum, t *uploader.Transfer, sent int64) {
	sum, known := sums[t.Batch]
	if !known {
		return
	}
	sum.Count[t.State()]--
	sum.Files--
	sum.Bytes -= max(0, t.Source.Size)
	sum.Sent -= sent
	sums[t.Batch] = sum
}

func (r *removal) hide(ids []uploader.TransferID) {
	for _, id := range ids {
		r.hidden[id] = true
	}
}

func (r *removal) show(ids []uploader.TransferID) {
	for _, id := range ids {
		delete(r.hidden, id)
	}
}

// takeOff takes transfers off the list at once, and offers to bring them back.
func (f *ferry) takeOff(transfers []*uploader.Transfer) {
	if len(transfers) == 0 {
		return
	}
	f.window.toasts.Dismiss() // with the offer to undo an earlier removal, which is carried out
	ids := idsOf(transfers)
	f.removal.open, f.removal.held = ids, idsOf(fitting(actPause, transfers))
	f.removal.hide(ids)
	f.holdRemoved(uploader.Pause{Target: uploader.These(f.removal.held...)})
	f.window.toasts.Offer(words.Count("undo.removed", len(ids)), words.Say("undo"), f.undoRemoval, f.carryOutRemoval)
	f.presenter.now()
}

// holdRemoved tells the engine something about those that moved when they were taken
// off the list.
func (f *ferry) holdRemoved(command uploader.Command) {
	if len(f.removal.held) > 0 {
		f.order(command, nil)
	}
}

func (f *ferry) undoRemoval() {
	f.removal.show(f.removal.open)
	f.holdRemoved(uploader.Resume{Target: uploader.These(f.removal.held...)})
	f.removal.open, f.removal.held = nil, nil
	f.presenter.now()
}

// undo does by key what the offer to undo does.
func (f *ferry) undo() {
	if len(f.removal.open) == 0 {
		return
	}
	f.undoRemoval()
	f.window.toasts.Dismiss()
}

// carryOutRemoval has the engine forget what can no longer be brought back. What
// it does not forget is shown again.
func (f *ferry) carryOutRemoval() {
	ids := f.removal.open
	if len(ids) == 0 {
		return
	}
	f.removal.open, f.removal.held = nil, nil
	f.remove(uploader.These(ids...), ids)
}

// remove has the engine remove what is out of sight already. What it cannot remove
// comes back.
func (f *ferry) remove(target uploader.Target, ids []uploader.TransferID) {
	f.removal.hide(ids)
	f.order(uploader.Remove{Target: target}, func(err error) {
		f.errands.post(func() {
			if err != nil {
				f.removal.show(ids)
				f.window.warn(sentenceOf(err))
			}
			f.presenter.now()
		})
	})
}
