package app

import (
	"slices"
	"time"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/theme"
)

// reviewOf is what the review shows of an upload. What is stuck looks as it does
// in the list; the rest waits for the answer, and says what is known of it.
func reviewOf(s *uploader.Snapshot, t *uploader.Transfer, now time.Time) widgets.RowModel {
	model := rowOf(s, t, 0, s.Sent(t), now)
	if needsPerson(t.State()) {
		slices.SortStableFunc(model.Actions, func(a, b widgets.Action) int { return toEdge(a) - toEdge(b) })
		return model
	}
	server, _ := s.Server(t.Server)
	switch {
	case t.Phase == uploader.PhaseChecking:
		model.Detail = words.Join(words.Say("state.checking"), words.Server(server))
	case t.Fault != nil:
		model.Glyph, model.Tone = theme.IconOffline, theme.Warning
		model.Detail = words.Join(words.Fault(t.Fault, words.Subject{}).Short, words.Server(server))
	case t.Session.Offset == 0:
		model.Glyph, model.Tone = theme.IconCheck, theme.Success
		model.Detail = words.Join(words.Say("review.ready.fresh"), words.Server(server))
	default:
		model.Glyph, model.Tone = theme.IconCheck, theme.Success
		of := words.Data{"SizeOf": words.SizeOf(t.Session.Offset, t.Source.Size)}
		model.Detail = words.Join(words.Say("review.ready", of), words.Server(server))
	}
	model.Actions = []widgets.Action{
		{ID: actPause.String(), Icon: theme.IconPause, Label: words.Say("review.later")},
		{ID: actCancel.String(), Icon: theme.IconCancel, Label: words.Say("action.cancel")},
		{ID: actResume.String(), Icon: theme.IconResume, Label: words.Say("action.resume"), Prominent: true},
	}
	return model
}

// toEdge puts the way out at the edge, where the others have theirs.
func toEdge(a widgets.Action) int {
	if a.Prominent {
		return 1
	}
	return 0
}
