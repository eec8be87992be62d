package uploadtest

import (
	"log/slog"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strconv"
	"sync"
	"testing"
)

// NodeCookie is the name of the cookie by which a [Balancer] recognizes a client.
const NodeCookie = "NODE"

// Balancer is a load balancer in front of servers that share nothing, as haproxy with
// "cookie NODE insert" or an AWS Application Load Balancer. It forwards a request with its
// cookie to the node that the cookie names, and one without to the next node, whose name
// the response sets as the cookie. It is safe for concurrent use.
type Balancer struct {
	URL string // without a path

	mu       sync.Mutex
	nodes    []http.Handler
	next     int    // of a request without a cookie
	down     []bool // nodes that get no requests
	lines    []string
	ignored  map[string]int // requests by method whose cookie is still to be ignored
	silent   map[string]bool
	requests []BalancedRequest
}

// BalancedRequest is a request that a [Balancer] has forwarded.
type BalancedRequest struct {
	Method string
	Cookie string // its cookie; "" for none
	Node   int
}

// NewBalancer starts a balancer for the servers at targets, which ends with the test.
func NewBalancer(t testing.TB, targets ...string) *Balancer {
	t.Helper()
	b := &Balancer{down: make([]bool, len(targets)), ignored: map[string]int{}, silent: map[string]bool{}}
	for _, target := range targets {
		to, err := url.Parse(target)
		if err != nil {
			t.Fatalf("start balancer: %v", err)
		}
		b.nodes = append(b.nodes, &httputil.ReverseProxy{
			Rewrite:  func(r *httputil.ProxyRequest) { r.Out.URL.Scheme, r.Out.URL.Host = to.Scheme, to.Host },
			ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
		})
	}
	server := newHTTPServer(t, b)
	server.Start()
	b.URL = server.URL
	return b
}

// Set adds a Set-Cookie line to the next response, such as one that ends the cookie.
func (b *Balancer) Set(line string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lines = append(b.lines, line)
}

// IgnoreCookies makes the balancer treat the next n requests of a method as if they had no
// cookie, as after its configuration changed.
func (b *Balancer) IgnoreCookies(method string, n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ignored[method] = n
}

// Silence makes the responses to requests of a method set no cookie.
func (b *Balancer) Silence(method string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.silent[method] = true
}

// Down takes a node out of service: requests with its cookie go to the next one.
func (b *Balancer) Down(node int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.down[node] = true
}

// Requests returns every request that was forwarded, in the order of their arrival.
func (b *Balancer) Requests() []BalancedRequest {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]BalancedRequest(nil), b.requests...)
}

// ServeHTTP implements http.Handler.
func (b *Balancer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.route(w.Header(), r).ServeHTTP(w, r)
}

// route returns the node for a request, and sets the cookies of its response.
func (b *Balancer) route(header http.Header, r *http.Request) http.Handler {
	b.mu.Lock()
	defer b.mu.Unlock()
	sent := ""
	if cookie, err := r.Cookie(NodeCookie); err == nil {
		sent = cookie.Value
	}
	node, err := strconv.Atoi(sent)
	if b.ignored[r.Method] > 0 {
		b.ignored[r.Method]--
		node++
		node %= len(b.nodes)
		sent = "ignored"
	} else if err != nil || node < 0 || node >= len(b.nodes) {
		node = b.next
		b.next = (b.next + 1) % len(b.nodes)
		sent = "none"
	}
	for b.down[node] {
		node, sent = (node+1)%len(b.nodes), "down"
	}
	if name := strconv.Itoa(node); sent != name && !b.silent[r.Method] {
		header.Add("Set-Cookie", NodeCookie+"="+name+"; Path=/; HttpOnly")
	}
	for _, line := range b.lines {
		header.Add("Set-Cookie", line)
	}
	b.lines = nil
	request := BalancedRequest{Method: r.Method, Node: node}
	if cookie, err := r.Cookie(NodeCookie); err == nil {
		request.Cookie = cookie.Value
	}
	b.requests = append(b.requests, request)
	return b.nodes[node]
}
