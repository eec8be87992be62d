package app

import (
	"path"
	"time"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/theme"
)

// rowOf is everything the list shows of a transfer. Place is its place in the
// queue, high the greatest number of its bytes that was shown.
func rowOf(s *uploader.Snapshot, t *uploader.Transfer, place int, high int64, now time.Time) widgets.RowModel {
	state := t.State()
	bar := progressOf(s, t, high)
	model := widgets.RowModel{
		Icon:    iconFor(t.Source.Name()),
		Name:    nameOf(t),
		Size:    sizeOf(t),
		Detail:  words.Row(s, t, place, now),
		ShowBar: state == uploader.StateUploading || bar.sent > 0 && state != uploader.StateDone && state != uploader.StateCancelled,
		Acked:   bar.held,
		Sent:    bar.sent,
		Actions: buttonsOf(t),
	}
	model.Glyph, model.Tone = signOf(state)
	server, _ := s.Server(t.Server)
	switch state {
	case uploader.StateUploading:
		live := s.Live[t.ID]
		model.Detail = words.Join(words.State(state), words.Server(server))
		model.Size = words.SizeOf(s.Sent(t), t.Source.Size)
		model.Speed, model.ETA = words.Rate(live.Rate), words.ETA(live.ETA)
	case uploader.StateDone:
		model.Detail = words.Join(words.State(state), words.Duration(t.Active), words.Server(server))
	}
	return model
}

// sizeOf is the size of a transfer's file; "" where the file was never seen.
func sizeOf(t *uploader.Transfer) string {
	if t.Phase == uploader.PhaseFailed && t.Fingerprint == "" {
		return ""
	}
	return words.Size(t.Source.Size)
}

// buttonsOf are the buttons of a transfer's row. One that waits for a person
// shows its way out with words.
func buttonsOf(t *uploader.Transfer) []widgets.Action {
	deeds := deedsFor(t)
	buttons := make([]widgets.Action, len(deeds))
	for i, d := range deeds {
		prominent := d.action == actRetry && needsPerson(t.State())
		buttons[i] = widgets.Action{ID: d.action.String(), Icon: d.icon, Label: d.label, Prominent: prominent}
	}
	return buttons
}

// deed is one thing to do, with its words and its icon.
type deed struct {
	action action
	label  string
	icon   theme.IconName
}

// deedsFor is what can be done to a transfer, in words that fit its state.
func deedsFor(t *uploader.Transfer) []deed {
	actions := actionsFor(t)
	deeds := make([]deed, len(actions))
	for i, a := range actions {
		deeds[i] = deed{action: a, label: words.Say(labelOf(a, t.State())), icon: iconOfAction(a)}
	}
	return deeds
}

// deedsForAll is what can be done to some of several transfers, in the words of
// the first each fits.
func deedsForAll(transfers []*uploader.Transfer) []deed {
	var found [actions]*deed
	for _, t := range transfers {
		for _, d := range deedsFor(t) {
			if found[d.action] == nil {
				found[d.action] = &d
			}
		}
	}
	var all []deed
	for _, d := range found {
		if d != nil {
			all = append(all, *d)
		}
	}
	return all
}

func labelOf(a action, state uploader.State) string {
	key := "action." + a.String()
	if a != actRetry {
		return key
	}
	switch state {
	case uploader.StateOffline, uploader.StateRetrying, uploader.StateBusy:
		return key + ".now"
	case uploader.StateChanged, uploader.StateForgotten:
		return key + ".start-over"
	case uploader.StateCancelled:
		return key + ".again"
	default:
		return key
	}
}

func iconOfAction(a action) theme.IconName {
	switch a {
	case actPause:
		return theme.IconPause
	case actResume:
		return theme.IconResume
	case actRetry:
		return theme.IconRetry
	case actReveal:
		return theme.IconFolderOpen
	case actCancel:
		return theme.IconCancel
	default:
		return theme.IconRemove
	}
}

// placesShown is how far the queue is counted for people: nobody waits more
// patiently for being 312th.
const placesShown = 99

// placesOf are the places in the queue of those that wait for their turn.
func placesOf(s *uploader.Snapshot) map[uploader.TransferID]int {
	places := map[uploader.TransferID]int{}
	if s.Totals.Count[uploader.StateWaiting] == 0 {
		return places
	}
	for _, t := range s.Transfers {
		if t.State() == uploader.StateWaiting {
			places[t.ID] = len(places) + 1
			if len(places) == placesShown {
				break
			}
		}
	}
	return places
}

// nameOf is what a transfer is called in the list: its path within the folder it
// came with, or its name.
func nameOf(t *uploader.Transfer) string {
	if t.Source.RelPath != "" {
		return words.Printable(path.Clean(t.Source.RelPath))
	}
	return words.Printable(t.Source.Name())
}
