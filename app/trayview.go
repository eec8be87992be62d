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
	status  string // the menu's first line
	tooltip string
	resume  string // the item that resumes what is held; "" for none
	pause   bool   // there is something to pause, otherwise to resume
}

// trayOf is the tray of a snapshot and its tally. While a question about
// unfinished uploads is unanswered the icon asks for attention.
func trayOf(s *uploader.Snapshot, sum tally, asking bool) trayView {
	view := trayView{mood: moodOf(s, sum, asking), pause: sum.running > 0}
	view.status = statusLine(s, sum)
	view.tooltip = view.status
	if sum.running > 0 {
		view.tooltip = words.Join(view.status, words.Rate(s.Totals.Rate))
	}
	if sum.held > 0 {
		view.resume = words.Count("tray.resume", sum.held, words.Data{"Left": words.Size(sum.left)})
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
	switch {
	case s.Trouble != nil:
		return words.Fault(s.Trouble, words.Subject{}).Short
	case sum.running > 0 && s.Totals.Bytes > 0:
		percent := 100 * (s.Totals.Bytes - s.Totals.Left) / s.Totals.Bytes
		return words.Join(words.Count("tray.running", sum.running), words.Say("percent", words.Data{"N": percent}), words.ETA(s.Totals.ETA))
	case sum.running > 0:
		return words.Count("tray.running", sum.running)
	case sum.trouble > 0:
		return words.Count("tray.trouble", sum.trouble)
	case sum.held > 0:
		return words.Count("tray.held", sum.held)
	default:
		return words.Say("tray.idle")
	}
}
