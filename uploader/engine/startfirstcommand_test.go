package engine

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/uploadtest"
	"github.com/ferryapp/ferry/uploader/worker"
)

// TestUnfinishedRemovalIsNotSavedForEachTransfer starts with the first of many transfers that
// a saved command removed. The others leave the list at once, as in a start with all of them,
// and are not saved once more before they are deleted.
func TestUnfinishedRemovalIsNotSavedForEachTransfer(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		store := uploadtest.NewStore()
		count := rapid.IntRange(5, 50).Draw(r, "transfers")
		changes := uploader.Changes{
			Servers:  []uploader.Server{{ID: usualServer, Name: "studio", Endpoint: "http://127.0.0.1:2/"}},
			Batches:  []uploader.Batch{{ID: 1, Server: usualServer, Scanned: true}},
			Commands: []uploader.SavedCommand{{ID: 1, Kind: uploader.CommandRemove, Target: uploader.TargetAll(), Given: uploader.TimestampOf(testNow)}},
		}
		for id := range uploader.TransferID(count) {
			changes.Transfers = append(changes.Transfers, &uploader.Transfer{ID: id + 1, Batch: 1, Server: usualServer, Rank: int64(id)})
		}
		if err := store.Save(r.Context(), changes); err != nil {
			r.Fatal(err)
		}
		limit := rapid.IntRange(1, 4).Draw(r, "limit")
		l := startLoop(r, store, "", limit)
		l.joinRest(r)
		defer l.loading.stop()
		if unsaved := len(l.state.table.Changed()); unsaved > limit {
			r.Errorf("%d of %d transfers are to be saved, want at most the first %d", unsaved, count, limit)
		}
		if left := l.state.table.Count(1); left > limit {
			r.Errorf("%d of %d transfers are left, want at most the first %d", left, count, limit)
		}
	})
}

// TestTransferStartedBeforeItIsRestored joins transfers of which the last one was saved while
// it waited for its file. Changed settings end the wait, and its worker starts before it is
// restored: it stays as it is, so that a command can stop the worker.
func TestTransferStartedBeforeItIsRestored(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		const last = 9
		store := uploadtest.NewStore()
		changes := uploader.Changes{
			Servers: []uploader.Server{{ID: usualServer, Name: "studio", Endpoint: "http://127.0.0.1:2/"}},
			Batches: []uploader.Batch{{ID: 1, Server: usualServer, Scanned: true}},
		}
		for id := range uploader.TransferID(last) {
			changes.Transfers = append(changes.Transfers, &uploader.Transfer{ID: id + 1, Batch: 1, Server: usualServer, Rank: int64(id)})
		}
		waiting := changes.Transfers[last-1]
		waiting.Phase, waiting.Fault, waiting.NextTry = uploader.PhaseWaiting, fault.Newf(fault.SourceBusy, fault.Stat, ""), uploader.TimestampOf(testNow)
		if err := store.Save(r.Context(), changes); err != nil {
			r.Fatal(err)
		}
		l := startLoop(r, store, "", 1)
		l.joinRest(r)
		l.receive(request{uploader.Configure{Settings: l.admission.Settings()}, make(chan error, 1)})
		if !l.state.queue.Contains(last) {
			r.Fatal("the transfer still waits for its file")
		}
		stopped := error(nil)
		l.state.queue.Remove(last)
		l.state.running[last] = &runningWorker{stop: func(cause error) { stopped = cause }, counters: &worker.Counters{}, remote: &worker.Remote{}}
		l.state.apply(last, lifecycle.WorkerStarted{})
		for l.loading != nil {
			l.turn(r.Context(), r.Context())
		}
		if got := l.state.table.Get(last).Phase; !got.Working() {
			r.Errorf("its worker runs, but it is %v", got)
		}
		stopped = nil // by the metered network
		if l.execute(request{uploader.Pause{Target: uploader.TargetAll()}, make(chan error, 1)}); stopped == nil {
			r.Error("its worker is not stopped when it is paused")
		}
	})
}
