package db_test

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/ferryapp/ferry/db"
	"github.com/ferryapp/ferry/uploader"
)

func TestCommitsSurviveKill(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ferry.db")
	rounds := 12
	if testing.Short() {
		rounds = 3
	}
	var committed int
	for range rounds {
		child, lines := startChild(t, "commit", path)
		committed = max(committed, killAfterLines(t, child, lines, 1+rand.IntN(60)))
		checkCommitted(t, path, committed)
	}
}

// killAfterLines kills the child after it printed so many lines, and returns the last ID
// it printed.
func killAfterLines(t *testing.T, child *exec.Cmd, lines *bufio.Scanner, count int) (last int) {
	t.Helper()
	for n := 0; lines.Scan(); n++ {
		id, err := strconv.Atoi(lines.Text())
		if err != nil {
			t.Fatalf("child printed %q", lines.Text())
		}
		last = id
		if n == count {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := child.Wait(); err == nil {
		t.Fatal("child exited before it was killed")
	}
	return last
}

// checkCommitted checks that all transfers up to committed are saved, and that no pair is
// incomplete.
func checkCommitted(t *testing.T, path string, committed int) {
	t.Helper()
	store := openDB(t, path)
	defer closeDB(t, store)
	if store.Recovery().Happened() {
		t.Errorf("recovered an intact file: %+v", store.Recovery())
	}
	if result, err := db.QueryValue[string](store, "PRAGMA integrity_check"); err != nil || result != "ok" {
		t.Errorf("integrity check: %s, %v", result, err)
	}
	all, err := store.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := all.Transfers.Len(); got < committed || got%2 != 0 {
		t.Errorf("loaded %d transfers, want an even number from %d", got, committed)
	}
	for i, transfer := range all.Transfers.All() {
		if transfer.ID != uploader.TransferID(i+1) {
			t.Fatalf("transfer %d is missing", i+1)
		}
	}
}

// TestMigrationSurvivesKill opens a file with the first schema in a process that is killed
// at a random time.
func TestMigrationSurvivesKill(t *testing.T) {
	t.Parallel()
	const transfers = 1000
	original := filepath.Join(t.TempDir(), "first.db")
	createFirstSchema(t, original, transfers)
	const rounds = 15
	migrated := 0
	for round := range rounds {
		path := filepath.Join(t.TempDir(), "ferry.db")
		copyTestFile(t, path, original)
		child, _ := startChild(t, "open", path)
		time.AfterFunc(time.Duration(rand.IntN(120))*time.Millisecond, func() { _ = child.Process.Kill() })
		_ = child.Wait()

		header, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if header[63] > 1 {
			migrated++
		}
		store := openDB(t, path)
		if store.Recovery().Happened() {
			t.Errorf("round %d: recovered an intact file: %+v", round, store.Recovery())
		}
		all, err := store.Load(t.Context())
		if err != nil || all.Transfers.Len() != transfers {
			t.Errorf("round %d: loaded %d transfers, %v; want %d", round, all.Transfers.Len(), err, transfers)
		}
		if result, err := db.QueryValue[string](store, "PRAGMA integrity_check"); err != nil || result != "ok" {
			t.Errorf("round %d: integrity check: %s, %v", round, result, err)
		}
		closeDB(t, store)
		for _, backup := range migrationBackups(t, path) { // at least one
			if got := countTransfers(t, backup); got != transfers {
				t.Errorf("round %d: backup has %d transfers, want %d", round, got, transfers)
			}
		}
	}
	t.Logf("%d of %d processes were killed after the migration", migrated, rounds)
}

// createFirstSchema creates a file with the first schema.
func createFirstSchema(t *testing.T, path string, transfers int) {
	t.Helper()
	fill := fmt.Sprintf(`
		WITH RECURSIVE n (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < %d)
		INSERT INTO transfers (id, batch, server, path, rel_path, size, mod_seconds, mod_nanos, volume, file_index, fingerprint, rank, intent,
			phase, url, parts, upload_offset, sent, attempt, active, resumed)
		SELECT id, 1, 1, CAST('/a' AS BLOB), x'', 1, 0, 0, 0, 0, CAST(id AS BLOB), id, 'run', 'queued', '', 0, 0, 0, 0, 0, 0 FROM n;`, transfers)
	if err := db.CreateOlder(t.Context(), path, 1, fill); err != nil {
		t.Fatal(err)
	}
}

func copyTestFile(t *testing.T, to, from string) {
	t.Helper()
	content, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, to, content)
}
