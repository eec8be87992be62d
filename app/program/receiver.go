package program

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"time"

	"github.com/ferryapp/ferry/app/cli"
	"github.com/ferryapp/ferry/app/instance"
	"github.com/ferryapp/ferry/app/settings"
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
	r, err := c.openReceiver(s.receivedDir)
	if err != nil {
		c.log.Warn("start built-in receiver failed", "err", err)
		s.receiverErr = err
		s.receiverUnusable.Store(!errors.Is(err, receiver.ErrInUse))
		return ""
	}
	s.receiver = startTask(c.reportFailure(r.Serve))
	return r.Endpoint()
}

// openReceiver opens the built-in receiver with a folder. It keeps dots: only this user sends to it, into a
// folder in which no program reads such files.
func (c command) openReceiver(dir string) (*receiver.Receiver, error) {
	return receiver.Open(receiver.Config{Dir: dir, KeepDots: true, Log: c.log})
}

// retryReceiver starts the built-in receiver once that is possible, resumes what waits
// for it, and runs it until ctx ends.
func (s *session) retryReceiver(ctx context.Context, c command) error {
	for netx.Sleep(ctx, receiverRetry) == nil {
		r, err := c.openReceiver(s.receivedDir)
		if err != nil {
			c.log.Debug("start built-in receiver failed", "err", err)
			continue
		}
		c.log.Info("built-in receiver started")
		s.receiverUnusable.Store(false)
		s.useReceiver(ctx, c, r)
		return c.reportFailure(r.Serve)(ctx)
	}
	return nil
}

// useReceiver tells the engine the endpoint of a receiver, and resumes what waits for it.
func (s *session) useReceiver(ctx context.Context, c command, r *receiver.Receiver) {
	builtin, _ := s.engine.Snapshot().Server(uploader.BuiltinServer)
	builtin.Endpoint = r.Endpoint()
	for _, command := range []uploader.Command{uploader.SaveServer{Server: builtin}, uploader.Unblock{Server: uploader.BuiltinServer}} {
		if err := s.engine.Do(ctx, command); err != nil && ctx.Err() == nil {
			c.log.Warn("resume uploads to built-in receiver failed", "err", err)
		}
	}
}

// setReceivedDir makes the built-in receiver put files into another folder from now on, and
// saves that. Unfinished uploads to it start over, since what was received of them is in the
// old folder; the caller makes sure that there are none. If the folder cannot be used,
// nothing changes. Calls at the same time are carried out one after the other.
func (s *session) setReceivedDir(ctx context.Context, c command, dir string) error {
	if err := s.waitLoaded(ctx); err != nil {
		return err
	}
	s.receiverChange.Lock()
	defer s.receiverChange.Unlock()
	if dir == s.receivedDir && !s.receiverUnusable.Load() {
		return nil
	}
	r, err := c.openReceiver(dir)
	if err != nil {
		return err
	}
	if err := s.receiver.stop(); err != nil {
		c.log.Warn("stop built-in receiver failed", "err", err)
	}
	s.receivedDir = dir
	s.receiverUnusable.Store(false)
	words.SetReceivedFolder(dir)
	s.receiver = startTask(c.reportFailure(r.Serve))
	s.useReceiver(ctx, c, r)
	s.settings.Update(func(set *settings.Settings) { set.Receiver.Folder = dir })
	c.log.Info("folder of the built-in receiver changed")
	return nil
}

// connect connects to a server. While the receiver cannot use its folder, or none is known
// on this computer, connecting to it fails with a fault of this computer's disk.
func (s *session) connect(server uploader.Server) (uploader.Protocol, error) {
	if !server.Builtin() {
		return s.connector.Connect(server)
	}
	if s.receiverUnusable.Load() {
		return nil, receiverFault(s.receiverErr)
	}
	local, err := localReceiver(server)
	if err != nil {
		return nil, receiverFault(err)
	}
	return s.connector.Connect(local)
}

func receiverFault(err error) *fault.Fault {
	f := fault.New(fault.LocalDisk, fault.Open, err)
	f.Code = fault.CodeReceiverDisk
	if _, unsafe := errors.AsType[*privatefile.Error](err); unsafe {
		f.Code = fault.CodeReceiverUnsafe
	}
	return f
}

// localReceiver returns the built-in receiver as it may be used: without what only other
// servers have. It fails unless the endpoint is on this computer. While another process uses
// the folder, the endpoint is the saved one, which may be of a restored backup by somebody
// else.
func localReceiver(saved uploader.Server) (uploader.Server, error) {
	endpoint, err := url.Parse(saved.Endpoint)
	if err != nil {
		return uploader.Server{}, errors.New("address of the built-in receiver is invalid") // err would contain it
	}
	if ip, err := netip.ParseAddr(endpoint.Hostname()); err != nil || !ip.IsLoopback() {
		return uploader.Server{}, errors.New("address of the built-in receiver is not on this computer")
	}
	saved.Access, saved.Options.AllowedHosts = uploader.Access{}, ""
	return saved, nil
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
	if _, err := localReceiver(builtin); err == nil && errors.Is(s.receiverErr, receiver.ErrInUse) {
		return nil
	}
	if unsafe, ok := errors.AsType[*privatefile.Error](s.receiverErr); ok {
		return unsafe
	}
	return &cli.UserError{Text: words.Text("cli.received.unavailable", words.Data{"Dir": s.receivedDir, "Log": c.profile.Log()})}
}
