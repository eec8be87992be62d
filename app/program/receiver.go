package program

import (
	"context"
	"errors"
	"fmt"

	"github.com/ferryapp/ferry/app/cli"
	"github.com/ferryapp/ferry/app/instance"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/receiver"
)

// receive starts the built-in receiver and returns its endpoint. Ferry works
// without it: there are other servers.
func (s *session) receive(w work) string {
	r, err := receiver.Open(receiver.Config{Dir: w.profile.Received, Log: w.log})
	if err != nil {
		w.log.Warn("the built-in receiver does not run", "err", err)
		s.deaf = err
		return ""
	}
	s.receiver = start(w.heard(r.Serve))
	return r.Endpoint()
}

// heard says at once that serve, which is to go on until its context ends, ended
// by itself. The rest of the program goes on, so nobody else hears of it.
func (w work) heard(serve func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		err := serve(ctx)
		if err == nil || ctx.Err() != nil {
			return err
		}
		w.log.Error("the built-in receiver ended", "err", err)
		_, _ = fmt.Fprintln(w.streams.Err, words.Say("cli.received.ended", words.Data{"Log": w.profile.Log()}))
		return nil
	}
}

// reachable fails for a request that needs the built-in receiver when that does
// not run. One that another program runs for the same folder will do.
func (s *session) reachable(w work, request instance.Request) error {
	if s.deaf == nil || request.Command != instance.Send || request.To != "" {
		return nil
	}
	builtin, _ := s.engine.Snapshot().Server(uploader.BuiltinServer)
	if errors.Is(s.deaf, receiver.ErrInUse) && builtin.Endpoint != "" {
		return nil
	}
	return &cli.UserError{Text: words.Say("cli.received.unavailable", words.Data{"Dir": w.profile.Received, "Log": w.profile.Log()})}
}
