package tray

import (
	"context"
	"log/slog"
	"time"
)

const (
	// answerTimeout is how long the desktop may take to answer whether it has a tray.
	answerTimeout = time.Second

	// pollInterval is the time between two checks for a tray that is not there yet.
	pollInterval = 250 * time.Millisecond
)

// Presence finds out whether the desktop has a tray. Its methods block, and are
// called on goroutines beside the UI's.
type Presence struct {
	HasIcon      bool // the toolkit has an icon for a tray
	HasTray      func(context.Context) bool
	WatchTray    func(ctx context.Context, changed func()) // see platform.WatchTray
	RegisterIcon func(context.Context) error               // see platform.RegisterTrayIcon
	Grace        time.Duration                             // how long a tray may be missing before it counts as gone
	Log          *slog.Logger
}

// Present reports whether there is a tray. A desktop that does not answer has none.
func (p *Presence) Present(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	return p.HasTray(ctx) && p.HasIcon
}

// Wait waits for a tray, at most for the time Away, and reports whether there is one
// or ctx has ended.
func (p *Presence) Wait(ctx context.Context) bool {
	for until := time.Now().Add(p.Grace); ; {
		if p.Present(ctx) {
			return true
		}
		if !time.Now().Before(until) {
			return false
		}
		select {
		case <-ctx.Done():
			return true
		case <-time.After(pollInterval):
		}
	}
}

// Watch puts the icon into a tray that appears, and calls lost when the tray has been
// missing for the time Away. It returns when ctx ends.
func (p *Presence) Watch(ctx context.Context, lost func()) {
	p.WatchTray(ctx, func() {
		p.registerIcon(ctx)
		select {
		case <-ctx.Done():
			return
		case <-time.After(p.Grace):
		}
		if p.Present(ctx) || ctx.Err() != nil {
			return
		}
		lost()
	})
}

// registerIcon fails where there is no tray any more, which needs no handling.
func (p *Presence) registerIcon(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	if err := p.RegisterIcon(ctx); err != nil {
		p.Log.Debug("icon not shown in the tray", "err", err)
	}
}
