package engine_test

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// newSizeHarness returns a harness with a disk that reports wrong sizes.
func newSizeHarness(t *testing.T, options ...uploadtest.Option) (*harness, *uploadtest.Tusd, *uploadtest.Disk) {
	t.Helper()
	server, disk := uploadtest.NewTusd(t, options...), &uploadtest.Disk{}
	h := newHarness(t, server.Endpoint)
	h.stop()
	h.configure = func(c *engine.Config) { c.Disk = source.NewDisk(disk) }
	h.start()
	return h, server, disk
}

// TestFileLargerThanItsSizeIsUploadedWhole uploads files whose reported size is smaller
// than what can be read, as in /proc and of placeholders of cloud drives.
func TestFileLargerThanItsSizeIsUploadedWhole(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		size       int
		reported   int64
		extensions string // "": all
	}{
		{1000, 0, ""},
		{3 << 20, 0, ""},
		{3 << 20, 1 << 20, ""},
		{1000, 0, "creation"}, // the server must know the length first
		{3 << 20, 0, "creation"},
	} {
		t.Run(fmt.Sprint(c.size, " bytes reported as ", c.reported, " to a server with ", c.extensions), func(t *testing.T) {
			t.Parallel()
			var options []uploadtest.Option
			if c.extensions != "" {
				options = append(options, offerExtensions(c.extensions))
			}
			h, server, disk := newSizeHarness(t, options...)
			path := createFile(t, "film.mov", c.size)
			disk.ReportSize(path, c.reported)
			transfer := h.waitFinal(h.add(path))[0]
			if transfer.Phase != uploader.PhaseDone || transfer.Source.Size != int64(c.size) || hex.EncodeToString([]byte(transfer.SHA256)) != fileSHA256(t, path) {
				t.Errorf("phase %v, fault %v, size %d", transfer.Phase, transfer.Fault, transfer.Source.Size)
			}
			wantStored(t, server, path)
			again := h.waitFinal(h.add(path))[0]
			if !fault.Is(again.Fault, fault.AlreadyUploaded) {
				t.Errorf("added again: phase %v, fault %v, want AlreadyUploaded", again.Phase, again.Fault)
			}
		})
	}
}

func TestFileLargerThanItsSizeResumes(t *testing.T) {
	t.Parallel()
	h := newFileHarness(t)
	h.disk.ReportSize(h.path, 0)
	h.proxy.HoldEachAfter(6 << 20)
	batch := h.add(h.path)
	h.waitStored(h.server, 3<<20)
	h.stop()
	h.proxy.Restore(t)
	h.start()
	if transfer := h.waitFinal(batch)[0]; transfer.Phase != uploader.PhaseDone || transfer.ResumedFrom == 0 {
		t.Errorf("phase %v, fault %v, resumed at %d", transfer.Phase, transfer.Fault, transfer.ResumedFrom)
	}
	wantStored(t, h.server, h.path)
}

// TestCheckOfFileLargerThanItsSize: the size in the transfer was measured, so that another
// reported size is no change.
func TestCheckOfFileLargerThanItsSize(t *testing.T) {
	t.Parallel()
	h := newFileHarness(t)
	h.disk.ReportSize(h.path, 0)
	h.proxy.HoldEachAfter(6 << 20)
	h.add(h.path)
	h.waitStored(h.server, 3<<20)
	h.stop()
	h.proxy.Restore(t)
	configure := h.configure
	h.configure = func(c *engine.Config) { configure(c); c.AskBeforeResume = true }
	h.start()
	h.waitLoaded()
	if transfer := h.checkAll(); transfer.Phase != uploader.PhaseQueued || transfer.Fault != nil {
		t.Errorf("state %v, fault %v", transfer.State(), transfer.Fault)
	}
}

// TestFileSmallerThanItsSizeFails: the fault names the file, not the network, and is not
// retried.
func TestFileSmallerThanItsSizeFails(t *testing.T) {
	t.Parallel()
	for _, size := range []int{23, 3 << 20} {
		h, _, disk := newSizeHarness(t)
		path := createFile(t, "enabled", size)
		disk.ReportSize(path, 4<<20)
		batch := h.add(path)
		for range 2 {
			transfer := h.waitFinal(batch)[0]
			want := fmt.Sprintf("ends at byte %d, but its size is reported as %d bytes", size, 4<<20)
			if f := transfer.Fault; f == nil || f.Kind != fault.SourceUnsupported || f.Code != fault.CodeEndsEarly || !strings.Contains(f.Detail, want) || transfer.Attempt != 0 {
				t.Errorf("phase %v, fault %v", transfer.Phase, f)
			}
			h.do(uploader.Retry{Target: uploader.TargetAll()})
		}
	}
}
