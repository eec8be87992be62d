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
	slow   chan struct{} // the first answer waits for it, unless it is nil
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
	begin := func(t *testing.T, system *fakeAutostart) *testWindow {
		s := startWindow(t, apptest.NewEngine(), func(c *Config, d *fakeDesktop) {
			system.wake = func() { d.wake() }
			c.Autostart = system
		})
		s.preferences.OpenSection(preferences.SectionStart)
		return s
	}
	box := func(s *testWindow) *form.Checkbox { return s.setting("at-login").Control().(*form.Checkbox) }
	t.Run("the system is told", func(t *testing.T) {
		system := &fakeAutostart{}
		s := begin(t, system)
		test.Tap(box(s))
		s.until("it starts Ferry", func() bool { on, _ := system.Enabled(); return on })
		test.Tap(box(s))
		s.until("it does no more", func() bool { on, _ := system.Enabled(); return !on })
	})
	t.Run("what is chosen before the system has said how it is counts", func(t *testing.T) {
		system := &fakeAutostart{}
		system.mu.Lock()
		s := begin(t, system)
		test.Tap(box(s))
		system.mu.Unlock()
		s.until("it starts Ferry", func() bool { on, _ := system.Enabled(); return on })
	})
	t.Run("what the user did with the system's own tools counts", func(t *testing.T) {
		s := begin(t, &fakeAutostart{on: true})
		s.until("it shows", func() bool { return box(s).Checked })
	})
	t.Run("what the user chooses before the system has answered is not lost", func(t *testing.T) {
		system := &fakeAutostart{slow: make(chan struct{})}
		s := begin(t, system)
		test.Tap(box(s))
		close(system.slow)
		s.until("it starts Ferry", func() bool { on, _ := system.Enabled(); return on })
		s.until("it shows", func() bool { return box(s).Checked })
	})
	t.Run("a system that refuses is said, and believed", func(t *testing.T) {
		s := begin(t, &fakeAutostart{broken: apptest.ErrBroken})
		test.Tap(box(s))
		s.until("it is said", func() bool { return strings.Contains(s.message(), "login") })
		s.until("it shows", func() bool { return !box(s).Checked })
	})
}
