package uploadtest

import (
	"io"
	"net/http"
	"sync/atomic"
)

// Request is one request that a server has responded to.
type Request struct {
	Method string
	Path   string
	Header http.Header
	Offset string // Upload-Offset as sent; "" when absent
	Status int    // of the response; 0 when the connection was lost before one
	Body   int64  // bytes of the body that arrived
}

// recordRequests passes each request to add when its handler returns, before the end of
// the response.
func recordRequests(next http.Handler, add func(Request)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen := Request{Method: r.Method, Path: r.URL.Path, Header: r.Header.Clone(), Offset: r.Header.Get("Upload-Offset")}
		body := &countingBody{ReadCloser: r.Body}
		recorder := &statusRecorder{ResponseWriter: w}
		r = r.WithContext(r.Context()) // a copy: net/http needs the original request's body
		r.Body = body
		defer func() {
			seen.Status, seen.Body = recorder.status, body.n.Load()
			add(seen)
		}()
		next.ServeHTTP(recorder, r)
	})
}

// countingBody counts what is read. A proxy may still read after its handler has returned.
type countingBody struct {
	io.ReadCloser
	n atomic.Int64
}

func (b *countingBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.n.Add(int64(n))
	return n, err
}

type statusRecorder struct {
	http.ResponseWriter
	status int
}

func (a *statusRecorder) WriteHeader(status int) {
	if status >= http.StatusOK { // 1xx is not the final response
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

// Unwrap lets [http.ResponseController] reach the connection's deadlines.
func (a *statusRecorder) Unwrap() http.ResponseWriter { return a.ResponseWriter }
