package engine_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/admission"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

func TestResumeAfterConnectionReset(t *testing.T) {
	t.Parallel()
	h, server, proxy, path := startSlowUpload(t)
	proxy.Reset()
	proxy.Restore(t)
	done := h.waitState(uploader.StateDone)
	if done.ResumedFrom == 0 {
		t.Error("upload started over")
	}
	wantStored(t, server, path)
}

func TestResumeAfterServerRestart(t *testing.T) {
	server := uploadtest.NewTusdBinary(t)
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	h := newHarness(t, proxy.URL(server.Endpoint))
	proxy.HoldEachAfter(6 << 20)
	path := createFile(t, "film.mov", 12<<20)
	h.add(path)
	h.waitSent(4 << 20)
	server.Kill(t)
	h.waitState(uploader.StateRetrying)
	server.Restart(t)
	proxy.Restore(t)
	if done := h.waitState(uploader.StateDone); done.ResumedFrom == 0 {
		t.Error("upload started over")
	}
	wantStored(t, server, path)
}

func TestUnreachableServerIsRetried(t *testing.T) {
	server := uploadtest.NewTusd(t)
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	proxy.Refuse()
	h := newHarness(t, proxy.URL(server.Endpoint))
	path := createFile(t, "a.bin", 100)
	h.add(path)
	transfer := h.waitState(uploader.StateRetrying)
	if transfer.Fault.Kind != fault.Unreachable || transfer.NextTry.IsZero() {
		t.Errorf("fault %v, next try at %v", transfer.Fault, transfer.NextTry)
	}
	proxy.Restore(t)
	h.do(uploader.Retry{Target: uploader.TargetAll()})
	h.waitState(uploader.StateDone)
	wantStored(t, server, path)
}

// TestUnreachableServerIsTriedByFewTransfers checks that the other transfers stay
// queued.
func TestUnreachableServerIsTriedByFewTransfers(t *testing.T) {
	server := uploadtest.NewTusd(t)
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	proxy.Refuse()
	h := newHarness(t, proxy.URL(server.Endpoint))
	folder := filepath.Join(t.TempDir(), "notes")
	createNumberedFiles(t, folder, 500)
	batch := h.add(folder)
	h.waitFor("the batch to be scanned and a retrying transfer", func(s *uploader.Snapshot) bool {
		return s.Batches[batch].Scanned && s.Totals.Count[uploader.StateRetrying] > 0
	})
	limit := uploader.DefaultSettings().MaxFiles + admission.MaxSmallFiles
	if n := h.engine.Snapshot().Totals.Count[uploader.StateRetrying]; n > limit {
		t.Errorf("%d transfers have tried the unreachable server", n)
	}
	proxy.Restore(t)
	h.do(uploader.Retry{Target: uploader.TargetAll()})
	h.waitFinal(batch)
	if n := len(server.Stored(t)); n != 500 {
		t.Errorf("server has %d uploads, want 500", n)
	}
}

func TestAttemptCountSurvivesRestart(t *testing.T) {
	server := uploadtest.NewTusd(t)
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	proxy.Refuse()
	h := newHarness(t, proxy.URL(server.Endpoint))
	h.add(createFile(t, "film.mov", 100))
	h.waitFor("the second attempt", func(s *uploader.Snapshot) bool {
		return s.Transfers.Len() == 1 && s.Transfers.At(0).Phase == uploader.PhaseWaiting && s.Transfers.At(0).Attempt >= 2
	})
	h.stop()
	saved, err := h.store.Load(t.Context())
	must(t, err)
	h.start()
	first := h.waitState(uploader.StateRetrying)
	if first.Attempt <= saved.Transfers.At(0).Attempt || saved.Transfers.At(0).Attempt < 2 {
		t.Errorf("attempt before the restart %d, after %d", saved.Transfers.At(0).Attempt, first.Attempt)
	}
}

// TestConnectionResetsLoseNoReceivedByte resets all connections of a file at random
// offsets, and restarts the engine after one of them. The server receives each byte
// once, over one connection and over several.
func TestConnectionResetsLoseNoReceivedByte(t *testing.T) {
	t.Parallel()
	const size, resets = 40 << 20, 5
	for _, connections := range []int{1, 4} {
		t.Run(fmt.Sprintf("connections=%d", connections), func(t *testing.T) {
			t.Parallel()
			seed := rand.Uint64()
			t.Logf("seed %d", seed)
			random := rand.New(rand.NewPCG(seed, 0))
			server := uploadtest.NewTusd(t)
			proxy := uploadtest.NewProxy(t, server.Endpoint)
			proxy.Throttle(24 << 20)
			h := newHarness(t, proxy.URL(server.Endpoint))
			path := createFile(t, "film.mov", size)
			batch := h.addWithOptions(uploader.BatchOptions{Connections: connections}, path)
			var stored int64
			for i := range resets {
				after := 1 + random.Int64N(size/resets)
				target := proxy.Upstream() + after
				proxy.ResetAfter(after)
				h.retryUntil("a connection reset", func(s *uploader.Snapshot) bool {
					return proxy.Upstream() >= target || s.Totals.Count[uploader.StateDone] > 0
				})
				if i == resets/2 {
					h.restart()
				}
				now := storedBytes(t, server)
				if now < stored {
					t.Errorf("after reset %d the server has %d bytes, had %d before", i, now, stored)
				}
				stored = now
			}
			proxy.Restore(t)
			h.retryUntil("1 done", func(s *uploader.Snapshot) bool { return s.Totals.Count[uploader.StateDone] > 0 })
			if transfer := h.waitFinal(batch)[0]; transfer.Phase != uploader.PhaseDone {
				t.Errorf("phase %v: %v", transfer.Phase, transfer.Fault)
			}
			h.waitStored(server, size) // the parts are deleted afterwards
			wantStored(t, server, path)
			if sent := bodyBytes(server.Requests()); sent != size {
				t.Errorf("server received %d bytes, file has %d", sent, size)
			}
		})
	}
}

// storedBytes returns the number of bytes in all uploads of a server, without final
// uploads.
func storedBytes(t *testing.T, server tusdServer) (stored int64) {
	t.Helper()
	for _, f := range server.Stored(t) {
		if !f.Final {
			stored += f.Size
		}
	}
	return stored
}

// TestCaptivePortalResponseIsRetried lets a network respond to HEAD requests with
// its own sign-in page.
func TestCaptivePortalResponseIsRetried(t *testing.T) {
	page := uploadtest.Response{Status: http.StatusOK, Header: map[string]string{"Content-Type": "text/html"}, Body: "<html>Welcome to our hotel</html>"}
	h, server, proxy, path := startSlowUpload(t)
	h.stop()
	proxy.Refuse()
	gateway := uploadtest.NewGateway(t, server.URL)
	gateway.Respond(2, http.MethodHead, page)
	h.start()
	h.changeEndpoint(gateway.URL + "/files/")
	h.waitState(uploader.StateDone)
	if n := len(gateway.Requests()); n != 2 {
		t.Errorf("%d requests got the page, want 2", n)
	}
	wantStored(t, server, path)
}

func TestCaptivePortalBlocksServer(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t, intercept(func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<h1>Sign in to the network</h1>"))
	}))
	h := newHarness(t, server.Endpoint)
	folder := filepath.Join(t.TempDir(), "notes")
	createNumberedFiles(t, folder, 300)
	batch := h.add(folder)
	s := h.waitFor("the server to be blocked", func(s *uploader.Snapshot) bool {
		return s.Batches[batch].Scanned && s.Totals.Active == 0 && s.Blocked[testServer] != nil
	})
	limit := uploader.DefaultSettings().MaxFiles + admission.MaxSmallFiles
	if n := s.Totals.Count[uploader.StateFailed]; n > limit {
		t.Errorf("%d transfers failed", n)
	}
}
