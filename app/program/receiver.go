package program

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ferryapp/ferry/app/cli"
	"github.com/ferryapp/ferry/app/instance"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/uploader/privatefile"
	"github.com/ferryapp/ferry/uploader/receiver"
)

// receiverRetry is how long a receiver that could not start waits for the next try.
const receiverRetry = 5 * time.Second

// startReceiver starts the built-in receiver and returns its endpoint. If it cannot
// start, it sets receiverErr and returns "": Ferry can still upload to other servers.
func (s *session) startReceiver(c command) string {
	r, err := c.openReceiver()
	if err != nil {
		c.log.Warn("start built-in receiver failed", "err", err)
		s.receiverErr = err
		s.receiverUnusable.Store(!errors.Is(err, receiver.ErrInUse))
		return ""
	}
	s.receiver = startTask(c.reportFailure(r.Serve))
	return r.Endpoint()
}

// openReceiver opens the built-in receiver. It keeps dots: only this user sends to it, into a
// folder in which no program reads such files.
func (c command) openReceiver() (*receiver.Receiver, error) {
	return receiver.Open(receiver.Config{Dir: c.profile.ReceivedDir, KeepDots: true, Log: c.log})
}

// retryReceiver starts the built-in receiver once that is possible, resumes what waits
// for it, and runs it until ctx ends.
func (s *session) retryReceiver(ctx context.Context, c command) error {
	for netx.Sleep(ctx, receiverRetry) == nil {
		r, err := c.openReceiver()
		if err != nil {
			c.log.Debug("start built-in receiver failed", "err", err)
			continue
		}
		c.log.Info("built-in receiver started")
		s.receiverUnusable.Store(false)
		builtin, _ := s.engine.Snapshot().Server(uploader.BuiltinServer)
		builtin.Endpoint = r.Endpoint()
		for _, command := range []uploader.Command{uploader.SaveServer{Server: builtin}, uploader.Unblock{Server: uploader.BuiltinServer}} {
			if err := s.engine.Do(ctx, command); err != nil && ctx.Err() == nil {
				c.log.Warn("resume uploads to built-in receiver failed", "err", err)
			}
		}
		return c.reportFailure(r.Serve)(ctx)
	}
	return nil
}

// connect connects to a server. While the receiver cannot use its folder, connecting to
// it fails with a fault of this computer's disk.
func (s *session) connect(server uploader.Server) (uploader.Protocol, error) {
	if server.Builtin() && s.receiverUnusable.Load() {
		f := fault.New(fault.LocalDisk, fault.Open, s.receiverErr)
		f.Code = fault.CodeReceiverDisk
		if _, unsafe := errors.AsType[*privatefile.Error](s.receiverErr); unsafe {
			f.Code = fault.CodeReceiverUnsafe
		}
		return nil, f
	}
	return s.connector.Connect(server)
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
	if unsafe, ok := errors.AsType[*privatefile.Error](s.receiverErr); ok {
		return unsafe
	}
	return &cli.UserError{Text: words.Text("cli.received.unavailable", words.Data{"Dir": c.profile.ReceivedDir, "Log": c.profile.Log()})}
}
