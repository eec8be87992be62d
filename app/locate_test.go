package app

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

func TestLocateMissingFile(t *testing.T) {
	locate := func(t *testing.T, refused error) (s *testWindow, found string) {
		t.Helper()
		found = apptest.File(t, "a.mov")
		engine := apptest.NewEngine(apptest.Transfer(1, apptest.Failed(fault.SourceMissing), func(t *uploader.Transfer) { t.Server = 2 }))
		engine.Err = refused
		s = startWindow(t, engine, withChosen(found))
		s.actions.act(view.ActionLocate, view.SelectionOf(s.rows()...))
		s.until("the engine is told", func() bool { return len(engine.Commands()) > 0 }) // and may be told more at once
		if diff := cmp.Diff(uploader.Command(uploader.Relocate{ID: 1, Path: found}), engine.Commands()[0]); diff != "" {
			t.Error(diff)
		}
		return s, found
	}
	t.Run("its upload goes on with it", func(t *testing.T) { locate(t, nil) })
	t.Run("what nobody can tell is added to the same server, which asks", func(t *testing.T) {
		s, found := locate(t, fault.New(fault.AmbiguousMatch, fault.Open, nil))
		if add := s.waitCommand(2).(uploader.Add); add.Server != 2 || !slices.Equal(add.Paths, []string{found}) {
			t.Errorf("added %+v", add)
		}
	})
	t.Run("another file is said to be one", func(t *testing.T) {
		s, _ := locate(t, fault.New(fault.Mismatch, fault.Open, nil))
		s.until("it is said", func() bool {
			return s.message() == "This is a different file. Only the original file can resume this upload."
		})
	})
	t.Run("a failure is said", func(t *testing.T) {
		s, _ := locate(t, fault.New(fault.SourceDenied, fault.Stat, nil))
		s.until("it is said", func() bool { return s.message() != "" })
	})
}
