package uploadtest

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync"
	"testing"
)

// Response is an HTTP response defined by a test.
type Response struct {
	Status int
	Header map[string]string
	Body   string
}

func (r Response) write(w http.ResponseWriter) {
	for name, value := range r.Header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(r.Status)
	_, _ = io.WriteString(w, r.Body)
}

// Interceptor handles a request in place of the server behind a gateway. next forwards it
// to that server.
type Interceptor func(w http.ResponseWriter, r *http.Request, next http.Handler)

// Gateway is a reverse proxy that can answer or change requests itself. It is safe for
// concurrent use.
type Gateway struct {
	URL string // without a path

	mu          sync.Mutex
	planned     []interception
	intercepted []Request
}

// interception is what a gateway does with its next requests.
type interception struct {
	method    string
	handle    Interceptor
	remaining int
}

// NewGateway starts a gateway in front of target, the URL of a server. Requests
// without a planned response are forwarded; if target is empty, they get a 404. Of the
// options, Wrap adds a handler for the forwarded requests, and others are ignored. The
// gateway ends with the test.
func NewGateway(t testing.TB, target string, opts ...Option) *Gateway {
	t.Helper()
	next := http.NotFoundHandler()
	if target != "" {
		to, err := url.Parse(target)
		if err != nil {
			t.Fatalf("start gateway: %v", err)
		}
		next = &httputil.ReverseProxy{
			Rewrite: func(r *httputil.ProxyRequest) {
				r.Out.URL.Scheme, r.Out.URL.Host = to.Scheme, to.Host
			},
			ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
		}
	}
	for _, wrap := range newOptions(opts).wrap {
		next = wrap(next)
	}
	g := &Gateway{}
	server := newHTTPServer(t, g.handler(next))
	server.Start()
	g.URL = server.URL
	return g
}

// Respond plans the response for the next n requests of that method, "" for any.
// Earlier planned responses are used first.
func (g *Gateway) Respond(n int, method string, response Response) {
	g.Intercept(n, method, func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { response.write(w) })
}

// Intercept plans what handles the next n requests of that method, "" for any. Earlier
// plans are used first.
func (g *Gateway) Intercept(n int, method string, handle Interceptor) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.planned = append(g.planned, interception{method: method, handle: handle, remaining: n})
}

// Requests returns every request that was intercepted, when its handler returned.
func (g *Gateway) Requests() []Request {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]Request(nil), g.intercepted...)
}

// Pending returns the number of requests that are still to be intercepted.
func (g *Gateway) Pending() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	pending := 0
	for _, p := range g.planned {
		pending += p.remaining
	}
	return pending
}

// ForwardAll drops what was planned, so that all requests are forwarded.
func (g *Gateway) ForwardAll() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.planned = nil
}

func (g *Gateway) handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handle := g.takePlanned(r.Method)
		if handle == nil {
			next.ServeHTTP(w, r)
			return
		}
		recordRequests(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handle(w, r, next) }), g.add).ServeHTTP(w, r)
	})
}

func (g *Gateway) add(r Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.intercepted = append(g.intercepted, r)
}

// takePlanned uses up the first plan for a request of the method, and returns nil if
// there is none.
func (g *Gateway) takePlanned(method string) Interceptor {
	g.mu.Lock()
	defer g.mu.Unlock()
	for i := range g.planned {
		p := &g.planned[i]
		if p.remaining > 0 && (p.method == "" || p.method == method) {
			p.remaining--
			return p.handle
		}
	}
	return nil
}
