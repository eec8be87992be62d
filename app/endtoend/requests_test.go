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

// fault is what can become of one request.
type requestFault func(next http.RoundTripper, request *http.Request) (*http.Response, error)

var errReset = &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}

// retriedFaults are what a network, a gateway and a server do to requests now and then.
var retriedFaults = map[string]requestFault{
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
		half.Body = &brokenBody{ReadCloser: request.Body, left: request.ContentLength / 2}
		answer, err := next.RoundTrip(half)
		if err == nil {
			_ = answer.Body.Close()
			err = errReset
		}
		return nil, err
	},
	"is answered by a gateway that finds no server": respondWith(http.StatusBadGateway, ""),
	"is answered by a gateway that waits in vain":   respondWith(http.StatusGatewayTimeout, ""),
	"comes to a server that is busy":                respondWith(http.StatusServiceUnavailable, ""),
	"is one too many":                               respondWith(http.StatusTooManyRequests, ""),
	"meets a lock":                                  respondWith(http.StatusLocked, "ERR_UPLOAD_LOCKED: file currently locked\n"),
	"meets a lock that is not given up":             respondWith(http.StatusInternalServerError, "ERR_LOCK_TIMEOUT: failed to acquire lock before timeout\n"),
	"is said to contradict what the server has":     respondWith(http.StatusConflict, "ERR_MISMATCHED_OFFSET: mismatched offset\n"),
	"is said to have been interrupted":              respondWith(http.StatusBadRequest, "ERR_UPLOAD_INTERRUPTED: upload has been interrupted by another request\n"),
	"takes the server too long":                     respondWith(http.StatusRequestTimeout, ""),
	"brings up a mistake of the server":             respondWith(http.StatusInternalServerError, "ERR_INTERNAL_SERVER_ERROR: no\n"),
}

// stoppingFaults are mishaps after which somebody has to do something, and then say so.
var stoppingFaults = map[string]requestFault{
	"is answered without what the protocol asks for":    respondWith(http.StatusNoContent, ""),
	"is answered by a page that has nothing to do here": respondWith(http.StatusOK, "<html>Welcome to the hotel</html>"),
	"is not allowed without a sign-in":                  respondWith(http.StatusUnauthorized, ""),
	"is not allowed":                                    respondWith(http.StatusForbidden, ""),
	"finds the server full":                             respondWith(http.StatusInsufficientStorage, ""),
	"is refused by the server":                          respondWith(http.StatusBadRequest, "ERR_UPLOAD_REJECTED: not today\n"),
}

// respondWith answers in the server's stead.
func respondWith(status int, text string) requestFault {
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

// brokenBody is a body whose connection breaks.
type brokenBody struct {
	io.ReadCloser
	left int64
}

func (b *brokenBody) Read(p []byte) (int, error) {
	if b.left == 0 {
		return 0, errReset
	}
	n, err := b.ReadCloser.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

// faultyTransport is a network that passes every request but one.
type faultyTransport struct {
	next   http.RoundTripper
	n      int // the one, from 1
	fault requestFault

	mu   sync.Mutex
	count int
}

func (u *faultyTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	u.mu.Lock()
	u.count++
	inject := u.count == u.n
	u.mu.Unlock()
	if inject {
		return u.fault(u.next, request)
	}
	return u.next.RoundTrip(request)
}

// injected reports whether the one request came.
func (u *faultyTransport) injected() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.count >= u.n
}

// TestFaultAtEveryRequestConverges lets the first request of a delivery fail,
// then in another run the second, and so on until a run used up no failure.
func TestFaultAtEveryRequestConverges(t *testing.T) {
	t.Parallel()
	testEveryRequest(t, retriedFaults, func(t *testing.T, _ *engineRunner, rows []*uploader.Transfer) {
		t.Helper()
		wantDone(t, rows)
	})
}

// TestRetryAfterStoppingFaultConverges does the same with answers that stop a
// transfer until its user has seen to the reason.
func TestRetryAfterStoppingFaultConverges(t *testing.T) {
	t.Parallel()
	testEveryRequest(t, stoppingFaults, func(t *testing.T, b *engineRunner, rows []*uploader.Transfer) {
		t.Helper()
		for _, row := range rows {
			b.do(uploader.Retry{Target: uploader.These(row.ID)})
		}
		wantDone(t, b.waitFinal(rows[0].Batch))
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

func testEveryRequest(t *testing.T, faults map[string]requestFault, finish func(*testing.T, *engineRunner, []*uploader.Transfer)) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(faults)) {
		t.Run("a request "+name, func(t *testing.T) {
			t.Parallel()
			for n := 1; ; n++ {
				if !uploadWithFault(t, n, faults[name], finish) {
					t.Logf("%d requests", n-1)
					return
				}
			}
		})
	}
}

// uploadWithFault sends a delivery of which the n-th request meets with a mishap. It reports
// whether there was such a request.
func uploadWithFault(t *testing.T, n int, fault requestFault, finish func(*testing.T, *engineRunner, []*uploader.Transfer)) bool {
	t.Helper()
	server := uploadtest.NewTusd(t)
	transport := netx.Transport(netx.Config{})
	defer transport.CloseIdleConnections()
	network := &faultyTransport{next: transport, n: n, fault: fault}
	b := newEngineRunner(t, filepath.Join(t.TempDir(), "ferry.db"), network)
	batch := uploader.NewBatchID()
	folder := createSmallSet(t)
	b.do(uploader.Add{Batch: batch, Server: b.addServer(server.Endpoint), Paths: []string{folder}})
	finish(t, b, b.waitFinal(batch))
	b.stop()
	checkServer(t, server, []string{folder})
	if t.Failed() {
		t.Fatalf("with request %d", n)
	}
	return network.injected()
}

// TestFaultAtEveryRequestOfParallelUploadConverges is the same for the requests
// that carry one file in parts and join them, with an end of the engine in
// between: no byte of a part is sent twice.
func TestFaultAtEveryRequestOfParallelUploadConverges(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "film.mov")
	createFile(t, newRandom(t, seedFiles), path, 16<<20+4321)
	for _, name := range []string{
		"is never sent", "breaks off half way", "loses its answer", "is said to contradict what the server has",
	} {
		t.Run("a request "+name, func(t *testing.T) {
			t.Parallel()
			for n := 1; ; n++ {
				if !uploadPartsWithFault(t, n, retriedFaults[name], path) {
					t.Logf("%d requests", n-1)
					return
				}
			}
		})
	}
}

func uploadPartsWithFault(t *testing.T, n int, fault requestFault, path string) bool {
	t.Helper()
	server := uploadtest.NewTusd(t)
	transport := netx.Transport(netx.Config{})
	defer transport.CloseIdleConnections()
	network := &faultyTransport{next: transport, n: n, fault: fault}
	b := newEngineRunner(t, filepath.Join(t.TempDir(), "ferry.db"), network)
	batch := uploader.NewBatchID()
	b.do(uploader.Add{
		Batch: batch, Server: b.addServer(server.Endpoint), Paths: []string{path}, Options: uploader.Options{Connections: 2, Chunk: 6 << 20},
	})
	b.waitFor("the mishap or the end", func(s *uploader.Snapshot) bool {
		return network.injected() || s.Totals.Count[uploader.StateDone] == 1
	})
	b.restart()
	wantDone(t, b.waitFinal(batch))
	b.stop()
	checkFolder(t, filepath.Dir(path), completeSums(server.Stored(t)))
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
	return network.injected()
}
