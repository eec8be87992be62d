package view

import (
	"runtime"
	"strings"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

const (
	// MaxRecent is how many of the last finished uploads the tray's menu has.
	MaxRecent = 5

	// maxRecentLength is the greatest number of characters of a name in the menu.
	maxRecentLength = 40
)

// RecentUpload is one of the uploads that finished last. The zero value is none.
type RecentUpload struct {
	ID       uploader.TransferID
	Name     string
	Received bool // by this computer: the file is shown instead of its link
}

// recentOf are the uploads that finished last, newest first.
func recentOf(s *uploader.Snapshot) [MaxRecent]RecentUpload {
	var last [MaxRecent]*uploader.Transfer
	for _, t := range s.Transfers {
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
	var found [MaxRecent]RecentUpload
	for i, t := range last {
		if t != nil {
			found[i] = RecentUpload{ID: t.ID, Name: menuName(words.Printable(t.Source.Name()), runtime.GOOS), Received: t.Server == uploader.BuiltinServer}
		}
	}
	return found
}

// menuName escapes the character that the system's menus use to mark an access key.
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
