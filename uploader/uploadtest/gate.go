package uploadtest

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
)

// heldAt is the offset at which a closed gate holds an upload.
const heldAt = 256 << 10

// Gate is a handler in front of a tus server that can hold its uploads, for tests in which
// an upload must not be complete before something else happened. While the gate is closed,
// only the first 256 KiB of each upload reach the server, and its client waits for the
// response as with a slow server. A client that disconnects meanwhile has sent only those.
// A gate is open at first. It is safe for concurrent use.
type Gate struct {
	next http.Handler
	held atomic.Int64 // uploads that wait

	mu      sync.Mutex
	open    chan struct{} // closed while the gate is open
	dropped chan struct{} // closed before open if the uploads that it holds are dropped
}

// NewGate returns an open gate in front of a server.
func NewGate(next http.Handler) *Gate {
	g := &Gate{next: next, open: make(chan struct{}), dropped: make(chan struct{})}
	close(g.open)
	return g
}

// Hold closes the gate.
func (g *Gate) Hold() {
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case <-g.open:
		g.open = make(chan struct{})
	default:
	}
}

// Release opens the gate, also for the uploads that it holds.
func (g *Gate) Release() {
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case <-g.open:
	default:
		close(g.open)
	}
}

// Drop opens the gate for new uploads and drops what arrived of those that it holds, as if
// their clients had disconnected. If they have, the server may not have noticed it yet.
func (g *Gate) Drop() {
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case <-g.open:
	default:
		close(g.dropped)
		close(g.open)
		g.dropped = make(chan struct{}) // of the next uploads
	}
}

// Held returns how many uploads wait for the gate to be opened.
func (g *Gate) Held() int { return int(g.held.Load()) }

// ServeHTTP implements [http.Handler].
func (g *Gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPatch || r.Method == http.MethodPost {
		offset, _ := strconv.ParseInt(r.Header.Get("Upload-Offset"), 10, 64) // a POST has none
		g.mu.Lock()
		body := &heldBody{ReadCloser: r.Body, ctx: r.Context(), waiting: &g.held, open: g.open, dropped: g.dropped, left: max(heldAt-offset, 0)}
		g.mu.Unlock()
		r = r.WithContext(r.Context()) // a copy: net/http needs the original request's body
		r.Body = body
	}
	g.next.ServeHTTP(w, r)
}

// heldBody is the body of a request, whose reader gets the bytes after the first ones only
// when the gate is open.
type heldBody struct {
	io.ReadCloser
	ctx     context.Context //nolint:containedctx // the request's, which ends when the client disconnects
	waiting *atomic.Int64   // of the gate
	open    <-chan struct{}
	dropped <-chan struct{}
	left    int64        // bytes that may be read while the gate is closed
	held    bytes.Buffer // bytes that arrived while the gate was closed
}

func (b *heldBody) Read(p []byte) (int, error) {
	if !isClosed(b.open) && b.left == 0 {
		if err := b.wait(); err != nil {
			return 0, err
		}
	}
	if isClosed(b.dropped) {
		return 0, io.ErrUnexpectedEOF
	}
	if b.held.Len() > 0 {
		return b.held.Read(p)
	}
	if !isClosed(b.open) {
		p = p[:min(int64(len(p)), b.left)]
	}
	n, err := b.ReadCloser.Read(p)
	b.left = max(b.left-int64(n), 0)
	return n, err
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// wait waits until the gate is open. It reads what arrives meanwhile: until the end of the
// body, only a read notices that the client has disconnected.
func (b *heldBody) wait() error {
	b.waiting.Add(1)
	defer b.waiting.Add(-1)
	if _, err := b.held.ReadFrom(b.ReadCloser); err != nil {
		b.held.Reset()
		return err
	}
	select {
	case <-b.open:
		return nil
	case <-b.ctx.Done():
		b.held.Reset()
		return b.ctx.Err()
	}
}
