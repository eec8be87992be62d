package engine_test

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
)

// TestIdleConnectionsAreClosedWhenNoFileCanBeOpened: a file can be opened again only after
// idle connections were closed.
func TestIdleConnectionsAreClosedWhenNoFileCanBeOpened(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		needs func(h *driveHarness, path string) // a file is opened, and none can be
	}{
		{"to scan a folder", func(h *driveHarness, path string) {
			h.disk.FailOpens(syscall.EMFILE)
			h.add(filepath.Dir(path))
		}},
		{"to send a file", func(h *driveHarness, path string) {
			h.addPaused(path)
			h.disk.FailOpens(syscall.EMFILE)
			h.do(uploader.Resume{Target: uploader.TargetAll()})
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newDriveHarness(t)
			h.stop()
			configure := h.configure
			h.configure = func(c *engine.Config) {
				configure(c)
				c.CloseIdle = func() { h.disk.FailOpens(nil) }
			}
			h.start()
			h.waitLoaded()
			path := createFile(t, "a.bin", 10)
			c.needs(h, path)
			h.waitState(uploader.StateDone)
			wantStored(t, h.server, path)
		})
	}
}
