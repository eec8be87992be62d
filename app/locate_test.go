package app

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

func TestWhereAMissingFileIs(t *testing.T) {
	locate := func(t *testing.T, refused error) (s *stage, found string) {
		t.Helper()
		found = file(t, "a.mov")
		engine := newFakeEngine(transfer(1, failed(fault.SourceMissing), func(t *uploader.Transfer) { t.Server = 2 }))
		engine.refuse = refused
		s = raise(t, engine, picking(found))
		s.act(actLocate, these(s.rows()...))
		s.until("the engine is told", func() bool { return len(engine.heard()) > 0 }) // and may be told more at once
		if diff := cmp.Diff(uploader.Command(uploader.Relocate{ID: 1, Path: found}), engine.heard()[0]); diff != "" {
			t.Error(diff)
		}
		return s, found
	}
	t.Run("its upload goes on with it", func(t *testing.T) { locate(t, nil) })
	t.Run("what nobody can tell is added to the same server, which asks", func(t *testing.T) {
		s, found := locate(t, fault.New(fault.Several, fault.Open, nil))
		if add := s.heard(2).(uploader.Add); add.Server != 2 || !slices.Equal(add.Paths, []string{found}) {
			t.Errorf("added %+v", add)
		}
	})
	t.Run("another file is said to be one", func(t *testing.T) {
		s, _ := locate(t, fault.New(fault.Mismatch, fault.Open, nil))
		s.until("it is said", func() bool {
			return s.said() == "This is a different file. Only the original file can resume this upload."
		})
	})
	t.Run("a failure is said", func(t *testing.T) {
		s, _ := locate(t, fault.New(fault.SourceDenied, fault.Stat, nil))
		s.until("it is said", func() bool { return s.said() != "" })
	})
}
