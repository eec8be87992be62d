package engine

import (
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// TestUnscannedBatchesAreScannedInOrder has many batches, so that an order taken from
// a Go map is noticed.
func TestUnscannedBatchesAreScannedInOrder(t *testing.T) {
	saved := uploader.Saved{Servers: []uploader.Server{{ID: uploader.BuiltinServer}}, NextID: 1, NextRank: 1, NextServer: 2}
	var want []uploader.BatchID
	for i := range uploader.BatchID(20) {
		id := 100 - i
		saved.Batches = append(saved.Batches, uploader.Batch{ID: id, Server: uploader.BuiltinServer, Rank: int64(i), Roots: []string{"/a"}})
		want = append(want, id)
	}
	for name, start := range map[string]func(l *loop){
		"at the start":  func(l *loop) { l.load() },
		"on resume all": func(l *loop) { l.engine.config.AskBeforeResume = true; l.load(); l.resume(uploader.TargetAll()) },
	} {
		t.Run(name, func(t *testing.T) {
			l := newLoop(New(Config{Store: nullStore{}, Log: slog.New(slog.DiscardHandler)}), saved)
			start(l)
			var got []uploader.BatchID
			for _, r := range l.scans.requests {
				got = append(got, r.batch)
			}
			if !slices.Equal(got, want) {
				t.Errorf("batches are scanned in the order %v, want %v", got, want)
			}
		})
	}
}

// TestIdleWhileNothingCanBeSaved has a history that is being trimmed and a bulk
// command when the disk becomes full: the loop must not spin until it has room.
func TestIdleWhileNothingCanBeSaved(t *testing.T) {
	const rows = 2 * bulkPortion
	l, store := newBulkLoop(t, rows)
	l.history.surplus = []uploader.TransferID{1, 2, 3}
	l.history.nextAt = time.Now().Add(-time.Second)
	store.limit, store.all = 1, append(store.all, uploader.Changes{})
	l.give(uploader.Pause{Target: uploader.TargetAll()})
	for range 3 {
		l.turn(t.Context(), t.Context())
	}
	if l.commits.fault == nil || !l.state.bulk.unfinished() || l.history.nextAt.IsZero() {
		t.Fatalf("fault %v, bulk command unfinished %v, history %v", l.commits.fault, l.state.bulk.unfinished(), l.history)
	}
	if idle := l.idle(time.Now()); idle < saveRetry/2 {
		t.Errorf("the loop waits for %v only", idle)
	}
	if !errors.Is(l.commits.fault, uploader.ErrUnavailable) || l.commits.fault.Kind != fault.LocalDisk {
		t.Errorf("fault is %v", l.commits.fault)
	}
}
