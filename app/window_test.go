package app

import (
	"context"
	"encoding/json"
	"log/slog"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/windowstate"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/widgets"
)

func TestTopBar(t *testing.T) {
	t.Run("toggle switches between pause all and resume all", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Sending), apptest.Transfer(2)))
		test.Tap(s.window.bar.Toggle)
		s.until("button resumes", func() bool { return s.window.bar.Toggle.Text == "Resume all" })
		test.Tap(s.window.bar.Toggle)
		s.until("button pauses", func() bool { return s.window.bar.Toggle.Text == "Pause all" })
		want := []uploader.Command{uploader.Pause{Target: uploader.TargetAll()}, uploader.Resume{Target: uploader.TargetAll()}}
		if diff := cmp.Diff(want, s.engine.Commands()); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("remove finished keeps failed transfers", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Done), apptest.Transfer(2, apptest.Failed(fault.Auth)), apptest.Transfer(3, apptest.Sending)))
		test.Tap(s.window.bar.RemoveFinished)
		s.window.toasts.Dismiss()
		s.wantCommand(1, uploader.Remove{Target: uploader.TargetTransfers(1)})
	})
	t.Run("buttons are disabled for an empty list", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine())
		if !s.window.bar.Toggle.Disabled() || !s.window.bar.RemoveFinished.Disabled() {
			t.Error("button is enabled")
		}
	})
	t.Run("chosen destination is stored", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine())
		apptest.Pick(t, s.window.bar.ServerMenu(), "Studio")
		s.until("destination is shown", func() bool { return s.window.bar.Destination.Text == "Studio" })
		next := &destination{s.config.State}
		if got := next.server(s.bridge.Snapshot()); got.ID != 2 {
			t.Errorf("destination after restart is %+v", got)
		}
		s.adder.drop(apptest.URIs(apptest.File(t, "a.mov")))
		if add := s.waitCommand(1).(uploader.Add); add.Server != 2 {
			t.Errorf("added for server %d", add.Server)
		}
	})
	t.Run("removed destination is replaced by the built-in receiver", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine())
		s.choose(99)
		if got := s.destination.server(s.bridge.Snapshot()); got.ID != uploader.BuiltinServer {
			t.Errorf("destination is %+v", got)
		}
	})
}

func TestWindowIsRestored(t *testing.T) {
	batched := func(t *uploader.Transfer) { t.Batch = 7 }
	first := startWindow(t, apptest.NewEngine(apptest.Transfer(1, batched), apptest.Transfer(2, batched), apptest.Transfer(3)))
	first.window.window.Resize(fyne.NewSize(720, 520))
	first.window.list.Rows.Toggle(-7)
	first.window.list.Rows.Select(1, 3)
	first.window.openTransfer(3)
	want := windowstate.State{
		Size: windowstate.Size{Width: 720, Height: 520}, OpenBatches: []uploader.BatchID{7}, Selected: []int64{1, 3}, Details: 3,
	}
	if diff := cmp.Diff(want, first.config.State.Get()); diff != "" {
		t.Fatalf("kept (-want +got):\n%s", diff)
	}

	next := startWindow(t, apptest.NewEngine(apptest.Transfer(1, batched), apptest.Transfer(2, batched), apptest.Transfer(3)), func(c *Config, _ *fakeDesktop) {
		c.State.Update(func(s *windowstate.State) { *s = want })
	})
	if got := next.window.window.Canvas().Size(); got != fyne.NewSize(720, 520) {
		t.Errorf("size is %v", got)
	}
	if got := next.window.list.Len(); got != 4 {
		t.Errorf("list has %d rows, want the batch, its two files and a file", got)
	}
	if got := next.window.list.Rows.Selected(); !slices.Equal(got, want.Selected) {
		t.Errorf("selected rows are %v, want %v", got, want.Selected)
	}
	if got := next.window.details.Subject().Transfer(); got != 3 {
		t.Errorf("details show transfer %d, want 3", got)
	}
	if diff := cmp.Diff(want, next.config.State.Get()); diff != "" {
		t.Errorf("kept after the restart (-want +got):\n%s", diff)
	}
}

func TestDetailsOfSelectionAreRestored(t *testing.T) {
	s := startWindow(t, apptest.NewEngineAt(apptest.Folders()))
	s.window.list.Rows.Select(-7)
	s.pressShortcut(shortcut{key: fyne.KeyI, modifier: command})
	if state := s.config.State.Get(); !state.DetailsOfRows || state.Details != 0 {
		t.Errorf("kept %+v", state)
	}
	s.key(fyne.KeyEscape)
	if state := s.config.State.Get(); state.DetailsOfRows || !s.window.details.Subject().Empty() {
		t.Errorf("kept %+v after Escape", state)
	}

	next := startWindow(t, apptest.NewEngineAt(apptest.Folders()), func(c *Config, _ *fakeDesktop) {
		c.State.Update(func(s *windowstate.State) { s.Selected, s.DetailsOfRows = []int64{-7, 4}, true })
	})
	if got := next.window.details.Subject(); len(got.Batches) != 1 || len(got.Transfers) != 1 {
		t.Errorf("details after the restart show %v", got)
	}
}

// What an earlier version kept for all profiles is of the default one.
func TestImportOfPreferences(t *testing.T) {
	for name, c := range map[string]struct {
		isDefault bool
		saved     json.RawMessage
		want      uploader.ServerID
	}{
		"default profile":                    {isDefault: true, want: 2},
		"another profile":                    {},
		"profile that has been opened":       {isDefault: true, saved: json.RawMessage(`{"destination":1}`), want: 1},
		"profile that was opened, no choice": {isDefault: true, saved: json.RawMessage(`{}`)},
	} {
		t.Run(name, func(t *testing.T) {
			preferences := test.NewTempApp(t).Preferences()
			preferences.SetInt(prefDestination, 2)
			state := windowstate.Open(t.Context(), savedState(c.saved), slog.New(slog.DiscardHandler))
			importPreferences(preferences, Config{State: state, DefaultProfile: c.isDefault})
			if got := state.Get().Destination; got != c.want {
				t.Errorf("destination is %d, want %d", got, c.want)
			}
		})
	}
}

// savedState is a savedvalue.Store with one value.
type savedState json.RawMessage

func (s savedState) Setting(context.Context, string) (json.RawMessage, error) {
	return json.RawMessage(s), nil
}

func (savedState) SaveSetting(context.Context, string, json.RawMessage) error { return nil }

func TestEmptyState(t *testing.T) {
	s := startWindow(t, apptest.NewEngine())
	if !s.window.empty.Visible() || s.window.list.Rows.Visible() {
		t.Error("empty list shows no empty state")
	}
	s.publish(apptest.Snapshot(apptest.Transfer(1)))
	if s.window.empty.Visible() || !s.window.list.Rows.Visible() {
		t.Error("empty state is visible over a list with a row")
	}
}

func TestEmptyStateOffersToAddTheFirstServer(t *testing.T) {
	s := startWindow(t, apptest.NewEngine())
	button := func() (fyne.CanvasObject, bool) {
		for _, o := range test.LaidOutObjects(s.window.empty) {
			if b, ok := o.(*widgets.Button); ok && b.Visible() && b.Text == "Add a server…" {
				return b, true
			}
		}
		return nil, false
	}
	if _, offered := button(); offered {
		t.Error("offered although there is a server")
	}
	next := *s.engine.Snapshot()
	next.Servers = next.Servers[:1] // the built-in receiver
	s.publish(&next)
	add, offered := button()
	if !offered {
		t.Fatal("not offered")
	}
	test.Tap(add.(fyne.Tappable))
	if _, open := s.dialogs.Top(); !open {
		t.Error("no dialog is open after the button was tapped")
	}
}

func TestKeysOnSelection(t *testing.T) {
	t.Run("Space pauses active transfers, and resumes if all are paused", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Sending), apptest.Transfer(2, apptest.Paused)))
		s.window.list.Rows.SelectAll()
		s.key(fyne.KeySpace)
		s.until("both are paused", func() bool { return s.rows()[0].State() == uploader.StatePaused })
		s.key(fyne.KeySpace)
		s.wantCommand(2, uploader.Resume{Target: uploader.TargetTransfers(1, 2)})
	})
	t.Run("Delete removes finished and unstarted transfers, with undo", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Done), apptest.Transfer(2)))
		s.window.list.Rows.SelectAll()
		s.key(fyne.KeyDelete)
		s.wantCommand(1, uploader.Pause{Target: uploader.TargetTransfers(2)})
		s.removals.restore()
		s.until("rows are restored", func() bool { return len(s.rows()) == 2 })
	})
	t.Run("Delete needs confirmation before uploaded bytes are lost", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngineAt(apptest.WithBatches(apptest.Snapshot(apptest.Transfer(1, apptest.InFolder(7, "a/1"), apptest.Done), apptest.Transfer(2, apptest.InFolder(7, "a/2"), apptest.Sending, apptest.Acknowledged(apptest.Gigabyte))), apptest.Folder(7, "a"))))
		s.window.list.Rows.SelectAll()
		s.key(fyne.KeyDelete)
		if len(s.engine.Commands()) > 0 || len(s.rows()) != 2 {
			t.Errorf("engine received %v before confirmation", s.engine.Commands())
		}
		s.press("Cancel upload")
		s.waitCommand(1) // the pause until the removal is committed
		s.window.toasts.Dismiss()
		s.wantCommand(2, uploader.Remove{Target: uploader.Target{Batch: 7}})
	})
	t.Run("open dialog receives Escape and blocks other keys", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Sending, apptest.Acknowledged(apptest.Gigabyte))))
		s.window.list.Rows.SelectAll()
		for _, open := range []func(){s.quitter.quit, s.servers.Add, func() { s.actions.act(view.ActionCancel, view.SelectionOf(s.rows()...)) }} {
			open()
			s.until("dialog is open", s.keys.hasOverlay)
			s.key(fyne.KeySpace)
			s.key(fyne.KeyDelete)
			s.key(fyne.KeyEscape)
			if s.keys.hasOverlay() {
				t.Error("Escape did not close the dialog")
			}
		}
		if got := s.engine.Commands(); len(got) > 0 || s.toolkit.quit || s.quitter.question != nil {
			t.Errorf("engine received %v, quit %v", got, s.toolkit.quit)
		}
	})
	t.Run("Enter keeps the upload", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Sending, apptest.Acknowledged(apptest.Gigabyte))))
		s.actions.act(view.ActionCancel, view.SelectionOf(s.rows()...))
		s.key(fyne.KeyReturn)
		if got := s.engine.Commands(); len(got) > 0 || s.keys.hasOverlay() {
			t.Errorf("engine received %v", got)
		}
	})
	t.Run("F5 retries failed transfers", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Failed(fault.Refused)), apptest.Transfer(2, apptest.Done)))
		s.window.list.Rows.SelectAll()
		s.key(fyne.KeyF5)
		s.wantCommand(1, uploader.Retry{Target: uploader.TargetTransfers(1)})
	})
}

// TestRequestForNewServerFillsInTheDialog opens a link that proposes a server. Only what the
// link may have is taken over, and nothing is saved or sent.
func TestRequestForNewServerFillsInTheDialog(t *testing.T) {
	s := startWindow(t, apptest.NewEngine())
	s.serve(Request{NewServer: &uploader.Server{Name: "Example", Endpoint: "https://uploads.example.com/files/", Access: uploader.Access{User: "someone"}}})
	s.until("dialog is open", s.keys.hasOverlay)
	texts := apptest.Texts(s.overlay())
	for _, want := range []string{"Example", "https://uploads.example.com/files/"} {
		if !slices.Contains(texts, want) {
			t.Errorf("the dialog has no %q: %q", want, texts)
		}
	}
	if slices.Contains(texts, "someone") {
		t.Errorf("the dialog has a user from the request: %q", texts)
	}
	s.key(fyne.KeyEscape)
	if got := s.engine.Commands(); len(got) > 0 {
		t.Errorf("engine received %v", got)
	}
}

// TestEmptyStateKeepsFolderInOneLine: the folder of received files is shown without the home
// folder, and no line break is in it.
func TestEmptyStateKeepsFolderInOneLine(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the home folder is not shown as ~ there")
	}
	home := t.TempDir()
	t.Setenv("HOME", home)
	for _, language := range words.Languages() {
		for _, size := range []fyne.Size{minSize, startSize} {
			s := startWindow(t, apptest.NewEngine(), func(c *Config, _ *fakeDesktop) { c.ReceivedDir = filepath.Join(home, "下载", "Ferry") })
			if err := words.Load(string(language)); err != nil {
				t.Fatal(err)
			}
			s.window.window.Resize(size)
			s.rebuild()
			s.until("the folder is shown", func() bool {
				return slices.ContainsFunc(apptest.Texts(s.window.empty), func(line string) bool { return strings.Contains(line, "~/下载/Ferry") })
			})
		}
	}
}
