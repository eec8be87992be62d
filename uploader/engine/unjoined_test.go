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

// TestAServerThatDoesNotComeToAnEndOfJoining says of a joined file for ever that
// it is not whole. The wait for it is said, and the file is joined anew when the
// Server is right again.
func TestAServerThatDoesNotComeToAnEndOfJoining(t *testing.T) {
	t.Parallel()
	const size = 20 << 20
	var stuck atomic.Bool
	var joins atomic.Int64
	stuck.Store(true)
	server := uploadtest.NewTusd(t, uploadtest.Wrap(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost && r.Header.Get("Upload-Concat") != "partial" {
				joins.Add(1)
			}
			next.ServeHTTP(&halfWay{ResponseWriter: w, stuck: stuck.Load() && r.Method == http.MethodHead}, r)
		})
	}))
	b := newBench(t, server.Endpoint)
	b.give(uploader.Profile{Connections: 2})
	path := write(t, "film.mov", size)
	b.add(path)
	busy := b.untilState(uploader.StateBusy)
	if busy.Fault.Code != fault.CodeJoining {
		t.Errorf("it waits for %v", busy.Fault)
	}
	failed := b.hurried(uploader.StateFailed)
	if failed.Fault.Code != fault.CodeUnjoined || failed.Session.URL != "" || failed.Session.Parts == 0 {
		t.Errorf("%v with %+v", failed.Fault, failed.Session)
	}
	before := bodyBytes(server.Requests())
	stuck.Store(false)
	b.do(uploader.Retry{Target: uploader.Everything()})
	b.untilState(uploader.StateDone)
	if again := bodyBytes(server.Requests()) - before; again != 0 {
		t.Errorf("%d bytes were sent twice", again)
	}
	if n := joins.Load(); n != 2 {
		t.Errorf("it was joined %d times", n)
	}
}

// hurried presses Try now until there is a transfer in that state.
func (b *bench) hurried(want uploader.State) (found *uploader.Transfer) {
	b.t.Helper()
	b.until(want.String(), func(s *uploader.Snapshot) bool {
		for _, t := range s.Transfers {
			switch t.State() {
			case want:
				found = t
				return true
			case uploader.StateBusy:
				go func() { _ = b.engine.Do(b.t.Context(), uploader.Retry{Target: uploader.These(t.ID)}) }()
			}
		}
		return false
	})
	return found
}

// halfWay says of joined files that only half of them is there.
type halfWay struct {
	http.ResponseWriter
	stuck bool
}

// WriteHeader implements http.ResponseWriter.
func (h *halfWay) WriteHeader(status int) {
	if length, err := strconv.Atoi(h.Header().Get("Upload-Length")); h.stuck && err == nil && len(h.Header().Get("Upload-Concat")) > len("partial") {
		h.Header().Set("Upload-Offset", strconv.Itoa(length/2))
	}
	h.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the connection's deadlines.
func (h *halfWay) Unwrap() http.ResponseWriter { return h.ResponseWriter }
