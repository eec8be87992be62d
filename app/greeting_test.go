package app

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// asked is a Ferry that asks about what an earlier run left, and knows how it
// stands.
func asked(t *testing.T, engine *fakeEngine, options ...func(*Config, *fakeDesktop)) *stage {
	t.Helper()
	s := raise(t, engine, append(options, asking)...)
	s.until("it knows how it stands", func() bool { return s.left == nil || s.left.known })
	return s
}

// told are the engine's commands but for the check that comes before the question.
func (s *stage) told() []uploader.Command {
	var rest []uploader.Command
	for _, command := range s.engine.heard() {
		if _, check := command.(uploader.Check); !check {
			rest = append(rest, command)
		}
	}
	return rest
}

// wantTold waits for the commands.
func (s *stage) wantTold(want ...uploader.Command) {
	s.t.Helper()
	s.until("the engine is told", func() bool { return len(s.told()) >= len(want) })
	if diff := cmp.Diff(want, s.told()); diff != "" {
		s.t.Error(diff)
	}
}

func TestGreeting(t *testing.T) {
	held := func() *fakeEngine {
		return newFakeEngine(transfer(1, holding(gigabyte)), transfer(2, paused), transfer(3, holding(gigabyte)))
	}
	both := uploader.These(1, 3)
	t.Run("what continues is said once", func(t *testing.T) {
		s := raise(t, newFakeEngine(transfer(1, holding(gigabyte))))
		if got := s.window.banner.model().Text; got != "Resuming 1 upload · 1.0 of 4.0 GB already uploaded" {
			t.Errorf("said %q", got)
		}
	})
	t.Run("the servers are asked before the person is, about what the person had not paused", func(t *testing.T) {
		s := asked(t, held())
		if diff := cmp.Diff(uploader.Command(uploader.Check{Target: both}), s.heard(1)); diff != "" {
			t.Error(diff)
		}
		if got := s.window.banner.model().Text; got != "2 uploads were interrupted. 2.0 of 8.0 GB already uploaded." {
			t.Errorf("said %q", got)
		}
	})
	t.Run("in the window, yes resumes what was left and nothing else", func(t *testing.T) {
		s := asked(t, held())
		s.window.banner.model().Buttons[0].OnTapped()
		s.wantTold(uploader.Resume{Target: both})
		if s.window.banner.model().Text != "" {
			t.Error("the question stays")
		}
	})
	t.Run("no pauses it", func(t *testing.T) {
		s := asked(t, held())
		s.window.banner.model().Buttons[2].OnTapped()
		s.wantTold(uploader.Pause{Target: both})
	})
	t.Run("what was missing is looked for once more with yes", func(t *testing.T) {
		engine := held()
		s := asked(t, engine)
		s.publish(snapshotOf(transfer(1, holding(gigabyte), failed(fault.SourceMissing)), transfer(2, paused), transfer(3, holding(gigabyte))))
		s.resumeLeft()
		s.wantTold(uploader.Resume{Target: both}, uploader.Retry{Target: uploader.These(1)})
	})
	t.Run("in the tray, a note has the same answers", func(t *testing.T) {
		s := asked(t, newFakeEngine(transfer(1, holding(gigabyte))), hidden)
		s.until("the note is shown", func() bool { return len(s.desktop.noted()) == 1 })
		note := s.desktop.noted()[0]
		if note.Title != "1 upload didn't finish" || note.Body != "3.0 GB left" || note.Actions[0].Label != "Resume" || !note.Stay {
			t.Errorf("noted %+v", note)
		}
		note.Actions[1].Do()
		s.wantTold(uploader.Pause{Target: uploader.These(1)})
		s.until("the note is withdrawn", func() bool { return cmp.Equal([]string{noteUnfinished}, s.desktop.taken()) })
	})
	t.Run("and so has the menu, on top", func(t *testing.T) {
		s := asked(t, newFakeEngine(transfer(1, holding(gigabyte))), hidden)
		if got := labels(s.toolkit.menu)[:2]; !cmp.Equal(got, []string{"Resume 1 unfinished upload (3.0 GB left)", "Not now"}) {
			t.Errorf("on top are %q", got)
		}
		if s.toolkit.icon.Name() != "tray-attention.png" || s.window.visible {
			t.Errorf("the icon is %s, the window shows: %v", s.toolkit.icon.Name(), s.window.visible)
		}
		pick(t, s.toolkit.menu, "Resume 1 unfinished upload (3.0 GB left)")
		s.wantTold(uploader.Resume{Target: uploader.These(1)})
		s.until("the note is withdrawn", func() bool { return cmp.Equal([]string{noteUnfinished}, s.desktop.taken()) })
		s.until("the icon asks for nothing any more", func() bool { return s.toolkit.icon.Name() != "tray-attention.png" })
	})
	t.Run("a click on the note shows the window, and the question in it", func(t *testing.T) {
		s := asked(t, newFakeEngine(transfer(1, holding(gigabyte))), hidden)
		s.until("the note is shown", func() bool { return len(s.desktop.noted()) == 1 })
		s.desktop.noted()[0].Open()
		s.until("the window shows", func() bool { return s.window.visible })
		if len(s.window.banner.model().Buttons) != 3 {
			t.Error("the question is not in it")
		}
	})
	t.Run("nothing left is nothing said", func(t *testing.T) {
		s := asked(t, newFakeEngine(transfer(1, done)))
		if got := s.window.banner.model().Text; got != "" || s.left != nil {
			t.Errorf("said %q", got)
		}
	})
}
