package program

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"
	"runtime/debug"

	"github.com/ferryapp/ferry/app"
	"github.com/ferryapp/ferry/app/cli"
	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/app/instance"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/words"
)

// access is how the window signs in to servers.
type access struct {
	*connect.Book
	*platform.Keys
}

// window shows the window, or brings up the one that is there already; either
// way with the files typed.
func (w work) window(ctx context.Context, typed cli.Window) error {
	paths, err := absolute(typed.Paths)
	if err != nil {
		return err
	}
	lock, err := w.enter(ctx, func() error {
		nothing := func(json.RawMessage) error { return nil }
		return instance.Call(ctx, w.profile.Meeting(), instance.Request{Command: instance.Show, Paths: paths}, nothing)
	})
	if lock == nil {
		return err
	}
	if !platform.HasScreen() {
		return errors.Join(&cli.UserError{Text: words.Say("cli.window.none")}, lock.Release())
	}
	requests := make(chan app.Request, 1)
	show := func(ctx context.Context, paths []string) error {
		select {
		case requests <- app.Request{Paths: paths}:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	s, err := open(ctx, w, lock, options{show: show})
	if err != nil {
		return err
	}
	if len(paths) > 0 {
		requests <- app.Request{Paths: paths}
	}
	received := w.profile.Received
	if s.deaf != nil {
		received = ""
	}
	return s.close(w.show(ctx, app.Config{
		Engine: s.engine, Access: access{s.book, s.keys}, Settings: s.settings, Log: w.log, Hidden: typed.Hidden,
		Ask:     s.settings.Get().Start.OnStart == settings.OnStartAsk,
		Keeping: app.Keeping{Dir: w.profile.Dir, Log: w.profile.Log(), Backup: s.backUp}, Version: w.version,
		Autostart: w.autostart(),
		News:      s.recovered, Received: received, Requests: requests,
	}))
}

// show runs the window. The toolkit panics where there is no screen or no OpenGL:
// that ends the window alone, and not what has to be saved.
func (w work) show(ctx context.Context, config app.Config) (err error) {
	log.SetFlags(0)
	log.SetOutput(&complaints{log: w.log})
	defer log.SetOutput(os.Stderr)
	defer func() {
		if broken := recover(); broken != nil {
			w.log.Error("the window broke down", "panic", broken, "stack", string(debug.Stack()))
			key := "cli.window.broken"
			if _, missing := broken.(noGL); missing {
				key = "cli.window.opengl"
			}
			err = &cli.UserError{Text: words.Say(key, words.Data{"Detail": words.Printable(fmt.Sprint(broken)), "Log": w.profile.Log()})}
		}
	}()
	return app.Run(ctx, config)
}
