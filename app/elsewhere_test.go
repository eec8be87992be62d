package app

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/widgets/theme"
)

func TestAFileThatIsTooLargeGoesToAnotherServer(t *testing.T) {
	path := file(t, "dataset.zip")
	large := transfer(7, named(path), failed(fault.TooLarge))
	large.Server = 2
	s := raise(t, newFakeEngine(large))
	s.act(actElsewhere, these(s.rows()...))
	s.press("This computer")
	add, ok := s.heard(1).(uploader.Add)
	if !ok || add.Server != uploader.BuiltinServer || !cmp.Equal(add.Paths, []string{path}) {
		t.Errorf("told the engine %+v", add)
	}
	if s.said() != "Removed 1 upload" {
		t.Errorf("the other row stays: %q", s.said())
	}
}

func TestWhatWaitsBehindASignInLooksLikeWhatWasRefused(t *testing.T) {
	s := raise(t, newFakeEngineAt(blocking(fault.New(fault.Auth, fault.Head, nil))))
	list := s.window.list
	refused, waits := list.model(0), list.model(1)
	if waits.Glyph != refused.Glyph || waits.Tone != refused.Tone || waits.Tone != theme.Warning {
		t.Errorf("refused: %v %v; waits: %v %v", refused.Glyph, refused.Tone, waits.Glyph, waits.Tone)
	}
	edge := func(all int) string { return list.model(all).Actions[len(list.model(all).Actions)-1].Label }
	if edge(0) != "Sign in…" || edge(1) != edge(0) {
		t.Errorf("they offer %q and %q", edge(0), edge(1))
	}
	list.choose(2, actSignIn.String())
	if s.asking == nil || s.asking.old.ID != 2 {
		t.Error("nothing asks for the sign-in")
	}
}
