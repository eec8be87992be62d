package app

import (
	"cmp"
	"slices"
	"strings"

	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// choose makes a server the destination of what is added from now on.
func (f *ferry) choose(id uploader.ServerID) {
	f.destination.choose(id)
	f.presenter.now()
}

// removeFinished takes off the list what is done or cancelled. What failed stays:
// it has something to continue.
func (f *ferry) removeFinished() {
	var finished []*uploader.Transfer
	for _, t := range f.removal.without(f.snapshot()).Transfers {
		if t.Phase.Final() && !needsPerson(t.State()) {
			finished = append(finished, t)
		}
	}
	f.takeOff(these(finished...))
}

// act does something to those of the subjects for which it makes sense.
func (f *ferry) act(a action, s subjects) {
	if s.empty() || !s.situation().allows(a) {
		return
	}
	switch a {
	case actOpen:
		f.openFile(s.singles[0])
	case actReveal:
		f.reveal(s.singles[0])
	case actDetails:
		f.openDetails(s.singles[0].ID)
	case actSignIn:
		f.unblock(s.fitting(actSignIn)[0])
	case actElsewhere:
		f.askElsewhere(s.singles[0])
	case actLocate:
		f.locate(s.singles[0])
	case actLink:
		f.copyLinks(s.fitting(actLink))
	case actPriorLink:
		f.copyPriorLink(s.singles[0])
	case actRetry:
		f.order(uploader.Retry{Target: uploader.These(idsOf(retryable(s.all))...)}, nil)
	case actCancel:
		f.giveUp(s)
	case actRemove:
		f.takeOff(these(s.fitting(actRemove)...))
	case actTop, actUp, actDown, actBottom:
		f.move(a, s)
	default:
		f.tell(a, s)
	}
}

// tell gives the engine the action's command.
func (f *ferry) tell(a action, s subjects) {
	for _, target := range s.targets(a) {
		f.order(a.command(target), nil)
	}
}

func (f *ferry) actOnSelected(a action) { f.act(a, f.window.list.selected()) }

// pauseOrResumeSelected pauses what is selected, or resumes it when nothing of it
// moves.
func (f *ferry) pauseOrResumeSelected() {
	selected := f.window.list.selected()
	if selected.situation().allows(actPause) {
		f.act(actPause, selected)
		return
	}
	f.act(actResume, selected)
}

// dropSelected takes what is selected off the list, and gives up what is
// unfinished. It asks first where bytes would be lost.
func (f *ferry) dropSelected() {
	selected := f.window.list.selected()
	if !selected.situation().allows(actCancel) {
		f.act(actRemove, selected)
		return
	}
	f.confirmLoss(selected, func() { f.takeOff(selected) })
}

// detailsFollow has open details go along with the selection, as long as that is a
// single file.
func (f *ferry) detailsFollow() {
	if f.window.details.of == 0 {
		return
	}
	if selected := f.window.list.selected(); selected.situation().one {
		f.openDetails(selected.singles[0].ID)
	}
}

// retryable are the transfers that are tried again: those that were cancelled only
// when there are no others.
func retryable(transfers []*uploader.Transfer) []*uploader.Transfer {
	fit := fitting(actRetry, transfers)
	wanted := slices.DeleteFunc(slices.Clone(fit), func(t *uploader.Transfer) bool { return t.State() == uploader.StateCancelled })
	if len(wanted) > 0 {
		return wanted
	}
	return fit
}

// giveUp ends what is unfinished. That leaves the list; of a batch of which
// something is across the rest stays in it, cancelled. It asks first where that
// cannot be undone.
func (f *ferry) giveUp(s subjects) {
	off := subjects{singles: fitting(actCancel, s.singles)}
	off.all = off.singles
	var kept subjects
	for _, batch := range s.batches {
		if members := f.window.list.outline.members(batch); slices.ContainsFunc(members, isAcross) {
			kept.batches = append(kept.batches, batch)
		} else {
			off.batches, off.all = append(off.batches, batch), append(off.all, members...)
		}
	}
	ask := f.confirmLoss
	if len(kept.batches) > 0 {
		ask = f.confirm
	}
	ask(s, func() {
		f.takeOff(off)
		f.tell(actCancel, kept)
	})
}

func isAcross(t *uploader.Transfer) bool { return t.Phase == uploader.PhaseDone }

// confirmLoss asks whether to give up what is unfinished when something of it has
// crossed.
func (f *ferry) confirmLoss(s subjects, then func()) {
	if crossedOf(s) == 0 {
		then()
		return
	}
	f.confirm(s, then)
}

// crossedOf is how many bytes are lost by giving up what is unfinished.
func crossedOf(s subjects) int64 {
	var crossed int64
	for _, t := range s.fitting(actCancel) {
		crossed += t.Session.Offset
	}
	return crossed
}

// confirm asks whether to give up what is unfinished.
func (f *ferry) confirm(s subjects, then func()) {
	n := len(s.fitting(actCancel))
	text := words.Say("cancelling.none")
	if crossed := crossedOf(s); crossed > 0 {
		text = words.Say("cancelling.text", words.Data{"Size": words.Size(crossed)})
	}
	f.ask(words.Count("cancelling.title", n), text,
		answer{label: words.Count("cancelling.no", n)},
		answer{label: words.Count("cancelling.yes", n), importance: widget.DangerImportance, do: then})
}

// move changes the order. What is moved together keeps its own order, and what
// the user looks at goes along.
func (f *ferry) move(a action, s subjects) {
	targets := f.window.list.movable(s)
	if a == actDown || a == actTop {
		slices.Reverse(targets)
	}
	for i, target := range targets {
		var done func(error)
		if i == len(targets)-1 {
			done = func(error) { f.errands.post(f.showMoved) }
		}
		f.order(a.command(target), done)
	}
}

// showMoved brings what was moved into sight where it is now.
func (f *ferry) showMoved() {
	f.show(f.snapshot())
	f.window.list.rows.ScrollToCursor()
}

// copyLinks puts the addresses of finished uploads on the clipboard, each in a
// line.
func (f *ferry) copyLinks(transfers []*uploader.Transfer) {
	links := make([]string, len(transfers))
	for i, t := range transfers {
		links[i] = linkOf(t)
	}
	f.toolkit.Clipboard().SetContent(strings.Join(links, "\n"))
	f.window.warn(words.Count("link.copied", len(links)))
}

// copyPriorLink is for a file that was uploaded before.
func (f *ferry) copyPriorLink(t *uploader.Transfer) {
	prior := f.snapshot().Transfer(t.Prior)
	if prior == nil || linkOf(prior) == "" {
		f.window.warn(words.Say("link.gone"))
		return
	}
	f.copyLinks([]*uploader.Transfer{prior})
}

// unblock does what the server of a transfer waits for.
func (f *ferry) unblock(t *uploader.Transfer) {
	s := f.snapshot()
	server, known := s.Server(t.Server)
	why := cmp.Or(s.Blocked[t.Server], t.Fault)
	if known && why != nil {
		f.bannerOf(blockade{server: server, fault: why}).Buttons[0].OnTapped()
	}
}
