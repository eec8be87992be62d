package app

import (
	"slices"

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
	var ids []uploader.TransferID
	for _, t := range f.removal.without(f.snapshot()).Transfers {
		if t.Phase.Final() && !needsPerson(t.State()) {
			ids = append(ids, t.ID)
		}
	}
	f.takeOff(ids)
}

// act does something to those of the transfers for which it makes sense.
func (f *ferry) act(a action, transfers []*uploader.Transfer) {
	var fit []*uploader.Transfer
	for _, t := range transfers {
		if a.allows(t) {
			fit = append(fit, t)
		}
	}
	switch {
	case len(fit) == 0:
	case a == actReveal:
		f.reveal(fit[0])
	case a == actCancel:
		f.giveUp(fit)
	case a == actRemove:
		f.takeOff(idsOf(fit))
	default:
		f.order(a.command(uploader.These(idsOf(fit)...)), nil)
	}
}

func (f *ferry) actOnSelected(a action) { f.act(a, f.window.list.selected()) }

// pauseOrResumeSelected pauses the selected transfers, or resumes them when none
// of them moves.
func (f *ferry) pauseOrResumeSelected() {
	selected := f.window.list.selected()
	if slices.ContainsFunc(selected, actPause.allows) {
		f.act(actPause, selected)
		return
	}
	f.act(actResume, selected)
}

// dropSelected takes the selected transfers off the list, and gives up first
// those that are unfinished.
func (f *ferry) dropSelected() {
	selected := f.window.list.selected()
	f.act(actRemove, selected)
	f.act(actCancel, selected)
}

// giveUp cancels transfers. It asks first where bytes would be lost.
func (f *ferry) giveUp(transfers []*uploader.Transfer) {
	var crossed int64
	for _, t := range transfers {
		crossed += t.Session.Offset
	}
	cancel := func() { f.order(uploader.Cancel{Target: uploader.These(idsOf(transfers)...)}, nil) }
	if crossed == 0 {
		cancel()
		return
	}
	n := len(transfers)
	text := words.Say("cancelling.text", words.Data{"Size": words.Size(crossed)})
	f.ask(words.Count("cancelling.title", n), text, nil,
		answer{label: words.Say("cancelling.no")},
		answer{label: words.Count("cancelling.yes", n), importance: widget.DangerImportance, do: cancel})
}

func idsOf(transfers []*uploader.Transfer) []uploader.TransferID {
	ids := make([]uploader.TransferID, len(transfers))
	for i, t := range transfers {
		ids[i] = t.ID
	}
	return ids
}
