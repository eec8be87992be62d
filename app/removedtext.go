package app

import (
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// removedText is the message about transfers that were removed from the list.
// Removing unfinished transfers cancels them.
func removedText(transfers []*uploader.Transfer) string {
	n, unfinished := max(1, len(transfers)), 0 // a batch may have no files yet
	for _, t := range transfers {
		if t.Unfinished() {
			unfinished++
		}
	}
	switch {
	case unfinished < n:
		return words.Count("undo.removed", n)
	case n == 1:
		return words.Say("undo.cancelled.one", words.Data{"Name": words.Printable(transfers[0].Source.Name())})
	default:
		return words.Count("undo.cancelled", n)
	}
}
