package app

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/widgets/dialog"
)

// dialogTexts returns the texts of the topmost dialog.
func (s *testWindow) dialogTexts() []string {
	var texts []string
	for _, p := range inDialog[*dialog.Paragraph](s) {
		if p.Visible() {
			texts = append(texts, p.Text())
		}
	}
	return texts
}

// wantNotice compares the sentence about what waits with the last text of the topmost dialog.
func (s *testWindow) wantNotice(want string) {
	s.t.Helper()
	if !slices.Contains(s.dialogTexts(), want) {
		s.t.Errorf("dialog has %q, want %q", s.dialogTexts(), want)
	}
}

// hasButton reports whether the topmost dialog shows a button with that label.
func (s *testWindow) hasButton(label string) bool {
	return slices.ContainsFunc(inDialog[*form.DialogButton](s), func(b *form.DialogButton) bool { return b.Text == label && b.Visible() })
}

// TestWhatArrivesDuringADialogWaits: neither a drop nor a paste nor a request of another
// program is added behind a dialog.
func TestWhatArrivesDuringADialogWaits(t *testing.T) {
	path := apptest.File(t, "a.mov")
	arrivals := map[string]func(*testWindow){
		"drop":    func(s *testWindow) { s.adder.drop(apptest.URIs(path)) },
		"request": func(s *testWindow) { s.serve(Request{Paths: []string{path}}) },
		"paste":   func(s *testWindow) { s.adder.pasteText(path) },
	}
	dialogs := map[string]struct {
		open   func(*testWindow)
		notice string
	}{
		"settings": {func(s *testWindow) { s.preferences.Open() }, "1 new item is waiting. It is uploaded to “Studio” when this dialog is closed."},
		"history":  {func(s *testWindow) { s.history.Open() }, "1 new item is waiting. It is uploaded to “Studio” when this dialog is closed."},
		"servers":  {func(s *testWindow) { s.servers.Manage() }, "1 new item is waiting. It is uploaded to “Studio” when this dialog is closed."},
		"question": {func(s *testWindow) { s.dialogs.Ask(form.Question{Answers: []form.Answer{{Label: "OK"}}}) }, "1 new item is waiting. It is uploaded to “Studio” when this dialog is closed."},
		"new server": {
			func(s *testWindow) { s.servers.Add() },
			"1 new item is waiting. It is uploaded to this server once it is added, or to “Studio” after Cancel.",
		},
	}
	for arrival, arrive := range arrivals {
		for name, d := range dialogs {
			t.Run(arrival+" during "+name, func(t *testing.T) {
				s := startWindow(t, apptest.NewEngine())
				s.choose(2)
				d.open(s)
				arrive(s)
				s.wantNotice(d.notice)
				if got := s.engine.Commands(); len(got) > 0 {
					t.Fatalf("engine received %v", got)
				}
				s.dialogs.CloseTop()
				add := s.waitCommand(1).(uploader.Add)
				if diff := cmp.Diff([]string{path}, add.Paths); diff != "" || add.Server != 2 {
					t.Errorf("added %+v\n%s", add, diff)
				}
				if got := s.message(); got != "Uploading “a.mov” to “Studio”." {
					t.Errorf("message is %q", got)
				}
			})
		}
	}
}

func TestWaitingItems(t *testing.T) {
	one, two := apptest.File(t, "a.mov"), apptest.File(t, "b.mov")
	t.Run("all are added at once when the last dialog is closed", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine())
		s.preferences.Open()
		s.adder.drop(apptest.URIs(one))
		s.keys.showHelp()
		s.wantNotice("1 new item is waiting. It is uploaded to “This computer” when this dialog is closed.")
		s.adder.drop(apptest.URIs(two))
		s.wantNotice("2 new items are waiting. They are uploaded to “This computer” when this dialog is closed.")
		s.dialogs.CloseTop()
		s.wantNotice("2 new items are waiting. They are uploaded to “This computer” when this dialog is closed.")
		s.dialogs.CloseTop()
		if diff := cmp.Diff([]string{one, two}, s.waitCommand(1).(uploader.Add).Paths); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("a dialog that opens another keeps them waiting", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine())
		s.servers.Manage()
		s.adder.drop(apptest.URIs(one))
		s.press("Add a server…") // closes the list
		s.ui.Drain()
		s.wantNotice("1 new item is waiting. It is uploaded to this server once it is added, or to “This computer” after Cancel.")
		s.press("Cancel")
		s.waitCommand(1)
	})
	t.Run("a new server gets them", func(t *testing.T) {
		s := startWindow(t, apptest.EngineAnswering(tus.Capabilities{Known: true, Versions: []string{"1.0.0"}, Extensions: []string{"creation"}}, nil))
		s.servers.Add()
		s.adder.drop(apptest.URIs(one))
		inDialog[*form.Field](s)[0].SetText("https://new.example.com/files/")
		s.press("Add server")
		s.until("both commands arrive", func() bool { return len(s.engine.Commands()) == 2 })
		add := s.waitCommand(2).(uploader.Add)
		server, _ := s.bridge.Snapshot().Server(add.Server)
		if server.Endpoint != "https://new.example.com/files/" {
			t.Errorf("added for %+v", server)
		}
	})
	t.Run("refused items are reported afterwards", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine())
		s.preferences.Open()
		s.adder.drop(apptest.URIs(one, "/nowhere/a"))
		s.dialogs.CloseTop()
		s.until("message is shown", func() bool {
			return s.message() == "1 item was skipped: it is not a file or folder on this computer."
		})
	})
	t.Run("a hidden window notifies", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(), startHidden)
		s.preferences.Open()
		s.serve(Request{Paths: []string{one}})
		s.until("notification is shown", func() bool {
			return s.desktop.notified("1 new item is waiting. It is uploaded to “This computer” when this dialog is closed.")
		})
	})
	t.Run("a dialog with options takes them", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine())
		s.choose(2)
		s.adder.addWithOptions()
		metadata := inDialog[*form.Entry](s)[1]
		metadata.SetText("=")
		s.adder.drop(apptest.URIs(one))
		s.wantNotice("Nothing was added: correct the options, and drop it again.")
		metadata.SetText("project=Iceland")
		s.adder.drop(apptest.URIs(one))
		add := s.waitCommand(1).(uploader.Add)
		if add.Server != 2 || add.Options.Metadata != "project=Iceland" || s.keys.hasOverlay() {
			t.Errorf("added %+v, dialog is open: %t", add, s.keys.hasOverlay())
		}
	})
	t.Run("quitting adds them", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine())
		s.preferences.Open()
		s.adder.drop(apptest.URIs(one))
		s.quitter.exitNow()
		s.bridge.Wait()
		if got := s.engine.Commands(); len(got) != 1 || !cmp.Equal(got[0].(uploader.Add).Paths, []string{one}) {
			t.Errorf("engine received %v", got)
		}
	})
	t.Run("a signal that only the toolkit handled adds them", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine())
		s.preferences.Open()
		s.adder.drop(apptest.URIs(one))
		if err := s.close(); err != nil {
			t.Fatal(err)
		}
		if got := s.engine.Commands(); len(got) != 1 || !cmp.Equal(got[0].(uploader.Add).Paths, []string{one}) {
			t.Errorf("engine received %v", got)
		}
	})
	t.Run("a dialog that the toolkit removes with the one below does not hold them", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine())
		below := s.dialogs.Ask(form.Question{Answers: []form.Answer{{Label: "OK"}}})
		s.preferences.Open()
		below.Hide()
		s.adder.drop(apptest.URIs(one))
		s.waitCommand(1)
	})
	t.Run("the notice fits into the smallest window", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine())
		s.window.window.Resize(minSize)
		s.servers.Add()
		s.adder.drop(apptest.URIs(one))
		for _, p := range inDialog[*dialog.Paragraph](s) {
			at := fyne.CurrentApp().Driver().AbsolutePositionForObject(p)
			if p.Visible() && at.Y+p.Size().Height > minSize.Height {
				t.Errorf("%q ends at %g", p.Text(), at.Y+p.Size().Height)
			}
		}
	})
}
