package uploadtest_test

import (
	"errors"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

func TestStoreContract(t *testing.T) {
	uploadtest.TestStore(t, func(testing.TB) uploadtest.Reopen {
		store := uploadtest.NewStore()
		return func() uploader.Store { return store }
	})
}

func TestStoreInjectsFailures(t *testing.T) {
	store := uploadtest.NewStore()
	access := func() error {
		_, err := store.Load(t.Context())
		return err
	}
	tests := []struct {
		name   string
		inject func()
		want   []bool // whether each access succeeds, in order
	}{
		{"second access", func() { store.FailOn(2) }, []bool{true, false, true}},
		{"second and later accesses", func() { store.FailFrom(2) }, []bool{true, false, false}},
		{"none", func() { store.FailOn(0) }, []bool{true, true, true}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.inject()
			for i, want := range test.want {
				err := access()
				if (err == nil) != want {
					t.Errorf("access %d returned %v", i+1, err)
				}
				if err != nil && !(errors.Is(err, uploadtest.ErrStore) && fault.Is(err, fault.LocalDisk)) {
					t.Errorf("access %d returned %v, want ErrStore as a LocalDisk fault", i+1, err)
				}
			}
		})
	}
}

func TestFailedSaveChangesNothing(t *testing.T) {
	store := uploadtest.NewStore()
	store.FailOn(1)
	if err := store.Save(t.Context(), uploader.Changes{Transfers: []*uploader.Transfer{{ID: 1}}}); err == nil {
		t.Fatal("the save did not fail")
	}
	saved, err := store.Load(t.Context())
	if err != nil || saved.Transfers.Len() != 0 {
		t.Errorf("loaded %d transfers, %v", saved.Transfers.Len(), err)
	}
}
