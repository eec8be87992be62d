package endtoend_test

import (
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// mishap is what can become of one request.
type mishap func(next http.RoundTripper, request *http.Request) (*http.Response, error)

var errReset = &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}

// mishaps are what a network, a gateway and a server do to requests now and then.
var mishaps = map[string]mishap{
	"is never sent": func(_ http.RoundTripper, request *http.Request) (*http.Response, error) {
		discard(request)
		return nil, errReset
	},
	"finds nobody": func(_ http.RoundTripper, request *http.Request) (*http.Response, error) {
		discard(request)
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	},
	"loses its answer": func(next http.RoundTripper, request *http.Request) (*http.Response, error) {
		answer, err := next.RoundTrip(request)
		if err != nil {
			return nil, err
		}
		_, _ = io.Copy(io.Discard, answer.Body)
		_ = answer.Body.Close()
		return nil, errReset
	},
	"breaks off half way": func(next http.RoundTripper, request *http.Request) (*http.Response, error) {
		if request.ContentLength <= 0 {
			return nil, errReset
		}
		half := request.Clone(request.Context())
		half.Body = &broken{ReadCloser: request.Body, left: request.ContentLength / 2}
		answer, err := next.RoundTrip(half)
		if err == nil {
			_ = answer.Body.Close()
			err = errReset
		}
		return nil, err
	},
	"is answered by a gateway that finds no server": answering(http.StatusBadGateway, ""),
	"is answered by a gateway that waits in vain":   answering(http.StatusGatewayTimeout, ""),
	"comes to a server that is busy":                answering(http.StatusServiceUnavailable, ""),
	"is one too many":                               answering(http.StatusTooManyRequests, ""),
	"meets a lock":                                  answering(http.StatusLocked, "ERR_UPLOAD_LOCKED: file currently locked\n"),
	"meets a lock that is not given up":             answering(http.StatusInternalServerError, "ERR_LOCK_TIMEOUT: failed to acquire lock before timeout\n"),
	"is said to contradict what the server has":     answering(http.StatusConflict, "ERR_MISMATCHED_OFFSET: mismatched offset\n"),
	"is said to have been interrupted":              answering(http.StatusBadRequest, "ERR_UPLOAD_INTERRUPTED: upload has been interrupted by another request\n"),
	"takes the server too long":                     answering(http.StatusRequestTimeout, ""),
	"brings up a mistake of the server":             answering(http.StatusInternalServerError, "ERR_INTERNAL_SERVER_ERROR: no\n"),
}

// stops are mishaps after which somebody has to do something, and then say so.
var stops = map[string]mishap{
	"is answered without what the protocol asks for":    answering(http.StatusNoContent, ""),
	"is answered by a page that has nothing to do here": answering(http.StatusOK, "<html>Welcome to the hotel</html>"),
	"is not allowed without a sign-in":                  answering(http.StatusUnauthorized, ""),
	"is not allowed":                                    answering(http.StatusForbidden, ""),
	"finds the server full":                             answering(http.StatusInsufficientStorage, ""),
	"is refused by the server":                          answering(http.StatusBadRequest, "ERR_UPLOAD_REJECTED: not today\n"),
}

// answering answers in the server's stead.
func answering(status int, text string) mishap {
	return func(_ http.RoundTripper, request *http.Request) (*http.Response, error) {
		discard(request)
		header := http.Header{"Content-Type": {"text/plain"}}
		if strings.HasPrefix(text, "ERR_") {
			header.Set("Tus-Resumable", "1.0.0")
		}
		return &http.Response{
			Status: fmt.Sprintf("%d %s", status, http.StatusText(status)), StatusCode: status,
			Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: header, Request: request,
			Body: io.NopCloser(strings.NewReader(text)), ContentLength: int64(len(text)),
		}, nil
	}
}

func discard(request *http.Request) {
	if request.Body != nil {
		_, _ = io.Copy(io.Discard, request.Body)
		_ = request.Body.Close()
	}
}

// broken is a body whose connection breaks.
type broken struct {
	io.ReadCloser
	left int64
}

func (b *broken) Read(p []byte) (int, error) {
	if b.left == 0 {
		return 0, errReset
	}
	n, err := b.ReadCloser.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

// unlucky is a network that passes every request but one.
type unlucky struct {
	next   http.RoundTripper
	n      int // the one, from 1
	mishap mishap

	mu   sync.Mutex
	seen int
}

func (u *unlucky) RoundTrip(request *http.Request) (*http.Response, error) {
	u.mu.Lock()
	u.seen++
	met := u.seen == u.n
	u.mu.Unlock()
	if met {
		return u.mishap(u.next, request)
	}
	return u.next.RoundTrip(request)
}

// met reports whether the one request came.
func (u *unlucky) met() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.seen >= u.n
}

// TestAnyMishapOfAnyRequestConverges lets the first request of a delivery fail,
// then in another run the second, and so on until a run used up no failure.
func TestAnyMishapOfAnyRequestConverges(t *testing.T) {
	t.Parallel()
	eachRequest(t, mishaps, func(t *testing.T, _ *bench, rows []*uploader.Transfer) {
		t.Helper()
		wantDone(t, rows)
	})
}

// TestAfterAnyStopARetryConverges does the same with answers that stop a
// transfer until its user has seen to the reason.
func TestAfterAnyStopARetryConverges(t *testing.T) {
	t.Parallel()
	eachRequest(t, stops, func(t *testing.T, b *bench, rows []*uploader.Transfer) {
		t.Helper()
		for _, row := range rows {
			b.do(uploader.Retry{Target: uploader.These(row.ID)})
		}
		wantDone(t, b.impatient(rows[0].Batch))
	})
}

func wantDone(t *testing.T, rows []*uploader.Transfer) {
	t.Helper()
	for _, row := range rows {
		if row.Phase != uploader.PhaseDone {
			t.Errorf("%s is %v: %v", row.Source.Name(), row.Phase, row.Fault)
		}
	}
}

func eachRequest(t *testing.T, what map[string]mishap, settle func(*testing.T, *bench, []*uploader.Transfer)) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(what)) {
		t.Run("a request "+name, func(t *testing.T) {
			t.Parallel()
			for n := 1; ; n++ {
				if !meet(t, n, what[name], settle) {
					t.Logf("%d requests", n-1)
					return
				}
			}
		})
	}
}

// meet sends a delivery of which the n-th request meets with a mishap. It reports
// whether there was such a request.
func meet(t *testing.T, n int, happens mishap, settle func(*testing.T, *bench, []*uploader.Transfer)) bool {
	t.Helper()
	server := uploadtest.NewTusd(t)
	transport := netx.Transport(netx.Config{})
	defer transport.CloseIdleConnections()
	network := &unlucky{next: transport, n: n, mishap: happens}
	b := newBench(t, filepath.Join(t.TempDir(), "ferry.db"), network)
	batch := uploader.NewBatchID()
	folder := handful(t)
	b.do(uploader.Add{Batch: batch, Server: b.serve(server.Endpoint), Paths: []string{folder}})
	settle(t, b, b.impatient(batch))
	b.quit()
	compare(t, server, []string{folder})
	if t.Failed() {
		t.Fatalf("with request %d", n)
	}
	return network.met()
}

// TestAnyMishapOfAnyRequestOfAFileInPartsConverges is the same for the requests
// that carry one file in parts and join them, with an end of the engine in
// between: no byte of a part is sent twice.
func TestAnyMishapOfAnyRequestOfAFileInPartsConverges(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "film.mov")
	fill(t, chance(t, chanceOfDeliveries), path, 16<<20+4321)
	for _, name := range []string{
		"is never sent", "breaks off half way", "loses its answer", "is said to contradict what the server has",
	} {
		t.Run("a request "+name, func(t *testing.T) {
			t.Parallel()
			for n := 1; ; n++ {
				if !meetInParts(t, n, mishaps[name], path) {
					t.Logf("%d requests", n-1)
					return
				}
			}
		})
	}
}

func meetInParts(t *testing.T, n int, happens mishap, path string) bool {
	t.Helper()
	server := uploadtest.NewTusd(t)
	transport := netx.Transport(netx.Config{})
	defer transport.CloseIdleConnections()
	network := &unlucky{next: transport, n: n, mishap: happens}
	b := newBench(t, filepath.Join(t.TempDir(), "ferry.db"), network)
	batch := uploader.NewBatchID()
	b.do(uploader.Add{
		Batch: batch, Server: b.serve(server.Endpoint), Paths: []string{path}, Options: uploader.Options{Connections: 2, Chunk: 6 << 20},
	})
	b.until("the mishap or the end", func(s *uploader.Snapshot) bool {
		return network.met() || s.Totals.Count[uploader.StateDone] == 1
	})
	b.restart()
	wantDone(t, b.impatient(batch))
	b.quit()
	compareFolder(t, filepath.Dir(path), complete(server.Stored(t)))
	var sent, size int64 = 0, 16<<20 + 4321
	for _, r := range server.Requests() {
		if r.Method == http.MethodPatch {
			sent += r.Body
		}
	}
	if sent != size {
		t.Errorf("%d bytes were sent of a file of %d", sent, size)
	}
	if t.Failed() {
		t.Fatalf("with request %d", n)
	}
	return network.met()
}
