package uploader_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// listFolder returns the listing of a folder, and what its scan yields.
func listFolder(ctx context.Context, t *testing.T, folder string, options source.ScanOptions, now time.Time) (*uploader.Listing, []string) {
	t.Helper()
	listing := uploader.NewListing([]string{folder}, options, false)
	var yielded []string
	for file, err := range (source.Disk{}).Scan(ctx, []string{folder}, options) {
		listing.Add(file, err)
		yielded = append(yielded, fmt.Sprintf("%+v %v", file, err))
	}
	listing.End(now)
	return listing, yielded
}

func TestListingHasWhatTheScanYields(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for i := range 600 {
		path := filepath.Join(folder, fmt.Sprint(i%7), fmt.Sprintf("%d.bin", i))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, make([]byte, i), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	links := uploadtest.Symlink(folder, filepath.Join(folder, "link")) == nil
	listing, want := listFolder(t.Context(), t, folder, source.ScanOptions{}, time.Now())
	var got []string
	for file, err := range listing.All() {
		got = append(got, fmt.Sprintf("%+v %v", file, err))
	}
	slices.Sort(want) // what is skipped comes last
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" || listing.Files() != 600 || links && len(got) != 601 {
		t.Errorf("%d files (-scan +listing):\n%s", listing.Files(), diff)
	}
}

// TestListingIsReadByManyGoroutines is for the race detector.
func TestListingIsReadByManyGoroutines(t *testing.T) {
	t.Parallel()
	listing := uploader.NewListing([]string{"/folder"}, source.ScanOptions{}, false)
	for i := range 3 * uploader.ChunkRows {
		listing.Add(source.File{Path: fmt.Sprint("/folder/", i)}, nil)
	}
	listing.End(time.Now())
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			files := 0
			for range listing.All() {
				files++
			}
			if files != listing.Files() {
				t.Errorf("%d files, want %d", files, listing.Files())
			}
		})
	}
	readers.Wait()
}

func TestListingFitsOnlyTheSameScan(t *testing.T) {
	t.Parallel()
	now := time.Now()
	folder := t.TempDir()
	options := source.ScanOptions{Ignore: []string{"*.tmp"}}
	listing, _ := listFolder(t.Context(), t, folder, options, now)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	stopped, _ := listFolder(cancelled, t, folder, options, now)
	unreadable, _ := listFolder(t.Context(), t, filepath.Join(folder, "missing"), options, now)
	running := uploader.NewListing([]string{folder}, options, false)
	for _, test := range []struct {
		name        string
		listing     *uploader.Listing
		paths       []string
		options     source.ScanOptions
		followLinks bool
		age         time.Duration
		want        bool
	}{
		{"the same", listing, []string{folder}, options, false, time.Second, true},
		{"none", nil, []string{folder}, options, false, 0, false},
		{"old", listing, []string{folder}, options, false, time.Hour, false},
		{"other paths", listing, []string{folder, folder}, options, false, 0, false},
		{"hidden files", listing, []string{folder}, source.ScanOptions{Ignore: options.Ignore, Hidden: true}, false, 0, false},
		{"other patterns", listing, []string{folder}, source.ScanOptions{}, false, 0, false},
		{"links", listing, []string{folder}, options, true, 0, false},
		{"stopped", stopped, []string{folder}, options, false, 0, false},
		{"not ended", running, []string{folder}, options, false, 0, false},
		{"something unreadable", unreadable, []string{filepath.Join(folder, "missing")}, options, false, 0, false},
	} {
		if got := test.listing.Fits(test.paths, test.options, test.followLinks, now.Add(test.age)); got != test.want {
			t.Errorf("%s: fits %v, want %v", test.name, got, test.want)
		}
	}
}

func TestListingIsBounded(t *testing.T) {
	t.Parallel()
	now := time.Now()
	listing := uploader.NewListing([]string{"/a"}, source.ScanOptions{}, false)
	for i := range 250_001 {
		if i == 250_000 {
			listing.End(now)
			if !listing.Fits([]string{"/a"}, source.ScanOptions{}, false, now) {
				t.Error("250,000 files are not kept")
			}
		}
		listing.Add(source.File{Path: "/a/x", RelPath: "a/x"}, nil)
	}
	listing.End(now)
	if listing.Fits([]string{"/a"}, source.ScanOptions{}, false, now) || listing.Files() > 0 {
		t.Errorf("more files are kept, %d", listing.Files())
	}
}
