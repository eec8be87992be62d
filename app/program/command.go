package program

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"time"

	"github.com/ferryapp/ferry/app/cli"
	"github.com/ferryapp/ferry/app/instance"
	"github.com/ferryapp/ferry/app/profile"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/uploadurls"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// How long to wait for an instance that holds the profile but does not listen,
// because it is starting or shutting down, and how often to check.
const (
	maxLockWait      = 10 * time.Second
	lockPollInterval = 50 * time.Millisecond
)

// maxFileWait is how long a command waits for files that other programs are writing;
// 0 is the default. Tests set it.
var maxFileWait time.Duration

// command is one command that runs in one profile.
type command struct {
	version string
	profile profile.Profile
	log     *slog.Logger
	streams cli.Streams

	chosenProfile string // the folder on the command line; "" for none
}

// job is a request whose transfers are followed until they are final.
type job struct {
	request     instance.Request
	style       cli.Style
	fingerprint string       // name of a source.Strategy; "" for the one in the settings
	stdin       *stdinStream // nil unless the standard input is sent
	stdinName   string
}

func (c command) send(ctx context.Context, s cli.Send) error {
	j := job{style: cli.StyleFor(s.JSON, s.Quiet), fingerprint: s.Fingerprint}
	list := uploadurls.List{Paths: s.Paths}
	if s.URLs != "" {
		var err error
		if list, err = s.ReadURLs(c.streams.In); err != nil {
			return err
		}
	}
	paths, err := absolutePaths(list.Paths)
	if err != nil {
		return err
	}
	headers, err := s.Read(cmp.Or(s.To, s.URLs), c.streams)
	if err != nil {
		return err
	}
	signIn, err := s.ReadSignIn(ctx, c.streams)
	if err != nil {
		return err
	}
	headers = append(headers, signIn...)
	if i := slices.Index(s.Paths, cli.Stdin); i >= 0 {
		if err := cli.CheckStdin(c.streams.In); err != nil {
			return err
		}
		if j.stdin, err = c.readStdin(ctx, s.Name); err != nil {
			return err
		}
		paths[i] = j.stdin.Path
		j.stdinName = s.Name
	}
	j.request = instance.Request{
		Command: instance.Send, Paths: paths, To: s.To, Headers: headers, AllowHosts: s.AllowHost, Options: s.Options, Answers: s.Answers.ForRequest(),
		URLs: list.URLs, Server: s.Change, PerFile: s.PerFile.PerFile,
	}
	err = c.runJob(ctx, j)
	if j.stdin == nil {
		err = explainSignIn(err, j.request)
	}
	return errors.Join(err, j.stdin.Close())
}

func (c command) resume(ctx context.Context, r cli.Resume) error {
	headers, err := r.Read(r.To, c.streams)
	if err != nil {
		return err
	}
	request := instance.Request{Command: instance.Resume, To: r.To, Headers: headers, AllowHosts: r.AllowHost, PerFile: r.PerFile.PerFile, Answers: r.Answers.ForRequest()}
	return explainSignIn(c.runJob(ctx, job{request: request, style: cli.StyleFor(r.JSON, false)}), request)
}

// explainSignIn adds to the error of an interrupted request that it must be resumed
// with the same arguments, if these contain a sign-in, which is not saved.
func explainSignIn(err error, request instance.Request) error {
	if errors.Is(err, context.Canceled) && cli.HasCredentials(request.To, request.Headers) {
		return errors.Join(&cli.UserError{Text: words.Text("cli.interrupted.same")}, err)
	}
	return err
}

// runJob carries out a job, in this process or in the instance that holds the
// profile, and prints the response.
func (c command) runJob(ctx context.Context, j job) error {
	printer := cli.NewPrinter(c.streams, j.style)
	if j.stdin != nil {
		printer.SetName(j.stdin.Path, j.stdinName)
	}
	lock, err := c.lockOrCall(ctx, func() error {
		if err := cli.CheckFingerprint(j.fingerprint); err != nil {
			return err
		}
		return explainHandedOver(ctx, instance.Call(ctx, c.profile.InstanceFile(), j.request, printer.PrintRaw))
	})
	if lock == nil {
		return printer.Finish(j.stdin.finish(err))
	}
	s, err := open(ctx, c, lock, options{fingerprint: j.fingerprint, ask: true, stdin: j.stdin, request: j.request})
	if err != nil {
		return j.stdin.finishUnsent(err)
	}
	err = s.checkReceiver(c, j.request)
	if err == nil {
		err = s.executor.Execute(ctx, j.request, printer.Print)
	}
	if err == nil {
		err = s.waitForClients(ctx)
	}
	return printer.Finish(s.close(s.finishStdin(ctx, j.stdin, err)))
}

// explainHandedOver adds to the error of an interrupted call that the other instance
// continues the request, if it has got it.
func explainHandedOver(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil && !errors.Is(err, instance.ErrNotListening) {
		return errors.Join(&cli.UserError{Text: words.Text("cli.elsewhere")}, ctx.Err())
	}
	return err
}

func (c command) list(ctx context.Context, l cli.List) error {
	printer := cli.NewPrinter(c.streams, cli.StyleFor(l.JSON, false))
	finish := func(err error) error {
		if err != nil {
			return err
		}
		return printer.FinishList(l.All)
	}
	lock, err := c.lockOrCall(ctx, func() error {
		return instance.Call(ctx, c.profile.InstanceFile(), instance.Request{Command: instance.List, All: l.All}, printer.PrintRaw)
	})
	if lock == nil {
		return finish(err)
	}
	return errors.Join(finish(c.listSaved(ctx, l, printer)), lock.Release())
}

// listSaved lists the transfers of a profile for which no engine runs.
func (c command) listSaved(ctx context.Context, l cli.List, printer *cli.Printer) error {
	database, err := c.openDatabase(ctx)
	if err != nil {
		return err
	}
	saved, err := database.Load(ctx)
	if err == nil {
		err = words.Load(string(settings.Open(ctx, database, c.log).Get().Appearance.Language))
	}
	if err == nil {
		find := func(query uploader.HistoryQuery) ([]uploader.Transfer, error) {
			return database.FindHistory(ctx, query)
		}
		err = cli.ListSaved(saved, find, l.All, printer.Print)
	}
	return errors.Join(err, database.Close())
}

// lockOrCall acquires the profile's lock. If another instance holds it, it returns a
// nil lock and the result of call, which sends a request to that instance. It
// retries while that instance holds the lock but does not listen, which includes that
// what listens does not prove to be that instance.
func (c command) lockOrCall(ctx context.Context, call func() error) (*instance.Lock, error) {
	timeout, cancel := context.WithTimeout(ctx, maxLockWait)
	defer cancel()
	for {
		lock, err := instance.Acquire(c.profile.Lock(), c.profile.InstanceFile())
		if !errors.Is(err, instance.ErrLocked) {
			return lock, err
		}
		err = call()
		if !errors.Is(err, instance.ErrNotListening) {
			return nil, err
		}
		select {
		case <-time.After(lockPollInterval):
		case <-timeout.Done():
			return nil, errors.Join(ctx.Err(), err)
		}
	}
}

func absolutePaths(paths []string) ([]string, error) {
	all := make([]string, len(paths))
	for i, path := range paths {
		var err error
		if all[i], err = filepath.Abs(path); err != nil {
			return nil, fmt.Errorf("make %s absolute: %w", path, err)
		}
	}
	return all, nil
}
