package engine_test

import (
	"net/http"
	"os"
	"sync/atomic"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// newInterruptedUpload returns a harness whose engine was restarted during an upload
// and asks before it resumes. beforeStart is called between the two runs.
func newInterruptedUpload(t *testing.T, beforeStart func(h *harness, path string)) (h *harness, server *uploadtest.Tusd, path string) {
	t.Helper()
	h, server, proxy, path := startSlowUpload(t)
	h.stop()
	proxy.Restore(t)
	beforeStart(h, path)
	h.configure = func(c *engine.Config) { c.AskBeforeResume = true }
	h.start()
	h.waitLoaded()
	return h, server, path
}

// checkAll checks all transfers, waits until the check has ended and returns the
// only transfer.
func (h *harness) checkAll() *uploader.Transfer {
	h.t.Helper()
	h.do(uploader.Check{Target: uploader.TargetAll()})
	h.waitFor("the check to end", func(s *uploader.Snapshot) bool { return s.Checking == 0 })
	return h.onlyTransfer()
}

func TestCheckUpdatesOffsetWithoutUpload(t *testing.T) {
	t.Parallel()
	h, server, path := newInterruptedUpload(t, func(h *harness, _ string) {
		saved, err := h.store.Load(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		stale := *saved.Transfers.At(0)
		stale.Session.Offset, stale.Session.Sent = 1, 1
		if err := h.store.Save(t.Context(), uploader.Changes{Transfers: []*uploader.Transfer{&stale}}); err != nil {
			t.Fatal(err)
		}
	})
	got := h.checkAll()
	stored := server.Stored(t)[0].Size
	if got.Session.Offset != stored || got.Phase != uploader.PhaseQueued || got.Fault != nil {
		t.Errorf("server has %d bytes, check returned %+v", stored, got)
	}
	h.do(uploader.Resume{Target: uploader.TargetAll()})
	if done := h.waitState(uploader.StateDone); done.ResumedFrom != stored {
		t.Errorf("resumed at %d, want %d", done.ResumedFrom, stored)
	}
	wantStored(t, server, path)
}

func TestCheckReportsSourceFaults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name        string
		beforeStart func(h *harness, path string)
		want        uploader.State
	}{
		{"file is missing", func(_ *harness, path string) { must(t, os.Remove(path)) }, uploader.StateMissing},
		{"file grew", func(_ *harness, path string) { must(t, os.Truncate(path, 13<<20)) }, uploader.StateChanged},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, server, _ := newInterruptedUpload(t, c.beforeStart)
			if got := h.checkAll(); got.State() != c.want || got.Session.Offset == 0 {
				t.Errorf("state %v, offset %d", got.State(), got.Session.Offset)
			}
			if len(server.Stored(t)) != 1 {
				t.Error("upload was removed from the server")
			}
		})
	}
}

func TestCheckReportsMissingUpload(t *testing.T) {
	t.Parallel()
	var enabled atomic.Bool
	h := newInterruptedUploadStatus(t, &enabled, http.StatusNotFound)
	if got := h.checkAll(); got.State() != uploader.StateExpired {
		t.Errorf("state %v, want StateExpired", got.State())
	}
	enabled.Store(false)
	h.do(uploader.Retry{Target: uploader.TargetAll()})
	h.waitState(uploader.StateDone)
}

func TestCheckKeepsUploadAfterForeignResponse(t *testing.T) {
	t.Parallel()
	var foreign atomic.Bool
	h := newInterruptedUploadHandler(t, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if foreign.Load() {
			http.Error(w, "404 page not found", http.StatusNotFound)
			return
		}
		next.ServeHTTP(w, r)
	})
	foreign.Store(true)
	if got := h.checkAll(); got.Phase.Final() || got.Session.Offset == 0 || got.Fault == nil || got.Fault.Code != fault.CodeForeignResponse {
		t.Errorf("phase %v, offset %d: %v", got.Phase, got.Session.Offset, got.Fault)
	}
	foreign.Store(false)
	h.do(uploader.Resume{Target: uploader.TargetAll()})
	if done := h.waitState(uploader.StateDone); done.ResumedFrom == 0 {
		t.Error("the upload started over")
	}
}

func TestCheckReportsSignInRequired(t *testing.T) {
	t.Parallel()
	var enabled atomic.Bool
	h := newInterruptedUploadStatus(t, &enabled, http.StatusUnauthorized)
	offset := h.onlyTransfer().Session.Offset
	if got := h.checkAll(); got.State() != uploader.StateSignIn || got.Session.Offset != offset {
		t.Errorf("state %v, offset %d", got.State(), got.Session.Offset)
	}
	h.waitFor("the server to be blocked", func(s *uploader.Snapshot) bool { return s.Blocked[testServer] != nil })
	enabled.Store(false)
	h.do(uploader.Unblock{Server: testServer})
	if done := h.waitState(uploader.StateDone); done.ResumedFrom < offset {
		t.Errorf("resumed at %d", done.ResumedFrom)
	}
}

func TestCheckOfUnreachableServerKeepsOffset(t *testing.T) {
	h, _, proxy, _ := startSlowUpload(t)
	h.stop()
	proxy.Refuse()
	h.configure = func(c *engine.Config) { c.AskBeforeResume = true }
	h.start()
	h.waitLoaded()
	offset := h.onlyTransfer().Session.Offset
	got := h.checkAll()
	if got.Phase != uploader.PhaseQueued || got.Session.Offset != offset || got.Fault == nil {
		t.Errorf("check returned %+v", got)
	}
	h.do(uploader.Resume{Target: uploader.TargetAll()})
	h.waitState(uploader.StateRetrying)
	proxy.Restore(t)
	h.do(uploader.Retry{Target: uploader.TargetAll()})
	h.waitState(uploader.StateDone)
}

func TestResumeDuringCheck(t *testing.T) {
	t.Parallel()
	var slow atomic.Bool
	received, respond := make(chan struct{}, 8), make(chan struct{})
	h := newInterruptedUploadHandler(t, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if slow.Load() && r.Method == http.MethodHead {
			received <- struct{}{}
			<-respond
		}
		next.ServeHTTP(w, r)
	})
	slow.Store(true)
	h.do(uploader.Check{Target: uploader.TargetAll()})
	<-received
	h.do(uploader.Resume{Target: uploader.TargetAll()})
	slow.Store(false)
	close(respond)
	h.waitState(uploader.StateDone)
}

// TestCheckEndsWhenServerIsHeldOrBlocked checks that a check ends when no request
// can be sent to the server.
func TestCheckEndsWhenServerIsHeldOrBlocked(t *testing.T) {
	t.Parallel()
	t.Run("held on a metered network", func(t *testing.T) {
		h, server, _ := newInterruptedUpload(t, func(*harness, string) {})
		h.do(uploader.Configure{Settings: testSettings(func(s *uploader.Settings) { s.Metered = uploader.MeteredHold })})
		h.do(uploader.SetMetered{Metered: true})
		requests := len(server.Requests())
		if got := h.checkAll(); got.Phase != uploader.PhaseQueued || got.Fault != nil || len(server.Requests()) != requests {
			t.Errorf("check returned %+v after %d requests", got, len(server.Requests())-requests)
		}
		h.do(uploader.SetMetered{})
		h.checkAll()
		h.do(uploader.Resume{Target: uploader.TargetAll()})
		h.waitState(uploader.StateDone)
	})
	t.Run("blocked since the previous run", func(t *testing.T) {
		h, _, _ := newInterruptedUpload(t, func(h *harness, path string) {
			saved, err := h.store.Load(t.Context())
			must(t, err)
			blocked := *saved.Transfers.At(0)
			blocked.ID, blocked.Source.Path = saved.NextID, path+" 2"
			blocked.Phase, blocked.Finished = uploader.PhaseFailed, blocked.Added
			blocked.Fault = &fault.Fault{Kind: fault.Auth, Op: fault.Head, Status: http.StatusUnauthorized}
			must(t, h.store.Save(t.Context(), uploader.Changes{Transfers: []*uploader.Transfer{&blocked}}))
		})
		h.do(uploader.Check{Target: uploader.TargetAll()})
		h.waitFor("the check to end", func(s *uploader.Snapshot) bool {
			return s.Checking == 0 && s.Totals.Count[uploader.StateSignIn] == 2
		})
	})
}

// TestSignInDuringCheckIgnoresLateUnauthorized responds with 401 to a request that
// was sent before the sign-in.
func TestSignInDuringCheckIgnoresLateUnauthorized(t *testing.T) {
	t.Parallel()
	var expired atomic.Bool
	received, respond := make(chan struct{}, 8), make(chan struct{})
	h := newInterruptedUploadHandler(t, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method == http.MethodHead && expired.Swap(false) {
			received <- struct{}{}
			<-respond
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
	expired.Store(true)
	h.do(uploader.Check{Target: uploader.TargetAll()})
	<-received
	h.do(uploader.Unblock{Server: testServer})
	close(respond)
	s := h.waitFor("the check to end", func(s *uploader.Snapshot) bool { return s.Checking == 0 })
	if transfer := s.Transfers.At(0); transfer.Fault != nil || transfer.Phase != uploader.PhaseQueued || s.Blocked[testServer] != nil {
		t.Errorf("state %v, fault %v; server blocked by %v", transfer.State(), transfer.Fault, s.Blocked[testServer])
	}
}

func TestCheckSkipsPausedTransfers(t *testing.T) {
	t.Parallel()
	h, server, _ := newInterruptedUpload(t, func(*harness, string) {})
	h.do(uploader.Pause{Target: uploader.TargetAll()})
	requests := len(server.Requests())
	h.checkAll()
	if n := len(server.Requests()) - requests; n != 0 {
		t.Errorf("%d requests were sent, want 0", n)
	}
}

// newInterruptedUploadStatus is like newInterruptedUpload, at a server that responds
// with the status to every request while on is set.
func newInterruptedUploadStatus(t *testing.T, on *atomic.Bool, status int) *harness {
	t.Helper()
	h := newInterruptedUploadHandler(t, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if on.Load() {
			w.Header().Set("Tus-Resumable", "1.0.0") // it is the server's own response
			w.WriteHeader(status)
			return
		}
		next.ServeHTTP(w, r)
	})
	on.Store(true)
	return h
}

// newInterruptedUploadHandler is like newInterruptedUpload, at a server whose
// requests are passed to handle, with the server's handler as next.
func newInterruptedUploadHandler(t *testing.T, handle func(http.ResponseWriter, *http.Request, http.Handler)) *harness {
	t.Helper()
	server := uploadtest.NewTusd(t, intercept(handle))
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	h := newHarness(t, proxy.URL(server.Endpoint))
	proxy.HoldEachAfter(6 << 20)
	h.add(createFile(t, "film.mov", 12<<20))
	h.waitStored(server, 3<<20)
	h.do(uploader.Pause{Target: uploader.TargetAll()})
	paused := h.waitState(uploader.StatePaused)
	h.stop()
	unpaused := *paused
	unpaused.Intent = uploader.IntentRun
	must(t, h.store.Save(t.Context(), uploader.Changes{Transfers: []*uploader.Transfer{&unpaused}}))
	proxy.Restore(t)
	h.configure = func(c *engine.Config) { c.AskBeforeResume = true }
	h.start()
	h.waitLoaded()
	return h
}
