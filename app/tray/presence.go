package tray

import (
	"context"
	"log/slog"
	"time"
)

const (
	// answerTimeout is how long the desktop may take to answer.
	answerTimeout = time.Second

	// pollInterval is the time between two checks in Wait.
	pollInterval = 250 * time.Millisecond
)

// Presence detects whether the desktop has a tray. Its methods block and must not be
// called on the UI goroutine.
type Presence struct {
	HasIcon      bool // the toolkit supports a tray
	HasTray      func(context.Context) bool
	WatchTray    func(ctx context.Context, changed, restarted func()) // see platform.WatchTray
	RegisterIcon func(context.Context) error                          // see platform.RegisterTrayIcon
	ExportIcon   func(context.Context)                                // exports the toolkit's icon on a restarted session bus
	Grace        time.Duration                                        // how long a tray may be missing before it counts as removed
	Log          *slog.Logger
}

// Present reports whether there is a tray. A desktop that does not answer in time has
// none.
func (p *Presence) Present(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	return p.HasTray(ctx) && p.HasIcon
}

// Wait waits for a tray, at most for the duration Grace. It reports whether there is one
// or ctx has ended.
func (p *Presence) Wait(ctx context.Context) bool {
	for deadline := time.Now().Add(p.Grace); ; {
		if p.Present(ctx) {
			return true
		}
		if !time.Now().Before(deadline) {
			return false
		}
		select {
		case <-ctx.Done():
			return true
		case <-time.After(pollInterval):
		}
	}
}

// Watch registers the icon when a tray appears, also on a restarted session bus, and calls
// lost when the tray has been missing for the duration Grace. It returns when ctx ends.
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
	}, func() { p.ExportIcon(ctx) })
}

// registerIcon registers the icon. The error is only logged: a tray that has disappeared
// causes one too.
func (p *Presence) registerIcon(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	if err := p.RegisterIcon(ctx); err != nil {
		p.Log.Debug("register tray icon failed", "err", err)
	}
}
