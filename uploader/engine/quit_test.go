package engine_test

import (
	"context"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// filling is a store on a disk that is full after some commits. Only the loop
// calls Save.
type filling struct {
	uploader.Store
	left int
}

func (f *filling) Save(ctx context.Context, changes uploader.Changes) error {
	if f.left--; f.left < 0 {
		return fault.Newf(fault.LocalDisk, fault.Save, "the disk is full")
	}
	return f.Store.Save(ctx, changes)
}

// TestQuittingEndsWhileNothingCanBeSaved lets the disk be full from the first
// commit on, then in another run from the second, and so on until a run went
// through without one that failed.
func TestQuittingEndsWhileNothingCanBeSaved(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	for n := 0; ; n++ {
		b := newBench(t, server.Endpoint)
		b.quit()
		b.change = func(c *engine.Config) { c.Store = &filling{b.store, n} }
		b.start()
		_ = b.engine.Do(t.Context(), uploader.Add{ // which may fail
			Batch: uploader.NewBatchID(), Server: theServer, Paths: []string{write(t, "large.bin", 2<<20), write(t, "small.bin", 10)},
		})
		s := b.until("the end or trouble", func(s *uploader.Snapshot) bool {
			return s.Trouble != nil || s.Totals.Count[uploader.StateDone] == 2
		})
		b.quit()
		if s.Trouble == nil {
			t.Logf("%d commits", n)
			return
		}
	}
}
