package uploadtest

import (
	"fmt"
	"testing"

	"github.com/ferryapp/ferry/uploader"
)

// Tests of FindPrevious.

func testFindPrevious(t *testing.T, reopen Reopen) {
	store := reopen()
	var changes uploader.Changes
	phases := []uploader.Phase{
		uploader.PhaseQueued, uploader.PhasePreparing, uploader.PhaseCreating, uploader.PhaseChecking, uploader.PhaseSending,
		uploader.PhaseVerifying, uploader.PhaseWaiting, uploader.PhaseDone, uploader.PhaseFailed, uploader.PhaseCancelled,
	}
	for i, phase := range phases {
		changes.Transfers = append(changes.Transfers, &uploader.Transfer{
			ID: uploader.TransferID(i + 1), Rank: int64(-i), Phase: phase, Fingerprint: "metadata:/a\xff\x00b", Added: timestamp(i),
		})
	}
	other := fullTransfer(50)
	other.Phase, other.Fingerprint = uploader.PhaseWaiting, "other"
	changes.Transfers = append(changes.Transfers, &other, &uploader.Transfer{ID: 60})
	save(t, store, changes)

	got, err := store.FindPrevious(t.Context(), []string{"metadata:/a\xff\x00b", "other", "unknown", "", "other"})
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 {
		t.Errorf("found %d fingerprints, want 2", len(got))
	}
	wantEqual(t, transferIDs(pointers(got["metadata:/a\xff\x00b"])), []uploader.TransferID{1, 2, 3, 4, 5, 6, 7, 8, 9})
	wantEqual(t, got["other"], []uploader.Transfer{other})
}

func testFindManyPrevious(t *testing.T, reopen Reopen) {
	store := reopen()
	var changes uploader.Changes
	var fingerprints []string
	for i := range 3000 {
		fingerprint := fmt.Sprintf("print %d", i)
		fingerprints = append(fingerprints, fingerprint)
		changes.Transfers = append(changes.Transfers, &uploader.Transfer{ID: uploader.TransferID(i + 1), Fingerprint: fingerprint})
	}
	save(t, store, changes)
	got, err := store.FindPrevious(t.Context(), fingerprints)
	if err != nil {
		t.Fatal(err)
	}
	for i, fingerprint := range fingerprints {
		if found := got[fingerprint]; len(found) != 1 || found[0].ID != uploader.TransferID(i+1) {
			t.Fatalf("%s: found %v", fingerprint, transferIDs(pointers(found)))
		}
	}
	if got, err := store.FindPrevious(t.Context(), nil); err != nil || len(got) != 0 {
		t.Errorf("no fingerprints: found %v, %v", got, err)
	}
}
