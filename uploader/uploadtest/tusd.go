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
	tusd, err := newTusdHandler(s.Dir, o)
	if err != nil {
		t.Fatalf("start tusd: %v", err)
	}
	served := recordRequests(tusd, s.add)
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

func newTusdHandler(dir string, o options) (http.Handler, error) {
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
		return nil, err
	}
	return http.StripPrefix(basePath, served), nil
}

func (s *Tusd) add(r Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, r)
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
