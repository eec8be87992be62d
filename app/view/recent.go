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
	var last [MaxRecent]*uploader.Transfer
	for t := range s.Transfers.Values() {
		if t.Phase != uploader.PhaseDone {
			continue
		}
		for i := range last {
			if last[i] == nil || t.Finished > last[i].Finished {
				copy(last[i+1:], last[i:])
				last[i] = t
				break
			}
		}
	}
	var recent [MaxRecent]RecentUpload
	for i, t := range last {
		if t != nil {
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
