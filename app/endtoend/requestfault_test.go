package endtoend_test

import (
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/netx"
)

// requestFault replaces the round trip of one request.
type requestFault func(next http.RoundTripper, request *http.Request) (*http.Response, error)

var errReset = &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}

// retriedFaults are faults after which Ferry retries.
var retriedFaults = map[string]requestFault{
	"not sent": func(_ http.RoundTripper, request *http.Request) (*http.Response, error) {
		discard(request)
		return nil, errReset
	},
	"connection refused": func(_ http.RoundTripper, request *http.Request) (*http.Response, error) {
		discard(request)
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	},
	"response lost": func(next http.RoundTripper, request *http.Request) (*http.Response, error) {
		response, err := next.RoundTrip(request)
		if err != nil {
			return nil, err
		}
		_, _ = io.Copy(io.Discard, response.Body)
		_ = response.Body.Close()
		return nil, errReset
	},
	"interrupted midway": func(next http.RoundTripper, request *http.Request) (*http.Response, error) {
		if request.ContentLength <= 0 {
			return nil, errReset
		}
		half := request.Clone(request.Context())
		half.Body = &brokenBody{ReadCloser: request.Body, left: request.ContentLength / 2}
		response, err := next.RoundTrip(half)
		if err == nil {
			_ = response.Body.Close()
			err = errReset
		}
		return nil, err
	},
	"no descriptor for a connection": func(_ http.RoundTripper, request *http.Request) (*http.Response, error) {
		discard(request)
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("socket", syscall.EMFILE)}
	},
	"one byte stored": func(next http.RoundTripper, request *http.Request) (*http.Response, error) {
		if request.ContentLength <= 1 {
			return next.RoundTrip(request)
		}
		short := request.Clone(request.Context())
		short.Body, short.ContentLength = &shortBody{request.Body, 1}, 1
		return next.RoundTrip(short)
	},
	"bad gateway":         respondWith(http.StatusBadGateway, ""),
	"gateway timeout":     respondWith(http.StatusGatewayTimeout, ""),
	"service unavailable": respondWith(http.StatusServiceUnavailable, ""),
	"too many requests":   respondWith(http.StatusTooManyRequests, ""),
	"locked":              respondWith(http.StatusLocked, "ERR_UPLOAD_LOCKED: file currently locked\n"),
	"lock timeout":        respondWith(http.StatusInternalServerError, "ERR_LOCK_TIMEOUT: failed to acquire lock before timeout\n"),
	"offset conflict":     respondWith(http.StatusConflict, "ERR_MISMATCHED_OFFSET: mismatched offset\n"),
	"upload interrupted":  respondWith(http.StatusBadRequest, "ERR_UPLOAD_INTERRUPTED: upload has been interrupted by another request\n"),
	"request timeout":     respondWith(http.StatusRequestTimeout, ""),
	"internal error":      respondWith(http.StatusInternalServerError, "ERR_INTERNAL_SERVER_ERROR: no\n"),
}

// stoppingFaults are faults that stop a transfer until the user retries it.
var stoppingFaults = map[string]requestFault{
	"response without tus headers": respondWith(http.StatusNoContent, ""),
	"captive portal":               respondWith(http.StatusOK, "<html>Welcome to the hotel</html>"),
	"unauthorized":                 respondWith(http.StatusUnauthorized, ""),
	"forbidden":                    respondWith(http.StatusForbidden, ""),
	"insufficient storage":         respondWith(http.StatusInsufficientStorage, ""),
	"upload rejected":              respondWith(http.StatusBadRequest, "ERR_UPLOAD_REJECTED: not today\n"),
}

// respondWith responds without sending the request.
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

// brokenBody is a body that fails after some bytes.
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

// shortBody is a body that ends after some bytes.
type shortBody struct {
	io.ReadCloser
	left int64
}

func (b *shortBody) Read(p []byte) (int, error) {
	if b.left == 0 {
		return 0, io.EOF
	}
	n, err := b.ReadCloser.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

// faultyTransport injects a fault into one request.
type faultyTransport struct {
	next  http.RoundTripper
	n     int // number of the request, from 1
	fault requestFault

	mu    sync.Mutex
	count int
}

func (t *faultyTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	t.mu.Lock()
	t.count++
	inject := t.count == t.n
	t.mu.Unlock()
	if inject {
		return t.fault(t.next, request)
	}
	return t.next.RoundTrip(request)
}

// injectAt injects the fault into the n-th request from now.
func (t *faultyTransport) injectAt(n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.n, t.count = n, 0
}

// injected reports whether the n-th request was sent.
func (t *faultyTransport) injected() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.count >= t.n
}

// TestFaultAtEveryRequestConverges injects a fault into the first request of an
// upload, then in another run into the second, and so on through all requests.
func TestFaultAtEveryRequestConverges(t *testing.T) {
	t.Parallel()
	testEveryRequest(t, retriedFaults, func(t *testing.T, _ *engineRunner, rows []*uploader.Transfer) {
		t.Helper()
		wantDone(t, rows)
	})
}

// TestRetryAfterStoppingFaultConverges does the same with responses that stop a
// transfer until the user retries it.
func TestRetryAfterStoppingFaultConverges(t *testing.T) {
	t.Parallel()
	testEveryRequest(t, stoppingFaults, func(t *testing.T, runner *engineRunner, rows []*uploader.Transfer) {
		t.Helper()
		for _, row := range rows {
			runner.do(uploader.Retry{Target: uploader.TargetTransfers(row.ID)})
		}
		wantDone(t, runner.waitFinal(rows[0].Batch))
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
		t.Run(name, func(t *testing.T) {
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

// uploadWithFault uploads a folder with a fault in the n-th request. It reports
// whether there was an n-th request.
func uploadWithFault(t *testing.T, n int, fault requestFault, finish func(*testing.T, *engineRunner, []*uploader.Transfer)) bool {
	t.Helper()
	server := newTusd(t)
	transport := netx.Transport(netx.Config{})
	defer transport.CloseIdleConnections()
	network := &faultyTransport{next: transport, n: n, fault: fault}
	runner := newEngineRunner(t, filepath.Join(t.TempDir(), "ferry.db"), network)
	batch := uploader.NewBatchID()
	folder := createSmallSet(t)
	runner.do(uploader.Add{Batch: batch, Server: runner.addServer(server.Endpoint), Paths: []string{folder}})
	finish(t, runner, runner.waitFinal(batch))
	runner.stop()
	checkServer(t, server, []string{folder})
	if t.Failed() {
		t.Fatalf("with a fault in request %d", n)
	}
	return network.injected()
}

// TestFaultAtEveryRequestOfParallelUploadConverges does the same with the requests of
// a file uploaded in parts, and restarts the engine after the fault. No byte of a
// part may be sent twice.
func TestFaultAtEveryRequestOfParallelUploadConverges(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "film.mov")
	createFile(t, newRandom(t, seedFiles), path, 16<<20+4321)
	for _, name := range []string{
		"not sent", "interrupted midway", "response lost", "offset conflict",
	} {
		t.Run(name, func(t *testing.T) {
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
	server := newTusd(t)
	transport := netx.Transport(netx.Config{})
	defer transport.CloseIdleConnections()
	network := &faultyTransport{next: transport, n: n, fault: fault}
	runner := newEngineRunner(t, filepath.Join(t.TempDir(), "ferry.db"), network)
	batch := uploader.NewBatchID()
	runner.do(uploader.Add{
		Batch: batch, Server: runner.addServer(server.Endpoint), Paths: []string{path}, Options: uploader.BatchOptions{Connections: 2, ChunkMax: 6 << 20},
	})
	runner.waitFor("the fault or the end", func(s *uploader.Snapshot) bool {
		return network.injected() || s.Totals.Count[uploader.StateDone] == 1
	})
	runner.restart()
	wantDone(t, runner.waitFinal(batch))
	runner.stop()
	checkFolder(t, filepath.Dir(path), completeSums(server.Stored(t)))
	var sent, size int64 = 0, 16<<20 + 4321
	for _, r := range server.Requests() {
		if r.Method == http.MethodPatch {
			sent += r.Body
		}
	}
	if sent != size {
		t.Errorf("%d bytes sent, file has %d", sent, size)
	}
	if t.Failed() {
		t.Fatalf("with a fault in request %d", n)
	}
	return network.injected()
}
