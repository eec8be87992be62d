package app

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/widgets/theme"
)

// decide presses a button of the row of a transfer in the open list of decisions.
func (s *testWindow) decide(id uploader.TransferID, name string) {
	s.t.Helper()
	for _, row := range s.decisions.open.rows {
		if row.ID() == int64(id) {
			s.decisions.open.do(row, name)
			return
		}
	}
	s.t.Fatalf("no row %d", id)
}

func TestDecisionsByKey(t *testing.T) {
	s := startWindow(t, pendingEngine())
	s.decisions.show(0)
	if s.window.window.Canvas().Focused() != s.decisions.open.list {
		t.Fatal("the list does not have the focus")
	}
	row := slices.IndexFunc(s.decisions.open.rows, func(d view.Decision) bool { return d.Question == view.QuestionUploaded && d.Transfer == nil })
	for range row + 1 {
		s.key(fyne.KeyDown)
	}
	s.key(fyne.KeyReturn)
	s.key(fyne.KeyDown)
	s.key(fyne.KeyReturn)
	s.wantCommands(uploader.Retry{Target: uploader.TargetTransfers(3)})
}

func TestAnswerForAllOfAKindIsSentOnce(t *testing.T) {
	s := startWindow(t, pendingEngine())
	s.decisions.show(0)
	s.decisions.open.menu([]int64{view.Decision{Question: view.QuestionUploaded}.ID(), 3}).Items[0].Action()
	s.wantCommands(uploader.Retry{Target: uploader.TargetTransfers(3)})
}

func TestReview(t *testing.T) {
	open := func(t *testing.T) *testWindow {
		t.Helper()
		s := startWithQuestion(t, interruptedEngine())
		s.window.banner.Model().Buttons[1].OnTapped()
		if s.decisions.open == nil || s.decisions.open.Len() != 2 {
			t.Fatal("review does not show two transfers")
		}
		return s
	}
	t.Run("resume of one keeps the question about the others", func(t *testing.T) {
		s := open(t)
		s.decide(3, "resume")
		s.wantCommands(uploader.Resume{Target: uploader.TargetTransfers(3)})
		s.until("transfer is not in the review", func() bool { return s.decisions.open != nil && s.decisions.open.Len() == 1 })
	})
	t.Run("pause of one removes it from the review", func(t *testing.T) {
		s := open(t)
		s.decide(1, "pause")
		s.wantCommands(uploader.Pause{Target: uploader.TargetTransfers(1)})
		s.until("transfer is not in the review", func() bool { return s.decisions.open.Len() == 1 })
	})
	t.Run("decision about the last one closes the question", func(t *testing.T) {
		s := open(t)
		s.decide(1, "pause")
		s.until("one transfer is in the review", func() bool { return s.decisions.open.Len() == 1 })
		s.decide(3, "resume")
		s.until("question is closed", func() bool {
			return s.prompt.interrupted == nil && s.decisions.open == nil && s.window.banner.Model().Text == ""
		})
	})
	t.Run("failed transfer can be retried", func(t *testing.T) {
		s := open(t)
		s.publish(apptest.Snapshot(apptest.Transfer(1, apptest.Acknowledged(apptest.Gigabyte), apptest.Failed(fault.Gone)), apptest.Transfer(3, apptest.Acknowledged(apptest.Gigabyte))))
		s.decide(1, "retry")
		s.wantCommands(uploader.Retry{Target: uploader.TargetTransfers(1)})
	})
	t.Run("Resume all resumes all", func(t *testing.T) {
		s := open(t)
		s.press("Resume all")
		s.wantCommands(uploader.Resume{Target: uploader.TargetTransfers(1, 3)})
		if s.decisions.open != nil || s.keys.hasOverlay() {
			t.Error("review is still open")
		}
	})
	t.Run("Not now pauses all", func(t *testing.T) {
		s := open(t)
		s.press("Not now")
		s.wantCommands(uploader.Pause{Target: uploader.TargetTransfers(1, 3)})
	})
	t.Run("Escape closes the review and keeps the question", func(t *testing.T) {
		s := open(t)
		s.dialogs.CloseTop()
		if s.decisions.open != nil || s.prompt.interrupted == nil || len(s.commandsExceptCheck()) > 0 {
			t.Error("Escape answered the question")
		}
	})
}

// pendingEngine has questions of four kinds, and an upload without one.
func pendingEngine() *apptest.Engine {
	exists := func(t *uploader.Transfer) { t.Server, t.Batch = 2, uploader.BatchID(10+t.ID) }
	return apptest.NewEngine(
		apptest.Transfer(1, apptest.WithPath("/a/film.mov"), apptest.Failed(fault.Exists), exists),
		apptest.Transfer(2, apptest.WithPath("/a/talk.mov"), apptest.Failed(fault.Exists), exists),
		apptest.Transfer(3, apptest.WithPath("/a/old.mov"), apptest.Failed(fault.AlreadyUploaded), onStudio),
		apptest.Transfer(4, apptest.WithPath("/a/new.mov"), apptest.Failed(fault.SourceChanged), onStudio),
		apptest.Transfer(5, apptest.WithPath("/a/sent.mov"), apptest.Sending),
	)
}

// decisionTexts returns the names and buttons with a text of the rows of the open dialog.
func (s *testWindow) decisionTexts() []string {
	var texts []string
	o := s.decisions.open
	for _, row := range o.rows {
		model := o.found.Row(o.snapshot, row, time.Now())
		text := model.Name
		for _, a := range model.Actions {
			if a.Prominent {
				text += " [" + a.Label + "]"
			}
		}
		texts = append(texts, text)
	}
	return texts
}

func TestSeveralQuestionsAreOneList(t *testing.T) {
	openBy := map[string]func(*testWindow){
		"the banner":             func(s *testWindow) { s.window.banner.Model().Buttons[0].OnTapped() },
		"the button of one file": func(s *testWindow) { s.actions.act(view.ActionExists, view.SelectionOf(s.rows()[0])) },
	}
	for name, open := range openBy {
		t.Run("opened by "+name, func(t *testing.T) {
			s := startWindow(t, pendingEngine())
			if got := s.window.banner.Model().Text; got != "4 uploads are waiting for your decision." {
				t.Fatalf("banner is %q", got)
			}
			open(s)
			open(s) // no second dialog
			if n := len(s.window.window.Canvas().Overlays().List()); n != 1 {
				t.Errorf("%d dialogs are open", n)
			}
			want := []string{
				"2 names exist [Skip] [Use another name]", "film.mov [Use another name]", "talk.mov [Use another name]",
				"1 file was already uploaded [Upload again]", "old.mov [Upload again]",
				"1 file changed since its upload began [Start over]", "new.mov [Start over]",
			}
			if diff := cmp.Diff(want, s.decisionTexts()); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDecisions(t *testing.T) {
	for name, c := range map[string]struct {
		row   int64 // ID
		press string
		want  uploader.Command
	}{
		"one name":   {2, view.ChoiceSkip, uploader.ResolveExists{Target: uploader.TargetTransfers(2), Policy: uploader.ExistsSkip}},
		"all names":  {-1, view.ChoiceRename, uploader.ResolveExists{Target: uploader.TargetTransfers(1, 2), Policy: uploader.ExistsRename}},
		"one upload": {3, "retry", uploader.Retry{Target: uploader.TargetTransfers(3)}},
		"a kind":     {view.Decision{Question: view.QuestionChanged}.ID(), "retry", uploader.Retry{Target: uploader.TargetTransfers(4)}},
	} {
		t.Run(name, func(t *testing.T) {
			s := startWindow(t, pendingEngine())
			s.decisions.show(0)
			s.decide(uploader.TransferID(c.row), c.press)
			s.wantCommand(1, c.want)
		})
	}
	t.Run("the list follows what happens, and closes when nothing is left", func(t *testing.T) {
		s := startWindow(t, pendingEngine())
		s.decisions.show(0)
		s.publish(apptest.Snapshot(apptest.Transfer(3, apptest.WithPath("/a/old.mov"), apptest.Failed(fault.AlreadyUploaded), onStudio)))
		want := []string{"1 file was already uploaded [Upload again]", "old.mov [Upload again]"}
		if diff := cmp.Diff(want, s.decisionTexts()); diff != "" {
			t.Errorf("rows (-want +got):\n%s", diff)
		}
		s.publish(apptest.Snapshot(apptest.Transfer(5, apptest.Sending)))
		if s.decisions.open != nil || s.keys.hasOverlay() {
			t.Error("the list is still open")
		}
	})
	t.Run("interrupted uploads are part of it", func(t *testing.T) {
		engine := apptest.NewEngine(apptest.Transfer(1, apptest.Acknowledged(apptest.Gigabyte)), apptest.Transfer(2, apptest.Failed(fault.AlreadyUploaded), onStudio))
		s := startWindow(t, engine, withResumeQuestion)
		s.window.banner.Model().Buttons[1].OnTapped()
		if got := strings.Join(s.decisionTexts(), "\n"); !strings.Contains(got, "1 upload was interrupted [Not now] [Resume all]") || !strings.Contains(got, "1 file was already uploaded") {
			t.Errorf("rows are\n%s", got)
		}
		s.decide(uploader.TransferID(view.Decision{Question: view.QuestionInterrupted}.ID()), view.ChoiceResumeAll)
		s.until("uploads are resumed", func() bool {
			return slices.ContainsFunc(s.engine.Commands(), func(c uploader.Command) bool { _, ok := c.(uploader.Resume); return ok })
		})
		if s.decisions.open == nil {
			t.Error("the list is closed although a question is left")
		}
	})
	t.Run("a dismissed banner comes back for another question", func(t *testing.T) {
		s := startWindow(t, pendingEngine())
		s.window.banner.Model().OnDismiss()
		if got := s.window.banner.Model().Text; got != "" {
			t.Errorf("banner is %q", got)
		}
		s.publish(apptest.Snapshot(append(s.rows(), apptest.Transfer(9, apptest.Failed(fault.AlreadyUploaded), onStudio))...))
		if got := s.window.banner.Model().Text; got != "5 uploads are waiting for your decision." {
			t.Errorf("banner is %q", got)
		}
	})
	t.Run("one question opens its own dialog", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Failed(fault.Exists), onStudio)))
		if s.window.banner.Model().Text != "" {
			t.Error("the banner is about one question")
		}
		s.actions.act(view.ActionExists, view.SelectionOf(s.rows()[0]))
		if s.decisions.open != nil || !s.hasButton("Use another name") {
			t.Error("the list is open")
		}
	})
}

func TestDecisionsAreListedBelowTheirSummary(t *testing.T) {
	s := startWindow(t, pendingEngine())
	s.decisions.show(0)
	o := s.decisions.open
	bottom := o.summary.Position().Y + o.summary.HeightAt(o.summary.Size().Width)
	if gap := o.list.Position().Y - bottom; o.summary.Text() == "" || gap < theme.Grid(2) {
		t.Errorf("list begins %v below the summary %q", gap, o.summary.Text())
	}
}
