package view

import "github.com/ferryapp/ferry/uploader"

// Launcher is what the program's icon in the dock or taskbar shows.
type Launcher struct {
	ShowsProgress bool
	Percent       int  // of the bytes that are uploaded, from 0 to 100
	Count         int  // transfers that are neither paused nor final
	Urgent        bool // something needs the user
}

// LauncherOf returns what the icon shows for a snapshot.
func LauncherOf(s *uploader.Snapshot, counts Counts, interrupted *Interrupted) Launcher {
	launcher := Launcher{Count: counts.Running, Urgent: trayStateOf(s, counts, interrupted != nil) == TrayAttention}
	if counts.Running > 0 && s.Totals.Bytes > 0 {
		launcher.ShowsProgress = true
		launcher.Percent = int(100 * float64(s.Totals.Bytes-s.Totals.Left) / float64(s.Totals.Bytes))
	}
	return launcher
}
