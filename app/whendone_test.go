package app

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/preferences"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/whendone"
	"github.com/ferryapp/ferry/app/words"
)

// reportProgram is the absolute path of a program.
var reportProgram, _ = filepath.Abs("/opt/tools/report")

// whenDone sets what follows every round.
func whenDone(action settings.DoneAction) func(*Config, *fakeDesktop) {
	return func(c *Config, _ *fakeDesktop) {
		c.Settings.Update(func(s *settings.Settings) {
			s.WhenDone = settings.WhenDone{Action: action, Program: reportProgram}
		})
	}
}

// finish ends a round in which a file was sent.
func (s *testWindow) finish() { s.publish(apptest.Snapshot(apptest.Transfer(1, apptest.Done))) }

// passNotice shows the snapshot again at times until the notice has passed.
func (s *testWindow) passNotice() {
	now := time.Now()
	for left := whendone.Notice; left >= 0; left -= 10 * time.Second {
		now = now.Add(10 * time.Second)
		s.afterUploads.update(s.bridge.Snapshot(), now)
	}
}

// wantDone waits until something followed, and compares it.
func (s *testWindow) wantDone(want ...string) {
	s.t.Helper()
	s.until("something followed", func() bool { return len(s.desktop.doneSoFar()) >= len(want) })
	if diff := cmp.Diff(want, s.desktop.doneSoFar()); diff != "" {
		s.t.Error(diff)
	}
}

// tapAnswer taps a button of the topmost dialog.
func (s *testWindow) tapAnswer(label string) {
	s.t.Helper()
	for _, object := range test.LaidOutObjects(s.window.window.Canvas().Overlays().Top()) {
		if button, ok := object.(*form.DialogButton); ok && button.Text == label {
			test.Tap(button)
			return
		}
	}
	s.t.Fatalf("no answer %q", label)
}

func TestComputerIsTurnedOffAfterTheNotice(t *testing.T) {
	for action, want := range map[settings.DoneAction]string{settings.DoneSleep: "sleep", settings.DoneShutDown: "shut down", settings.DoneProgram: reportProgram} {
		t.Run(string(action), func(t *testing.T) {
			s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Sending)), whenDone(action))
			s.finish()
			texts := apptest.Texts(s.window.window.Canvas().Overlays().Top())
			if !slices.Contains(texts, "All uploads are done") {
				t.Errorf("the dialog shows %q", texts)
			}
			s.passNotice()
			s.wantDone(want)
			if s.dialogIsOpen() {
				t.Error("the dialog is open")
			}
		})
	}
}

// dialogIsOpen reports whether a dialog is open.
func (s *testWindow) dialogIsOpen() bool { return s.window.window.Canvas().Overlays().Top() != nil }

func TestNoticeCanBeStopped(t *testing.T) {
	for name, stop := range map[string]func(*testWindow){
		"in the dialog": func(s *testWindow) { s.tapAnswer("Cancel") },
		"with Escape": func(s *testWindow) {
			s.window.window.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
		},
		"in the notification": func(s *testWindow) {
			s.until("notification is shown", func() bool {
				return s.desktop.notified("The computer shuts down in one minute. Save your work in other programs.")
			})
			s.desktop.mu.Lock()
			note := s.desktop.notes[len(s.desktop.notes)-1]
			s.desktop.mu.Unlock()
			note.Actions[0].Do()
		},
		"by a drop on the dialog": func(s *testWindow) {
			s.adder.drop(apptest.URIs(apptest.File(s.t, "a.mov")))
			s.waitCommand(1)
		},
		"by a choice in the tray": func(s *testWindow) { s.afterUploads.choose(settings.DoneNothing) },
		"by adding a file": func(s *testWindow) {
			s.publish(apptest.Snapshot(apptest.Transfer(1, apptest.Done), apptest.Transfer(2)))
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Sending)), whenDone(settings.DoneShutDown))
			s.finish()
			stop(s)
			s.until("dialog is closed", func() bool { return !s.dialogIsOpen() })
			s.until("notification is withdrawn", func() bool {
				s.desktop.mu.Lock()
				defer s.desktop.mu.Unlock()
				return slices.Contains(s.desktop.withdrawn, noteWhenDone)
			})
			s.passNotice()
			s.ui.Drain()
			if did := s.desktop.doneSoFar(); len(did) > 0 {
				t.Errorf("%q followed", did)
			}
		})
	}
}

func TestNowDoesNotWait(t *testing.T) {
	s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Sending)), whenDone(settings.DoneSleep))
	s.finish()
	s.tapAnswer("Sleep now")
	s.wantDone("sleep")
	s.passNotice()
	s.ui.Drain()
	s.wantDone("sleep")
}

func TestHiddenWindowIsShownForTheNotice(t *testing.T) {
	for action, want := range map[settings.DoneAction]bool{settings.DoneShutDown: true, settings.DoneProgram: false} {
		t.Run(string(action), func(t *testing.T) {
			s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Sending)), whenDone(action), startHidden)
			s.engine.Publish(apptest.Snapshot(apptest.Transfer(1, apptest.Done)))
			s.bridge.Refresh()
			s.until("notice is shown", func() bool { return s.afterUploads.announced == action })
			if want {
				s.until("window is visible", func() bool { return s.window.visible })
			}
			s.ui.Drain()
			if s.window.visible != want {
				t.Errorf("window is visible: %v, want %v", s.window.visible, want)
			}
			s.afterUploads.stop()
		})
	}
}

func TestFailedActionIsReported(t *testing.T) {
	s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Sending)), whenDone(settings.DoneSound), func(_ *Config, d *fakeDesktop) { d.doErr = apptest.ErrBroken })
	s.finish()
	s.wantDone("sound")
	s.until("message is shown", func() bool { return s.message() == "Couldn't play a sound." })
}

func TestWhatFollowsIsChosenInFooterAndTray(t *testing.T) {
	s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Sending)))
	menu := s.window.footer.WhenDoneMenu()
	want := []string{"When all uploads are done, once", "Do nothing", "Play a sound", "Sleep", "Shut down", "Run a program…", "Set for every time…"}
	if diff := cmp.Diff(want, apptest.Labels(menu)); diff != "" {
		t.Error(diff)
	}
	apptest.Pick(t, menu, "Sleep")
	s.until("choice is shown", func() bool { return s.window.footer.WhenDone.Text() == "When done: Sleep" })
	if !apptest.Item(t, s.window.footer.WhenDoneMenu(), "Sleep").Checked {
		t.Error("the choice has no mark")
	}
	submenu := func() *fyne.Menu { return apptest.Item(t, s.toolkit.menu, "When all uploads are done, once").ChildMenu }
	s.until("tray shows the choice", func() bool { return apptest.Item(t, submenu(), "Sleep").Checked })
	apptest.Pick(t, submenu(), "Play a sound")
	s.until("footer shows the choice of the tray", func() bool { return s.window.footer.WhenDone.Text() == "When done: Play a sound" })
	s.finish()
	s.wantDone("sound")
	s.until("choice applies once", func() bool { return s.window.footer.WhenDone.Text() == "When done: Do nothing" })
	if got := s.config.Settings.Get().WhenDone.Action; got != settings.DoneNothing {
		t.Errorf("the settings have %q", got)
	}
	apptest.Pick(t, s.window.footer.WhenDoneMenu(), "Set for every time…")
	s.setting("when-done")
}

func TestProgramIsChosenOnce(t *testing.T) {
	s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Sending)), withChosen(reportProgram))
	apptest.Pick(t, s.window.footer.WhenDoneMenu(), "Run a program…")
	s.until("program is chosen", func() bool { return s.afterUploads.action() == settings.DoneProgram })
	if got := s.config.Settings.Get().WhenDone; got != (settings.WhenDone{Action: settings.DoneNothing, Program: reportProgram}) {
		t.Errorf("the settings have %+v", got)
	}
	apptest.Item(t, s.window.footer.WhenDoneMenu(), "Run "+filepath.Base(reportProgram))
	s.finish()
	s.passNotice()
	s.wantDone(reportProgram)
}

func TestProgramForEveryTimeIsChosenInTheSettings(t *testing.T) {
	s := startWindow(t, apptest.NewEngine(), withChosen(reportProgram))
	s.preferences.OpenSection(preferences.SectionPower)
	s.setting("when-done").Control().(*form.Select).SetSelected("Run a program")
	s.until("program is saved", func() bool { return s.config.Settings.Get().WhenDone.Action == settings.DoneProgram })
	s.until("program is shown", func() bool {
		return slices.Contains(apptest.Texts(s.window.window.Canvas().Overlays().Top()), reportProgram)
	})
}

func TestOnlyProgramsCanBeChosen(t *testing.T) {
	s := startWindow(t, apptest.NewEngine(), withChosen("/tmp/notes.txt"))
	s.afterUploads.choose(settings.DoneProgram)
	s.until("message is shown", func() bool { return s.message() == words.Text("done.no-program", words.Data{"Name": "/tmp/notes.txt"}) })
	if got := s.config.Settings.Get().WhenDone; got.Program != "" || s.afterUploads.action() != settings.DoneNothing {
		t.Errorf("%+v is chosen", got)
	}
}

// TestNothingFollowsWhileSomethingIsBeingAdded: what is dropped while a dialog is open, or asked
// about, is sent first.
func TestNothingFollowsWhileSomethingIsBeingAdded(t *testing.T) {
	drop := func(s *testWindow, path string) { s.adder.drop(apptest.URIs(path)) }
	t.Run("it waits until a dialog is closed", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Sending)), whenDone(settings.DoneShutDown))
		s.preferences.Open()
		drop(s, apptest.File(t, "a.mov"))
		s.finish()
		if s.afterUploads.announced != "" {
			t.Error("notice is shown while a file waits")
		}
	})
	t.Run("the user is asked whether to add so much", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Sending)), whenDone(settings.DoneShutDown))
		drop(s, folderOf(t, manyFiles+1))
		s.until("question is open", s.dialogIsOpen)
		s.finish()
		if s.afterUploads.announced != "" {
			t.Error("notice is shown during the question")
		}
		s.tapAnswer("Cancel")
		s.until("notice is shown", func() bool { return s.afterUploads.announced == settings.DoneShutDown })
	})
}
