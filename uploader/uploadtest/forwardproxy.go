package uploadtest

import (
	"context"
	"crypto/tls"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync"
	"testing"
)

// ForwardProxy is a proxy that clients are configured to use. It connects to one
// target whatever host is requested, so requests may name hosts that do not exist.
type ForwardProxy struct {
	Addr string // host:port

	target string
	user   *url.Userinfo   // nil: no authentication
	ctx    context.Context //nolint:containedctx // the proxy's lifetime, not a call's
	wait   sync.WaitGroup

	mu      sync.Mutex
	targets []string
}

// Targets returns the host:port of every request and tunnel that was allowed.
func (f *ForwardProxy) Targets() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.targets...)
}

// NewHTTPProxy starts an HTTP proxy in front of target, a host:port. It requires
// the credentials user unless user is nil, and uses TLS unless config is nil.
// The proxy ends with the test.
func NewHTTPProxy(t testing.TB, target string, user *url.Userinfo, config *tls.Config) *ForwardProxy {
	t.Helper()
	f := newForwarder(t, target, user)
	server := newHTTPServer(t, http.HandlerFunc(f.serveHTTP))
	if config != nil {
		server.TLS = config
		server.StartTLS()
	} else {
		server.Start()
	}
	f.Addr = server.Listener.Addr().String()
	return f
}

// newForwarder returns a proxy whose tunnels are closed at the end of the test,
// after the listening server is.
func newForwarder(t testing.TB, target string, user *url.Userinfo) *ForwardProxy {
	ctx, cancel := context.WithCancel(context.Background())
	f := &ForwardProxy{target: target, user: user, ctx: ctx}
	t.Cleanup(func() {
		cancel()
		f.wait.Wait()
	})
	return f
}

func (f *ForwardProxy) serveHTTP(w http.ResponseWriter, r *http.Request) {
	if !f.authorized(r.Header.Get("Proxy-Authorization")) {
		w.Header().Set("Proxy-Authenticate", "Basic")
		w.WriteHeader(http.StatusProxyAuthRequired)
		return
	}
	f.record(r.Host)
	if r.Method != http.MethodConnect {
		f.forward(w, r)
		return
	}
	client, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	server, err := f.dial()
	if err != nil {
		_, _ = io.WriteString(client, "HTTP/1.1 502 Bad Gateway\r\n\r\n")
		_ = client.Close()
		return
	}
	_, _ = io.WriteString(client, "HTTP/1.1 200 OK\r\n\r\n")
	f.wait.Go(func() { f.tunnel(client, server) })
}

// forward sends on one request that is not a CONNECT.
func (f *ForwardProxy) forward(w http.ResponseWriter, r *http.Request) {
	proxy := &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.Out.URL.Scheme, r.Out.URL.Host = "http", f.target },
		Transport: &http.Transport{DisableKeepAlives: true},
		ErrorLog:  slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}
	proxy.ServeHTTP(w, r)
}

func (f *ForwardProxy) authorized(authorization string) bool {
	if f.user == nil {
		return true
	}
	password, _ := f.user.Password()
	request := &http.Request{Header: http.Header{"Authorization": {authorization}}}
	gotUser, gotPassword, ok := request.BasicAuth()
	return ok && gotUser == f.user.Username() && gotPassword == password
}

func (f *ForwardProxy) record(host string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.targets = append(f.targets, host)
}

func (f *ForwardProxy) dial() (net.Conn, error) {
	var dialer net.Dialer
	return dialer.DialContext(f.ctx, "tcp", f.target)
}

// tunnel copies bytes both ways until either side is closed or the test ends.
func (f *ForwardProxy) tunnel(client, server net.Conn) {
	closeBoth := func() {
		_ = client.Close()
		_ = server.Close()
	}
	defer context.AfterFunc(f.ctx, closeBoth)()
	var copies sync.WaitGroup
	for _, pair := range [][2]net.Conn{{server, client}, {client, server}} {
		copies.Go(func() {
			_, _ = io.Copy(pair[0], pair[1])
			closeBoth()
		})
	}
	copies.Wait()
}
