package app

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/widgets/theme"
)

func TestTooLargeFileIsAddedForOtherServer(t *testing.T) {
	path := apptest.File(t, "dataset.zip")
	large := apptest.Transfer(7, apptest.WithPath(path), apptest.Failed(fault.TooLarge))
	large.Server = 2
	s := startWindow(t, apptest.NewEngine(large))
	s.actions.act(view.ActionOtherServer, view.SelectionOf(s.rows()...))
	s.press("This computer")
	add, ok := s.waitCommand(1).(uploader.Add)
	if !ok || add.Server != uploader.BuiltinServer || !cmp.Equal(add.Paths, []string{path}) {
		t.Errorf("told the engine %+v", add)
	}
	if s.message() != "Removed 1 upload" {
		t.Errorf("the other row stays: %q", s.message())
	}
}

func TestWaitingRowsOfBlockedServerOfferSignIn(t *testing.T) {
	s := startWindow(t, apptest.NewEngineAt(apptest.Blocked(fault.New(fault.Auth, fault.Head, nil))))
	list := s.window.list
	refused, waits := list.Row(0), list.Row(1)
	if waits.StatusIcon != refused.StatusIcon || waits.Tone != refused.Tone || waits.Tone != theme.Warning {
		t.Errorf("refused: %v %v; waits: %v %v", refused.StatusIcon, refused.Tone, waits.StatusIcon, waits.Tone)
	}
	edge := func(all int) string { return list.Row(all).Actions[len(list.Row(all).Actions)-1].Label }
	if edge(0) != "Sign in…" || edge(1) != edge(0) {
		t.Errorf("they offer %q and %q", edge(0), edge(1))
	}
	list.Do(2, view.ActionSignIn.String())
	if !serverDialogOpen(s) || inDialog[*form.Field](s)[0].Text != "https://studio.example.com/files/" {
		t.Error("nothing asks for the sign-in")
	}
}
