package app

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// startWithExisting starts a window with two files of one batch whose names exist on a
// server, which knows how to overwrite or not.
func startWithExisting(t *testing.T, header string) *testWindow {
	t.Helper()
	toStudio := func(t *uploader.Transfer) { t.Server, t.Batch = 2, 9 }
	first := apptest.Transfer(1, apptest.WithPath("/home/ada/film.mov"), apptest.Failed(fault.Exists), toStudio)
	second := apptest.Transfer(2, apptest.WithPath("/home/ada/talk.mov"), apptest.Failed(fault.Exists), toStudio)
	done := apptest.Transfer(3, apptest.Done, toStudio)
	engine := apptest.NewEngine(first, second, done)
	s := startWindow(t, engine)
	snapshot := *s.bridge.Snapshot()
	snapshot.Servers = append([]uploader.Server(nil), snapshot.Servers...)
	for i := range snapshot.Servers {
		snapshot.Servers[i].Options.OverwriteHeader = header
	}
	snapshot.Seq++
	s.publish(&snapshot)
	s.until("the servers are shown", func() bool {
		server, _ := s.bridge.Snapshot().Server(2)
		return server.Options.OverwriteHeader == header
	})
	return s
}

func TestExistingNameIsDecided(t *testing.T) {
	one, batch := uploader.TargetTransfers(1), uploader.Target{Batch: 9}
	for name, c := range map[string]struct {
		header string
		all    bool
		press  string
		want   uploader.ResolveExists
	}{
		"skip":             {"", false, "Skip", uploader.ResolveExists{Target: one, Policy: uploader.ExistsSkip}},
		"rename":           {"", false, "Use another name", uploader.ResolveExists{Target: one, Policy: uploader.ExistsRename}},
		"rename the batch": {"", true, "Use another name", uploader.ResolveExists{Target: batch, Policy: uploader.ExistsRename}},
		"overwrite":        {"x-upsert: true", true, "Overwrite", uploader.ResolveExists{Target: batch, Policy: uploader.ExistsOverwrite}},
	} {
		t.Run(name, func(t *testing.T) {
			s := startWithExisting(t, c.header)
			s.actions.act(view.ActionExists, view.SelectionOf(s.rows()[0]))
			checks := inDialog[*widget.Check](s)
			if len(checks) != 1 || !strings.Contains(checks[0].Text, "1 other file") {
				t.Fatalf("got %d checkboxes", len(checks))
			}
			if c.all {
				test.Tap(checks[0])
			}
			s.press(c.press)
			if diff := cmp.Diff(uploader.Command(c.want), s.waitCommand(1)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestOverwritingIsOfferedOnlyIfItIsKnownHow(t *testing.T) {
	s := startWithExisting(t, "")
	s.actions.act(view.ActionExists, view.SelectionOf(s.rows()[:2]...))
	for _, button := range inDialog[*form.DialogButton](s) {
		if button.Text == "Overwrite" {
			t.Error("overwriting is offered")
		}
	}
	s.press("Cancel")
	if commands := s.engine.Commands(); len(commands) != 0 {
		t.Errorf("got %v", commands)
	}
}
