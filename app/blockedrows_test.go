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
		t.Errorf("engine received %+v", add)
	}
	if s.message() != "Removed 1 upload" {
		t.Errorf("failed row is not removed, message is %q", s.message())
	}
}

func TestWaitingRowsOfBlockedServerOfferSignIn(t *testing.T) {
	s := startWindow(t, apptest.NewEngineAt(apptest.Blocked(fault.New(fault.Auth, fault.Head, nil))))
	list := s.window.list
	refused, waiting := list.Row(0), list.Row(1)
	if waiting.StatusIcon != refused.StatusIcon || waiting.Tone != refused.Tone || waiting.Tone != theme.Warning {
		t.Errorf("refused: %v %v; waiting: %v %v", refused.StatusIcon, refused.Tone, waiting.StatusIcon, waiting.Tone)
	}
	lastAction := func(i int) string { return list.Row(i).Actions[len(list.Row(i).Actions)-1].Label }
	if lastAction(0) != "Sign in…" || lastAction(1) != lastAction(0) {
		t.Errorf("last actions are %q and %q", lastAction(0), lastAction(1))
	}
	list.Do(2, view.ActionSignIn.String())
	if !serverDialogOpen(s) || inDialog[*form.Field](s)[0].Text != "https://studio.example.com/files/" {
		t.Error("server dialog is not open")
	}
}
