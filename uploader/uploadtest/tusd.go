package uploadtest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/tus/tusd/v2/pkg/filestore"
	"github.com/tus/tusd/v2/pkg/handler"
	"github.com/tus/tusd/v2/pkg/memorylocker"
	"go.uber.org/goleak"
	xslog "golang.org/x/exp/slog"
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

// Tusd is a tusd in this process, with a file store and a memory locker.
type Tusd struct {
	*httptest.Server
	Endpoint string // the creation URL
	Dir      string // of the file store

	mu       sync.Mutex
	requests []Request
}

// NewTusd starts a tusd that ends with the test.
func NewTusd(t testing.TB, opts ...Option) *Tusd {
	t.Helper()
	o := newOptions(opts)
	s := &Tusd{Dir: t.TempDir()}
	served := s.record(http.StripPrefix(basePath, newHandler(t, s.Dir, o)))
	for _, wrap := range o.wrap {
		served = wrap(served)
	}
	s.Server = newHTTPServer(t, served)
	if o.tls {
		s.StartTLS()
	} else {
		s.Start()
	}
	s.Endpoint = s.URL + basePath
	return s
}

// IgnoreTusdGoroutines is an option for goleak: tusd keeps a goroutine per request
// for some seconds after its response.
func IgnoreTusdGoroutines() goleak.Option {
	return goleak.IgnoreAnyFunction("github.com/tus/tusd/v2/pkg/handler.newDelayedContext.func1")
}

// basePath is the path of the creation URL on every server of this package.
const basePath = "/files/"

func newHandler(t testing.TB, dir string, o options) http.Handler {
	t.Helper()
	composer := handler.NewStoreComposer()
	filestore.New(dir).UseIn(composer)
	memorylocker.New().UseIn(composer)
	served, err := handler.NewHandler(handler.Config{
		StoreComposer:           composer,
		BasePath:                basePath,
		MaxSize:                 o.maxSize,
		DisableTermination:      o.noTermination,
		DisableConcatenation:    o.noConcat,
		RespectForwardedHeaders: o.behindProxy,
		NetworkTimeout:          o.networkTimeout,
		Logger:                  xslog.New(xslog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		t.Fatalf("start tusd: %v", err)
	}
	return served
}

// Requests returns every request the server has responded to, in the order of the
// responses.
func (s *Tusd) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.requests...)
}

// Stored returns the server's uploads, in no particular order.
func (s *Tusd) Stored(t testing.TB) []StoredFile {
	t.Helper()
	return storedFiles(t, s.Dir)
}

// record records each request when its handler returns.
func (s *Tusd) record(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen := Request{Method: r.Method, Path: r.URL.Path, Header: r.Header.Clone(), Offset: r.Header.Get("Upload-Offset")}
		body := &countingBody{ReadCloser: r.Body}
		recorder := &statusRecorder{ResponseWriter: w}
		r = r.WithContext(r.Context()) // a copy: net/http needs the original request's body
		r.Body = body
		defer func() {
			seen.Status, seen.Body = recorder.status, body.n
			s.mu.Lock()
			defer s.mu.Unlock()
			s.requests = append(s.requests, seen)
		}()
		next.ServeHTTP(recorder, r)
	})
}

type countingBody struct {
	io.ReadCloser
	n int64
}

func (b *countingBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.n += int64(n)
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
