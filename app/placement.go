package app

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/windowstate"
	"github.com/ferryapp/ferry/widgets/draw"
)

// placementDelay is how long the window must be unchanged before its placement is read: the
// system reports size, position and whether it is maximised one after another.
const placementDelay = 300 * time.Millisecond

// placer reads and changes the placement of a window that was shown.
type placer interface {
	Read() (p platform.Placement, known bool)
	Maximize()
	Watch(changed func())
	OnScreen(x, y, width int) bool // all in pixels
}

// placement keeps the size of the window, its position, and whether it is maximised, and places
// the window so when it is shown. While it is maximised, size and position stay those to which it
// returns. Its methods must be called on the UI goroutine.
type placement struct {
	window fyne.Window
	state  *windowstate.Current
	placer placer                                             // nil if only the size is known
	after  func(d time.Duration, f func()) (stop func() bool) // draw.After

	size    fyne.Size // that resized was called with last
	visible bool
	opened  bool // it was shown, and where it is was not checked yet
	watched bool
	stop    func() bool // stops reading; nil if nothing is to be read
}

func newPlacement(window fyne.Window, state *windowstate.Current, placer placer) *placement {
	return &placement{window: window, state: state, placer: placer, after: draw.After}
}

// prepare is called before the window is shown. A window that was hidden while it was maximised
// is not maximised any more on some systems, but has that size.
func (p *placement) prepare() {
	if p.visible {
		return
	}
	state := p.state.Get()
	if p.watched {
		if now, known := p.read(); !known || now.Maximized || !state.Maximized {
			return
		}
	}
	p.window.Resize(initialSize(state))
	if window, ok := p.window.(desktop.Window); ok && state.Position != nil {
		window.RequestPosition(state.Position.X, state.Position.Y)
	}
}

// shown is called after the window was shown.
func (p *placement) shown() {
	if p.visible {
		return
	}
	p.visible, p.opened = true, true
	first := !p.watched
	p.watched = true
	if p.placer == nil {
		return
	}
	if first {
		p.placer.Watch(p.changed)
	}
	if p.state.Get().Maximized {
		p.placer.Maximize()
	}
	p.changed()
}

// read returns the placement of the window.
func (p *placement) read() (now platform.Placement, known bool) {
	if p.placer == nil {
		return platform.Placement{}, false
	}
	return p.placer.Read()
}

// hiding is called before the window is hidden or closed.
func (p *placement) hiding() {
	if p.stop != nil {
		p.keep()
	}
	p.visible = false
}

// resized is called with the size of the window, also while it is laid out again.
func (p *placement) resized(size fyne.Size) {
	if size != p.size {
		p.size = size
		p.changed()
	}
}

// changed is called when the window was moved or resized. It reads the placement once the window
// is unchanged.
func (p *placement) changed() {
	switch {
	case !p.visible:
		return
	case p.placer == nil:
		p.keep()
		return
	}
	if p.stop != nil {
		p.stop()
	}
	p.stop = p.after(placementDelay, p.keep)
}

// keep reads the placement of the window and keeps it, unless it is minimised.
func (p *placement) keep() {
	if p.stop != nil {
		p.stop()
		p.stop = nil
	}
	if !p.visible {
		return
	}
	now, known := p.read()
	if now.Minimized {
		return
	}
	canvas := p.window.Canvas()
	size := canvas.Size()
	opened := p.opened
	p.opened = false
	if opened && known && !p.placer.OnScreen(now.X, now.Y, int(size.Width*canvas.Scale())) {
		p.window.CenterOnScreen() // its screen is gone
		p.changed()
		return
	}
	before := p.state.Get()
	next := before
	next.Maximized = now.Maximized
	if !now.Maximized {
		next.Size = windowstate.Size{Width: size.Width, Height: size.Height}
		if known {
			next.Position = &windowstate.Position{X: now.X, Y: now.Y}
		}
	}
	if !next.SamePlacement(before) {
		p.state.Update(func(s *windowstate.State) { s.Size, s.Position, s.Maximized = next.Size, next.Position, next.Maximized })
	}
}

// initialSize returns the size of the window when it was last shown and not maximised.
func initialSize(state windowstate.State) fyne.Size {
	if state.Size != (windowstate.Size{}) {
		return fyne.NewSize(state.Size.Width, state.Size.Height).Max(minSize)
	}
	return startSize
}

// nativePlacer is the placer of a window of the toolkit.
type nativePlacer struct {
	window fyne.Window
	placed *platform.PlacedWindow // nil if the system does not tell where windows are, or the window was not shown
}

// take finds the window, which was shown, by its drawing context. That is done once: changing the
// context later would draw the window wrongly after its size has changed.
func (p *nativePlacer) take() {
	if window, ok := p.window.(interface{ RunWithContext(f func()) }); ok {
		window.RunWithContext(func() { p.placed = platform.CurrentWindow() })
	}
}

func (p *nativePlacer) Read() (now platform.Placement, known bool) {
	if p.placed == nil {
		return platform.Placement{}, false
	}
	return p.placed.Placement(), true
}

func (p *nativePlacer) Maximize() {
	if p.placed != nil {
		p.placed.Maximize()
	}
}

// Watch is the first method that is called after the window was shown.
func (p *nativePlacer) Watch(changed func()) {
	if p.take(); p.placed != nil {
		p.placed.Watch(changed)
	}
}

func (p *nativePlacer) OnScreen(x, y, width int) bool {
	return p.placed == nil || p.placed.IsOnScreen(x, y, width)
}
