package app

import (
	"path"
	"time"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets/theme"
)

// deed is a button of a row.
type deed struct {
	action action
	label  string
	icon   theme.IconName
}

// deedsFor are the buttons of a transfer's row, with words that fit its state.
func deedsFor(t *uploader.Transfer) []deed {
	actions := actionsFor(t)
	deeds := make([]deed, len(actions))
	for i, a := range actions {
		deeds[i] = deed{action: a, label: words.Say(labelOf(a, t.State())), icon: iconOfAction(a)}
	}
	return deeds
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

// signOf is the glyph and the tone of a state: the glyph alone tells the states
// apart.
func signOf(state uploader.State) (theme.IconName, theme.Tone) {
	switch state {
	case uploader.StatePreparing:
		return theme.IconPreparing, theme.Active
	case uploader.StateUploading:
		return theme.IconUploading, theme.Active
	case uploader.StateChecking:
		return theme.IconChecking, theme.Active
	case uploader.StatePaused:
		return theme.IconPaused, theme.Muted
	case uploader.StateOffline:
		return theme.IconOffline, theme.Warning
	case uploader.StateRetrying:
		return theme.IconClock, theme.Warning
	case uploader.StateBusy:
		return theme.IconBusy, theme.Warning
	case uploader.StateChanged:
		return theme.IconChanged, theme.Warning
	case uploader.StateMissing:
		return theme.IconMissing, theme.Warning
	case uploader.StateSignIn:
		return theme.IconKey, theme.Warning
	case uploader.StateForgotten:
		return theme.IconForgotten, theme.Warning
	case uploader.StateFailed:
		return theme.IconError, theme.Error
	case uploader.StateDone:
		return theme.IconDone, theme.Success
	case uploader.StateCancelled:
		return theme.IconCancel, theme.Muted
	default:
		return theme.IconWaiting, theme.Muted
	}
}

// progress is how far a row's bar is, from 0 to 1.
type progress struct {
	held float64 // acknowledged by the server
	sent float64 // on its way as well
}

// progressOf is the bar of a transfer of which high bytes were shown before.
func progressOf(s *uploader.Snapshot, t *uploader.Transfer, high int64) progress {
	if t.Phase == uploader.PhaseDone {
		return progress{held: 1, sent: 1}
	}
	if t.Source.Size <= 0 {
		return progress{}
	}
	size := float64(t.Source.Size)
	held := float64(t.Session.Offset) / size
	return progress{held: held, sent: max(held, float64(max(s.Sent(t), high))/size)}
}

// highWater remembers how far each bar was shown, so that none goes back while
// its upload stays the same one: bytes under way that are lost are sent again
// behind a bar that waits for them.
type highWater map[uploader.TransferID]struct {
	url  string
	sent int64
}

// rise returns the greatest number of bytes seen of the transfer's upload.
func (h highWater) rise(t *uploader.Transfer, sent int64) int64 {
	if t.Phase.Final() {
		delete(h, t.ID)
		return sent
	}
	mark := h[t.ID]
	if mark.url != t.Session.URL || sent > mark.sent {
		mark.url, mark.sent = t.Session.URL, sent
		h[t.ID] = mark
	}
	return mark.sent
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

// stateText is what a row says of its state at that moment.
func stateText(s *uploader.Snapshot, t *uploader.Transfer, places map[uploader.TransferID]int, now time.Time) string {
	return words.Row(s, t, places[t.ID], now)
}
