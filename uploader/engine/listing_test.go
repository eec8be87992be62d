package engine_test

import (
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// listingCounter is a file system that counts how often a folder is listed.
type listingCounter struct {
	source.FileSystem
	listed atomic.Int64
}

func (c *listingCounter) OpenFolder(path string) (source.Folder, error) {
	folder, err := c.FileSystem.OpenFolder(path)
	if err != nil {
		return nil, err
	}
	return countedFolder{folder, &c.listed}, nil
}

type countedFolder struct {
	source.Folder
	listed *atomic.Int64
}

func (f countedFolder) Names() ([]string, error) {
	f.listed.Add(1)
	return f.Folder.Names()
}

// TestFilesThatWereListedAreNotListedAgain adds a folder with a listing of it.
func TestFilesThatWereListedAreNotListedAgain(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		age   time.Duration // of the listing
		lists bool          // the engine
	}{
		{"just listed", 0, false},
		{"listed long ago", time.Hour, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := uploadtest.NewTusd(t)
			folder := filepath.Join(t.TempDir(), "raws")
			createFiles(t, folder, "a", "b", "c")
			disk := &listingCounter{FileSystem: source.OS{}}
			h := newHarness(t, server.Endpoint)
			h.stop()
			h.configure = func(c *engine.Config) { c.Disk = source.NewDisk(disk) }
			h.start()
			settings := uploader.FallbackSettings()
			options := source.ScanOptions{Ignore: settings.Ignore, Hidden: settings.IncludeHidden}
			listing := uploader.NewListing([]string{folder}, options, false)
			for file, err := range (source.Disk{}).Scan(t.Context(), []string{folder}, options) {
				listing.Add(file, err)
			}
			listing.End(time.Now().Add(-test.age))
			batch := uploader.NewBatchID()
			h.do(uploader.Add{Batch: batch, Server: testServer, Paths: []string{folder}, Listing: listing})
			transfers := h.waitFinal(batch)
			if listed := disk.listed.Load(); len(transfers) != 3 || (listed > 0) != test.lists {
				t.Errorf("%d files, the folder was listed %d times, want that: %v", len(transfers), listed, test.lists)
			}
			if listed := h.engine.Snapshot().Listed; len(listed) > 0 {
				t.Errorf("after the scan %v are listed", listed)
			}
			wantStored(t, server, filepath.Join(folder, "a"), filepath.Join(folder, "b"), filepath.Join(folder, "c"))
		})
	}
}
