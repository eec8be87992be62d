package view

import (
	"path/filepath"
	"time"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/theme"
)

// BatchRow is the row of a batch. Flying is the number of uploaded bytes that are not
// acknowledged yet, high the greatest number of uploaded bytes that was shown.
func BatchRow(s *uploader.Snapshot, b *uploader.Batch, sum uploader.BatchTotals, unacknowledged, high int64) widgets.RowModel {
	state := leadingState(b, sum)
	model := widgets.RowModel{Icon: theme.IconFolder, Name: batchName(b, sum), Actions: buttonsOf(situationOfBatch(b, sum))}
	model.StatusIcon, model.Tone = StateIcon(state)
	model.BarTone = model.Tone
	if sum.Rate >= 1 {
		_, model.BarTone = StateIcon(uploader.StateUploading)
	}
	server, _ := s.Server(b.Server)
	switch {
	case sum.Files == 0:
		model.Status = words.Join(words.Text("batch.looking"), words.Server(server))
	case !b.Scanned:
		model.Status = words.Join(needsPersonText(sum), words.Count("batch.found", sum.Files), words.Server(server))
	case sum.Count[uploader.StateDone] == sum.Files:
		model.Size, model.Status = words.Size(sum.Bytes), words.Join(words.State(state), words.Files(sum.Files), words.Server(server))
		return model
	default:
		model.Status = words.Join(batchStateText(s, b, state, sum), words.FilesOf(sum.Count[uploader.StateDone], sum.Files), words.Server(server))
	}
	remaining := sum.Bytes - sum.Sent
	model.Speed = words.Rate(sum.Rate)
	if sum.Rate >= 1 && s.Totals.ETA > 0 { // the total has an estimate
		model.ETA = words.ETA(time.Duration(float64(remaining) / sum.Rate * float64(time.Second)))
	}
	switch {
	case sum.Bytes == 0 && sum.Files > 0: // empty files only: count files instead of bytes
		model.ShowBar = true
		model.Acked = float64(sum.Count[uploader.StateDone]) / float64(sum.Files)
		model.Sent = model.Acked
	case sum.Bytes > 0:
		model.Size, model.ShowBar = words.SizeOf(sum.Sent, sum.Bytes), true
		model.Acked = float64(sum.Sent-unacknowledged) / float64(sum.Bytes)
		model.Sent = float64(high) / float64(sum.Bytes)
	}
	return model
}

// batchName is the name of a batch: that of its folder or file, or that of the first of
// several.
func batchName(b *uploader.Batch, sum uploader.BatchTotals) string {
	if isNamed(b) {
		return words.Printable(filepath.Base(b.Roots[0]))
	}
	if len(b.Roots) == 0 {
		return words.Files(sum.Files)
	}
	return words.Count("batch.several", len(b.Roots)-1, words.Data{"Name": words.Printable(filepath.Base(b.Roots[0]))})
}

func isNamed(b *uploader.Batch) bool { return len(b.Roots) == 1 }

// batchStateText is the state of a batch in words; "" where the counts say it.
func batchStateText(s *uploader.Snapshot, b *uploader.Batch, state uploader.State, sum uploader.BatchTotals) string {
	if hold, held := s.Holds[b.Server]; held && state == uploader.StateWaiting {
		return words.HoldReason(hold, time.Now())
	}
	if state == uploader.StateUploading || NeedsPerson(state) {
		return needsPersonText(sum)
	}
	return words.State(state)
}

// needsPersonText is how many files of a batch wait for a person; "" for none.
func needsPersonText(sum uploader.BatchTotals) string {
	if n := needPersonCount(sum); n > 0 {
		return words.Count("batch.needs", n)
	}
	return ""
}

// needPersonCount is how many files of a batch wait for a person.
func needPersonCount(sum uploader.BatchTotals) int {
	n := 0
	for state, count := range sum.Count {
		if NeedsPerson(uploader.State(state)) {
			n += count
		}
	}
	return n
}

// statePriority is the order in which a batch's row prefers the states of its files:
// first what needs a person, then what is active, then what waits, then what is paused
// or finished.
var statePriority = []uploader.State{
	uploader.StateFailed, uploader.StateSignIn, uploader.StateChanged, uploader.StateExpired, uploader.StateMissing, uploader.StateNeedsDecision,
	uploader.StateUploading, uploader.StateChecking, uploader.StatePreparing,
	uploader.StateOffline, uploader.StateRetrying, uploader.StateBusy,
	uploader.StateWaiting, uploader.StatePaused, uploader.StateDone, uploader.StateCancelled,
}

// leadingState is the state that a batch's row shows. It does not change between two
// files: a batch of which something is uploaded is uploading while its next file is
// being prepared.
func leadingState(b *uploader.Batch, sum uploader.BatchTotals) uploader.State {
	if !b.Scanned {
		sum.Count[remainderState(b)]++
	}
	for _, state := range statePriority {
		if sum.Count[state] > 0 {
			return steadyState(state, sum)
		}
	}
	return uploader.StateWaiting
}

// steadyState is the state of an active batch without the short states between two
// files.
func steadyState(state uploader.State, sum uploader.BatchTotals) uploader.State {
	switch state {
	case uploader.StateChecking, uploader.StatePreparing:
		if sum.Sent > 0 || sum.Count[uploader.StateDone] > 0 {
			return uploader.StateUploading
		}
	case uploader.StateWaiting:
		if sum.Rate >= 1 {
			return uploader.StateUploading
		}
	}
	return state
}

// remainderState is the state of the files that are not found yet.
func remainderState(b *uploader.Batch) uploader.State {
	if b.Intent == uploader.IntentPause {
		return uploader.StatePaused
	}
	return uploader.StatePreparing
}
