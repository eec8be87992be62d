package app

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// interruptedEngine returns an engine with two interrupted transfers, 1 and 3, and a paused
// one, 2.
func interruptedEngine() *apptest.Engine {
	return apptest.NewEngine(apptest.Transfer(1, apptest.Acknowledged(apptest.Gigabyte)), apptest.Transfer(2, apptest.Paused), apptest.Transfer(3, apptest.Acknowledged(apptest.Gigabyte)))
}

// startWithQuestion starts the window with the question about interrupted uploads, and
// waits until the servers are checked.
func startWithQuestion(t *testing.T, engine *apptest.Engine, options ...func(*Config, *fakeDesktop)) *testWindow {
	t.Helper()
	s := startWindow(t, engine, append(options, withResumeQuestion)...)
	s.until("servers are checked", func() bool { return s.prompt.interrupted == nil || s.prompt.interrupted.Known })
	return s
}

// commandsExceptCheck returns the engine's commands without the check before the question.
func (s *testWindow) commandsExceptCheck() []uploader.Command {
	var rest []uploader.Command
	for _, command := range s.engine.Commands() {
		if _, check := command.(uploader.Check); !check {
			rest = append(rest, command)
		}
	}
	return rest
}

// wantCommands waits for commands, and compares them.
func (s *testWindow) wantCommands(want ...uploader.Command) {
	s.t.Helper()
	s.until("engine receives the commands", func() bool { return len(s.commandsExceptCheck()) >= len(want) })
	if diff := cmp.Diff(want, s.commandsExceptCheck()); diff != "" {
		s.t.Error(diff)
	}
}

func TestResumePrompt(t *testing.T) {
	both := uploader.TargetTransfers(1, 3)
	t.Run("resumed uploads are shown without a question", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Acknowledged(apptest.Gigabyte))))
		if got := s.window.banner.Model().Text; got != "Resuming 1 interrupted upload" {
			t.Errorf("banner text is %q", got)
		}
	})
	t.Run("servers are checked for transfers that were not paused", func(t *testing.T) {
		s := startWithQuestion(t, interruptedEngine())
		s.wantCommand(1, uploader.Check{Target: both})
		if got := s.window.banner.Model().Text; got != "2 uploads were interrupted. 2.0 of 8.0 GB already uploaded." {
			t.Errorf("banner text is %q", got)
		}
	})
	t.Run("Resume all resumes only interrupted transfers", func(t *testing.T) {
		s := startWithQuestion(t, interruptedEngine())
		s.window.banner.Model().Buttons[0].OnTapped()
		s.wantCommands(uploader.Resume{Target: both})
		if s.window.banner.Model().Text != "" {
			t.Error("question is still shown")
		}
	})
	t.Run("Not now pauses interrupted transfers", func(t *testing.T) {
		s := startWithQuestion(t, interruptedEngine())
		s.window.banner.Model().Buttons[2].OnTapped()
		s.wantCommands(uploader.Pause{Target: both})
	})
	t.Run("Resume all retries transfers with a missing source", func(t *testing.T) {
		s := startWithQuestion(t, interruptedEngine())
		s.publish(apptest.Snapshot(apptest.Transfer(1, apptest.Acknowledged(apptest.Gigabyte), apptest.Failed(fault.SourceMissing)), apptest.Transfer(2, apptest.Paused), apptest.Transfer(3, apptest.Acknowledged(apptest.Gigabyte))))
		s.prompt.resumeAll()
		s.wantCommands(uploader.Resume{Target: both}, uploader.Retry{Target: uploader.TargetTransfers(1)})
	})
	t.Run("hidden window shows a notification with the answers", func(t *testing.T) {
		s := startWithQuestion(t, apptest.NewEngine(apptest.Transfer(1, apptest.Acknowledged(apptest.Gigabyte))), startHidden)
		s.until("notification is sent", func() bool { return len(s.desktop.notifications()) == 1 })
		note := s.desktop.notifications()[0]
		if note.Title != "1 upload didn't finish" || note.Body != "3.0 GB left" || note.Actions[0].Label != "Resume" || !note.Persistent {
			t.Errorf("notification is %+v", note)
		}
		note.Actions[1].Do()
		s.wantCommands(uploader.Pause{Target: uploader.TargetTransfers(1)})
		s.until("notification is withdrawn", func() bool { return cmp.Equal([]string{noteUnfinished}, s.desktop.withdrawnKeys()) })
	})
	t.Run("tray menu starts with the answers", func(t *testing.T) {
		s := startWithQuestion(t, apptest.NewEngine(apptest.Transfer(1, apptest.Acknowledged(apptest.Gigabyte))), startHidden)
		if got := apptest.Labels(s.toolkit.menu)[:2]; !cmp.Equal(got, []string{"Resume 1 unfinished upload (3.0 GB left)", "Not now"}) {
			t.Errorf("first items are %q", got)
		}
		if s.toolkit.icon.Name() != "tray-attention.png" || s.window.visible {
			t.Errorf("icon is %s, window is visible: %v", s.toolkit.icon.Name(), s.window.visible)
		}
		apptest.Pick(t, s.toolkit.menu, "Resume 1 unfinished upload (3.0 GB left)")
		s.wantCommands(uploader.Resume{Target: uploader.TargetTransfers(1)})
		s.until("notification is withdrawn", func() bool { return cmp.Equal([]string{noteUnfinished}, s.desktop.withdrawnKeys()) })
		s.until("icon no longer shows attention", func() bool { return s.toolkit.icon.Name() != "tray-attention.png" })
	})
	t.Run("click on the notification shows the window with the question", func(t *testing.T) {
		s := startWithQuestion(t, apptest.NewEngine(apptest.Transfer(1, apptest.Acknowledged(apptest.Gigabyte))), startHidden)
		s.until("notification is sent", func() bool { return len(s.desktop.notifications()) == 1 })
		s.desktop.notifications()[0].OnClick()
		s.until("window is visible", func() bool { return s.window.visible })
		if len(s.window.banner.Model().Buttons) != 3 {
			t.Error("question is not shown")
		}
	})
	t.Run("no interrupted transfers shows nothing", func(t *testing.T) {
		s := startWithQuestion(t, apptest.NewEngine(apptest.Transfer(1, apptest.Done)))
		if got := s.window.banner.Model().Text; got != "" || s.prompt.interrupted != nil {
			t.Errorf("banner text is %q", got)
		}
	})
}
