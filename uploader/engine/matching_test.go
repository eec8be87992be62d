package engine_test

import (
	"math"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// truncateProof saves a proof that covers only the first n bytes of an upload, as
// after a crash.
func (h *harness) truncateProof(id uploader.TransferID, path string, n int64) {
	h.t.Helper()
	file, err := os.Open(path)
	if err != nil {
		h.t.Fatal(err)
	}
	defer file.Close()
	prover := source.NewHasher(file, n, 0)
	if err := prover.HashTo(h.t.Context(), n); err != nil {
		h.t.Fatal(err)
	}
	changes := uploader.Changes{Proofs: map[uploader.TransferID]source.Proof{
		id: append(source.Proof{source.Forgotten(source.Range{End: math.MaxInt64})}, prover.Proof()...),
	}}
	if err := h.store.Save(h.t.Context(), changes); err != nil {
		h.t.Fatal(err)
	}
}

// TestMatchReaddedFile adds a file again when the server has part of it, after the
// file was changed.
func TestMatchReaddedFile(t *testing.T) {
	t.Parallel()
	const continued, asked, anew = "continued", "asked", "new"
	for _, c := range []struct {
		name   string
		change func(t *testing.T, h *harness, path string) string
		want   string
	}{
		{"unchanged", func(_ *testing.T, _ *harness, path string) string { return path }, continued},
		{"touched", func(t *testing.T, _ *harness, path string) string {
			t.Helper()
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
			return path
		}, continued},
		{"renamed", func(t *testing.T, _ *harness, path string) string {
			t.Helper()
			to := filepath.Join(filepath.Dir(path), "final cut.mov")
			moveFile(t, path, to)
			return to
		}, continued},
		{"moved to another folder and renamed", func(t *testing.T, _ *harness, path string) string {
			t.Helper()
			to := filepath.Join(filepath.Dir(path), "done", "final cut.mov")
			moveFile(t, path, to)
			return to
		}, continued},
		{"moved to another disk and renamed", func(t *testing.T, _ *harness, path string) string {
			t.Helper()
			to := filepath.Join(t.TempDir(), "final cut.mov")
			copyFile(t, path, to)
			removeFile(t, path)
			return to
		}, continued},
		{"moved to another disk after a crash, with a partial proof", func(t *testing.T, h *harness, path string) string {
			t.Helper()
			to := filepath.Join(t.TempDir(), "film.mov")
			copyFile(t, path, to)
			removeFile(t, path)
			h.truncateProof(h.onlyTransfer().ID, to, 1<<20)
			return to
		}, asked},
		{"removed, another file of equal size", func(t *testing.T, _ *harness, path string) string {
			t.Helper()
			removeFile(t, path)
			return createFile(t, "other.mov", 12<<20)
		}, anew},
		{"removed, another file of equal name, size and time", func(t *testing.T, _ *harness, path string) string {
			t.Helper()
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			removeFile(t, path)
			replacement := filepath.Join(t.TempDir(), "film.mov")
			moveFile(t, createFile(t, "other.mov", 12<<20), replacement)
			if err := os.Chtimes(replacement, info.ModTime(), info.ModTime()); err != nil {
				t.Fatal(err)
			}
			return replacement
		}, anew},
		{"copy of an existing file", func(t *testing.T, _ *harness, path string) string {
			t.Helper()
			to := filepath.Join(t.TempDir(), "film.mov")
			copyFile(t, path, to)
			return to
		}, anew},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, server, proxy, path := startSlowUpload(t)
			h.do(uploader.Pause{Target: uploader.TargetAll()})
			paused := h.waitState(uploader.StatePaused)
			proxy.Restore(t)
			path = c.change(t, h, path)
			transfer := h.waitFinal(h.add(path))[0]
			got := anew
			switch {
			case transfer.ID == paused.ID:
				got = continued
			case transfer.State() == uploader.StateNeedsDecision:
				got = asked
			}
			if got != c.want {
				t.Fatalf("result %s, want %s: %s", got, c.want, describe(h.engine.Snapshot()))
			}
			switch c.want {
			case continued:
				if transfer.Phase != uploader.PhaseDone || transfer.ResumedFrom == 0 || transfer.Source.Path != path {
					t.Errorf("upload started over or ended in phase %v: %v", transfer.Phase, transfer.Fault)
				}
				wantStored(t, server, path)
			case asked:
				if transfer.EarlierUpload != paused.ID || transfer.Fault.Kind != fault.AmbiguousMatch || countRequests(server.Requests(), http.MethodPost) != 1 {
					t.Errorf("prior transfer %d, fault %v", transfer.EarlierUpload, transfer.Fault)
				}
				h.do(uploader.ContinueEarlier{Target: uploader.TargetTransfers(transfer.ID)})
				if stopped := h.waitState(uploader.StateChanged); stopped.ID != paused.ID || stopped.Fault.Code != fault.CodeNotComparable {
					t.Errorf("continued without a full proof: transfer %d has fault %v, code %q", stopped.ID, stopped.Fault, stopped.Fault.Code)
				}
			}
		})
	}
}

func TestFilesWithEqualNameSizeAndTimeAreSeparate(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	h := newHarness(t, server.Endpoint)
	modTime := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	var paths []string
	for _, content := range []string{"one", "two"} {
		path := filepath.Join(t.TempDir(), "folder", "config")
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, modTime, modTime); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	h.waitFinal(h.add(paths...))
	wantStored(t, server, paths...)
}

// newAmbiguousMatch adds a file that matches two partial uploads whose source files
// were removed.
func newAmbiguousMatch(t *testing.T) (h *harness, server *uploadtest.Tusd, transfer *uploader.Transfer) {
	t.Helper()
	h, server, proxy, path := startSlowUpload(t)
	copyPath := filepath.Join(t.TempDir(), "film.mov")
	copyFile(t, path, copyPath)
	h.add(copyPath)
	h.waitFor("2 MiB of both stored", func(*uploader.Snapshot) bool {
		stored := server.Stored(t)
		return len(stored) == 2 && stored[0].Size > 2<<20 && stored[1].Size > 2<<20
	})
	h.do(uploader.Pause{Target: uploader.TargetAll()})
	h.waitFor("2 paused", func(s *uploader.Snapshot) bool {
		return s.Totals.Count[uploader.StatePaused] == 2 && s.Totals.Active == 0
	})
	proxy.Restore(t)
	to := filepath.Join(t.TempDir(), "third", "film.mov")
	copyFile(t, path, to)
	removeFile(t, path)
	removeFile(t, copyPath)
	h.add(to)
	transfer = h.waitState(uploader.StateNeedsDecision)
	if transfer.Fault.Kind != fault.AmbiguousMatch || transfer.EarlierUpload == 0 || transfer.Source.Path != to {
		t.Fatalf("prior transfer %d, fault %v", transfer.EarlierUpload, transfer.Fault)
	}
	return h, server, transfer
}

func TestAmbiguousMatchWaitsForDecision(t *testing.T) {
	t.Parallel()
	t.Run("continue the earlier one", func(t *testing.T) {
		h, server, transfer := newAmbiguousMatch(t)
		h.restart()
		h.waitState(uploader.StateNeedsDecision)
		h.do(uploader.ContinueEarlier{Target: uploader.TargetTransfers(transfer.ID)})
		done := h.waitState(uploader.StateDone)
		if done.ID != transfer.EarlierUpload || done.ResumedFrom == 0 || done.Source.Path != transfer.Source.Path {
			t.Errorf("transfer %d resumed at %d, want transfer %d", done.ID, done.ResumedFrom, transfer.EarlierUpload)
		}
		if h.engine.Snapshot().Transfer(transfer.ID) != nil {
			t.Error("the new transfer is still listed")
		}
		if n := countRequests(server.Requests(), http.MethodPost); n != 2 {
			t.Errorf("%d uploads were created, want 2", n)
		}
	})
	t.Run("upload as a new file", func(t *testing.T) {
		h, server, transfer := newAmbiguousMatch(t)
		h.do(uploader.Retry{Target: uploader.TargetTransfers(transfer.ID)})
		done := h.waitState(uploader.StateDone)
		if done.ID != transfer.ID || done.EarlierUpload != 0 {
			t.Errorf("transfer %d is done, want %d", done.ID, transfer.ID)
		}
		if n := countRequests(server.Requests(), http.MethodPost); n != 3 {
			t.Errorf("%d uploads were created, want 3", n)
		}
	})
	t.Run("continue after the earlier one was removed", func(t *testing.T) {
		h, _, transfer := newAmbiguousMatch(t)
		h.do(uploader.Remove{Target: uploader.TargetTransfers(transfer.EarlierUpload)})
		h.do(uploader.ContinueEarlier{Target: uploader.TargetTransfers(transfer.ID)})
		if done := h.waitState(uploader.StateDone); done.ID != transfer.ID {
			t.Errorf("transfer %d is done, want %d", done.ID, transfer.ID)
		}
	})
	t.Run("added again", func(t *testing.T) {
		h, _, transfer := newAmbiguousMatch(t)
		batch := h.add(transfer.Source.Path)
		transfers := h.waitFinal(batch)
		if len(transfers) != 1 || transfers[0].ID != transfer.ID || transfers[0].State() != uploader.StateNeedsDecision {
			t.Errorf("want 1 asking transfer, got %s", describe(h.engine.Snapshot()))
		}
	})
}
