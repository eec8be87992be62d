package engine_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// TestCommandsDoNotWaitForUnresponsiveDrive: commands are received one after another, so none
// may wait for a call of the file system that does not return.
func TestCommandsDoNotWaitForUnresponsiveDrive(t *testing.T) {
	const onDrive = 20 // more than are checked simultaneously
	root := t.TempDir()
	drive, folder := filepath.Join(root, "drive"), filepath.Join(root, "folder")
	paths := []string{folder}
	for i := range onDrive {
		paths = append(paths, filepath.Join(drive, string(rune('a'+i))))
	}
	synctest.Test(t, func(t *testing.T) {
		disk := &uploadtest.Disk{}
		h := newLaterHarness(t, &consistentLater{}, func(c *engine.Config) { c.Disk = source.NewDisk(disk) })
		defer func() { h.stop() }()
		h.add(paths...)
		h.waitCount(uploader.StateMissing, onDrive+1)
		if err := os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		createFiles(t, folder, "in-folder")
		release := disk.HangDrive(drive)
		defer release()
		missing := h.engine.Snapshot().Transfers.At(onDrive).ID
		wait, err := h.engine.Submit(t.Context(), uploader.Relocate{ID: missing, Path: filepath.Join(drive, "elsewhere")})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		located := make(chan error, 1)
		go func() { located <- wait(ctx) }()

		began := time.Now()
		for range 2 { // the second time all checks of the first are still running
			h.do(uploader.Retry{Target: uploader.TargetAll()})
		}
		h.do(uploader.Pause{Target: uploader.TargetAll()})
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("commands took %v", took)
		}
		cancel()
		if err := <-located; !errors.Is(err, context.Canceled) {
			t.Errorf("Relocate: %v", err)
		}
		release()
		h.do(uploader.Resume{Target: uploader.TargetAll()})
		h.waitFor("the file in the folder", func(s *uploader.Snapshot) bool {
			return s.Totals.Count[uploader.StateDone] == 1 && s.Totals.Count[uploader.StateMissing] == onDrive
		})
	})
}
