package engine_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

func TestRestartResumesAtServerOffset(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	h := newHarness(t, proxy.URL(server.Endpoint))
	proxy.HoldEachAfter(12 << 20)
	path := createFile(t, "film.mov", 24<<20)
	batch := h.add(path)
	h.waitSent(8 << 20)
	h.stop()
	proxy.Restore(t)
	h.start()
	transfers := h.waitFinal(batch)
	wantStored(t, server, path)
	var patched int64
	for _, r := range server.Requests() {
		if r.Method == http.MethodPatch {
			patched += r.Body
		}
	}
	if patched != 24<<20 {
		t.Errorf("server received %d bytes, file has %d", patched, 24<<20)
	}
	if transfers[0].ResumedFrom == 0 {
		t.Error("Resumed = 0, want the offset before the restart")
	}
}

// TestShutdownDuringCreateKeepsUpload stops the engine while the server creates an
// upload: the next run uses its URL, and no other upload is left on the server.
func TestShutdownDuringCreateKeepsUpload(t *testing.T) {
	t.Parallel()
	const large = 20 << 20
	for _, c := range []struct {
		name    string
		size    int
		options uploader.ServerOptions
		matches func(*http.Request) bool
	}{
		{"large file", large, uploader.ServerOptions{}, func(*http.Request) bool { return true }},
		{"small file with its content", 1000, uploader.ServerOptions{}, func(*http.Request) bool { return true }},
		{"part", large, uploader.ServerOptions{Connections: 2}, func(r *http.Request) bool { return r.Header.Get("Upload-Concat") == "partial" }},
		{"concatenation", large, uploader.ServerOptions{Connections: 2}, func(r *http.Request) bool { return r.Header.Get("Upload-Concat") != "partial" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			received, respond := make(chan struct{}), make(chan struct{})
			var first sync.Once
			server := uploadtest.NewTusd(t, intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				if r.Method == http.MethodPost && c.matches(r) {
					first.Do(func() {
						close(received)
						<-respond
						time.Sleep(200 * time.Millisecond) // a slow server
					})
				}
				next.ServeHTTP(w, r)
			}))
			h := newHarness(t, server.Endpoint)
			if c.options != (uploader.ServerOptions{}) {
				h.setServerOptions(c.options)
			}
			path := createFile(t, "film.mov", c.size)
			batch := h.add(path)
			<-received
			close(respond)
			h.restart()
			for _, transfer := range h.waitFinal(batch) {
				if transfer.Phase != uploader.PhaseDone {
					t.Errorf("phase %v: %v", transfer.Phase, transfer.Fault)
				}
			}
			if stored := server.Stored(t); len(stored) != 1 {
				t.Errorf("server has %d uploads, want 1: %+v", len(stored), stored)
			}
			wantStored(t, server, path)
		})
	}
}

// fullDiskStore is a store whose saves fail after the first remaining ones. Only the
// engine's goroutine calls Save.
type fullDiskStore struct {
	uploader.Store
	remaining int
}

func (f *fullDiskStore) Save(ctx context.Context, changes uploader.Changes) error {
	if f.remaining--; f.remaining < 0 {
		return fault.Newf(fault.LocalDisk, fault.Save, "disk full")
	}
	return f.Store.Save(ctx, changes)
}

// TestShutdownWhenEverySaveFails fails all saves from the first on, in the next run
// from the second on, and so on until a run has no failed save.
func TestShutdownWhenEverySaveFails(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	for n := 0; ; n++ {
		h := newHarness(t, server.Endpoint)
		h.stop()
		h.configure = func(c *engine.Config) { c.Store = &fullDiskStore{h.store, n} }
		h.start()
		_ = h.engine.Do(t.Context(), uploader.Add{ // may fail
			Batch: uploader.NewBatchID(), Server: testServer, Paths: []string{createFile(t, "large.bin", 2<<20), createFile(t, "small.bin", 10)},
		})
		s := h.waitFor("2 done or an engine error", func(s *uploader.Snapshot) bool {
			return s.StoreFault != nil || s.Totals.Count[uploader.StateDone] == 2
		})
		h.stop()
		if s.StoreFault == nil {
			t.Logf("%d saves", n)
			return
		}
	}
}

// TestShutdownTime: the program exits five seconds after a signal, whatever the engine waits
// for.
func TestShutdownTime(t *testing.T) {
	path := createFile(t, "film.mov", 1<<20)
	synctest.Test(t, func(t *testing.T) {
		disk := &uploadtest.Disk{}
		release := disk.Hang(path)
		h := newLaterHarness(t, &consistentLater{}, func(c *engine.Config) { c.Disk = source.NewDisk(disk) })
		h.add(path)
		for disk.Hanging() == 0 {
			time.Sleep(time.Millisecond)
		}
		began := time.Now()
		h.stop()
		if took := time.Since(began); took > 4*time.Second {
			t.Errorf("engine took %v to stop", took)
		}
		release()
	})
}

// TestShutdownDoesNotWaitForHungDrive: a read that blocks on a drive cannot be
// interrupted. The engine stops before it has ended, everything is saved, and both files are
// uploaded later.
func TestShutdownDoesNotWaitForHungDrive(t *testing.T) {
	t.Parallel()
	h := newFileHarness(t)
	h.proxy.HoldEachAfter(8 << 20)
	healthy := createFile(t, "healthy.bin", 24<<20)
	release := h.disk.Hang(h.path)
	t.Cleanup(release)
	batch := h.add(h.path, healthy)
	h.waitFor("4 MiB of the healthy file to be sent", func(s *uploader.Snapshot) bool {
		for transfer := range s.Transfers.Values() {
			if transfer.Source.Path == healthy && s.Sent(transfer) > 4<<20 {
				return true
			}
		}
		return false
	})
	for h.disk.Hanging() == 0 {
		time.Sleep(time.Millisecond)
	}
	h.stop()
	if h.disk.Hanging() == 0 {
		t.Error("the engine stopped after the read had ended")
	}
	release()
	h.proxy.Restore(t)
	h.start()
	resumed := false
	for _, transfer := range h.waitFinal(batch) {
		if transfer.Phase != uploader.PhaseDone {
			t.Errorf("%s: phase %v: %v", transfer.Source.Path, transfer.Phase, transfer.Fault)
		}
		resumed = resumed || transfer.ResumedFrom > 0
	}
	if !resumed {
		t.Error("the healthy file was not resumed")
	}
	wantStored(t, h.server, h.path, healthy)
}
