package program

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"time"

	"golang.org/x/term"

	"github.com/ferryapp/ferry/app"
	"github.com/ferryapp/ferry/app/cli"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/profile"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/assets"
)

// notifyTimeout is how long the desktop may take to show a notification.
const notifyTimeout = 5 * time.Second

// failureDesktop is what shows a failure to a user without a terminal.
type failureDesktop struct {
	showWindow func(ctx context.Context, failure app.StartFailure) (app.StartAnswer, error)
	notify     func(ctx context.Context, title, body string) error
	restart    func(args []string) error
}

// newFailureDesktop returns the desktop, or nil where there is none or the user sees a
// terminal.
func newFailureDesktop(invocation cli.Invocation, errOut io.Writer) *failureDesktop {
	if file, ok := errOut.(*os.File); ok && term.IsTerminal(int(file.Fd())) || !platform.HasDisplay() {
		return nil
	}
	logger := slog.New(slog.DiscardHandler) // the profile, and with it the log, may be what fails
	return &failureDesktop{
		showWindow: func(ctx context.Context, failure app.StartFailure) (answer app.StartAnswer, err error) {
			err = guardWindow(logger, profile.LogIn(invocation.Profile), nil, func() error {
				answer = app.ShowStartFailure(ctx, logger, failure)
				return nil
			})
			return answer, err
		},
		notify:  notify,
		restart: restart,
	}
}

// report shows why the window's command failed: in a window that offers to try again or to
// use another data folder, or in a notification where no window can be shown, which is also
// so after the toolkit has run.
func (d *failureDesktop) report(ctx context.Context, invocation cli.Invocation, failed error) {
	switch {
	case d == nil, failed == nil, invocation.Window == nil, errors.Is(failed, context.Canceled):
		return
	}
	if _, shown := errors.AsType[shownError](failed); shown {
		return
	}
	if load, shown := errors.AsType[*app.LoadError](failed); shown {
		d.retry(ctx, invocation, load.Answer)
		return
	}
	text := cli.ExplainInWindow(failed)
	if _, ended := errors.AsType[windowEndedError](failed); ended {
		_ = d.notify(ctx, words.Text("start.stopped.title"), text)
		return
	}
	answer, err := d.showWindow(ctx, app.StartFailure{Text: text, Folder: profile.Existing(invocation.Profile)})
	if err != nil {
		_ = d.notify(ctx, words.Text("start.failed.title"), text)
		return
	}
	d.retry(ctx, invocation, answer)
}

// retry starts the window again if the user chose that.
func (d *failureDesktop) retry(ctx context.Context, invocation cli.Invocation, answer app.StartAnswer) {
	if !answer.Retry {
		return
	}
	if err := d.restart(windowArgs(cmp.Or(answer.Folder, invocation.Profile), invocation.Window.Hidden, invocation.Window.Paths)); err != nil {
		_ = d.notify(ctx, words.Text("start.failed.title"), err.Error())
	}
}

// windowArgs returns the arguments of a window's command line. Dir is the profile, "" for the
// default one.
func windowArgs(dir string, hidden bool, paths []string) []string {
	args := []string{"window"}
	if hidden {
		args = append(args, "--hidden")
	}
	if dir != "" {
		args = append(args, "--profile="+dir)
	}
	return append(append(args, "--"), paths...)
}

// restart starts this program again. The toolkit cannot run twice in one process.
func restart(args []string) error {
	path, err := platform.ExecutablePath()
	if err != nil {
		return err
	}
	cmd := exec.Command(path, args...) //nolint:gosec // Ferry itself, without a shell
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Start(); err != nil {
		return err
	}
	return cmd.Process.Release()
}

// notify shows a notification.
func notify(ctx context.Context, title, body string) error {
	ctx, cancel := context.WithTimeout(ctx, notifyTimeout)
	defer cancel()
	notifier := platform.NewNotifier("Ferry", assets.SmallIcon(), func(string, string) {})
	err := notifier.Notify(ctx, platform.Notification{Key: "start", Title: title, Body: body, Persistent: true})
	return errors.Join(err, notifier.Close())
}
