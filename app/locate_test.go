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
	locate := func(t *testing.T, result error) (s *testWindow, found string) {
		t.Helper()
		found = apptest.File(t, "a.mov")
		engine := apptest.NewEngine(apptest.Transfer(1, apptest.Failed(fault.SourceMissing), onStudio))
		engine.Err = result
		s = startWindow(t, engine, withChosen(found))
		s.actions.act(view.ActionLocate, view.SelectionOf(s.rows()...))
		s.until("engine receives Relocate", func() bool { return len(engine.Commands()) > 0 }) // another command may follow
		if diff := cmp.Diff(uploader.Command(uploader.Relocate{ID: 1, Path: found}), engine.Commands()[0]); diff != "" {
			t.Error(diff)
		}
		return s, found
	}
	t.Run("original file resumes its upload", func(t *testing.T) { locate(t, nil) })
	t.Run("unverifiable file is added for the same server", func(t *testing.T) {
		s, found := locate(t, fault.New(fault.AmbiguousMatch, fault.Open, nil))
		if add := s.waitCommand(2).(uploader.Add); add.Server != 2 || !slices.Equal(add.Paths, []string{found}) {
			t.Errorf("added %+v", add)
		}
	})
	t.Run("different file shows a message", func(t *testing.T) {
		s, _ := locate(t, fault.New(fault.Mismatch, fault.Open, nil))
		s.until("message is shown", func() bool {
			return s.message() == "This is a different file. Only the original file can resume this upload."
		})
	})
	t.Run("failure shows a message", func(t *testing.T) {
		s, _ := locate(t, fault.New(fault.SourceDenied, fault.Stat, nil))
		s.until("message is shown", func() bool { return s.message() != "" })
	})
}
