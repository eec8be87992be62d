package engine_test

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

func TestUploadFileSizesAndNames(t *testing.T) {
	servers := []struct {
		name  string
		start func(*testing.T) (tusdServer, string)
	}{
		{"in-process tusd", func(t *testing.T) (tusdServer, string) { s := uploadtest.NewTusd(t); return s, s.Endpoint }},
		{"tusd binary", func(t *testing.T) (tusdServer, string) { s := uploadtest.NewTusdBinary(t); return s, s.Endpoint }},
	}
	files := []struct {
		name string
		size int
	}{
		{"empty.bin", 0},
		{"one.bin", 1},
		{"small.bin", 10 << 10},
		{"largest small file.bin", 1 << 20},
		{"smallest large file.bin", 1<<20 + 1},
		{"huge.bin", 64 << 20},
		{"\"quotes\" & 'more' 中文 🎞.bin", 1000},
		{"new\nline.bin", 1000},
	}
	if runtime.GOOS == "windows" {
		files = slices.DeleteFunc(files, func(f struct {
			name string
			size int
		},
		) bool {
			return strings.ContainsAny(f.name, "\"\n") // which it does not allow in names
		})
	}
	for _, s := range servers {
		t.Run(s.name, func(t *testing.T) {
			server, endpoint := s.start(t)
			h := newHarness(t, endpoint)
			var paths, names []string
			for _, f := range files {
				paths, names = append(paths, createFile(t, f.name, f.size)), append(names, f.name)
			}
			for _, transfer := range h.waitFinal(h.add(paths...)) {
				if transfer.Phase != uploader.PhaseDone {
					t.Errorf("%q: %v", transfer.Source.Name(), transfer.Fault)
				}
			}
			wantStored(t, server, paths...)
			var got []string
			for _, f := range server.Stored(t) {
				got = append(got, f.Metadata["filename"])
			}
			slices.Sort(names)
			slices.Sort(got)
			if diff := cmp.Diff(names, got); diff != "" {
				t.Error("file names on the server (-want +got):\n" + diff)
			}
		})
	}
}

func TestUploadFolderKeepsRelativePaths(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	h := newHarness(t, server.Endpoint)
	folder := filepath.Join(t.TempDir(), "raws")
	for i := range 1000 {
		path := filepath.Join(folder, string(rune('a'+i%7)), "f"+string(rune('a'+i%26))+time.Duration(i).String())
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(path), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	transfers := h.waitFinal(h.add(folder))
	if len(transfers) != 1000 {
		t.Fatalf("got %d transfers, want 1000", len(transfers))
	}
	want := map[string]string{}
	for _, transfer := range transfers {
		want[transfer.Source.RelPath] = fileSHA256(t, transfer.Source.Path)
	}
	for _, f := range server.Stored(t) {
		if want[f.Metadata["relativePath"]] != f.SHA256 {
			t.Errorf("content of %q differs", f.Metadata["relativePath"])
		}
		delete(want, f.Metadata["relativePath"])
	}
	if len(want) != 0 {
		t.Errorf("%d files are missing on the server", len(want))
	}
}

func TestMissingFilesDoNotBlockOthers(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	h := newHarness(t, server.Endpoint)
	good := createFile(t, "good.bin", 100)
	missing := filepath.Join(t.TempDir(), "missing.bin")
	link := filepath.Join(t.TempDir(), "broken")
	uploadtest.NeedSymlink(t, missing, link)
	kinds := map[string]fault.Kind{}
	for _, transfer := range h.waitFinal(h.add(missing, link, good)) {
		if transfer.Fault != nil {
			kinds[transfer.Source.Path] = transfer.Fault.Kind
		}
	}
	if kinds[missing] != fault.SourceMissing || kinds[link] != fault.SourceMissing || len(kinds) != 2 {
		t.Errorf("faults: %v", kinds)
	}
	wantStored(t, server, good)
}

func TestBatchRateLimit(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	h := newHarness(t, server.Endpoint)
	path := createFile(t, "film.mov", 4<<20)
	start := time.Now() // only the lower bound is checked, which holds on a slow machine
	h.waitFinal(h.addWithOptions(uploader.BatchOptions{Limit: 4 << 20}, path))
	if took := time.Since(start); took < 800*time.Millisecond {
		t.Errorf("4 MiB at 4 MiB/s took %v", took)
	}
	wantStored(t, server, path)
}
