// Package program assembles Ferry and runs one command line.
//
// A command that needs the engine opens a session in the profile: lock, database,
// receiver and engine start in this order and are closed in the reverse order, so
// that all acknowledged progress is saved. If another instance already holds the
// profile, the command is sent to that instance instead. Errors are reported to the
// user here, once, as one sentence.
package program

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"syscall"
	"time"

	"github.com/ferryapp/ferry/app/cli"
	"github.com/ferryapp/ferry/app/profile"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/assets/notices"
)

// Run runs the command line args and returns the exit code. The first SIGINT, SIGTERM
// or SIGHUP shuts down gracefully, within [maxShutdown]; the second one kills the process.
// version is what the command "version" prints.
func Run(version string, args []string, streams cli.Streams) int {
	if err := words.Load(""); err != nil {
		_, _ = fmt.Fprintln(streams.Err, err)
		return cli.ExitFailed
	}
	ctx, stop := notifySignals()
	returned := make(chan struct{})
	defer stop()
	defer close(returned)
	context.AfterFunc(ctx, func() { exitLate(ctx, returned, streams) })

	out := cli.NewOutput(streams.Out)
	streams.Out, streams.Secrets = out, cli.TakeSecrets()
	invocation, err := cli.Parse(args, out)
	if err == nil {
		words.SetCommandLine(invocation.Window == nil)
		err = run(ctx, version, invocation, streams)
	}
	err = out.Check(err)
	if err != nil && !cli.Reported(err) {
		_, _ = fmt.Fprintln(streams.Err, cli.Explain(err))
		newFailureDesktop(invocation, streams.Err).report(ctx, invocation, err)
	}
	return exitCode(ctx, err)
}

// maxShutdown is how long shutting down may take after the first signal. What is
// acknowledged is saved by then; longer takes only what cannot be interrupted, such as
// reading from a drive that does not respond. Tests set it.
var maxShutdown = 5 * time.Second

// exitLate ends the process if it does not return in time.
func exitLate(ctx context.Context, returned <-chan struct{}, streams cli.Streams) {
	select {
	case <-returned:
	case <-time.After(maxShutdown):
		_, _ = fmt.Fprintln(streams.Err, cli.Explain(context.Canceled))
		os.Exit(exitCode(ctx, context.Canceled))
	}
}

// openProfile opens the profile in dir, "" for the default one.
func openProfile(dir string) (profile.Profile, error) {
	p, err := profile.Open(dir)
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok && errors.Is(err, syscall.ENOTDIR) {
		data := words.Data{"Folder": words.Printable(pathErr.Path)}
		return p, errors.Join(&cli.UserError{Text: words.Text("cli.profile.file", data), Window: words.Text("start.profile.file", data)}, err)
	}
	return p, err
}

// printVersion prints the version, or the licences of Ferry and its components.
func printVersion(version string, v cli.Version, out io.Writer) error {
	text := words.Text("cli.version", words.Data{"Version": version + " " + runtime.GOOS + "/" + runtime.GOARCH}) + "\n"
	if v.Licences {
		text = notices.Text()
	}
	_, err := io.WriteString(out, text)
	return err
}

func run(ctx context.Context, version string, invocation cli.Invocation, streams cli.Streams) (err error) {
	if invocation.Version != nil {
		return printVersion(version, *invocation.Version, streams.Out)
	}
	if invocation.ServerPresets != nil {
		return invocation.ServerPresets.Print(streams)
	}
	p, err := openProfile(invocation.Profile)
	if err != nil {
		return err
	}
	words.SetReceivedFolder(p.ReceivedDir)
	log, closer, err := p.OpenLog()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closer.Close()) }()
	defer useLibraryLog(log)()
	log.Info("started", "version", version, "pid", os.Getpid())
	if p.Unprotected {
		log.Warn("file system has no owners or modes, other users may be able to change the profile", "folder", p.Dir)
	}
	defer func() { log.Info("ended", "err", err) }()

	c := command{version: version, profile: p, chosenProfile: invocation.Profile, log: log, streams: streams}
	switch {
	case invocation.Receive != nil:
		return invocation.Receive.Serve(ctx, p, log, streams)
	case invocation.List != nil:
		return c.list(ctx, *invocation.List)
	case invocation.Resume != nil:
		return c.resume(ctx, *invocation.Resume)
	case invocation.Send != nil:
		return c.send(ctx, *invocation.Send)
	case invocation.Window != nil:
		return c.window(ctx, *invocation.Window)
	default:
		return c.server(ctx, invocation)
	}
}
