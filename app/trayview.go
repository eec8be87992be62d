package app

import (
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// mood is the state the tray icon tells by its shape.
type mood uint8

const (
	moodIdle mood = iota
	moodActive
	moodPaused
	moodAttention
)

// trayView is everything the tray shows. Two equal ones look the same.
type trayView struct {
	mood    mood
	eighths int    // of what is under way that is across, while the mood is active
	status  string // the menu's first line
	tooltip string
	resume  string // the item that goes on with what an earlier run left, while that is asked; "" otherwise
	pause   bool   // there is something to pause,
	paused  bool   // and something to resume
	recent  [recentMost]recent
}

// trayOf is the tray of a snapshot and its tally. While a question about
// unfinished uploads is unanswered the icon asks for attention.
func trayOf(s *uploader.Snapshot, sum tally, left *leftover) trayView {
	view := trayView{mood: moodOf(s, sum, left != nil), pause: sum.running > 0, paused: sum.held > 0, recent: recentOf(s)}
	view.status, view.tooltip = statusLine(s, sum), tooltipOf(s, sum)
	if view.mood == moodActive && s.Totals.Bytes > 0 {
		view.eighths = int(8 * (s.Totals.Bytes - s.Totals.Left) / s.Totals.Bytes)
	}
	if left != nil {
		all := left.sums(s)
		view.resume = words.Count("tray.resume", all.count, words.Data{"Left": words.Size(all.size - all.sent)})
		if all.count == 0 {
			view.resume = words.Say("tray.resume.folders")
		}
	}
	return view
}

func moodOf(s *uploader.Snapshot, sum tally, asking bool) mood {
	switch {
	case asking, sum.trouble > 0, s.Trouble != nil:
		return moodAttention
	case sum.running > 0:
		return moodActive
	case sum.held > 0:
		return moodPaused
	default:
		return moodIdle
	}
}

// statusLine changes seldom, because the menu is built anew when it does.
func statusLine(s *uploader.Snapshot, sum tally) string {
	if sum.running > 0 && s.Trouble == nil {
		return words.Join(runningLine(s, sum), words.ETA(s.Totals.ETA))
	}
	switch {
	case s.Trouble != nil:
		return words.Fault(s.Trouble, words.Subject{}).Short
	case sum.trouble > 0:
		return words.Count("tray.trouble", sum.trouble)
	case sum.held > 0:
		return words.Join(countOf("tray.asked", sum.asked), countOf("tray.held", sum.held-sum.asked))
	default:
		return words.Say("tray.idle")
	}
}

// countOf counts what there is some of.
func countOf(key string, n int) string {
	if n == 0 {
		return ""
	}
	return words.Count(key, n)
}

// tooltipOf says how it goes in one line.
func tooltipOf(s *uploader.Snapshot, sum tally) string {
	if sum.running == 0 || s.Trouble != nil || s.Totals.Bytes == 0 {
		return statusLine(s, sum)
	}
	percent := 100 * (s.Totals.Bytes - s.Totals.Left) / s.Totals.Bytes
	line := words.Join(runningLine(s, sum), words.Say("percent", words.Data{"N": percent}))
	return words.Join(line, words.Rate(s.Totals.Rate), words.ETA(s.Totals.ETA))
}

// runningLine counts what is wanted, and says so when none of it can move.
func runningLine(s *uploader.Snapshot, sum tally) string {
	count := s.Totals.Count
	moves := count[uploader.StateUploading] + count[uploader.StatePreparing] + count[uploader.StateChecking]
	switch {
	case moves == 0 && count[uploader.StateOffline] > 0:
		return words.Say("tray.offline")
	case moves == 0 && count[uploader.StateRetrying]+count[uploader.StateBusy] > 0:
		return words.Say("tray.retrying")
	default:
		return words.Count("tray.running", sum.running)
	}
}
