package app

import (
	"context"
	"errors"
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/windowstate"
	"github.com/ferryapp/ferry/uploader"
)

// loadingSnapshot returns what the engine publishes until its transfers are loaded.
func loadingSnapshot() *uploader.Snapshot {
	return &uploader.Snapshot{Loading: true, Servers: apptest.Snapshot().Servers, Batches: map[uploader.BatchID]*uploader.Batch{}}
}

func TestWindowWhileLoading(t *testing.T) {
	s := startWindow(t, apptest.NewEngineAt(loadingSnapshot()), withResumeQuestion, func(c *Config, _ *fakeDesktop) {
		c.State.Update(func(s *windowstate.State) { s.Selected = []int64{1} })
	})
	w := s.window
	if !w.loading.Visible() || w.empty.Visible() || w.noMatches.Visible() || w.list.Rows.Visible() {
		t.Error("the list does not say that it is loading")
	}
	if !w.bar.Toggle.Disabled() || w.bar.Add.Disabled() {
		t.Error("there is nothing to pause yet, and files can be added")
	}
	if s.prompt.started {
		t.Error("interrupted uploads are looked for before they are loaded")
	}
	s.publish(apptest.Snapshot(apptest.Transfer(1)))
	if w.loading.Visible() || !w.list.Rows.Visible() {
		t.Error("the list is not shown after loading")
	}
	if selected := w.list.Rows.Selected(); !slices.Equal(selected, []int64{1}) {
		t.Errorf("rows %v are selected, want the one that was", selected)
	}
	if s.prompt.interrupted == nil {
		t.Error("an interrupted upload was not found after loading")
	}
}

// TestRestoreAfterLoading checks that what was selected waits for the transfers.
func TestRestoreAfterLoading(t *testing.T) {
	s := startWindow(t, apptest.NewEngineAt(loadingSnapshot()), func(c *Config, _ *fakeDesktop) {
		c.State.Update(func(s *windowstate.State) { s.Selected, s.Details = []int64{1}, 1 })
	})
	s.publish(apptest.Snapshot(apptest.Transfer(1)))
	if got := s.window.list.Rows.Selected(); len(got) != 1 || s.window.details.Subject().Transfer() != 1 {
		t.Errorf("selected %v, details of %v", got, s.window.details.Subject())
	}
}

// TestAddWhileLoading checks that files can be added before the transfers are loaded, to the
// chosen server.
func TestAddWhileLoading(t *testing.T) {
	s := startWindow(t, apptest.NewEngineAt(loadingSnapshot()))
	s.choose(2)
	s.adder.drop(apptest.URIs(apptest.File(t, "new.mov")))
	if add, ok := s.waitCommand(1).(uploader.Add); !ok || add.Server != 2 {
		t.Errorf("commands %+v", s.engine.Commands())
	}
}

// TestLoadFailure checks that another window says why the transfers could not be loaded, and
// that its answer is returned.
func TestLoadFailure(t *testing.T) {
	damaged := errors.New("damaged")
	s := startWindow(t, apptest.NewEngineAt(loadingSnapshot()), func(c *Config, _ *fakeDesktop) {
		c.Load = func(context.Context) error { return damaged }
		c.LoadFailure = func(err error) StartFailure { return StartFailure{Text: err.Error()} }
	})
	s.until("the other window is shown", func() bool { return s.failed != nil })
	if s.window.visible || !showsText(s.failed.window.window, "damaged") {
		t.Error("the window is still visible, or the other one does not show the error")
	}
	pressIn(t, s.failed.window.window, "Try again")
	if !s.toolkit.quit {
		t.Error("the answer does not quit")
	}
	failed, ok := errors.AsType[*LoadError](s.failed.end())
	if !ok || !errors.Is(failed, damaged) || !failed.Answer.Retry {
		t.Errorf("error %+v", failed)
	}
	s.failed = nil
}

// TestQuitWhileLoading checks that an interrupted load is no failure.
func TestQuitWhileLoading(t *testing.T) {
	ended := make(chan struct{})
	s := startWindow(t, apptest.NewEngineAt(loadingSnapshot()), func(c *Config, _ *fakeDesktop) {
		c.Load = func(ctx context.Context) error {
			defer close(ended)
			<-ctx.Done()
			return ctx.Err()
		}
	})
	s.quitter.quit()
	<-ended
	if !s.toolkit.quit || s.failed != nil {
		t.Errorf("quit %v, failure %v", s.toolkit.quit, s.failed)
	}
}

// showsText reports whether a window shows a label with that text.
func showsText(window fyne.Window, text string) bool {
	for _, object := range test.LaidOutObjects(window.Content()) {
		if label, ok := object.(*widget.Label); ok && label.Text == text {
			return true
		}
	}
	return false
}
