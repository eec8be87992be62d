package engine_test

import (
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// TestRenamedFileIsFound renames a file in its folder when the server has part of it.
func TestRenamedFileIsFound(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(t *testing.T, path, to string)
		want   uploader.State
	}{
		{"renamed", moveFile, uploader.StateDone},
		{"renamed and touched", func(t *testing.T, path, to string) {
			t.Helper()
			moveFile(t, path, to)
			if err := os.Chtimes(to, time.Now(), time.Now()); err != nil {
				t.Fatal(err)
			}
		}, uploader.StateDone},
		{"renamed and edited in the uploaded range", func(t *testing.T, path, to string) {
			t.Helper()
			moveFile(t, path, to)
			editFile(t, to, 1<<20)
		}, uploader.StateMissing},
		{"deleted, another file of equal size", func(t *testing.T, path, to string) {
			t.Helper()
			removeFile(t, path)
			moveFile(t, createFile(t, "other.mov", 12<<20), to)
		}, uploader.StateMissing},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, server, proxy, path := startSlowUpload(t)
			h.do(uploader.Pause{Target: uploader.TargetAll()})
			paused := h.waitState(uploader.StatePaused)
			proxy.Restore(t)
			to := filepath.Join(filepath.Dir(path), "final cut.mov")
			c.change(t, path, to)
			h.do(uploader.Resume{Target: uploader.TargetAll()})
			got := h.waitState(c.want)
			if c.want == uploader.StateMissing {
				if got.Source.Path != path || got.Session != paused.Session {
					t.Errorf("path is %s, or the session changed", got.Source.Path)
				}
				return
			}
			if got.Source.Path != to || got.ResumedFrom == 0 {
				t.Errorf("resumed at %d with %s", got.ResumedFrom, got.Source.Path)
			}
			wantStored(t, server, to)
			h.wantEvent(got.ID, uploader.EventRelocated)
		})
	}
}

func TestFileRenamedBeforeUploadUsesNewName(t *testing.T) {
	server := uploadtest.NewTusd(t)
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	proxy.Refuse()
	h := newHarness(t, proxy.URL(server.Endpoint))
	folder := filepath.Join(t.TempDir(), "raws")
	createFiles(t, folder, "draft")
	h.add(folder)
	h.waitState(uploader.StateRetrying)
	moveFile(t, filepath.Join(folder, "draft"), filepath.Join(folder, "final"))
	proxy.Restore(t)
	h.do(uploader.Retry{Target: uploader.TargetAll()})
	h.waitState(uploader.StateDone)
	if got := server.Stored(t)[0].Metadata["relativePath"]; got != "raws/final" {
		t.Errorf("relativePath is %q", got)
	}
}

func TestRelocateFile(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		locate func(t *testing.T, h *harness, path string) string // returns the path that the user chooses
		want   fault.Kind                                         // fault.Bug for success
	}{
		{"on another disk", func(t *testing.T, _ *harness, path string) string {
			t.Helper()
			to := filepath.Join(t.TempDir(), "somewhere.mov")
			copyFile(t, path, to)
			return to
		}, fault.Bug},
		{"in another folder", func(t *testing.T, _ *harness, path string) string {
			t.Helper()
			to := filepath.Join(t.TempDir(), "somewhere.mov")
			moveFile(t, path, to)
			return to
		}, fault.Bug},
		{"another file of equal size", func(t *testing.T, _ *harness, _ string) string {
			t.Helper()
			return createFile(t, "other.mov", 12<<20)
		}, fault.Mismatch},
		{"another file", func(t *testing.T, _ *harness, _ string) string {
			t.Helper()
			return createFile(t, "film.mov", 3<<20)
		}, fault.Mismatch},
		{"copy with a partial proof", func(t *testing.T, h *harness, path string) string {
			t.Helper()
			to := filepath.Join(t.TempDir(), "film.mov")
			copyFile(t, path, to)
			h.truncateProof(h.onlyTransfer().ID, to, 1<<20)
			return to
		}, fault.AmbiguousMatch},
		{"folder without the file", func(t *testing.T, _ *harness, _ string) string { t.Helper(); return t.TempDir() }, fault.SourceMissing},
		{"missing path", func(t *testing.T, _ *harness, _ string) string {
			t.Helper()
			return filepath.Join(t.TempDir(), "missing")
		}, fault.SourceMissing},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, server, proxy, path := startSlowUpload(t)
			h.do(uploader.Pause{Target: uploader.TargetAll()})
			h.waitState(uploader.StatePaused)
			proxy.Restore(t)
			located := c.locate(t, h, path)
			_ = os.Remove(path) // may not exist
			h.do(uploader.Resume{Target: uploader.TargetAll()})
			missing := h.waitState(uploader.StateMissing)
			err := h.engine.Do(t.Context(), uploader.Relocate{ID: missing.ID, Path: located})
			if c.want != fault.Bug {
				if !fault.Is(err, c.want) {
					t.Errorf("relocate: got %v", err)
				}
				if transfer := h.onlyTransfer(); transfer.State() != uploader.StateMissing || transfer.Source.Path != path {
					t.Errorf("state %v, path %s", transfer.State(), transfer.Source.Path)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if done := h.waitState(uploader.StateDone); done.ResumedFrom == 0 || done.Source.Path != located {
				t.Errorf("resumed at %d with %s", done.ResumedFrom, done.Source.Path)
			}
			wantStored(t, server, located)
			h.wantEvent(missing.ID, uploader.EventRelocated)
			if transfer := h.waitFinal(h.add(located))[0]; transfer.EarlierUpload != missing.ID {
				t.Error("file was not matched by its new name")
			}
			if err := h.engine.Do(t.Context(), uploader.Relocate{ID: missing.ID, Path: located}); !fault.Is(err, fault.Refused) {
				t.Errorf("relocate a done transfer: got %v, want fault.Refused", err)
			}
		})
	}
}

func TestRelocateFolder(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		choose func(folder string) string // returns the path that the user chooses
	}{
		{"the folder", func(folder string) string { return folder }},
		{"its parent folder", filepath.Dir},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newFileHarness(t)
			h.proxy.HoldEachAfter(2 << 20)
			folder := filepath.Join(t.TempDir(), "drive", "raws")
			moveFile(t, h.path, filepath.Join(folder, "day 1", "film.mov"))
			h.addWithOptions(uploader.BatchOptions{Connections: 3}, folder)
			h.waitSent(3 << 20)
			h.do(uploader.Pause{Target: uploader.TargetAll()})
			paused := h.waitState(uploader.StatePaused)
			h.proxy.Restore(t)
			moved := filepath.Join(t.TempDir(), "other drive", "raws")
			moveFile(t, folder, moved)
			h.do(uploader.Resume{Target: uploader.TargetAll()})
			h.waitState(uploader.StateMissing)
			h.do(uploader.Relocate{ID: paused.ID, Path: c.choose(moved)})
			done := h.waitState(uploader.StateDone)
			if done.ResumedFrom == 0 || done.Source.RelPath != "raws/day 1/film.mov" {
				t.Errorf("%s resumed at %d", done.Source.RelPath, done.ResumedFrom)
			}
			if got := hex.EncodeToString([]byte(done.SHA256)); got != fileSHA256(t, done.Source.Path) {
				t.Errorf("SHA256 is %s", got)
			}
		})
	}
}
