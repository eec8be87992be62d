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
	Icon     bool // the toolkit has an icon for a tray
	Has      func(context.Context) bool
	Follow   func(ctx context.Context, changed, restarted func()) // see platform.WatchTray
	ShowIcon func(context.Context) error                          // see platform.RegisterTrayIcon
	Restore  func(context.Context)                                // exports the toolkit's icon on a restarted session bus
	Away     time.Duration                                        // how long a tray may be missing before it counts as gone
	Log      *slog.Logger
}

// Present reports whether there is a tray. A desktop that does not answer has none.
func (p *Presence) Present(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	return p.Has(ctx) && p.Icon
}

// Wait waits for a tray, at most for the time Away, and reports whether there is one
// or ctx has ended.
func (p *Presence) Wait(ctx context.Context) bool {
	for until := time.Now().Add(p.Away); ; {
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

// Watch puts the icon into a tray that appears, also on a restarted session bus, and calls
// lost when the tray has been missing for the time Away. It returns when ctx ends.
func (p *Presence) Watch(ctx context.Context, lost func()) {
	p.Follow(ctx, func() {
		p.offerIcon(ctx)
		select {
		case <-ctx.Done():
			return
		case <-time.After(p.Away):
		}
		if p.Present(ctx) || ctx.Err() != nil {
			return
		}
		lost()
	}, func() { p.Restore(ctx) })
}

// offerIcon fails where there is no tray any more, which needs no handling.
func (p *Presence) offerIcon(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	if err := p.ShowIcon(ctx); err != nil {
		p.Log.Debug("icon not shown in the tray", "err", err)
	}
}
