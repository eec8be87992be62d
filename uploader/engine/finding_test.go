package engine_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// TestFindingCanBeStoppedAndGoneOnWith stops while a folder is being looked through.
func TestFindingCanBeStoppedAndGoneOnWith(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	b := newBench(t, server.Endpoint)
	folder := t.TempDir()
	const files = 3000
	for i := range files {
		must(t, os.WriteFile(filepath.Join(folder, fmt.Sprintf("%04d.txt", i)), []byte{byte(i), byte(i >> 8)}, 0o600))
	}
	var held atomic.Int64 // a walk that is called off may still look at a file when the next one does
	release := make(chan struct{})
	b.quit()
	b.change = func(c *engine.Config) {
		c.Fingerprint = func(ctx context.Context, disk source.Disk, file source.File, destination string) (string, error) {
			if held.Add(1) > files/2 {
				select {
				case <-release:
				case <-ctx.Done():
				}
			}
			return source.Metadata(ctx, disk, file, destination)
		}
	}
	b.start()
	batch := b.add(folder)
	b.until("some of it", func(s *uploader.Snapshot) bool { return len(s.Transfers) > 0 })
	b.do(uploader.StopFinding{Batch: batch})
	close(release)
	stopped := b.engine.Snapshot()
	if found := len(stopped.Transfers); !stopped.Batches[batch].Expanded || found == 0 || found > files/2 {
		t.Fatalf("stopped at %d files: %+v", found, stopped.Batches[batch])
	}
	b.do(uploader.Find{Batch: batch})
	b.finished(batch)
	rows := b.engine.Snapshot().Transfers
	paths := map[string]bool{}
	for _, row := range rows {
		paths[row.Source.Path] = true
	}
	if len(rows) != files || len(paths) != files {
		t.Errorf("%d transfers of %d files", len(rows), len(paths))
	}
	if stored := server.Stored(t); len(stored) != files {
		t.Errorf("%d uploads for %d files", len(stored), files)
	}
}
