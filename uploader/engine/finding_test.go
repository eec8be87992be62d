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

// TestStopAndRestartScan stops the scan of a folder and starts it again.
func TestStopAndRestartScan(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	h := newHarness(t, server.Endpoint)
	folder := t.TempDir()
	const files = 3000
	for i := range files {
		must(t, os.WriteFile(filepath.Join(folder, fmt.Sprintf("%04d.txt", i)), []byte{byte(i), byte(i >> 8)}, 0o600))
	}
	var calls atomic.Int64 // a cancelled scan may overlap with the next one
	release := make(chan struct{})
	h.stop()
	h.configure = func(c *engine.Config) {
		c.Fingerprint = func(ctx context.Context, disk source.Disk, file source.File, destination string) (string, error) {
			if calls.Add(1) > files/2 {
				select {
				case <-release:
				case <-ctx.Done():
				}
			}
			return source.Metadata(ctx, disk, file, destination)
		}
	}
	h.start()
	batch := h.add(folder)
	h.waitFor("the first transfers", func(s *uploader.Snapshot) bool { return len(s.Transfers) > 0 })
	h.do(uploader.StopFinding{Batch: batch})
	close(release)
	stopped := h.engine.Snapshot()
	if found := len(stopped.Transfers); !stopped.Batches[batch].Expanded || found == 0 || found > files/2 {
		t.Fatalf("stopped after %d files: %+v", found, stopped.Batches[batch])
	}
	h.do(uploader.Find{Batch: batch})
	h.waitFinal(batch)
	rows := h.engine.Snapshot().Transfers
	paths := map[string]bool{}
	for _, row := range rows {
		paths[row.Source.Path] = true
	}
	if len(rows) != files || len(paths) != files {
		t.Errorf("%d transfers for %d files", len(rows), len(paths))
	}
	if stored := server.Stored(t); len(stored) != files {
		t.Errorf("%d uploads for %d files", len(stored), files)
	}
}
