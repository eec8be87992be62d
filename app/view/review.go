package view

import (
	"slices"
	"time"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/theme"
)

// ReviewRow returns the row of an interrupted upload that waits for the user's decision.
// Transfers that need attention look as they do in the list.
func ReviewRow(s *uploader.Snapshot, t *uploader.Transfer, now time.Time) widgets.RowModel {
	model := TransferRow(s, t, 0, s.Sent(t), now)
	if NeedsAttention(t.State()) {
		slices.SortStableFunc(model.Actions, func(a, b widgets.Action) int { return prominentLast(a) - prominentLast(b) })
		return model
	}
	server, _ := s.Server(t.Server)
	switch {
	case t.Phase == uploader.PhaseChecking:
		model.Status = words.Join(words.Text("state.checking"), words.Server(server))
	case t.Fault != nil:
		model.StatusIcon, model.Tone = theme.IconOffline, theme.Warning
		model.Status = words.Join(words.Fault(t.Fault, words.Subject{}).Short, words.Server(server))
	case t.Session.Offset == 0:
		model.StatusIcon, model.Tone = theme.IconCheck, theme.Success
		model.Status = words.Join(words.Text("review.ready.fresh"), words.Server(server))
	default:
		model.StatusIcon, model.Tone = theme.IconCheck, theme.Success
		of := words.Data{"SizeOf": words.SizeOf(t.Session.Offset, t.Source.Size)}
		model.Status = words.Join(words.Text("review.ready", of), words.Server(server))
	}
	model.Actions = []widgets.Action{
		{ID: ActionPause.String(), Icon: theme.IconPause, Label: words.Text("review.later")},
		{ID: ActionCancel.String(), Icon: theme.IconCancel, Label: words.Text("action.cancel")},
		{ID: ActionResume.String(), Icon: theme.IconResume, Label: words.Text("action.resume"), Prominent: true},
	}
	return model
}

// prominentLast is a sort key that puts the button with a text last, as in the list.
func prominentLast(a widgets.Action) int {
	if a.Prominent {
		return 1
	}
	return 0
}
