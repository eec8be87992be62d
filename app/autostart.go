package app

import (
	"context"
	"log/slog"

	"github.com/ferryapp/ferry/app/bridge"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/words"
)

// Autostart is whether the system starts Ferry at login. Its methods read and write the
// disk, and are called by one goroutine.
type Autostart interface {
	Enabled() (bool, error)
	Set(on bool) error // setting what is set already brings it up to date
}

// loginStart keeps the system and the setting for starting at login the same.
type loginStart struct {
	bridge   *bridge.Bridge
	settings *settings.Current
	system   Autostart // nil where it is not possible
	log      *slog.Logger
	showMessage     func(text string) // on the UI's goroutine
}

// updateTexts runs until ctx ends. At first the system's state is copied to the setting: the
// user may have switched Ferry off with other tools, or on in another profile. From then
// on, and if it is no longer what it was at the start, the setting is copied to the
// system.
func (l *loginStart) follow(ctx context.Context, was bool) {
	if l.system == nil {
		return
	}
	changes := l.settings.Watch(ctx)
	on, err := l.system.Enabled()
	if err == nil && on {
		err = l.system.Set(true) // this program may have moved
	}
	if err != nil {
		l.log.Warn("autostart not known", "error", err)
	}
	l.settings.Update(func(s *settings.Settings) {
		if s.Start.AtLogin == was {
			s.Start.AtLogin = on
		}
	})
	for open := true; open; _, open = <-changes {
		if want := l.settings.Get().Start.AtLogin; want != on {
			on = l.set(want)
		}
	}
}

// enterState changes the system's state, and returns the state afterwards.
func (l *loginStart) set(want bool) bool {
	err := l.system.Set(want)
	if err == nil {
		return want
	}
	l.log.Warn("autostart not set", "on", want, "error", err)
	l.settings.Update(func(s *settings.Settings) { s.Start.AtLogin = !want })
	l.bridge.Post(func() { l.showMessage(words.Text("settings.at-login.failed")) })
	return !want
}
