package app

import (
	"strings"
	"sync"
	"testing"

	"fyne.io/fyne/v2/test"

	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/preferences"
)

// fakeAutostart is a system that starts programs at login.
type fakeAutostart struct {
	wake   func()
	mu     sync.Mutex
	on     bool
	broken error
	slow   chan struct{} // Enabled blocks until it is closed; nil for no blocking
}

func (a *fakeAutostart) Enabled() (bool, error) {
	if a.slow != nil {
		<-a.slow
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.on, nil
}

func (a *fakeAutostart) Set(on bool) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	defer a.wake()
	if a.broken == nil {
		a.on = on
	}
	return a.broken
}

func TestStartAtLogin(t *testing.T) {
	start := func(t *testing.T, system *fakeAutostart) *testWindow {
		s := startWindow(t, apptest.NewEngine(), func(c *Config, d *fakeDesktop) {
			system.wake = func() { d.wake() }
			c.Autostart = system
		})
		s.preferences.OpenSection(preferences.SectionStart)
		return s
	}
	checkbox := func(s *testWindow) *form.Checkbox { return s.setting("at-login").Control().(*form.Checkbox) }
	t.Run("setting is copied to the system", func(t *testing.T) {
		system := &fakeAutostart{}
		s := start(t, system)
		test.Tap(checkbox(s))
		s.until("autostart is on", func() bool { on, _ := system.Enabled(); return on })
		test.Tap(checkbox(s))
		s.until("autostart is off", func() bool { on, _ := system.Enabled(); return !on })
	})
	t.Run("change while the system is blocked is applied", func(t *testing.T) {
		system := &fakeAutostart{}
		system.mu.Lock()
		s := start(t, system)
		test.Tap(checkbox(s))
		system.mu.Unlock()
		s.until("autostart is on", func() bool { on, _ := system.Enabled(); return on })
	})
	t.Run("system's state is copied to the setting", func(t *testing.T) {
		s := start(t, &fakeAutostart{on: true})
		s.until("checkbox shows the state", func() bool { return checkbox(s).Checked })
	})
	t.Run("change before the first answer is applied", func(t *testing.T) {
		system := &fakeAutostart{slow: make(chan struct{})}
		s := start(t, system)
		test.Tap(checkbox(s))
		close(system.slow)
		s.until("autostart is on", func() bool { on, _ := system.Enabled(); return on })
		s.until("checkbox shows the state", func() bool { return checkbox(s).Checked })
	})
	t.Run("failure shows a message and resets the setting", func(t *testing.T) {
		s := start(t, &fakeAutostart{broken: apptest.ErrBroken})
		test.Tap(checkbox(s))
		s.until("message is shown", func() bool { return strings.Contains(s.message(), "login") })
		s.until("checkbox shows the state", func() bool { return !checkbox(s).Checked })
	})
}
