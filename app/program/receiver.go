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

// startReceiver starts the built-in receiver and returns its endpoint. If it cannot
// start, it sets receiverErr and returns "": Ferry can still upload to other servers.
func (s *session) startReceiver(c command) string {
	r, err := receiver.Open(receiver.Config{Dir: c.profile.ReceivedDir, Log: c.log})
	if err != nil {
		c.log.Warn("start built-in receiver failed", "err", err)
		s.receiverErr = err
		return ""
	}
	s.receiver = startTask(c.reportFailure(r.Serve))
	return r.Endpoint()
}

// reportFailure wraps serve, which runs the receiver until its context ends, so that
// an error before that is logged and printed immediately, and nil is returned.
func (c command) reportFailure(serve func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		err := serve(ctx)
		if err == nil || ctx.Err() != nil {
			return err
		}
		c.log.Error("built-in receiver failed", "err", err)
		_, _ = fmt.Fprintln(c.streams.Err, words.Text("cli.received.ended", words.Data{"Log": c.profile.Log()}))
		return nil
	}
}

// checkReceiver returns an error if the request needs the built-in receiver and that
// does not run. A receiver of another process for the same folder counts as running.
func (s *session) checkReceiver(c command, request instance.Request) error {
	if s.receiverErr == nil || request.Command != instance.Send || request.To != "" {
		return nil
	}
	builtin, _ := s.engine.Snapshot().Server(uploader.BuiltinServer)
	if errors.Is(s.receiverErr, receiver.ErrInUse) && builtin.Endpoint != "" {
		return nil
	}
	return &cli.UserError{Text: words.Text("cli.received.unavailable", words.Data{"Dir": c.profile.ReceivedDir, "Log": c.profile.Log()})}
}
