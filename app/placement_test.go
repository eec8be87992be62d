package app

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/windowstate"
)

// fakePlacer is the placer of a window on one screen, whose size is screen.
type fakePlacer struct {
	now       platform.Placement
	maximized int // how often it was maximised
	changed   func()
	screen    fyne.Size
	width     int // that OnScreen was called with last
}

func (p *fakePlacer) Read() (platform.Placement, bool) { return p.now, true }
func (p *fakePlacer) Maximize()                        { p.now.Maximized = true; p.maximized++ }
func (p *fakePlacer) Watch(changed func())             { p.changed = changed }
func (p *fakePlacer) OnScreen(x, y, width int) bool {
	p.width = width
	return x >= 0 && x < int(p.screen.Width) && y >= 0 && y < int(p.screen.Height)
}

// placedWindow is a window that can be placed.
type placedWindow struct {
	fyne.Window
	placer   *fakePlacer
	centered bool
}

func (w *placedWindow) RequestFullScreenSecondary() {}
func (w *placedWindow) RequestAlwaysOnTop()         {}
func (w *placedWindow) RequestPosition(x, y int)    { w.placer.now.X, w.placer.now.Y = x, y }
func (w *placedWindow) CenterOnScreen()             { w.centered = true }

// placementTest is a placement of a window on a screen, with the state of an earlier run.
type placementTest struct {
	*placement
	window *placedWindow
	placer *fakePlacer
	timers []*placementTimer
}

func newPlacementTest(t *testing.T, state windowstate.State) *placementTest {
	t.Helper()
	placer := &fakePlacer{screen: fyne.NewSize(1920, 1080), now: platform.Placement{X: 50, Y: 60}}
	window := &placedWindow{Window: test.NewTempWindow(t, nil), placer: placer}
	current := windowstate.Open(t.Context(), apptest.NoSettings{}, nil)
	current.Update(func(s *windowstate.State) { *s = state })
	p := &placementTest{window: window, placer: placer, placement: newPlacement(window, current, placer)}
	p.after = func(_ time.Duration, f func()) func() bool {
		timer := &placementTimer{fire: f}
		p.timers = append(p.timers, timer)
		return func() bool { timer.fire = func() {}; return true }
	}
	return p
}

// placementTimer is a timer that a test fires.
type placementTimer struct{ fire func() }

// show shows the window, and hide hides it.
func (p *placementTest) show() { p.prepare(); p.shown(); p.settle() }
func (p *placementTest) hide() { p.hiding() }

// settle lets the delay pass.
func (p *placementTest) settle() {
	timers := p.timers
	p.timers = nil
	for _, timer := range timers {
		timer.fire()
	}
}

// move is what the user does with the window.
func (p *placementTest) move(x, y int, size fyne.Size, maximized bool) {
	p.placer.now = platform.Placement{X: x, Y: y, Maximized: maximized}
	p.window.Resize(size)
	p.placer.changed()
}

// minimize is what the user does, as Windows reports it.
func (p *placementTest) minimize() {
	p.placer.now = platform.Placement{X: -32000, Y: -32000, Minimized: true}
	p.window.Resize(fyne.Size{})
	p.placer.changed()
	p.settle()
}

func TestPlacementIsKept(t *testing.T) {
	saved := windowstate.State{Size: windowstate.Size{Width: 700, Height: 500}, Position: &windowstate.Position{X: 300, Y: 200}}
	maximized := saved
	maximized.Maximized = true
	full := fyne.NewSize(1920, 1040)
	for _, c := range []struct {
		name   string
		before windowstate.State
		do     func(*placementTest)
		want   windowstate.State
	}{
		{"the window is shown as it was", saved, func(*placementTest) {}, saved},
		{"the window is shown maximised as it was", maximized, func(*placementTest) {}, maximized},
		{
			"moved and resized", saved, func(p *placementTest) { p.move(10, 20, fyne.NewSize(800, 600), false) },
			windowstate.State{Size: windowstate.Size{Width: 800, Height: 600}, Position: &windowstate.Position{X: 10, Y: 20}},
		},
		{"maximised: place and size are those to which it returns", saved, func(p *placementTest) { p.move(0, 24, full, true) }, maximized},
		{"restored", maximized, func(p *placementTest) { p.move(300, 200, fyne.NewSize(700, 500), false) }, saved},
		{"hidden at once after it was maximised", saved, func(p *placementTest) { p.move(0, 24, full, true); p.hide() }, maximized},
		{"minimised", saved, (*placementTest).minimize, saved},
		{"minimised while it is maximised", maximized, func(p *placementTest) { p.minimize(); p.placer.now.Maximized = true }, maximized},
		{"maximised by being dragged: its size is reported first", saved, func(p *placementTest) {
			p.move(10, 0, fyne.NewSize(700, 500), false)
			dragged := p.timers
			p.move(0, 24, full, false)
			for _, timer := range dragged {
				timer.fire() // unless it was stopped
			}
			p.move(0, 24, full, true)
		}, maximized},
		{"what happens while it is hidden is not kept", saved, func(p *placementTest) { p.hide(); p.move(0, 0, full, false) }, saved},
		{"hidden while maximised, and shown", saved, func(p *placementTest) {
			p.move(0, 24, full, true)
			p.hide()
			p.placer.now.Maximized = false // window managers of X11 forget it
			p.show()
		}, maximized},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPlacementTest(t, c.before)
			p.show()
			c.do(p)
			p.settle()
			if diff := cmp.Diff(c.want, p.state.Get()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if p.visible && p.placer.now.Maximized != c.want.Maximized {
				t.Errorf("maximised is %t", p.placer.now.Maximized)
			}
		})
	}
}

func TestWindowReturnsFromMaximisedToItsSize(t *testing.T) {
	p := newPlacementTest(t, windowstate.State{Size: windowstate.Size{Width: 700, Height: 500}, Position: &windowstate.Position{X: 300, Y: 200}})
	p.show()
	p.move(0, 24, fyne.NewSize(1920, 1040), true)
	p.settle()
	p.hide()
	p.placer.now.Maximized = false
	p.prepare()
	if got := p.window.Canvas().Size(); got != fyne.NewSize(700, 500) {
		t.Errorf("size before it is maximised is %v", got)
	}
	if p.placer.now.X != 300 || p.placer.now.Y != 200 {
		t.Errorf("position before it is maximised is %d, %d", p.placer.now.X, p.placer.now.Y)
	}
}

func TestWindowOfMissingScreenIsCentred(t *testing.T) {
	p := newPlacementTest(t, windowstate.State{Position: &windowstate.Position{X: 2500, Y: 200}})
	p.show()
	if !p.window.centered {
		t.Error("the window stays outside of all screens")
	}
}

// TestWidthOnScreenIsInPixels: on a screen with a scale of 2 a unit is two pixels.
func TestWidthOnScreenIsInPixels(t *testing.T) {
	p := newPlacementTest(t, windowstate.State{Size: windowstate.Size{Width: 800, Height: 600}})
	p.window.Canvas().(software.WindowlessCanvas).SetScale(2)
	p.show()
	if got, want := p.placer.width, int(2*p.window.Canvas().Size().Width); got != want {
		t.Errorf("width is %d, want %d", got, want)
	}
}
