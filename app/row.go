package app

import (
	"path"
	"strings"
	"time"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets"
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
		Actions: buttonsOf(situationOf([]*uploader.Transfer{t})),
	}
	model.Glyph, model.Tone = signOf(state)
	model.BarTone = model.Tone
	if model.ShowBar && state != uploader.StatePaused && state != uploader.StateForgotten { // whose details say it
		model.Size = words.SizeOf(s.Sent(t), t.Source.Size)
	}
	server, _ := s.Server(t.Server)
	switch state {
	case uploader.StateUploading:
		live := s.Live[t.ID]
		model.Detail = words.Join(words.State(state), words.Server(server))
		model.Speed, model.ETA = words.Rate(live.Rate), words.ETA(live.ETA)
	case uploader.StateDone:
		model.Detail = words.Join(words.State(state), words.Duration(t.Active), words.Server(server))
	}
	return model
}

// inside is the row of a transfer inside of its batch: it is called by its path in
// there, and does not repeat what the batch says.
func inside(row widgets.RowModel, t *uploader.Transfer, b *uploader.Batch) widgets.RowModel {
	row.Depth = 1
	switch state := t.State(); state {
	case uploader.StateUploading:
		row.Detail = words.State(state)
	case uploader.StateDone:
		row.Detail = words.Join(words.State(state), words.Duration(t.Active))
	}
	if b != nil && len(b.Roots) == 1 {
		if _, below, ok := strings.Cut(t.Source.RelPath, "/"); ok {
			row.Name = words.Printable(path.Clean(below))
		}
	}
	return row
}

// sizeOf is the size of a transfer's file; "" where the file was never seen, or is
// still being written.
func sizeOf(t *uploader.Transfer) string {
	if t.Source.Size < 0 || t.Phase == uploader.PhaseFailed && t.Fingerprint == "" {
		return ""
	}
	return words.Size(t.Source.Size)
}

// buttonsOf are the buttons of a row. One that shows its words stands at the edge,
// under those of other rows.
func buttonsOf(s situation) []widgets.Action {
	var quiet, prominent []widgets.Action
	for _, a := range s.buttons() {
		button := widgets.Action{ID: a.String(), Icon: a.icon(), Label: words.Say(s.label(a)), Prominent: s.prominent(a)}
		if button.Prominent {
			prominent = append(prominent, button)
		} else {
			quiet = append(quiet, button)
		}
	}
	return append(quiet, prominent...)
}

// placesShown is how far the queue is counted for people: nobody waits more
// patiently for being 312th.
const placesShown = 99

// placesOf are the places in the queue of those that wait for their turn.
func placesOf(s *uploader.Snapshot) map[uploader.TransferID]int {
	places := map[uploader.TransferID]int{}
	most := min(s.Totals.Count[uploader.StateWaiting], placesShown)
	for _, t := range s.Transfers {
		if len(places) == most {
			break
		}
		if t.State() == uploader.StateWaiting {
			places[t.ID] = len(places) + 1
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
