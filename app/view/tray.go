package view

import (
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// TrayState determines the tray's icon.
type TrayState uint8

// The states of the tray icon.
const (
	TrayIdle TrayState = iota
	TrayActive
	TrayPaused
	TrayAttention
)

// Tray is everything that the tray shows.
type Tray struct {
	State   TrayState
	Eighths int    // of the bytes that are uploaded, from 0 to 8; only in TrayActive
	Status  string // the menu's first line
	Tooltip string
	Resume  string // the item that resumes interrupted uploads; "" for none
	Pause   bool   // there is something to pause
	Paused  bool   // there is something to resume, other than what Resume resumes
	Recent  [MaxRecent]RecentUpload

	WhenDone settings.DoneAction // what follows when all uploads are done
	Program  string              // the path of the program that may follow; "" for none
}

// TrayOf returns the tray for a snapshot. The state is TrayAttention while interrupted
// uploads wait for the user's decision.
func TrayOf(s *uploader.Snapshot, counts Counts, interrupted *Interrupted) Tray {
	tray := Tray{State: trayStateOf(s, counts, interrupted != nil), Pause: counts.Running > 0, Paused: counts.Paused > counts.undecided, Recent: recentOf(s)}
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

func trayStateOf(s *uploader.Snapshot, counts Counts, interrupted bool) TrayState {
	switch {
	case interrupted, counts.needsAttention > 0, s.StoreFault != nil:
		return TrayAttention
	case counts.Running > 0:
		return TrayActive
	case counts.Paused > 0:
		return TrayPaused
	default:
		return TrayIdle
	}
}

// statusLine returns the first line of the menu. It must not change often: each change is
// sent to the desktop.
func statusLine(s *uploader.Snapshot, counts Counts) string {
	if counts.Running > 0 && s.StoreFault == nil {
		return words.Join(runningLine(s, counts), words.ETA(s.Totals.ETA))
	}
	switch {
	case s.Loading:
		return words.Text("loading.title")
	case s.StoreFault != nil:
		return words.Fault(s.StoreFault, words.Subject{}).Short
	case counts.needsAttention > 0:
		return words.Count("tray.trouble", counts.needsAttention)
	case counts.Paused > 0:
		return words.Join(countOf("tray.asked", counts.undecided), countOf("tray.held", counts.Paused-counts.undecided))
	default:
		return words.Text("tray.idle")
	}
}

// countOf returns the text of a count; "" for 0.
func countOf(key string, n int) string {
	if n == 0 {
		return ""
	}
	return words.Count(key, n)
}

// tooltipOf returns the tooltip: the state in one line.
func tooltipOf(s *uploader.Snapshot, counts Counts) string {
	if counts.Running == 0 || s.StoreFault != nil || s.Totals.Bytes == 0 {
		return statusLine(s, counts)
	}
	percent := 100 * (s.Totals.Bytes - s.Totals.Left) / s.Totals.Bytes
	line := words.Join(runningLine(s, counts), words.Text("percent", words.Data{"N": percent}))
	return words.Join(line, words.Rate(s.Totals.Rate), words.ETA(s.Totals.ETA))
}

// runningLine returns how many transfers are being uploaded and how many wait, or why none
// is active.
func runningLine(s *uploader.Snapshot, counts Counts) string {
	count := s.Totals.Count
	active := count[uploader.StateUploading] + count[uploader.StatePreparing] + count[uploader.StateChecking]
	switch {
	case active == 0 && count[uploader.StateOffline] > 0:
		return words.Text("tray.offline")
	case active == 0 && count[uploader.StateRetrying]+count[uploader.StateBusy] > 0:
		return words.Text("tray.retrying")
	case active == 0:
		return words.Count("tray.waiting", counts.Running)
	default:
		return words.Join(words.Count("tray.running", active), countOf("tray.waiting", counts.Running-active))
	}
}

// Menu returns the part of the value that the menu shows.
func (t Tray) Menu() Tray {
	return Tray{Status: t.Status, Resume: t.Resume, Pause: t.Pause, Paused: t.Paused, Recent: t.Recent, WhenDone: t.WhenDone, Program: t.Program}
}
