package view

import (
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// TrayState selects the tray's icon.
type TrayState uint8

const (
	TrayIdle TrayState = iota
	TrayActive
	TrayPaused
	TrayAttention
)

// Tray is everything the tray shows. Two equal values look the same.
type Tray struct {
	State   TrayState
	Eighths int    // of the bytes that are uploaded, in TrayActive
	Status  string // the menu's first line
	Tooltip string
	Resume  string // the item that resumes interrupted uploads; "" for none
	Pause   bool   // there is something to pause,
	Paused  bool   // and something to resume
	Recent  [MaxRecent]RecentUpload
}

// TrayOf is the tray of a snapshot. While interrupted uploads wait for an answer the
// icon asks for attention.
func TrayOf(s *uploader.Snapshot, sum Counts, left *Interrupted) Tray {
	view := Tray{State: trayStateOf(s, sum, left != nil), Pause: sum.Running > 0, Paused: sum.Paused > 0, Recent: recentOf(s)}
	view.Status, view.Tooltip = statusLine(s, sum), tooltipOf(s, sum)
	if view.State == TrayActive && s.Totals.Bytes > 0 {
		view.Eighths = int(8 * (s.Totals.Bytes - s.Totals.Left) / s.Totals.Bytes)
	}
	if left != nil {
		all := left.Totals(s)
		view.Resume = words.Count("tray.resume", all.Count, words.Data{"Left": words.Size(all.Size - all.Sent)})
		if all.Count == 0 {
			view.Resume = words.Say("tray.resume.folders")
		}
	}
	return view
}

func trayStateOf(s *uploader.Snapshot, sum Counts, asking bool) TrayState {
	switch {
	case asking, sum.needPerson > 0, s.Trouble != nil:
		return TrayAttention
	case sum.Running > 0:
		return TrayActive
	case sum.Paused > 0:
		return TrayPaused
	default:
		return TrayIdle
	}
}

// statusLine changes seldom, because the menu is rebuilt when it does.
func statusLine(s *uploader.Snapshot, sum Counts) string {
	if sum.Running > 0 && s.Trouble == nil {
		return words.Join(runningLine(s, sum), words.ETA(s.Totals.ETA))
	}
	switch {
	case s.Trouble != nil:
		return words.Fault(s.Trouble, words.Subject{}).Short
	case sum.needPerson > 0:
		return words.Count("tray.trouble", sum.needPerson)
	case sum.Paused > 0:
		return words.Join(countOf("tray.asked", sum.unanswered), countOf("tray.held", sum.Paused-sum.unanswered))
	default:
		return words.Say("tray.idle")
	}
}

// countOf is a count in words; "" for 0.
func countOf(key string, n int) string {
	if n == 0 {
		return ""
	}
	return words.Count(key, n)
}

// tooltipOf is the state in one line.
func tooltipOf(s *uploader.Snapshot, sum Counts) string {
	if sum.Running == 0 || s.Trouble != nil || s.Totals.Bytes == 0 {
		return statusLine(s, sum)
	}
	percent := 100 * (s.Totals.Bytes - s.Totals.Left) / s.Totals.Bytes
	line := words.Join(runningLine(s, sum), words.Say("percent", words.Data{"N": percent}))
	return words.Join(line, words.Rate(s.Totals.Rate), words.ETA(s.Totals.ETA))
}

// runningLine is the number of running transfers, or why none of them is active.
func runningLine(s *uploader.Snapshot, sum Counts) string {
	count := s.Totals.Count
	moves := count[uploader.StateUploading] + count[uploader.StatePreparing] + count[uploader.StateChecking]
	switch {
	case moves == 0 && count[uploader.StateOffline] > 0:
		return words.Say("tray.offline")
	case moves == 0 && count[uploader.StateRetrying]+count[uploader.StateBusy] > 0:
		return words.Say("tray.retrying")
	default:
		return words.Count("tray.running", sum.Running)
	}
}

// Menu is the part of the value that the menu is made from.
func (v Tray) Menu() Tray {
	return Tray{Status: v.Status, Resume: v.Resume, Pause: v.Pause, Paused: v.Paused, Recent: v.Recent}
}
