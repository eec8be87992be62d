package uploadtest

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"
	"sync"
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

	mu   sync.Mutex
	open chan struct{} // closed while the gate is open
}

// NewGate returns an open gate in front of a server.
func NewGate(next http.Handler) *Gate {
	g := &Gate{next: next, open: make(chan struct{})}
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

// ServeHTTP implements [http.Handler].
func (g *Gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPatch || r.Method == http.MethodPost {
		offset, _ := strconv.ParseInt(r.Header.Get("Upload-Offset"), 10, 64) // a POST has none
		g.mu.Lock()
		body := &heldBody{ReadCloser: r.Body, ctx: r.Context(), open: g.open, left: max(heldAt-offset, 0)}
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
	ctx  context.Context //nolint:containedctx // the request's, which ends when the client disconnects
	open <-chan struct{}
	left int64        // bytes that may be read while the gate is closed
	held bytes.Buffer // bytes that arrived while the gate was closed
}

func (b *heldBody) Read(p []byte) (int, error) {
	if !b.isOpen() && b.left == 0 {
		if err := b.wait(); err != nil {
			return 0, err
		}
	}
	if b.held.Len() > 0 {
		return b.held.Read(p)
	}
	if !b.isOpen() {
		p = p[:min(int64(len(p)), b.left)]
	}
	n, err := b.ReadCloser.Read(p)
	b.left = max(b.left-int64(n), 0)
	return n, err
}

func (b *heldBody) isOpen() bool {
	select {
	case <-b.open:
		return true
	default:
		return false
	}
}

// wait waits until the gate is open. It reads what arrives meanwhile: until the end of the
// body, only a read notices that the client has disconnected.
func (b *heldBody) wait() error {
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
