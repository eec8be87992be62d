package view

import (
	"runtime"
	"strings"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

const (
	// MaxRecent is the number of finished uploads in the tray's menu.
	MaxRecent = 5

	// maxRecentLength is the greatest number of characters of a name in the menu.
	maxRecentLength = 40
)

// RecentUpload is one of the uploads that finished last. The zero value stands for none.
type RecentUpload struct {
	ID       uploader.TransferID
	Name     string
	Received bool // by the built-in receiver: the menu shows the file instead of copying a link
}

// recentOf returns the uploads that finished last, newest first.
func recentOf(s *uploader.Snapshot) [MaxRecent]RecentUpload {
	var last [MaxRecent]struct {
		row      uploader.Row
		finished uploader.Timestamp
		set      bool
	}
	for _, row := range s.Transfers.Rows() {
		if row.Phase() != uploader.PhaseDone {
			continue
		}
		finished := row.Finished()
		for i := range last {
			if !last[i].set || finished > last[i].finished {
				copy(last[i+1:], last[i:])
				last[i].row, last[i].finished, last[i].set = row, finished, true
				break
			}
		}
	}
	var recent [MaxRecent]RecentUpload
	for i := range last {
		if last[i].set {
			t := last[i].row.Transfer()
			recent[i] = RecentUpload{ID: t.ID, Name: menuName(words.Printable(t.Source.Name()), runtime.GOOS), Received: t.Server == uploader.BuiltinServer}
		}
	}
	return recent
}

// menuName shortens a name and escapes the character that marks an access key in menus of
// the system (a GOOS).
func menuName(name, system string) string {
	name = Shorten(name, maxRecentLength)
	switch system {
	case "linux":
		return strings.ReplaceAll(name, "_", "__")
	case "windows":
		return strings.ReplaceAll(name, "&", "&&")
	default:
		return name
	}
}
