package view

import (
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// ErrorText returns the text shown for the error of a command.
func ErrorText(err error) string {
	if f := fault.Of(err); f.Kind != fault.Bug {
		return words.Fault(f, words.Subject{}).String()
	}
	return words.Text("order.failed")
}

// Title returns the title of the window: while something is sent with the progress, in whole
// percent, of the batches that are being sent or wait for that. It agrees with their rows.
func Title(s *uploader.Snapshot) string {
	if s.Totals.Count[uploader.StateUploading] == 0 {
		return "Ferry"
	}
	var bytes, sent int64
	for _, sum := range s.BatchTotals {
		if batchRuns(sum) || batchWaits(sum) {
			bytes, sent = bytes+sum.Bytes, sent+sum.Sent
		}
	}
	if bytes == 0 {
		return "Ferry"
	}
	return percentText(float64(sent)/float64(bytes)) + " · Ferry"
}

// batchWaits reports whether a file of the batch will be sent without an action of the user.
func batchWaits(sum uploader.BatchTotals) bool {
	return sum.Count[uploader.StateWaiting]+sum.Count[uploader.StateOffline]+sum.Count[uploader.StateRetrying]+sum.Count[uploader.StateBusy] > 0
}

// MaxNameLength is the greatest number of characters of a server's name on a button.
const MaxNameLength = 28

// Shorten cuts a text that is longer than limit characters.
func Shorten(text string, limit int) string {
	runes := []rune(text)
	if len(runes) <= limit {
		return text
	}
	return string(runes[:limit-1]) + "…"
}

// ShortenPath returns a path as it is shown ([words.Path]), and cuts the beginning if that is
// longer than limit characters.
func ShortenPath(path string, limit int) string {
	runes := []rune(words.Path(path))
	if len(runes) <= limit {
		return string(runes)
	}
	return "…" + string(runes[len(runes)-limit+1:])
}

// RemovedText returns the message about transfers that were removed from the list.
// Removing unfinished transfers cancels them.
func RemovedText(transfers []*uploader.Transfer) string {
	n, unfinished, done := max(1, len(transfers)), 0, 0 // 1 for a batch without files
	for _, t := range transfers {
		switch {
		case t.Unfinished():
			unfinished++
		case t.Phase == uploader.PhaseDone:
			done++
		}
	}
	switch {
	case done == n:
		return words.Count("undo.removed.done", n)
	case done > 0:
		return words.Count("undo.removed.some", n, words.Data{"Done": words.Number(done)})
	case unfinished < n:
		return words.Count("undo.removed", n)
	case n == 1:
		return words.Text("undo.cancelled.one", words.Data{"Name": words.Printable(transfers[0].Source.Name())})
	default:
		return words.Count("undo.cancelled", n)
	}
}
