package app

import (
	"context"

	"github.com/ferryapp/ferry/app/frame"
	"github.com/ferryapp/ferry/app/logviewer"
	"github.com/ferryapp/ferry/app/words"
)

// logs shows the log, and the report about a crash. It must be used on the UI goroutine.
type logs struct {
	data   ProfileData
	viewer logviewer.Config
}

func (l *logs) showLog() { logviewer.ShowLog(l.viewer, words.Text("log.title"), l.data.Log) }

// offerCrashReport offers the report about a crash before this start, if there is one.
func (l *logs) offerCrashReport(banner *frame.Banner) {
	if l.data.CrashReport == "" {
		return
	}
	show := func() { logviewer.ShowFile(l.viewer, words.Text("crash.title"), l.data.CrashReport) }
	banner.ShowCrash(show, func() {
		l.viewer.Run(func(context.Context) {
			if err := l.data.DismissCrash(); err != nil {
				l.viewer.Log.Warn("crash report not dismissed", "err", err)
			}
		})
	})
}
