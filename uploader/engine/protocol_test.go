package engine_test

import (
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// These tests check rules of docs/protocol.md; their names start with the number of
// the rule. The rules on checksums (X, Y), parts (N), growing files (D) and the
// termination status codes (T2, T3) are tested in the files of those features.

func TestC4MethodOverride(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewReference(t)
	h := newHarness(t, server.Endpoint)
	h.setServerOptions(uploader.ServerOptions{MethodOverride: true, Connections: 2})
	path := createFile(t, "film.mov", 20<<20)
	h.waitFinal(h.add(path))
	methods := map[string]int{}
	for _, r := range server.Requests() {
		if override := r.Header.Get("X-HTTP-Method-Override"); override != "" || r.Method == http.MethodPatch || r.Method == http.MethodDelete {
			methods[r.Method+" "+override]++
		}
	}
	if diff := cmp.Diff(map[string]int{"POST PATCH": 2, "POST DELETE": 2}, methods); diff != "" {
		t.Error("methods and overrides (-want +got):\n" + diff)
	}
}

func TestC10NoRequestExceedsChunkSize(t *testing.T) {
	t.Parallel()
	const chunk = 3 << 20
	server := uploadtest.NewTusd(t)
	h := newHarness(t, server.Endpoint)
	path := createFile(t, "film.mov", 10<<20)
	h.waitFinal(h.addWithOptions(uploader.BatchOptions{ChunkMax: chunk}, path))
	wantStored(t, server, path)
	patches := 0
	for _, r := range server.Requests() {
		if r.Method == http.MethodPatch {
			patches++
			if r.Body > chunk {
				t.Errorf("request body has %d bytes", r.Body)
			}
		}
	}
	if patches != 4 {
		t.Errorf("%d PATCH requests, want 4", patches)
	}
}

func TestC15OnlyOfferedExtensionsAreUsed(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t, offerExtensions("creation"))
	h := newHarness(t, server.Endpoint)
	small, large := createFile(t, "note.txt", 1000), createFile(t, "film.mov", 20<<20)
	h.waitFinal(h.addWithOptions(uploader.BatchOptions{Connections: 4}, small, large))
	wantStored(t, server, small, large)
	for _, r := range server.Requests() {
		if r.Method == http.MethodDelete || r.Method == http.MethodPost && r.Body > 0 || r.Header.Get("Upload-Concat") != "" ||
			r.Header.Get("Upload-Checksum") != "" || r.Header.Get("Upload-Defer-Length") != "" {
			t.Errorf("%s %s uses an extension that is not offered: %v", r.Method, r.Path, r.Header)
		}
	}
}

func TestC17MismatchedUploadIsNotPatched(t *testing.T) {
	t.Parallel()
	const size = 12 << 20
	for _, c := range []struct {
		name           string
		offset, length int64
	}{
		{"offset beyond the file", size + 1, size},
		{"different length", 1 << 20, size + 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			var modified atomic.Bool
			server := uploadtest.NewTusd(t, intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				if !modified.Load() || r.Method != http.MethodHead {
					next.ServeHTTP(w, r)
					return
				}
				w.Header().Set("Tus-Resumable", "1.0.0")
				w.Header().Set("Upload-Offset", strconv.FormatInt(c.offset, 10))
				w.Header().Set("Upload-Length", strconv.FormatInt(c.length, 10))
			}))
			proxy := uploadtest.NewProxy(t, server.Endpoint)
			h := newHarness(t, proxy.URL(server.Endpoint))
			proxy.HoldEachAfter(6 << 20)
			h.add(createFile(t, "film.mov", size))
			h.waitSent(2 << 20)
			modified.Store(true)
			proxy.Reset()
			proxy.Restore(t)
			if failed := h.waitState(uploader.StateChanged); failed.Fault.Kind != fault.Mismatch {
				t.Errorf("got fault %v, want fault.Mismatch", failed.Fault)
			}
			if n := countRequests(server.Requests(), http.MethodPatch); n != 1 {
				t.Errorf("%d PATCH requests, want 1", n)
			}
		})
	}
}

func TestC18CompleteUploadIsNotPatched(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	var dropped atomic.Bool
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	h := newHarness(t, proxy.URL(server.Endpoint))
	proxy.HoldEachAfter(3 << 20)
	path := createFile(t, "film.mov", 6<<20)
	h.add(path)
	h.waitFor("1 MiB sent", func(s *uploader.Snapshot) bool {
		if s.Transfers.Len() == 1 && s.Sent(s.Transfers.At(0)) > 1<<20 && !dropped.Swap(true) {
			proxy.DropResponses(1)
			proxy.HoldEachAfter(0)
		}
		return dropped.Load()
	})
	h.waitState(uploader.StateDone)
	wantStored(t, server, path)
	patches, heads := countRequests(server.Requests(), http.MethodPatch), countRequests(server.Requests(), http.MethodHead)
	if patches != 1 || heads != 1 {
		t.Errorf("%d PATCH and %d HEAD requests, want 1 of each", patches, heads)
	}
}

func TestC19OffsetNeverExceedsServerOffset(t *testing.T) {
	t.Parallel()
	h, server, proxy, path := startSlowUpload(t)
	check := func(s *uploader.Snapshot) bool {
		transfer := s.Transfers.At(0)
		for _, stored := range server.Stored(t) { // sizes only grow, so a later read is not smaller
			if transfer.Session.Offset > stored.Size {
				t.Errorf("offset %d exceeds the server's %d", transfer.Session.Offset, stored.Size)
			}
		}
		return transfer.Phase == uploader.PhaseDone
	}
	for range 3 {
		h.waitFor("more progress", func(s *uploader.Snapshot) bool {
			return check(s) || s.Transfers.At(0).Phase == uploader.PhaseSending && s.Progress[s.Transfers.At(0).ID].Sent > s.Transfers.At(0).Session.Offset
		})
		proxy.Reset()
	}
	proxy.Restore(t)
	h.waitFor("a done transfer", check)
	wantStored(t, server, path)
}

func TestE2ExpiredUploadGetsHeadFirst(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		stored bool
		want   uploader.State
	}{
		{"upload exists", true, uploader.StateDone},
		{"upload removed", false, uploader.StateExpired},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := uploadtest.NewTusd(t, intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				if r.Method == http.MethodPost {
					w.Header().Set("Upload-Expires", "Wed, 01 Jan 2020 00:00:00 GMT")
				}
				next.ServeHTTP(w, r)
			}))
			proxy := uploadtest.NewProxy(t, server.Endpoint)
			h := newHarness(t, proxy.URL(server.Endpoint))
			proxy.HoldEachAfter(6 << 20)
			path := createFile(t, "film.mov", 12<<20)
			h.add(path)
			h.waitStored(server, 2<<20)
			h.do(uploader.Pause{Target: uploader.TargetAll()})
			if paused := h.waitState(uploader.StatePaused); paused.Session.Expires.IsZero() {
				t.Error("Session.Expires is zero")
			}
			if !c.stored {
				deleteStored(t, server)
			}
			proxy.Restore(t)
			for countRequests(server.Requests(), http.MethodPatch) == 0 { // it is recorded when the server has ended it
				time.Sleep(10 * time.Millisecond)
			}
			before := len(server.Requests())
			h.do(uploader.Resume{Target: uploader.TargetAll()})
			h.waitState(c.want)
			after := server.Requests()[before:]
			if len(after) == 0 || after[0].Method != http.MethodHead {
				t.Errorf("first request is not HEAD: %v", after)
			}
			if n := countRequests(after, http.MethodPatch); n > 0 != c.stored {
				t.Errorf("%d PATCH requests", n)
			}
			if c.stored {
				wantStored(t, server, path)
			}
		})
	}
}

func TestE3ExpiredUploadIsReportedAndRestarted(t *testing.T) {
	t.Parallel()
	h, server, proxy, path := startSlowUpload(t)
	h.do(uploader.Pause{Target: uploader.TargetAll()})
	session := h.waitState(uploader.StatePaused).Session
	deleteStored(t, server)
	proxy.Restore(t)
	h.do(uploader.Resume{Target: uploader.TargetAll()})
	if forgotten := h.waitState(uploader.StateExpired); forgotten.Session.Offset != session.Offset {
		t.Errorf("offset of the lost upload is %d, want %d", forgotten.Session.Offset, session.Offset)
	}
	h.do(uploader.Retry{Target: uploader.TargetAll()})
	if done := h.waitState(uploader.StateDone); done.Session.URL == session.URL {
		t.Error("upload URL is the expired one")
	}
	wantStored(t, server, path)
}

// deleteStored deletes all uploads from the server's disk.
func deleteStored(t *testing.T, server *uploadtest.Tusd) {
	t.Helper()
	for _, f := range server.Stored(t) {
		for _, file := range []string{f.Path, f.Path + ".info"} {
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestK6TooLargeFileSendsNoPost(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t, uploadtest.MaxSize(5<<20))
	h := newHarness(t, server.Endpoint)
	transfer := h.waitFinal(h.add(createFile(t, "film.mov", 6<<20)))[0]
	if transfer.Fault == nil || transfer.Fault.Kind != fault.TooLarge {
		t.Errorf("got fault %v, want fault.TooLarge", transfer.Fault)
	}
	if n := countRequests(server.Requests(), http.MethodPost); n != 0 {
		t.Errorf("%d POST requests, want 0", n)
	}
}

func TestK6TooLargeFileIsNotUploaded(t *testing.T) {
	t.Parallel()
	for name, option := range map[string]uploadtest.Option{
		"Tus-Max-Size": uploadtest.MaxSize(1 << 20),
		"413 on POST": intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			if r.Method == http.MethodPost {
				w.Header().Set("Tus-Resumable", "1.0.0")
				w.WriteHeader(http.StatusRequestEntityTooLarge)
				return
			}
			next.ServeHTTP(w, r)
		}),
	} {
		t.Run(name, func(t *testing.T) {
			server := uploadtest.NewTusd(t, option)
			h := newHarness(t, server.Endpoint)
			transfer := h.waitFinal(h.add(createFile(t, "film.mov", 2<<20)))[0]
			if transfer.Phase != uploader.PhaseFailed || transfer.Fault.Kind != fault.TooLarge || len(server.Stored(t)) != 0 {
				t.Errorf("phase %v: %v", transfer.Phase, transfer.Fault)
			}
		})
	}
}

func TestT1NoDeleteWithoutTermination(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t, uploadtest.NoTermination())
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	h := newHarness(t, proxy.URL(server.Endpoint))
	proxy.HoldEachAfter(6 << 20)
	h.add(createFile(t, "film.mov", 12<<20))
	h.waitSent(1 << 20)
	h.do(uploader.Cancel{Target: uploader.TargetAll()})
	h.waitCancelled()
	if n := countRequests(server.Requests(), http.MethodDelete); n != 0 {
		t.Errorf("%d DELETE requests, want 0", n)
	}
}

func TestT4TerminatedURLIsNotReused(t *testing.T) {
	t.Parallel()
	h, server, proxy, path := startSlowUpload(t)
	url := h.onlyTransfer().Session.URL
	h.do(uploader.Cancel{Target: uploader.TargetAll()})
	h.waitCancelled()
	proxy.Restore(t)
	before := len(server.Requests())
	h.do(uploader.Retry{Target: uploader.TargetAll()})
	h.waitState(uploader.StateDone)
	wantStored(t, server, path)
	for _, r := range server.Requests()[before:] {
		if strings.HasSuffix(url, r.Path) {
			t.Errorf("%s request to the terminated upload", r.Method)
		}
	}
}

// TestW5LostResponsesLeaveOneCopy drops the responses to the requests that create uploads,
// and to those that send small files.
func TestW5LostResponsesLeaveOneCopy(t *testing.T) {
	t.Parallel()
	const files = 24
	server := uploadtest.NewTusd(t)
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	h := newHarness(t, proxy.URL(server.Endpoint))
	folder, _ := createOldFiles(t, files)
	proxy.DropResponses(2 * files)
	h.add(folder)
	h.waitCount(uploader.StateDone, files)
	finished := 0
	for _, f := range server.Stored(t) {
		if f.Size == f.Length {
			finished++
		} else if f.Size > 0 {
			t.Errorf("%s has %d of %d bytes", f.Name, f.Size, f.Length)
		}
	}
	if finished != files {
		t.Errorf("%d finished uploads, want %d", finished, files)
	}
}

func TestW1CreationWithUploadOnlyIfOffered(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		offered bool
		chosen  bool // by a server option
		patches int
	}{{"offered and chosen", true, true, 0}, {"offered", true, false, 1}, {"chosen", false, true, 1}} {
		t.Run(c.name, func(t *testing.T) {
			var options []uploadtest.Option
			if !c.offered {
				options = append(options, offerExtensions("creation,termination"))
			}
			server := uploadtest.NewTusd(t, options...)
			h := newHarness(t, server.Endpoint)
			h.setServerOptions(uploader.ServerOptions{OneRequest: c.chosen})
			path := createFile(t, "note.txt", 1000)
			h.waitFinal(h.add(path))
			wantStored(t, server, path)
			if n := countRequests(server.Requests(), http.MethodPatch); n != c.patches {
				t.Errorf("%d PATCH requests, want %d", n, c.patches)
			}
		})
	}
}
