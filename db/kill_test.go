package db_test

import (
	"bufio"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/ferryapp/ferry/db"
	"github.com/ferryapp/ferry/uploader"
)

func TestEveryCommitSurvivesBeingKilled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ferry.db")
	rounds := 12
	if testing.Short() {
		rounds = 3
	}
	var committed int
	for range rounds {
		child, lines := startChild(t, "commit", path)
		committed = max(committed, killAfter(t, child, lines, 1+rand.IntN(60)))
		verify(t, path, committed)
	}
}

// killAfter lets the child print some lines, kills it at whatever it is doing
// then, and returns the last ID it printed.
func killAfter(t *testing.T, child *exec.Cmd, lines *bufio.Scanner, count int) (last int) {
	t.Helper()
	for n := 0; lines.Scan(); n++ {
		id, err := strconv.Atoi(lines.Text())
		if err != nil {
			t.Fatalf("the child said %q", lines.Text())
		}
		last = id
		if n == count {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := child.Wait(); err == nil {
		t.Fatal("the child ended by itself")
	}
	return last
}

// verify expects all transfers up to committed, at most one pair more, and none
// of a half pair.
func verify(t *testing.T, path string, committed int) {
	t.Helper()
	store := opened(t, path)
	defer closed(t, store)
	if store.Recovery().Happened() {
		t.Errorf("an intact file was repaired: %+v", store.Recovery())
	}
	if answer, err := db.Ask[string](store, "PRAGMA integrity_check"); err != nil || answer != "ok" {
		t.Errorf("integrity check: %s, %v", answer, err)
	}
	all, err := store.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := len(all.Transfers); got < committed || got%2 != 0 {
		t.Errorf("loaded %d transfers after %d were committed two by two", got, committed)
	}
	for i, transfer := range all.Transfers {
		if transfer.ID != uploader.TransferID(i+1) {
			t.Fatalf("transfer %d is missing", i+1)
		}
	}
}
