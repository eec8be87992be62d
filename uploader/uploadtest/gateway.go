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

// Gateway is a reverse proxy that can answer requests itself. It is safe for
// concurrent use.
type Gateway struct {
	URL string // without a path

	mu       sync.Mutex
	planned  []plannedResponse
	answered []Request
}

type plannedResponse struct {
	method    string
	response  Response
	remaining int
}

// NewGateway starts a gateway in front of target, the URL of a server. Requests
// without a planned response are forwarded; if target is empty, they get a 404.
// The gateway ends with the test.
func NewGateway(t testing.TB, target string) *Gateway {
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
	g := &Gateway{}
	server := newHTTPServer(t, g.handler(next))
	server.Start()
	g.URL = server.URL
	return g
}

// Respond plans the response for the next n requests of that method, "" for any.
// Earlier planned responses are used first.
func (g *Gateway) Respond(n int, method string, response Response) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.planned = append(g.planned, plannedResponse{method: method, response: response, remaining: n})
}

// Requests returns every request that the gateway answered itself.
func (g *Gateway) Requests() []Request {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]Request(nil), g.answered...)
}

func (g *Gateway) handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		response, planned := g.takePlanned(r)
		if !planned {
			next.ServeHTTP(w, r)
			return
		}
		for name, value := range response.Header {
			w.Header().Set(name, value)
		}
		w.WriteHeader(response.Status)
		_, _ = io.WriteString(w, response.Body)
	})
}

// takePlanned uses up one planned response that matches the request.
func (g *Gateway) takePlanned(r *http.Request) (Response, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for i := range g.planned {
		p := &g.planned[i]
		if p.remaining > 0 && (p.method == "" || p.method == r.Method) {
			p.remaining--
			g.answered = append(g.answered, Request{
				Method: r.Method, Path: r.URL.Path, Header: r.Header.Clone(),
				Offset: r.Header.Get("Upload-Offset"), Status: p.response.Status,
			})
			return p.response, true
		}
	}
	return Response{}, false
}
