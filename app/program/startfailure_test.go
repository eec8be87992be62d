package program

import (
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app"
	"github.com/ferryapp/ferry/app/cli"
	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/db"
)

// fakeFailureDesktop records what is shown, and answers.
type fakeFailureDesktop struct {
	answer    app.StartAnswer
	windowErr error

	shown     []app.StartFailure
	notified  []string // titles and bodies
	restarted [][]string
}

func (f *fakeFailureDesktop) report(invocation cli.Invocation, failed error) {
	desktop := failureDesktop{
		showWindow: func(_ context.Context, failure app.StartFailure) (app.StartAnswer, error) {
			f.shown = append(f.shown, failure)
			return f.answer, f.windowErr
		},
		notify: func(_ context.Context, title, body string) error {
			f.notified = append(f.notified, title, body)
			return nil
		},
		restart: func(args []string) error {
			f.restarted = append(f.restarted, args)
			return nil
		},
	}
	desktop.report(context.Background(), invocation, failed)
}

// TestShownErrorIsNotShownAgain reports files that do not exist, of which the running window
// tells.
func TestShownErrorIsNotShownAgain(t *testing.T) {
	must(t, words.Load("en"))
	missing := missingFiles([]string{filepath.Join(t.TempDir(), "missing.pdf")})
	if missing == nil || !strings.Contains(cli.Explain(missing), "missing.pdf") {
		t.Fatalf("error is %v", missing)
	}
	desktop := &failureDesktop{
		showWindow: func(context.Context, app.StartFailure) (app.StartAnswer, error) {
			t.Error("a window is shown")
			return app.StartAnswer{}, nil
		},
		notify: func(context.Context, string, string) error {
			t.Error("a notification is shown")
			return nil
		},
	}
	desktop.report(t.Context(), cli.Invocation{Window: &cli.Window{}}, missing)
}

func TestStartFailureIsShown(t *testing.T) {
	if err := words.Load("en"); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	failed := &cli.UserError{Text: "use --profile", Window: "choose another folder"}
	window := cli.Invocation{Profile: dir, Window: &cli.Window{Hidden: true, Paths: []string{"-a\xff"}}}
	for _, c := range []struct {
		name       string
		invocation cli.Invocation
		err        error
		answer     app.StartAnswer
		windowErr  error
		want       fakeFailureDesktop
	}{
		{name: "quit", invocation: window, err: failed, want: fakeFailureDesktop{shown: []app.StartFailure{{Text: "choose another folder", Folder: dir}}}},
		{name: "try again", invocation: window, err: failed, answer: app.StartAnswer{Retry: true}, want: fakeFailureDesktop{
			shown:     []app.StartFailure{{Text: "choose another folder", Folder: dir}},
			restarted: [][]string{{"window", "--hidden", "--profile=" + dir, "--", "-a\xff"}},
		}},
		{name: "another folder", invocation: window, err: failed, answer: app.StartAnswer{Retry: true, Folder: "/other"}, want: fakeFailureDesktop{
			shown:     []app.StartFailure{{Text: "choose another folder", Folder: dir}},
			restarted: [][]string{{"window", "--hidden", "--profile=/other", "--", "-a\xff"}},
		}},
		{name: "no window possible", invocation: window, err: failed, windowErr: errors.New("no OpenGL"), want: fakeFailureDesktop{
			shown:    []app.StartFailure{{Text: "choose another folder", Folder: dir}},
			notified: []string{"Ferry couldn't start", "choose another folder"},
		}},
		{name: "window or the close after it failed", invocation: window, err: afterWindow(failed), want: fakeFailureDesktop{
			notified: []string{"Ferry stopped", "choose another folder"},
		}},
		{name: "transfers could not be loaded, quit", invocation: window, err: afterWindow(&app.LoadError{Err: failed})},
		{name: "transfers could not be loaded, try again", invocation: window, err: afterWindow(errors.Join(&app.LoadError{Err: failed, Answer: app.StartAnswer{Retry: true, Folder: "/other"}}, errors.New("not closed"))), want: fakeFailureDesktop{
			restarted: [][]string{{"window", "--hidden", "--profile=/other", "--", "-a\xff"}},
		}},
		{name: "interrupted", invocation: window, err: context.Canceled},
		{name: "other command", invocation: cli.Invocation{Send: &cli.Send{}}, err: failed},
		{name: "no error", invocation: window, err: afterWindow(nil)},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := fakeFailureDesktop{answer: c.answer, windowErr: c.windowErr}
			got.report(c.invocation, c.err)
			got.answer, got.windowErr = app.StartAnswer{}, nil
			if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(fakeFailureDesktop{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestStartFailuresHaveTextForWindow makes the window's command fail as in practice. What
// is in the folder does not change.
func TestStartFailuresHaveTextForWindow(t *testing.T) {
	apptest.LoadEnglish(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("a file, not a folder"), 0o600); err != nil {
		t.Fatal(err)
	}
	foreign := filepath.Join(dir, "foreign")
	if err := os.Mkdir(foreign, 0o700); err != nil {
		t.Fatal(err)
	}
	text := "This is some text, in a file that is named like a database, and it is long enough to be one."
	if err := os.WriteFile(filepath.Join(foreign, "ferry.db"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	newer := newerProfile(t)
	t.Setenv("DISPLAY", ":nowhere") // not used before the window is shown
	for _, c := range []struct{ name, profile, folder, want string }{
		{"profile is a file", file, "", "which is a file and not a folder. Move it elsewhere, or choose another data folder."},
		{"newer database", newer, newer, "Update Ferry, or choose another data folder."},
		{"foreign database", foreign, foreign, "choose another data folder"},
	} {
		t.Run(c.name, func(t *testing.T) {
			invocation := cli.Invocation{Profile: c.profile, Window: &cli.Window{}}
			before, err := filesOf(c.profile)
			if err != nil {
				t.Fatal(err)
			}
			err = run(t.Context(), "test", invocation, cli.Streams{Out: t.Output(), Err: t.Output()})
			if err == nil {
				t.Fatal("no error")
			}
			got := fakeFailureDesktop{}
			got.report(invocation, err)
			if len(got.shown) != 1 || !strings.Contains(got.shown[0].Text, c.want) || got.shown[0].Folder != c.folder {
				t.Errorf("shown: %+v, want %q and folder %q", got.shown, c.want, c.folder)
			}
			after, err := filesOf(c.profile)
			if err != nil {
				t.Fatal(err)
			}
			delete(after, filepath.Join(c.profile, "ferry.lock")) // empty
			if diff := cmp.Diff(before, after); diff != "" {
				t.Errorf("the folder has changed (-before +after):\n%s", diff)
			}
		})
	}
}

// newerProfile returns a profile with the database of a newer version.
func newerProfile(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "ferry.db")
	d, err := db.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if err := setSchemaVersion(path, 9999); err != nil {
		t.Fatal(err)
	}
	return dir
}

// setSchemaVersion sets the version of the schema of a database, without opening it.
func setSchemaVersion(path string, version uint32) error {
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	const userVersion = 60 // offset of this big-endian number in the header of an SQLite file
	_, err = file.WriteAt(binary.BigEndian.AppendUint32(nil, version), userVersion)
	return errors.Join(err, file.Close())
}
