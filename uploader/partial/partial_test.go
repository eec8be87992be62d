package partial

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/source"
)

var errRefused = errors.New("row refused")

// changesOf returns changes of n transfers, with events of the first and parts and a
// proof of one that is not changed itself, and of a server.
func changesOf(n int) uploader.Changes {
	c := uploader.Changes{
		Servers: []uploader.Server{{ID: 2}},
		Events:  map[uploader.TransferID][]uploader.Event{1: {{Kind: uploader.EventStarted}}},
		Parts:   map[uploader.TransferID][]uploader.Part{100: {{Index: 1}}},
		Proofs:  map[uploader.TransferID]source.Proof{100: {{End: 1}}},
	}
	for id := range n {
		c.Transfers = append(c.Transfers, &uploader.Transfer{ID: uploader.TransferID(id + 1)})
	}
	return c
}

func TestSave(t *testing.T) {
	const transfers = 20
	refuses := func(ids ...uploader.TransferID) func(uploader.Changes) error {
		return func(c uploader.Changes) error {
			for _, t := range c.Transfers {
				if slices.Contains(ids, t.ID) {
					return errRefused
				}
			}
			return nil
		}
	}
	for _, c := range []struct {
		name       string
		save       func(uploader.Changes) error
		wantSaved  int // of transfers 1 to 20, and 100
		wantCommon bool
		wantFailed []uploader.TransferID
		wantErr    error
	}{
		{"everything accepted", refuses(), 21, true, nil, nil},
		{"one transfer refused", refuses(7), 20, true, []uploader.TransferID{7}, nil},
		{"several transfers refused", refuses(1, 8, 9, 20), 17, true, []uploader.TransferID{1, 8, 9, 20}, nil},
		{"server refused", func(c uploader.Changes) error {
			if len(c.Servers) > 0 {
				return errRefused
			}
			return nil
		}, 21, false, nil, errRefused},
		{"store unavailable", func(uploader.Changes) error { return fmt.Errorf("save: %w", uploader.ErrUnavailable) }, 0, false, nil, uploader.ErrUnavailable},
		{"canceled", func(uploader.Changes) error { return context.Canceled }, 0, false, nil, context.Canceled},
	} {
		t.Run(c.name, func(t *testing.T) {
			stored := map[uploader.TransferID]bool{}
			got := Save(changesOf(transfers), func(changes uploader.Changes) error {
				if err := c.save(changes); err != nil {
					return err
				}
				for _, t := range changes.Transfers {
					stored[t.ID] = true
				}
				for id := range changes.Parts {
					stored[id] = true
				}
				return nil
			})
			if len(got.Saved) != c.wantSaved || got.Common != c.wantCommon || !errors.Is(got.Err, c.wantErr) || len(got.Failed) != len(c.wantFailed) {
				t.Errorf("got %+v, want %d transfers saved, common %v, %v failed, error %v", got, c.wantSaved, c.wantCommon, c.wantFailed, c.wantErr)
			}
			for _, id := range c.wantFailed {
				if !errors.Is(got.Failed[id], errRefused) {
					t.Errorf("error of transfer %d is %v", id, got.Failed[id])
				}
			}
			for _, id := range got.Saved {
				if !stored[id] {
					t.Errorf("transfer %d is reported as saved but was not", id)
				}
			}
		})
	}
}

func TestSaveStopsWhenStoreIsUnavailable(t *testing.T) {
	calls := 0
	Save(changesOf(20), func(uploader.Changes) error {
		if calls++; calls < 3 {
			return errRefused
		}
		return uploader.ErrUnavailable
	})
	if calls != 3 {
		t.Errorf("%d saves, want 3", calls)
	}
}

func TestJoinIsInverseOfSplit(t *testing.T) {
	want := changesOf(3)
	if diff := cmp.Diff(want, join(split(want)), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("joined pieces differ (-want +got):\n%s", diff)
	}
}

// TestRestoredTransferStaysInHistoryUntilItIsSaved: a transfer that returns to the list from the
// history must be in one of them.
func TestRestoredTransferStaysInHistoryUntilItIsSaved(t *testing.T) {
	changes := changesOf(3)
	changes.Forgotten = []uploader.TransferID{50, 2}
	var forgotten []uploader.TransferID
	Save(changes, func(c uploader.Changes) error {
		if slices.ContainsFunc(c.Transfers, func(t *uploader.Transfer) bool { return t.ID == 2 }) {
			return errRefused
		}
		forgotten = append(forgotten, c.Forgotten...)
		return nil
	})
	if !slices.Equal(forgotten, []uploader.TransferID{50}) {
		t.Errorf("forgotten: %v, want 50, whose transfer does not return", forgotten)
	}
}

// TestBatchIsScannedOnceItsTransfersAreSaved: the scan of a batch whose transfers are not all
// saved is repeated after a crash.
func TestBatchIsScannedOnceItsTransfersAreSaved(t *testing.T) {
	changes := changesOf(20)
	changes.Batches = []uploader.Batch{{ID: 1}, {ID: 1, Scanned: true}}
	for _, c := range []struct {
		name        string
		unavailable uploader.TransferID // the store cannot be written from this transfer on
		want        bool
	}{{"all can be saved", 1000, true}, {"the store becomes unavailable", 15, false}} {
		t.Run(c.name, func(t *testing.T) {
			scanned := false
			got := Save(changes, func(changes uploader.Changes) error {
				for _, t := range changes.Transfers {
					if t.ID >= c.unavailable {
						return uploader.ErrUnavailable
					}
				}
				if len(changes.Transfers) > 3 {
					return errRefused // it is split
				}
				for _, b := range changes.Batches {
					scanned = b.Scanned
				}
				return nil
			})
			if scanned != c.want || got.Common != c.want {
				t.Errorf("scanned: %t, common changes saved: %t, want %t", scanned, got.Common, c.want)
			}
		})
	}
}
