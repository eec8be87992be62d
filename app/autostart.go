package app

import (
	"context"

	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/words"
)

// Autostart is whether the system starts Ferry at login. Its methods wait for the
// disk, and are called by one goroutine.
type Autostart interface {
	Enabled() (bool, error)
	Set(on bool) error // setting what is set already brings it up to date
}

// followAutostart keeps the system and the setting in step, until ctx ends. At
// first the system is right: the user may have switched Ferry off with its tools,
// or on in another profile's name. From then on the setting is, and already where it
// is no longer what it was when Ferry started.
func (f *ferry) followAutostart(ctx context.Context, was bool) {
	book, system := f.config.Settings, f.config.Autostart
	if system == nil {
		return
	}
	changes := book.Watch(ctx)
	on, err := system.Enabled()
	if err == nil && on {
		err = system.Set(true) // this program may have moved
	}
	if err != nil {
		f.config.Log.Warn("autostart not known", "error", err)
	}
	book.Update(func(s *settings.Settings) {
		if s.Start.AtLogin == was {
			s.Start.AtLogin = on
		}
	})
	for open := true; open; _, open = <-changes {
		if want := book.Get().Start.AtLogin; want != on {
			on = f.setAutostart(want)
		}
	}
}

// setAutostart tells the system, and returns what holds then.
func (f *ferry) setAutostart(want bool) bool {
	err := f.config.Autostart.Set(want)
	if err == nil {
		return want
	}
	f.config.Log.Warn("autostart not set", "on", want, "error", err)
	f.config.Settings.Update(func(s *settings.Settings) { s.Start.AtLogin = !want })
	f.errands.post(func() { f.window.warn(words.Say("settings.at-login.failed")) })
	return !want
}
