package app

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// startAsking starts the window with the question about interrupted uploads, and waits
// until the servers are checked.
func startAsking(t *testing.T, engine *apptest.Engine, options ...func(*Config, *fakeDesktop)) *testWindow {
	t.Helper()
	s := startWindow(t, engine, append(options, withResumeQuestion)...)
	s.until("it knows how it stands", func() bool { return s.prompt.interrupted == nil || s.prompt.interrupted.Known })
	return s
}

// commandsButCheck are the engine's commands without the check before the question.
func (s *testWindow) commandsButCheck() []uploader.Command {
	var rest []uploader.Command
	for _, command := range s.engine.Commands() {
		if _, check := command.(uploader.Check); !check {
			rest = append(rest, command)
		}
	}
	return rest
}

// wantCommands waits for the commands.
func (s *testWindow) wantCommands(want ...uploader.Command) {
	s.t.Helper()
	s.until("the engine is told", func() bool { return len(s.commandsButCheck()) >= len(want) })
	if diff := cmp.Diff(want, s.commandsButCheck()); diff != "" {
		s.t.Error(diff)
	}
}

func TestResumePrompt(t *testing.T) {
	held := func() *apptest.Engine {
		return apptest.NewEngine(apptest.Transfer(1, apptest.Acknowledged(apptest.Gigabyte)), apptest.Transfer(2, apptest.Paused), apptest.Transfer(3, apptest.Acknowledged(apptest.Gigabyte)))
	}
	both := uploader.TargetTransfers(1, 3)
	t.Run("what continues is said once", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Acknowledged(apptest.Gigabyte))))
		if got := s.window.banner.Model().Text; got != "Resuming 1 upload · 1.0 of 4.0 GB already uploaded" {
			t.Errorf("said %q", got)
		}
	})
	t.Run("the servers are asked before the person is, about what the person had not paused", func(t *testing.T) {
		s := startAsking(t, held())
		if diff := cmp.Diff(uploader.Command(uploader.Check{Target: both}), s.waitCommand(1)); diff != "" {
			t.Error(diff)
		}
		if got := s.window.banner.Model().Text; got != "2 uploads were interrupted. 2.0 of 8.0 GB already uploaded." {
			t.Errorf("said %q", got)
		}
	})
	t.Run("in the window, yes resumes what was left and nothing else", func(t *testing.T) {
		s := startAsking(t, held())
		s.window.banner.Model().Buttons[0].OnTapped()
		s.wantCommands(uploader.Resume{Target: both})
		if s.window.banner.Model().Text != "" {
			t.Error("the question stays")
		}
	})
	t.Run("no pauses it", func(t *testing.T) {
		s := startAsking(t, held())
		s.window.banner.Model().Buttons[2].OnTapped()
		s.wantCommands(uploader.Pause{Target: both})
	})
	t.Run("what was missing is looked for once more with yes", func(t *testing.T) {
		engine := held()
		s := startAsking(t, engine)
		s.publish(apptest.Snapshot(apptest.Transfer(1, apptest.Acknowledged(apptest.Gigabyte), apptest.Failed(fault.SourceMissing)), apptest.Transfer(2, apptest.Paused), apptest.Transfer(3, apptest.Acknowledged(apptest.Gigabyte))))
		s.prompt.resumeAll()
		s.wantCommands(uploader.Resume{Target: both}, uploader.Retry{Target: uploader.TargetTransfers(1)})
	})
	t.Run("in the tray, a note has the same answers", func(t *testing.T) {
		s := startAsking(t, apptest.NewEngine(apptest.Transfer(1, apptest.Acknowledged(apptest.Gigabyte))), startHidden)
		s.until("the note is shown", func() bool { return len(s.desktop.notifications()) == 1 })
		note := s.desktop.notifications()[0]
		if note.Title != "1 upload didn't finish" || note.Body != "3.0 GB left" || note.Actions[0].Label != "Resume" || !note.Persistent {
			t.Errorf("noted %+v", note)
		}
		note.Actions[1].Do()
		s.wantCommands(uploader.Pause{Target: uploader.TargetTransfers(1)})
		s.until("the note is withdrawn", func() bool { return cmp.Equal([]string{noteUnfinished}, s.desktop.withdrawnKeys()) })
	})
	t.Run("and so has the menu, on top", func(t *testing.T) {
		s := startAsking(t, apptest.NewEngine(apptest.Transfer(1, apptest.Acknowledged(apptest.Gigabyte))), startHidden)
		if got := apptest.Labels(s.toolkit.menu)[:2]; !cmp.Equal(got, []string{"Resume 1 unfinished upload (3.0 GB left)", "Not now"}) {
			t.Errorf("on top are %q", got)
		}
		if s.toolkit.icon.Name() != "tray-attention.png" || s.window.visible {
			t.Errorf("the icon is %s, the window shows: %v", s.toolkit.icon.Name(), s.window.visible)
		}
		apptest.Pick(t, s.toolkit.menu, "Resume 1 unfinished upload (3.0 GB left)")
		s.wantCommands(uploader.Resume{Target: uploader.TargetTransfers(1)})
		s.until("the note is withdrawn", func() bool { return cmp.Equal([]string{noteUnfinished}, s.desktop.withdrawnKeys()) })
		s.until("the icon asks for nothing any more", func() bool { return s.toolkit.icon.Name() != "tray-attention.png" })
	})
	t.Run("a click on the note shows the window, and the question in it", func(t *testing.T) {
		s := startAsking(t, apptest.NewEngine(apptest.Transfer(1, apptest.Acknowledged(apptest.Gigabyte))), startHidden)
		s.until("the note is shown", func() bool { return len(s.desktop.notifications()) == 1 })
		s.desktop.notifications()[0].OnClick()
		s.until("the window shows", func() bool { return s.window.visible })
		if len(s.window.banner.Model().Buttons) != 3 {
			t.Error("the question is not in it")
		}
	})
	t.Run("nothing left is nothing said", func(t *testing.T) {
		s := startAsking(t, apptest.NewEngine(apptest.Transfer(1, apptest.Done)))
		if got := s.window.banner.Model().Text; got != "" || s.prompt.interrupted != nil {
			t.Errorf("said %q", got)
		}
	})
}
