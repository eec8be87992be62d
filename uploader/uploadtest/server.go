// Package uploadtest is what the tests of all packages share: real servers, bad
// networks, and stand-ins for what surrounds the engine.
//
// NewTusd runs tusd in this process and remembers what it was asked; NewTusdBinary
// and NewTusNode run the real programs tusd and @tus/server, which can be killed
// and started again on the same port and files; NewReference is a server for what
// those cannot do. NewProxy stands between a client and a server as a network that
// failOn on request, and NewGateway answers in a server's stead. NewHTTPProxy and
// NewSOCKS5 are proxies that clients are told to use, and NewAuthority vouches for
// servers and clients. Everything ends with the test it was made for. All of it
// may be used by several goroutines.
package uploadtest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tus/tusd/v2/pkg/filestore"
	"github.com/tus/tusd/v2/pkg/handler"
	"github.com/tus/tusd/v2/pkg/memorylocker"
	"go.uber.org/goleak"
	xslog "golang.org/x/exp/slog"
)

// Option changes how a tusd is started.
type Option func(*options)

type options struct {
	maxSize        int64
	noTermination  bool
	noConcat       bool
	hooks          map[string]string
	behindProxy    bool
	networkTimeout time.Duration
	expiry         time.Duration
	wrap           []func(http.Handler) http.Handler
	tls            bool
}

func newOptions(opts []Option) options {
	var o options
	for _, opt := range opts {
		opt(&o)
	}
	return o
}

// MaxSize limits an upload to that many bytes.
func MaxSize(bytes int64) Option { return func(o *options) { o.maxSize = bytes } }

// NoTermination starts the server without the termination extension.
func NoTermination() Option { return func(o *options) { o.noTermination = true } }

// NoConcatenation starts the server without the concatenation extension.
func NoConcatenation() Option { return func(o *options) { o.noConcat = true } }

// Hook has the real binary run a shell script at an event, such as pre-create.
// It is given tusd's JSON on its standard input and may answer in kind; when it
// failOn, tusd answers 500. The in-process tusd does not know it.
func Hook(event, script string) Option {
	return func(o *options) {
		if o.hooks == nil {
			o.hooks = map[string]string{}
		}
		o.hooks[event] = script
	}
}

// BehindProxy lets the server believe X-Forwarded headers.
func BehindProxy() Option { return func(o *options) { o.behindProxy = true } }

// NetworkTimeout is how long the server waits for the next bytes of a body.
func NetworkTimeout(d time.Duration) Option { return func(o *options) { o.networkTimeout = d } }

// Expiry is how long after its creation an unfinished upload is forgotten. Tusd
// does not know it.
func Expiry(d time.Duration) Option { return func(o *options) { o.expiry = d } }

// Wrap puts a handler in front of a server in this process, such as one that asks
// for a password. The real binaries do not know it.
func Wrap(middleware func(http.Handler) http.Handler) Option {
	return func(o *options) { o.wrap = append(o.wrap, middleware) }
}

// WithTLS serves https with a certificate only Tusd.Client trusts. The real
// binary does not know it.
func WithTLS() Option { return func(o *options) { o.tls = true } }

// Request is one request a server saw, after it was answered.
type Request struct {
	Method string
	Path   string
	Header http.Header
	Offset string // Upload-Offset as it was sent; "" when absent
	Status int    // of the answer; 0 when the connection was lost before one
	Body   int64  // bytes of the body that arrived
}

// StoredFile is one upload a server holds.
type StoredFile struct {
	Name     string // the last element of its URL
	Metadata map[string]string
	Path     string // of its bytes on this disk; "" when they are not on one
	Joined   bool   // of other uploads
	SHA256   string // of those bytes, in hex
	Size     int64  // bytes it holds
	Length   int64  // bytes it is to hold in the end; -1 while that is open
}

// Tusd is a tusd in this process: handler, file store and memory locker.
type Tusd struct {
	*httptest.Server
	Endpoint string // the creation URL
	Dir      string // where its files are

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
	s.Server = httptest.NewUnstartedServer(served)
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	if o.tls {
		s.StartTLS()
	} else {
		s.Start()
	}
	s.Endpoint = s.URL + basePath
	t.Cleanup(func() {
		s.CloseClientConnections() // a request that hangs must not hang the test
		s.Close()
	})
	return s
}

// TusdGoroutines is for goleak: a tusd in this process keeps a goroutine per
// request for some seconds after its answer, which a test should not wait for.
func TusdGoroutines() goleak.Option {
	return goleak.IgnoreAnyFunction("github.com/tus/tusd/v2/pkg/handler.newDelayedContext.func1")
}

// basePath is where every tusd of this package takes uploads.
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

// Requests returns every request the server has answered so far, in the order
// of the answers.
func (s *Tusd) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.requests...)
}

// Stored returns what the server holds, in no particular order.
func (s *Tusd) Stored(t testing.TB) []StoredFile {
	t.Helper()
	return storedFiles(t, s.Dir)
}

// record notes each request once its handler has ended.
func (s *Tusd) record(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen := Request{Method: r.Method, Path: r.URL.Path, Header: r.Header.Clone(), Offset: r.Header.Get("Upload-Offset")}
		body := &countingBody{ReadCloser: r.Body}
		recorder := &statusRecorder{ResponseWriter: w}
		r = r.WithContext(r.Context()) // a copy: the server itself must recognise its body
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
	if status >= http.StatusOK { // 1xx is not the answer yet
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the connection's deadlines.
func (a *statusRecorder) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// storedFiles reads a file store's directory: NAME.info beside NAME.
func storedFiles(t testing.TB, dir string) []StoredFile {
	t.Helper()
	infos, err := filepath.Glob(filepath.Join(dir, "*.info"))
	if err != nil {
		t.Fatalf("list uploads: %v", err)
	}
	files := make([]StoredFile, 0, len(infos))
	for _, info := range infos {
		files = append(files, readStored(t, info))
	}
	return files
}

func readStored(t testing.TB, infoPath string) StoredFile {
	t.Helper()
	var info handler.FileInfo
	path := readInfo(t, infoPath, &info)
	file := StoredFile{Name: filepath.Base(path), Metadata: info.MetaData, Path: path, Joined: info.IsFinal, Length: info.Size}
	if info.SizeIsDeferred {
		file.Length = -1
	}
	file.SHA256, file.Size = digest(t, path)
	return file
}

// readInfo reads what a server noted of an upload in a file beside it, and
// returns the path of its bytes. A server writes such a file in place: one that is
// being written is read again.
func readInfo(t testing.TB, infoPath string, into any) string {
	t.Helper()
	var err error
	for range infoReads {
		var text []byte
		if text, err = os.ReadFile(infoPath); err != nil {
			break
		}
		if err = json.Unmarshal(text, into); err == nil {
			return strings.TrimSuffix(infoPath, filepath.Ext(infoPath))
		}
		<-time.After(time.Millisecond)
	}
	t.Fatalf("read upload %s: %v", filepath.Base(infoPath), err)
	return ""
}

// infoReads is how often a file that cannot be parsed is read before it is called
// broken.
const infoReads = 1000

// digest is the hash of a file in hex, and its size.
func digest(t testing.TB, path string) (sum string, size int64) {
	t.Helper()
	content, err := os.Open(path)
	if err != nil {
		t.Fatalf("read upload: %v", err)
	}
	defer func() { _ = content.Close() }()
	hash := sha256.New()
	if size, err = io.Copy(hash, content); err != nil {
		t.Fatalf("read upload: %v", err)
	}
	return hex.EncodeToString(hash.Sum(nil)), size
}
