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
func TrayOf(s *uploader.Snapshot, counts Counts, interrupted *Interrupted) Tray {
	tray := Tray{State: trayStateOf(s, counts, interrupted != nil), Pause: counts.Running > 0, Paused: counts.Paused > 0, Recent: recentOf(s)}
	tray.Status, tray.Tooltip = statusLine(s, counts), tooltipOf(s, counts)
	if tray.State == TrayActive && s.Totals.Bytes > 0 {
		tray.Eighths = int(8 * (s.Totals.Bytes - s.Totals.Left) / s.Totals.Bytes)
	}
	if interrupted != nil {
		all := interrupted.Totals(s)
		tray.Resume = words.Count("tray.resume", all.Count, words.Data{"Left": words.Size(all.Size - all.Sent)})
		if all.Count == 0 {
			tray.Resume = words.Text("tray.resume.folders")
		}
	}
	return tray
}

func trayStateOf(s *uploader.Snapshot, counts Counts, asking bool) TrayState {
	switch {
	case asking, counts.needPerson > 0, s.StoreFault != nil:
		return TrayAttention
	case counts.Running > 0:
		return TrayActive
	case counts.Paused > 0:
		return TrayPaused
	default:
		return TrayIdle
	}
}

// statusLine changes seldom, because the menu is rebuilt when it does.
func statusLine(s *uploader.Snapshot, counts Counts) string {
	if counts.Running > 0 && s.StoreFault == nil {
		return words.Join(runningLine(s, counts), words.ETA(s.Totals.ETA))
	}
	switch {
	case s.StoreFault != nil:
		return words.Fault(s.StoreFault, words.Subject{}).Short
	case counts.needPerson > 0:
		return words.Count("tray.trouble", counts.needPerson)
	case counts.Paused > 0:
		return words.Join(countOf("tray.asked", counts.unanswered), countOf("tray.held", counts.Paused-counts.unanswered))
	default:
		return words.Text("tray.idle")
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
func tooltipOf(s *uploader.Snapshot, counts Counts) string {
	if counts.Running == 0 || s.StoreFault != nil || s.Totals.Bytes == 0 {
		return statusLine(s, counts)
	}
	percent := 100 * (s.Totals.Bytes - s.Totals.Left) / s.Totals.Bytes
	line := words.Join(runningLine(s, counts), words.Text("percent", words.Data{"N": percent}))
	return words.Join(line, words.Rate(s.Totals.Rate), words.ETA(s.Totals.ETA))
}

// runningLine is the number of running transfers, or why none of them is active.
func runningLine(s *uploader.Snapshot, counts Counts) string {
	count := s.Totals.Count
	active := count[uploader.StateUploading] + count[uploader.StatePreparing] + count[uploader.StateChecking]
	switch {
	case active == 0 && count[uploader.StateOffline] > 0:
		return words.Text("tray.offline")
	case active == 0 && count[uploader.StateRetrying]+count[uploader.StateBusy] > 0:
		return words.Text("tray.retrying")
	default:
		return words.Count("tray.running", counts.Running)
	}
}

// Menu is the part of the value that the menu is made from.
func (v Tray) Menu() Tray {
	return Tray{Status: v.Status, Resume: v.Resume, Pause: v.Pause, Paused: v.Paused, Recent: v.Recent}
}
