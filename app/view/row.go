package view

import (
	"math"
	"path"
	"strings"
	"time"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/theme"
)

// TransferRow returns the row of a transfer. Position is its position in the queue, high
// the greatest number of sent bytes that was shown.
func TransferRow(s *uploader.Snapshot, t *uploader.Transfer, position int, high int64, now time.Time) widgets.RowModel {
	state := t.State()
	bar := ProgressOf(s, t, high)
	model := widgets.RowModel{
		Icon:    fileIcon(t.Source.Name()),
		Name:    TransferName(t),
		Size:    sizeOf(t),
		Status:  words.Row(s, t, position, now),
		ShowBar: state == uploader.StateUploading || bar.Sent > 0 && state != uploader.StateDone && state != uploader.StateCancelled,
		Acked:   bar.Acked,
		Sent:    bar.Sent,
		Actions: buttonsOf(situationOf([]*uploader.Transfer{t})),
	}
	if model.ShowBar {
		model.Percent = percentText(model.Sent)
	}
	model.StatusHint = words.ServerMessage(faultShown(s, t))
	model.StatusIcon, model.Tone = iconOf(s, t)
	model.BarTone = model.Tone
	if model.ShowBar && (t.Pausing() || state != uploader.StatePaused && state != uploader.StateExpired) { // the status of the others contains it
		model.Size = words.SizeOf(ShownBytes(s, t), t.Source.Size)
	}
	server, _ := s.Server(t.Server)
	switch {
	case s.Wait(t) != nil: // the status is the reason
	case state == uploader.StateUploading:
		live := s.Progress[t.ID]
		model.Status = words.Join(words.State(state), words.Server(server))
		model.Speed, model.ETA = words.Rate(live.Rate), words.ETA(live.ETA)
	case state == uploader.StateDone:
		model.Status = words.Join(words.State(state), words.Duration(t.ActiveTime), words.Server(server), words.Renamed(t))
	}
	return model
}

// percentText returns a fraction in whole percent that are complete.
func percentText(of float64) string { return words.Percent(math.Floor(100*of) / 100) }

// faultShown returns the fault that the status of a transfer is about; nil for none. It is
// that of its server for a transfer that waits for the server.
func faultShown(s *uploader.Snapshot, t *uploader.Transfer) *fault.Fault {
	if t.State() == uploader.StateWaiting {
		if f := s.Blocked[t.Server]; f != nil {
			return f
		}
		if hold, held := s.Holds[t.Server]; held {
			return hold.Fault
		}
	}
	if s.Wait(t) != nil {
		return nil // its drive does not respond
	}
	return t.Fault
}

// iconOf returns the icon and the tone of a transfer: those of its state, or of one that
// waits if its drive does not respond.
func iconOf(s *uploader.Snapshot, t *uploader.Transfer) (theme.IconName, theme.Tone) {
	if s.Wait(t) != nil {
		return StateIcon(uploader.StateBusy)
	}
	return StateIcon(t.State())
}

// RowInBatch changes the row of a transfer for display below its batch: its name is its
// path in the batch, and it does not repeat the server.
func RowInBatch(s *uploader.Snapshot, row widgets.RowModel, t *uploader.Transfer, b *uploader.Batch) widgets.RowModel {
	row.Depth = 1
	switch state := t.State(); {
	case s.Wait(t) != nil: // the status is the reason
	case state == uploader.StateUploading:
		row.Status = words.State(state)
	case state == uploader.StateDone:
		row.Status = words.Join(words.State(state), words.Duration(t.ActiveTime), words.Renamed(t))
	}
	if b != nil && len(b.Roots) == 1 {
		if _, rest, ok := strings.Cut(t.Source.RelPath, "/"); ok {
			row.Name = words.Printable(path.Clean(rest))
		}
	}
	return row
}

// sizeOf returns the size of a transfer's file; "" if it is not known or the file is still
// being written.
func sizeOf(t *uploader.Transfer) string {
	if t.Source.Size < 0 || t.Phase == uploader.PhaseFailed && t.Fingerprint == "" {
		return ""
	}
	return words.Size(t.Source.Size)
}

// buttonsOf returns the buttons of a row. Those with a text are last, so that the others
// are aligned with those of other rows.
func buttonsOf(s Situation) []widgets.Action {
	var iconOnly, prominent []widgets.Action
	for _, a := range s.buttons() {
		button := widgets.Action{ID: a.String(), Icon: a.Icon(), Label: words.Text(s.Label(a)), Prominent: s.labelled(a)}
		if button.Prominent {
			prominent = append(prominent, button)
		} else {
			iconOnly = append(iconOnly, button)
		}
	}
	return append(iconOnly, prominent...)
}

// TransferName returns the path of a transfer's file in the folder it was added with, or its
// name.
func TransferName(t *uploader.Transfer) string {
	if t.Source.RelPath != "" {
		return words.Printable(path.Clean(t.Source.RelPath))
	}
	return words.Printable(t.Source.Name())
}
