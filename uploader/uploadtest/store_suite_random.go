package uploadtest

import (
	"context"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/uploader"
)

// Property tests of saving and loading.

func testAnyTransferRoundTrip(t *testing.T, reopen Reopen) {
	store := reopen()
	rapid.Check(t, func(r *rapid.T) {
		want := anyTransfer(r)
		if err := store.Save(context.Background(), uploader.Changes{Transfers: []*uploader.Transfer{&want}}); err != nil {
			r.Fatalf("save: %v", err)
		}
		saved, err := store.Load(context.Background())
		if err != nil {
			r.Fatalf("load: %v", err)
		}
		at := slices.IndexFunc(slices.Collect(saved.Transfers.Values()), func(t *uploader.Transfer) bool { return t.ID == want.ID })
		if at < 0 {
			r.Fatalf("transfer %d was not loaded", want.ID)
		}
		if diff := cmp.Diff(&want, saved.Transfers.At(at), cmpStored); diff != "" {
			r.Fatalf("saved (-) and loaded (+) differ:\n%s", diff)
		}
	})
}

// testAnyChange changes random fields that change during an upload, and sometimes
// others.
func testAnyChange(t *testing.T, reopen Reopen) {
	store := reopen()
	rapid.Check(t, func(r *rapid.T) {
		want, next := anyTransfer(r), anyTransfer(r)
		maybe := func(what string) bool { return rapid.Bool().Draw(r, what) }
		before := map[uploader.TransferID]*uploader.Transfer{}
		for range 3 {
			saved := want
			if err := store.Save(context.Background(), uploader.Changes{Transfers: []*uploader.Transfer{&saved}, Before: before}); err != nil {
				r.Fatalf("save: %v", err)
			}
			before = map[uploader.TransferID]*uploader.Transfer{saved.ID: &saved}
			loaded, err := store.Load(context.Background())
			if err != nil {
				r.Fatalf("load: %v", err)
			}
			at := slices.IndexFunc(slices.Collect(loaded.Transfers.Values()), func(t *uploader.Transfer) bool { return t.ID == want.ID })
			if diff := cmp.Diff(&want, loaded.Transfers.At(max(at, 0)), cmpStored); diff != "" {
				r.Fatalf("saved (-) and loaded (+) differ:\n%s", diff)
			}
			if maybe("phase") {
				want.Phase, want.Attempt = next.Phase, next.Attempt
			}
			if maybe("session") {
				parts := want.Session.Parts
				want.Session = next.Session
				want.Session.Parts = parts
			}
			if maybe("times") {
				want.Started, want.Finished, want.ActiveTime = next.Started, next.Finished, next.ActiveTime
			}
			if maybe("content") {
				want.ResumedFrom, want.SHA256, want.ChangeTime = next.ResumedFrom, next.SHA256, next.ChangeTime
			}
			if maybe("rarer fields") && maybe("really") {
				want.Intent, want.Fault, want.NextTry, want.EarlierUpload = next.Intent, next.Fault, next.NextTry, next.EarlierUpload
			}
		}
	})
}

// testAnyStatusUpdate updates the status of random transfers, as a command for all
// transfers does. One of them was removed before.
func testAnyStatusUpdate(t *testing.T, reopen Reopen) {
	store := reopen()
	const rows = 12
	rapid.Check(t, func(r *rapid.T) {
		common, other := anyTransfer(r), anyTransfer(r)
		var first, update uploader.Changes
		var want []*uploader.Transfer
		update.Before = map[uploader.TransferID]*uploader.Transfer{}
		for id := range uploader.TransferID(rows) {
			before := anyTransfer(r)
			before.ID, before.Rank = id+1, int64(id)
			after := before
			if next := &common; rapid.IntRange(0, 3).Draw(r, "changed") > 0 {
				if rapid.IntRange(0, 9).Draw(r, "use other") == 0 {
					next = &other
				}
				after.Intent, after.Phase, after.Fault, after.NextTry = next.Intent, next.Phase, next.Fault, next.NextTry
				after.Attempt, after.Finished, after.ActiveTime, after.EarlierUpload = next.Attempt, next.Finished, next.ActiveTime, next.EarlierUpload
			}
			first.Transfers = append(first.Transfers, &before)
			update.Transfers, update.Before[after.ID] = append(update.Transfers, &after), &before
			want = append(want, &after)
		}
		removal := uploader.Changes{RemovedTransfers: []uploader.TransferID{uploader.TransferID(rapid.IntRange(1, rows).Draw(r, "removed"))}}
		for _, changes := range []uploader.Changes{first, removal, update} {
			if err := store.Save(context.Background(), changes); err != nil {
				r.Fatalf("save: %v", err)
			}
		}
		loaded, err := store.Load(context.Background())
		if err != nil {
			r.Fatalf("load: %v", err)
		}
		if diff := cmp.Diff(want, slices.Collect(loaded.Transfers.Values()), cmpStored); diff != "" {
			r.Fatalf("saved (-) and loaded (+) differ:\n%s", diff)
		}
	})
}
