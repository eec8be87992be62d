package engine

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/uploadtest"
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
