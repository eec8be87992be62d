package view

import (
	"cmp"
	"path/filepath"
	"time"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/theme"
)

// BatchRow returns the row of a batch. Unacknowledged is the number of bytes that were
// sent and not acknowledged yet, high the greatest number of sent bytes that was shown. NextRetry
// is [Outline.NextRetry], which is called only if the row says when the batch is tried again.
func BatchRow(s *uploader.Snapshot, b *uploader.Batch, sum uploader.BatchTotals, unacknowledged, high int64, nextRetry func(uploader.BatchID) *uploader.Transfer) widgets.RowModel {
	state := leadingState(b, sum)
	model := widgets.RowModel{Icon: theme.IconFolder, Name: batchName(b, sum), Actions: buttonsOf(situationOfBatch(b, sum))}
	model.StatusIcon, model.Tone = StateIcon(state)
	model.BarTone = model.Tone
	if sum.Rate >= 1 {
		_, model.BarTone = StateIcon(uploader.StateUploading)
	}
	server, _ := s.Server(b.Server)
	wait := batchWait(s, b, sum)
	switch {
	case wait != nil:
		model.StatusIcon, model.Tone = StateIcon(uploader.StateBusy)
		model.Status = words.Join(words.Fault(wait, words.Subject{}).Short, words.Server(server))
	case sum.Files == 0 && s.Listed[b.ID] > 0:
		model.Status = words.Join(words.Text("batch.adding"), words.Server(server))
	case sum.Files == 0:
		model.Status = words.Join(words.Text("batch.looking"), words.Server(server))
	case !b.Scanned:
		model.Status = words.Join(attentionText(sum), words.Count("batch.found", sum.Files), words.Server(server))
	case sum.Count[uploader.StateDone] == sum.Files:
		model.Size, model.Status = words.Size(sum.Bytes), words.Join(words.State(state), words.Files(sum.Files), skippedCount(b), words.Server(server))
		return model
	default:
		model.Status = words.Join(batchStateText(s, b, state, sum, nextRetry), words.FilesOf(sum.Count[uploader.StateDone], sum.Files), skippedCount(b), words.Server(server))
	}
	remaining := sum.Bytes - sum.Sent
	if !batchRuns(sum) {
		sum.Rate = 0 // the moving average goes down only slowly
	}
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
	if model.ShowBar {
		model.Percent = percentText(model.Sent)
	}
	return model
}

// skippedCount returns how many entries of a batch's folders are not uploaded; "" for none.
func skippedCount(b *uploader.Batch) string {
	if n := b.Skipped.Links.Count + b.Skipped.Special.Count; n > 0 {
		return words.Count("batch.skipped", n)
	}
	return ""
}

// batchWait returns why nothing of a batch continues at the moment: the drive of its folder
// or of a file does not respond. It returns nil otherwise.
func batchWait(s *uploader.Snapshot, b *uploader.Batch, sum uploader.BatchTotals) *fault.Fault {
	if sum.Rate >= 1 {
		return nil
	}
	return cmp.Or(s.ScanFaults[b.ID], sum.Wait)
}

// batchName returns the name of a batch: that of its only folder or file, or that of the
// first one and the number of the others.
func batchName(b *uploader.Batch, sum uploader.BatchTotals) string {
	if name := rootName(b); name != "" {
		return words.Printable(name)
	}
	if len(b.Roots) == 0 {
		return words.Files(sum.Files)
	}
	return words.Count("batch.several", len(b.Roots)-1, words.Data{"Name": words.Printable(filepath.Base(b.Roots[0]))})
}

// rootName returns the name of the only folder or file of a batch; "" if there are
// several or none.
func rootName(b *uploader.Batch) string {
	if len(b.Roots) != 1 {
		return ""
	}
	return filepath.Base(b.Roots[0])
}

// batchStateText returns the text of a batch's state; "" if the counts are enough.
func batchStateText(s *uploader.Snapshot, b *uploader.Batch, state uploader.State, sum uploader.BatchTotals, nextRetry func(uploader.BatchID) *uploader.Transfer) string {
	if hold, ok := s.Holds[b.Server]; ok && state == uploader.StateWaiting {
		return words.HoldReason(hold, time.Now())
	}
	if isRetry(state) {
		if retry := nextRetry(b.ID); retry != nil {
			return words.Row(s, retry, 0, time.Now())
		}
	}
	if state == uploader.StateUploading || NeedsAttention(state) {
		return attentionText(sum)
	}
	return words.State(state)
}

// attentionText returns how many files of a batch need attention; "" for none.
func attentionText(sum uploader.BatchTotals) string {
	if n := attentionCount(sum); n > 0 {
		return words.Count("batch.needs", n)
	}
	return ""
}

// attentionCount returns how many files of a batch need attention.
func attentionCount(sum uploader.BatchTotals) int {
	n := 0
	for state, count := range sum.Count {
		if NeedsAttention(uploader.State(state)) {
			n += count
		}
	}
	return n
}

// statePriority is the order in which a batch's row prefers the states of its files:
// first those that need attention, then active, waiting, paused and finished.
var statePriority = []uploader.State{
	uploader.StateFailed, uploader.StateSignIn, uploader.StateChanged, uploader.StateExpired, uploader.StateMissing, uploader.StateNeedsDecision,
	uploader.StateUploading, uploader.StateChecking, uploader.StatePreparing,
	uploader.StateOffline, uploader.StateRetrying, uploader.StateBusy,
	uploader.StateWaiting, uploader.StatePaused, uploader.StateDone, uploader.StateCancelled,
}

// leadingState returns the state that a batch's row shows. It does not change between
// two files: a batch that has sent bytes is uploading while its next file is being
// prepared.
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

// steadyState replaces the short states between two files of an active batch by
// StateUploading.
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

// remainderState returns the state of the files that are not found yet.
func remainderState(b *uploader.Batch) uploader.State {
	if b.Intent == uploader.IntentPause {
		return uploader.StatePaused
	}
	return uploader.StatePreparing
}
