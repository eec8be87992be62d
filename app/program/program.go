// Package program is the whole of Ferry put together: what was typed is carried
// out in a profile, by the window or by one command. A profile is worked in by a
// session, which is opened from the disk up (lock, database, receiver, engine)
// and closed in the opposite order, so that nothing acknowledged is lost however
// the program ends. Errors reach the user here, once, as one sentence.
package program

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"

	"github.com/ferryapp/ferry/app/cli"
	"github.com/ferryapp/ferry/app/instance"
	"github.com/ferryapp/ferry/app/profile"
	"github.com/ferryapp/ferry/app/words"
)

// Run carries out the command line args and returns the exit code. SIGINT and
// SIGTERM end it in order; a second one at once. version is what it says it is.
func Run(version string, args []string, streams cli.Streams) int {
	if err := words.Load(""); err != nil {
		_, _ = fmt.Fprintln(streams.Err, err)
		return cli.ExitFailed
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // the second signal ends the program at once

	invocation, err := cli.Parse(args, streams.Out)
	if err == nil {
		err = carryOut(ctx, version, invocation, streams)
	}
	if err != nil && !cli.Reported(err) {
		_, _ = fmt.Fprintln(streams.Err, cli.Explain(err))
	}
	return cli.ExitCode(err)
}

func carryOut(ctx context.Context, version string, typed cli.Invocation, streams cli.Streams) (err error) {
	if typed.Version {
		_, err := fmt.Fprintln(streams.Out, words.Say("cli.version", words.Data{"Version": version + " " + runtime.GOOS + "/" + runtime.GOARCH}))
		return err
	}
	p, err := profile.Open(typed.Profile)
	if err != nil {
		return err
	}
	log, closer, err := p.OpenLog()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closer.Close()) }()
	log.Info("started", "version", version, "pid", os.Getpid())
	defer func() { log.Info("ended", "err", err) }()

	w := work{version: version, profile: p, log: log, streams: streams}
	switch {
	case typed.Receive != nil:
		return typed.Receive.Serve(ctx, p.Received, log, streams)
	case typed.List != nil:
		return w.list(ctx, *typed.List)
	case typed.Resume != nil:
		return w.resume(ctx, *typed.Resume)
	case typed.Send != nil:
		return w.send(ctx, *typed.Send)
	default:
		return w.window(ctx, *typed.Window)
	}
}

// work is one command in one profile.
type work struct {
	version string
	profile profile.Profile
	log     *slog.Logger
	streams cli.Streams
}

// errand is a request to be carried out and followed to its end.
type errand struct {
	request     instance.Request
	style       cli.Style
	fingerprint string  // a source.Strategy's name; "" for the one in the settings
	stream      *intake // of the standard input; nil for none
	name        string  // of the stream
}

func (w work) send(ctx context.Context, s cli.Send) error {
	e := errand{style: cli.StyleFor(s.JSON, s.Quiet), fingerprint: s.Fingerprint}
	paths, err := absolute(s.Paths)
	if err != nil {
		return err
	}
	if i := slices.Index(s.Paths, cli.Stdin); i >= 0 {
		if e.stream, err = w.read(ctx, s.Name); err != nil {
			return err
		}
		paths[i] = e.stream.Path
		e.name = s.Name
	}
	e.request = instance.Request{Command: instance.Send, Paths: paths, To: s.To, Headers: s.Header, Options: s.Options}
	err = w.follow(ctx, e)
	if e.stream == nil {
		err = again(err, e.request)
	}
	return errors.Join(err, e.stream.Close())
}

func (w work) resume(ctx context.Context, r cli.Resume) error {
	request := instance.Request{Command: instance.Resume, To: r.To, Headers: r.Header}
	return again(w.follow(ctx, errand{request: request, style: cli.StyleFor(r.JSON, false)}), request)
}

// again says of a request that was interrupted, and whose sign-in is kept nowhere,
// how it goes on.
func again(err error, request instance.Request) error {
	if errors.Is(err, context.Canceled) && cli.HasCredentials(request.To, request.Headers) {
		return errors.Join(&cli.UserError{Text: words.Say("cli.interrupted.same")}, err)
	}
	return err
}

// follow has a request carried out, by this program or by the one that holds the
// profile, and tells what happens until it is done.
func (w work) follow(ctx context.Context, e errand) error {
	printer := cli.NewPrinter(w.streams, e.style)
	if e.stream != nil {
		printer.SetName(e.stream.Path, e.name)
	}
	lock, err := w.enter(ctx, func() error {
		if err := cli.CheckFingerprint(e.fingerprint); err != nil {
			return err
		}
		return elsewhere(ctx, instance.Call(ctx, w.profile.Meeting(), e.request, printer.PrintRaw))
	})
	if lock == nil {
		return printer.Finish(e.stream.end(err))
	}
	s, err := open(ctx, w, lock, options{fingerprint: e.fingerprint, ask: true, stream: e.stream, request: e.request})
	if err != nil {
		return e.stream.abandon(err)
	}
	err = s.reachable(w, e.request)
	if err == nil {
		err = s.desk.Execute(ctx, e.request, printer.Print)
	}
	if err == nil {
		err = s.finish(ctx)
	}
	return printer.Finish(s.close(s.drop(ctx, e.stream, err)))
}

func (w work) list(ctx context.Context, l cli.List) error {
	printer := cli.NewPrinter(w.streams, cli.StyleFor(l.JSON, false))
	told := func(err error) error {
		if err != nil {
			return err
		}
		return printer.FinishList(l.All)
	}
	lock, err := w.enter(ctx, func() error {
		return instance.Call(ctx, w.profile.Meeting(), instance.Request{Command: instance.List, All: l.All}, printer.PrintRaw)
	})
	if lock == nil {
		return told(err)
	}
	saved, err := load(ctx, w)
	return errors.Join(told(errors.Join(err, cli.ListSaved(saved, l.All, printer.Print))), lock.Release())
}

func absolute(paths []string) ([]string, error) {
	all := make([]string, len(paths))
	for i, path := range paths {
		var err error
		if all[i], err = filepath.Abs(path); err != nil {
			return nil, fmt.Errorf("find %s: %w", path, err)
		}
	}
	return all, nil
}
