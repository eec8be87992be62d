package program

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"log/slog"
	"os"
	"runtime/debug"
	"strings"

	"github.com/ferryapp/ferry/app"
	"github.com/ferryapp/ferry/app/cli"
	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/app/instance"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/profile"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader/fault"
)

// access implements [app.Access].
type access struct {
	*connect.Connector
	*platform.AppKeyring
}

// window shows the window, or that of the running instance, and adds the files of
// the command line.
func (c command) window(ctx context.Context, args cli.Window) error {
	paths, err := absolutePaths(args.Paths)
	if err != nil {
		return err
	}
	lock, err := c.lockOrCall(ctx, func() error {
		ignore := func(json.RawMessage) error { return nil }
		return instance.Call(ctx, c.profile.InstanceFile(), instance.Request{Command: instance.Show, Paths: paths, Link: args.Link}, ignore)
	})
	if lock == nil {
		return cmp.Or(err, missingFiles(paths)) // the running window says it as well
	}
	if !platform.HasDisplay() {
		return errors.Join(&cli.UserError{Text: words.Text("cli.window.none")}, lock.Release())
	}
	requests := make(chan app.Request, 1)
	show := func(ctx context.Context, request instance.Request) error {
		shown, err := windowRequest(request.Paths, request.Link)
		if err != nil {
			return err
		}
		select {
		case requests <- shown:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	s, err := openLoading(ctx, c, lock, options{show: show})
	if err != nil {
		return err
	}
	if len(paths) > 0 || args.Link != "" {
		first, err := windowRequest(paths, args.Link)
		if err != nil {
			return s.close(err)
		}
		requests <- first
	}
	config := app.Config{
		Load: s.waitLoaded, LoadFailure: c.loadFailure,
		Engine: s.engine, Access: access{s.connector, s.keys}, Settings: s.settings, State: s.windowState, DefaultProfile: c.profile.Default, Log: c.log, Hidden: args.Hidden,
		AskToResume: s.asksToResume(),
		Data:        c.profileData(s), Version: c.version,
		Usage:     s.database.Usage,
		Autostart: c.autostart(),
		Notice:    s.recovered, ReceivedDir: s.receivedDir, Requests: requests,
		SetReceivedDir: func(ctx context.Context, dir string) error { return s.setReceivedDir(ctx, c, dir) },
	}
	run := func() error { return app.Run(ctx, config) }
	err = afterWindow(s.close(guardWindow(c.log, c.profile.Log(), s.crashes, run)))
	return errors.Join(err, afterWindow(c.startAfterRestore(ctx, s.replacement.Load())))
}

// startAfterRestore starts the window again after the user has restored a backup, with what is
// to be added. If the backup could not be put in place, the window has the same list as before.
func (c command) startAfterRestore(ctx context.Context, r *replacement) error {
	if r == nil || ctx.Err() != nil {
		return nil
	}
	return restartWindow(windowArgs(c.chosenProfile, false, r.paths))
}

// restartWindow starts this program again. Tests set it.
var restartWindow = restart

// profileData returns what the window shows of the profile.
func (c command) profileData(s *session) app.ProfileData {
	data := app.ProfileData{Dir: c.profile.Dir, Log: c.profile.Log(), Thumbnails: c.profile.ThumbnailDir(), Backup: s.backUp, PrepareRestore: func(ctx context.Context, path string) (app.Backup, error) { return s.prepareRestore(ctx, c, path) }, DismissCrash: c.profile.DismissCrash}
	if c.profile.HasCrashReport() {
		data.CrashReport = c.profile.CrashReport()
	}
	return data
}

// windowRequest returns what the window is to do with paths or a link. It fails with a
// *[cli.UsageError] if the link is invalid.
func windowRequest(paths []string, link string) (app.Request, error) {
	request := app.Request{Paths: paths}
	if link == "" {
		return request, nil
	}
	server, err := cli.ParseLink(link)
	request.NewServer = &server
	return request, err
}

// shownError is an error that the window of another instance shows.
type shownError struct{ error }

func (e shownError) Unwrap() error { return e.error }

// missingFiles returns a [shownError] with the paths that do not exist, or nil.
func missingFiles(paths []string) error {
	var texts []string
	for _, path := range paths {
		if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
			texts = append(texts, words.Fault(fault.New(fault.SourceMissing, fault.Stat, err), words.Subject{File: path}).String())
		}
	}
	if len(texts) == 0 {
		return nil
	}
	return shownError{&cli.UserError{Text: strings.Join(texts, "\n")}}
}

// loadFailure describes to the user why the transfers could not be loaded.
func (c command) loadFailure(err error) app.StartFailure {
	return app.StartFailure{Text: cli.ExplainInWindow(err), Folder: c.profile.Dir}
}

// afterWindow returns err, of the window or of the close after it, as a [windowEndedError]
// unless the user has seen and answered it, which an [*app.LoadError] says.
func afterWindow(err error) error {
	if _, shown := errors.AsType[*app.LoadError](err); shown || err == nil {
		return err
	}
	return windowEndedError{err}
}

// windowEndedError is an error after a window, when this process can show no other.
type windowEndedError struct{ error }

func (e windowEndedError) Unwrap() error { return e.error }

// guardWindow calls run, which runs the toolkit. The toolkit panics without a screen or
// OpenGL; guardWindow returns that as an error, so that the session can be closed. Any
// other panic is recorded as a crash.
func guardWindow(logger *slog.Logger, logPath string, crashes *profile.CrashRecorder, run func() error) (err error) {
	log.SetFlags(0)
	defer log.SetOutput(log.Writer())
	log.SetOutput(&toolkitLog{log: logger})
	defer func() {
		if p := recover(); p != nil {
			stack := debug.Stack()
			logger.Error("window panicked", "panic", p, "stack", string(stack))
			key := "cli.window.broken"
			if _, ok := p.(windowError); ok {
				key = "cli.window.opengl"
			} else if err := crashes.Record(p, stack); err != nil {
				logger.Warn("crash is not recorded", "err", err)
			}
			err = &cli.UserError{Text: words.Text(key, words.Data{"Detail": words.Printable(fmt.Sprint(p)), "Log": logPath})}
		}
	}()
	return run()
}
