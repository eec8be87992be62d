package db_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ferryapp/ferry/db"
	"github.com/ferryapp/ferry/uploader"
)

// TestUsageIsSavedWithProgress checks that each save adds to the rows of the day.
func TestUsageIsSavedWithProgress(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ferry.db")
	store := openDB(t, path)
	transfer := func(id uploader.TransferID, server uploader.ServerID, offset int64, phase uploader.Phase) *uploader.Transfer {
		t := &uploader.Transfer{ID: id, Server: server, Phase: phase, Batch: 1}
		t.Source.Path, t.Source.Size, t.Session.URL, t.Session.Offset = "/a", 100, "https://x/1", offset
		return t
	}
	save := func(before, after []*uploader.Transfer, events map[uploader.TransferID][]uploader.Event) {
		t.Helper()
		changes := uploader.Changes{Transfers: after, Events: events, Before: map[uploader.TransferID]*uploader.Transfer{}}
		for _, b := range before {
			changes.Before[b.ID] = b
		}
		if err := store.Save(t.Context(), changes); err != nil {
			t.Fatal(err)
		}
	}
	added := []*uploader.Transfer{transfer(1, 1, 0, uploader.PhaseSending), transfer(2, 7, 0, uploader.PhaseSending)}
	begun := []*uploader.Transfer{transfer(1, 1, 40, uploader.PhaseSending), transfer(2, 7, 10, uploader.PhaseSending)}
	ended := []*uploader.Transfer{transfer(1, 1, 100, uploader.PhaseDone)}
	ended[0].ActiveTime = 3 * time.Second
	save(nil, added, nil)
	save(added, begun, map[uploader.TransferID][]uploader.Event{2: {{Kind: uploader.EventResumed, Offset: 5, At: time.Now()}}})
	save(begun, ended, nil)
	want := []uploader.Usage{
		{Server: 1, Bytes: 100, Files: 1, Active: 3 * time.Second},
		{Server: 7, Bytes: 10, Resumes: 1},
	}
	check := func(store *db.DB) {
		t.Helper()
		got, err := store.Usage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, perServer(got), cmpopts.IgnoreFields(uploader.Usage{}, "Day")); diff != "" {
			t.Error(diff)
		}
	}
	check(store)
	closeDB(t, store)
	store = openDB(t, path)
	check(store)
	closeDB(t, store)
}

// perServer adds up the days, of which there are two if the test runs at midnight.
func perServer(days []uploader.Usage) []uploader.Usage {
	var sums []uploader.Usage
	for _, server := range []uploader.ServerID{1, 7} {
		sum := uploader.Usage{Server: server}
		for _, u := range days {
			if u.Server == server {
				sum = sum.Plus(u)
			}
		}
		sums = append(sums, sum)
	}
	return sums
}
