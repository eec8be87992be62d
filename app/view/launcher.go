package view

import "github.com/ferryapp/ferry/uploader"

// Launcher is what the program's icon in the dock or taskbar shows.
type Launcher struct {
	ShowsProgress bool
	Percent       int  // of the bytes that are uploaded, from 0 to 100
	Paused        bool // everything unfinished is paused, and the percent is that of it
	Count         int  // transfers that are neither paused nor final
	Urgent        bool // something needs the user
}

// LauncherOf returns what the icon shows for a snapshot.
func LauncherOf(s *uploader.Snapshot, counts Counts, interrupted *Interrupted) Launcher {
	launcher := Launcher{Count: counts.Running, Urgent: trayStateOf(s, counts, interrupted != nil) == TrayAttention}
	size, left := s.Totals.Bytes, s.Totals.Left
	if launcher.Paused = counts.Running == 0 && counts.Paused > 0; launcher.Paused {
		size, left = counts.pausedSize, counts.pausedBytes
	}
	if size > 0 && (launcher.Paused || counts.Running > 0) {
		launcher.ShowsProgress = true
		launcher.Percent = int(100 * float64(size-left) / float64(size))
	}
	return launcher
}
