package app

import (
	"maps"
	"slices"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// removal keeps out of sight what was taken off the list: transfers, and batches as
// a whole with what is still to be found of them. As long as that can be undone the
// engine only holds those that moved: should Ferry be killed meanwhile, they are
// back. It lives on the UI's goroutine.
type removal struct {
	open    subjects           // can still be brought back
	release []uploader.Command // has what was held for it go on then

	// Those, and those the engine has not removed yet.
	hidden  map[uploader.TransferID]bool
	batches map[uploader.BatchID]bool
}

func newRemoval() *removal {
	return &removal{hidden: map[uploader.TransferID]bool{}, batches: map[uploader.BatchID]bool{}}
}

// without is the snapshot with what was taken off the list left out.
func (r *removal) without(s *uploader.Snapshot) *uploader.Snapshot {
	if len(r.hidden)+len(r.batches) == 0 {
		return s
	}
	r.forgetGone(s)
	less := *s
	less.Transfers = slices.DeleteFunc(slices.Clone(s.Transfers), r.hides)
	less.Batches, less.Totals.Count, less.Sums = maps.Clone(s.Batches), maps.Clone(s.Totals.Count), maps.Clone(s.Sums)
	for _, t := range s.Transfers {
		if r.hides(t) {
			less.Totals.Count[t.State()]--
			leaveOut(less.Sums, t, s.Sent(t))
		}
	}
	for id := range r.batches {
		delete(less.Batches, id)
		delete(less.Sums, id)
	}
	return &less
}

func (r *removal) hides(t *uploader.Transfer) bool { return r.hidden[t.ID] || r.batches[t.Batch] }

// forgetGone forgets what the engine has removed: until then it takes back from the
// server what that holds, which nobody has to watch.
func (r *removal) forgetGone(s *uploader.Snapshot) {
	hidden, batches := make(map[uploader.TransferID]bool, len(r.hidden)), map[uploader.BatchID]bool{}
	for _, t := range s.Transfers {
		if r.hidden[t.ID] {
			hidden[t.ID] = true
		}
		if r.batches[t.Batch] {
			batches[t.Batch] = true
		}
	}
	for id := range s.Batches {
		if r.batches[id] {
			batches[id] = true
		}
	}
	r.hidden, r.batches = hidden, batches
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

func (r *removal) hide(off subjects) {
	for _, t := range off.singles {
		r.hidden[t.ID] = true
	}
	for _, id := range off.batches {
		r.batches[id] = true
	}
}

func (r *removal) show(off subjects) {
	for _, t := range off.singles {
		delete(r.hidden, t.ID)
	}
	for _, id := range off.batches {
		delete(r.batches, id)
	}
}

// takeOff takes something off the list at once, and offers to bring it back.
func (f *ferry) takeOff(off subjects) {
	if off.empty() {
		return
	}
	f.window.toasts.Dismiss() // with the offer to undo an earlier removal, which is carried out
	hold, release := suspending(off, f.snapshot().Batches)
	f.removal.open, f.removal.release = off, release
	f.removal.hide(off)
	f.orderAll(hold)
	f.window.toasts.Offer(removedText(off.all), words.Say("undo"), f.undoRemoval, f.carryOutRemoval)
	f.presenter.now()
}

// suspending is what holds all that moves, and what has just that go on again. A batch
// of which more is being found is held as a whole; what the user had paused in it
// stays so.
func suspending(off subjects, batches map[uploader.BatchID]*uploader.Batch) (hold, release []uploader.Command) {
	growing := map[uploader.BatchID]bool{}
	for _, id := range off.batches {
		if b := batches[id]; b != nil && !b.Expanded && b.Intent == uploader.IntentRun {
			growing[id] = true
			hold = append(hold, uploader.Pause{Target: uploader.Target{Batch: id}})
			release = append(release, uploader.Resume{Target: uploader.Target{Batch: id}})
		}
	}
	var moving, resting []uploader.TransferID
	for _, t := range off.all {
		switch {
		case growing[t.Batch] && actResume.allows(t):
			resting = append(resting, t.ID)
		case !growing[t.Batch] && actPause.allows(t):
			moving = append(moving, t.ID)
		}
	}
	if len(moving) > 0 {
		hold = append(hold, uploader.Pause{Target: uploader.These(moving...)})
		release = append(release, uploader.Resume{Target: uploader.These(moving...)})
	}
	if len(resting) > 0 {
		release = append(release, uploader.Pause{Target: uploader.These(resting...)})
	}
	return hold, release
}

func (f *ferry) orderAll(commands []uploader.Command) {
	for _, command := range commands {
		f.order(command, nil)
	}
}

func (f *ferry) undoRemoval() {
	f.removal.show(f.removal.open)
	f.orderAll(f.removal.release)
	f.removal.open, f.removal.release = subjects{}, nil
	f.presenter.now()
}

// undo does by key what the offer to undo does.
func (f *ferry) undo() {
	if f.removal.open.empty() {
		return
	}
	f.undoRemoval()
	f.window.toasts.Dismiss()
}

// carryOutRemoval has the engine forget what can no longer be brought back. What
// it does not forget is shown again.
func (f *ferry) carryOutRemoval() {
	off := f.removal.open
	f.removal.open, f.removal.release = subjects{}, nil
	if len(off.singles) > 0 {
		f.remove(uploader.These(idsOf(off.singles)...), subjects{singles: off.singles})
	}
	for _, id := range off.batches {
		f.remove(uploader.Target{Batch: id}, subjects{batches: []uploader.BatchID{id}})
	}
}

// remove has the engine remove what is out of sight already. What it cannot remove
// comes back.
func (f *ferry) remove(target uploader.Target, off subjects) {
	f.order(uploader.Remove{Target: target}, func(err error) {
		f.errands.post(func() {
			if err != nil {
				f.removal.show(off)
				f.window.warn(sentenceOf(err))
			}
			f.presenter.now()
		})
	})
}
