package engine_test

import (
	"net/http"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// TestConcatenationThatStaysIncomplete has a server that reports a final upload as
// incomplete. The transfer reports that it waits for the server, and concatenates its
// parts again once the server responds correctly.
func TestConcatenationThatStaysIncomplete(t *testing.T) {
	t.Parallel()
	const size = 20 << 20
	var stuck atomic.Bool
	var concatenations atomic.Int64
	stuck.Store(true)
	server := uploadtest.NewTusd(t, uploadtest.Wrap(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost && r.Header.Get("Upload-Concat") != "partial" {
				concatenations.Add(1)
			}
			next.ServeHTTP(&halfOffsetWriter{ResponseWriter: w, stuck: stuck.Load() && r.Method == http.MethodHead}, r)
		})
	}))
	h := newHarness(t, server.Endpoint)
	h.setServerOptions(uploader.Profile{Connections: 2})
	path := createFile(t, "film.mov", size)
	h.add(path)
	waiting := h.waitState(uploader.StateBusy)
	if waiting.Fault.Code != fault.CodeJoining {
		t.Errorf("got fault %v, want fault.CodeJoining", waiting.Fault)
	}
	failed := h.retryUntilState(uploader.StateFailed)
	if failed.Fault.Code != fault.CodeUnjoined || failed.Session.URL != "" || failed.Session.Parts == 0 {
		t.Errorf("fault %v, session %+v", failed.Fault, failed.Session)
	}
	before := bodyBytes(server.Requests())
	stuck.Store(false)
	h.do(uploader.Retry{Target: uploader.Everything()})
	h.waitState(uploader.StateDone)
	if resent := bodyBytes(server.Requests()) - before; resent != 0 {
		t.Errorf("%d bytes were sent again, want 0", resent)
	}
	if n := concatenations.Load(); n != 2 {
		t.Errorf("%d concatenations, want 2", n)
	}
}

// retryUntilState retries busy transfers until there is a transfer in that state.
func (h *harness) retryUntilState(want uploader.State) (found *uploader.Transfer) {
	h.t.Helper()
	h.waitFor(want.String(), func(s *uploader.Snapshot) bool {
		for _, t := range s.Transfers {
			switch t.State() {
			case want:
				found = t
				return true
			case uploader.StateBusy:
				go func() { _ = h.engine.Do(h.t.Context(), uploader.Retry{Target: uploader.These(t.ID)}) }()
			}
		}
		return false
	})
	return found
}

// halfOffsetWriter halves the Upload-Offset of final uploads while stuck is set.
type halfOffsetWriter struct {
	http.ResponseWriter
	stuck bool
}

// WriteHeader implements http.ResponseWriter.
func (h *halfOffsetWriter) WriteHeader(status int) {
	if length, err := strconv.Atoi(h.Header().Get("Upload-Length")); h.stuck && err == nil && len(h.Header().Get("Upload-Concat")) > len("partial") {
		h.Header().Set("Upload-Offset", strconv.Itoa(length/2))
	}
	h.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the connection's deadlines.
func (h *halfOffsetWriter) Unwrap() http.ResponseWriter { return h.ResponseWriter }
