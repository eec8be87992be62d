package engine_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// gatedFolders is a file system whose folders are listed only once that is allowed.
type gatedFolders struct {
	source.FileSystem
	allowed chan struct{} // closed then
}

func (g gatedFolders) OpenFolder(path string) (source.Folder, error) {
	folder, err := g.FileSystem.OpenFolder(path)
	if err != nil {
		return nil, err
	}
	return gatedFolder{folder, g.allowed}, nil
}

type gatedFolder struct {
	source.Folder
	allowed chan struct{}
}

func (f gatedFolder) Names() ([]string, error) {
	<-f.allowed
	return f.Folder.Names()
}

// TestListedFilesAreSentBeforeTheirFolderIsListedAgain adds a folder with a listing of it, and
// with a file that came later, as while the user was asked.
func TestListedFilesAreSentBeforeTheirFolderIsListedAgain(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		age  time.Duration // of the listing
		used bool
	}{
		{"just listed", 0, true},
		{"listed long ago", time.Hour, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := uploadtest.NewTusd(t)
			folder := filepath.Join(t.TempDir(), "raws")
			createFiles(t, folder, "a", "b", "c")
			disk := gatedFolders{source.OS{}, make(chan struct{})}
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
			createFiles(t, folder, "later")
			batch := uploader.NewBatchID()
			h.do(uploader.Add{Batch: batch, Server: testServer, Paths: []string{folder}, Listing: listing})
			if test.used {
				h.waitCount(uploader.StateDone, 3)
			}
			if s := h.engine.Snapshot(); s.Batches[batch].Scanned || (s.Listed[batch] == 3) != test.used {
				t.Errorf("before the folder is listed: scanned %v, %d files were listed before", s.Batches[batch].Scanned, s.Listed[batch])
			}
			close(disk.allowed)
			if transfers := h.waitFinal(batch); len(transfers) != 4 {
				t.Errorf("%d files, want 4", len(transfers))
			}
			if listed := h.engine.Snapshot().Listed; len(listed) > 0 {
				t.Errorf("after the scan %v are listed", listed)
			}
			wantStored(t, server, filepath.Join(folder, "a"), filepath.Join(folder, "b"), filepath.Join(folder, "c"), filepath.Join(folder, "later"))
		})
	}
}
