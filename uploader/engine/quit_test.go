package engine_test

import (
	"context"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// fullDiskStore is a store whose saves fail after the first remaining ones. Only the
// engine's goroutine calls Save.
type fullDiskStore struct {
	uploader.Store
	remaining int
}

func (f *fullDiskStore) Save(ctx context.Context, changes uploader.Changes) error {
	if f.remaining--; f.remaining < 0 {
		return fault.Newf(fault.LocalDisk, fault.Save, "disk full")
	}
	return f.Store.Save(ctx, changes)
}

// TestShutdownWhenEverySaveFails fails all saves from the first on, in the next run
// from the second on, and so on until a run has no failed save.
func TestShutdownWhenEverySaveFails(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	for n := 0; ; n++ {
		h := newHarness(t, server.Endpoint)
		h.stop()
		h.configure = func(c *engine.Config) { c.Store = &fullDiskStore{h.store, n} }
		h.start()
		_ = h.engine.Do(t.Context(), uploader.Add{ // may fail
			Batch: uploader.NewBatchID(), Server: testServer, Paths: []string{createFile(t, "large.bin", 2<<20), createFile(t, "small.bin", 10)},
		})
		s := h.waitFor("2 done or an engine error", func(s *uploader.Snapshot) bool {
			return s.Trouble != nil || s.Totals.Count[uploader.StateDone] == 2
		})
		h.stop()
		if s.Trouble == nil {
			t.Logf("%d saves", n)
			return
		}
	}
}
