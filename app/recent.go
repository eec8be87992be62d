package app

import (
	"runtime"
	"strings"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

const (
	// recentMost is how many of the last finished uploads the tray offers.
	recentMost = 5

	// longestRecent is how many characters of a name stand in a menu.
	longestRecent = 40
)

// recent is one of the uploads that finished last. The zero value is none.
type recent struct {
	id   uploader.TransferID
	name string
	here bool // received by this computer: it is shown, not linked to
}

// recentOf finds those that finished last, the newest first.
func recentOf(s *uploader.Snapshot) [recentMost]recent {
	var last [recentMost]*uploader.Transfer
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
	var found [recentMost]recent
	for i, t := range last {
		if t != nil {
			found[i] = recent{id: t.ID, name: menuName(words.Printable(t.Source.Name()), runtime.GOOS), here: t.Server == uploader.BuiltinServer}
		}
	}
	return found
}

// menuName is a name as a menu shows it: systems take a sign in it for the mark of
// an access key.
func menuName(name, system string) string {
	name = shorten(name, longestRecent)
	switch system {
	case "linux":
		return strings.ReplaceAll(name, "_", "__")
	case "windows":
		return strings.ReplaceAll(name, "&", "&&")
	default:
		return name
	}
}
