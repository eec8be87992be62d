package app

import (
	"context"
	"log/slog"

	"github.com/ferryapp/ferry/app/bridge"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/words"
)

// Autostart controls whether the system starts Ferry at login. Its methods read and write
// the disk, and are called by one goroutine.
type Autostart interface {
	Enabled() (bool, error)
	Set(on bool) error // setting the present value updates the path of the program
}

// loginStart synchronizes the setting for starting at login with the system.
type loginStart struct {
	bridge      *bridge.Bridge
	settings    *settings.Current
	system      Autostart // nil if unsupported
	log         *slog.Logger
	showMessage func(text string) // on the UI goroutine
}

// follow runs until ctx ends. First it copies the system's state to the setting, because
// the user may have changed it with other tools or in another profile, unless the setting
// has changed since the start, when it was initial. Then it copies each change of the
// setting to the system.
func (l *loginStart) follow(ctx context.Context, initial bool) {
	if l.system == nil {
		return
	}
	changes := l.settings.Watch(ctx)
	on, err := l.system.Enabled()
	if err == nil && on {
		err = l.system.Set(true) // the path of the program may have changed
	}
	if err != nil {
		l.log.Warn("read autostart failed", "err", err)
	}
	l.settings.Update(func(s *settings.Settings) {
		if s.Start.AtLogin == initial {
			s.Start.AtLogin = on
		}
	})
	for open := true; open; _, open = <-changes {
		if want := l.settings.Get().Start.AtLogin; want != on {
			on = l.set(want)
		}
	}
}

// set changes the system's state, and returns the resulting state. If it fails, the
// setting is changed back and a message is shown.
func (l *loginStart) set(on bool) bool {
	err := l.system.Set(on)
	if err == nil {
		return on
	}
	l.log.Warn("set autostart failed", "on", on, "err", err)
	l.settings.Update(func(s *settings.Settings) { s.Start.AtLogin = !on })
	l.bridge.Post(func() { l.showMessage(words.Text("settings.at-login.failed")) })
	return !on
}
