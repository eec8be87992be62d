package app

import (
	"context"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/platform"
)

// fakeLauncher is an icon in the taskbar.
type fakeLauncher struct {
	state   platform.LauncherState
	windows int // how often a window was opened
}

func (l *fakeLauncher) Show(state platform.LauncherState) { l.state = state }
func (l *fakeLauncher) SetWindow(string)                  { l.windows++ }
func (l *fakeLauncher) Run(context.Context)               {}

func TestLauncherShowsTheProgressOfEachWindowThatIsOpened(t *testing.T) {
	launcher := &fakeLauncher{}
	paused := apptest.Transfer(1, apptest.Paused, apptest.Acknowledged(apptest.Gigabyte))
	s := startWindow(t, apptest.NewEngine(paused), func(_ *Config, d *fakeDesktop) { d.launcher = launcher })
	if want := (platform.LauncherState{Progress: 0.25, ShowsProgress: true, Paused: true}); launcher.state != want {
		t.Errorf("shows %+v, want %+v", launcher.state, want)
	}
	s.visibility.hide()
	s.visibility.open()
	if launcher.windows != 2 {
		t.Errorf("was told of %d windows, want 2", launcher.windows)
	}
}

// nativeWindow is a window with a handle.
type nativeWindow struct {
	fyne.Window
	context any
}

func (w nativeWindow) RunNative(do func(context any)) { do(w.context) }

func TestWindowHandle(t *testing.T) {
	for _, test := range []struct {
		name   string
		window fyne.Window
		want   string
	}{
		{"X11", nativeWindow{context: driver.X11WindowContext{WindowHandle: 0x1a2b}}, "x11:1a2b"},
		{"Windows", nativeWindow{context: driver.WindowsWindowContext{HWND: 0x1a2b}}, "hwnd:1a2b"},
		{"Windows, before there is a window", nativeWindow{context: driver.WindowsWindowContext{}}, ""},
		{"Wayland", nativeWindow{context: driver.WaylandWindowContext{}}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := windowHandle(test.window); got != test.want {
				t.Errorf("handle is %q, want %q", got, test.want)
			}
		})
	}
}
