package tus_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// failingTransport returns err for every request.
type failingTransport struct{ err error }

func (t failingTransport) RoundTrip(*http.Request) (*http.Response, error) { return nil, t.err }

func TestTransportErrors(t *testing.T) {
	dial := func(err error) error {
		return &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", err)}
	}
	tests := []struct {
		name string
		err  error
		want fault.Kind
	}{
		{"no route", dial(uploadtest.ErrNoRoute), fault.Offline},
		{"no network", dial(uploadtest.ErrNoNetwork), fault.Offline},
		{"name not found", &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", IsNotFound: true}}, fault.Offline},
		{"name server timeout", &net.OpError{Op: "dial", Err: &net.DNSError{Err: "timeout", IsTimeout: true}}, fault.Offline},
		{"connection refused", dial(uploadtest.ErrRefused), fault.Unreachable},
		{"dial timeout", &net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}, fault.Unreachable},
		{"port of a proxy above 65535", &net.OpError{Op: "proxyconnect", Err: &net.OpError{Op: "dial", Err: &net.AddrError{Err: "invalid port", Addr: "70000"}}}, fault.Refused},
		{"no file descriptor", dial(syscall.EMFILE), fault.Transient},
		{"no file descriptor for the name lookup", &net.OpError{Op: "dial", Err: &net.DNSError{Err: "dial udp 127.0.0.53:53: socket: " + syscall.EMFILE.Error()}}, fault.Transient},
		{"connection reset", &net.OpError{Op: "read", Err: os.NewSyscallError("read", syscall.ECONNRESET)}, fault.Transient},
		{"broken pipe", &net.OpError{Op: "write", Err: os.NewSyscallError("write", syscall.EPIPE)}, fault.Transient},
		{"end of file", io.EOF, fault.Transient},
		{"unexpected end of file", io.ErrUnexpectedEOF, fault.Transient},
		{"timeout", os.ErrDeadlineExceeded, fault.Transient},
		{"stalled", fmt.Errorf("no bytes sent: %w", netx.ErrStalled), fault.Transient},
		{"unknown authority", &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}, fault.TLS},
		{"another certificate than the confirmed one", &netx.CertificateFingerprintError{}, fault.TLS},
		{"certificate of another host", x509.HostnameError{Host: "server", Certificate: &x509.Certificate{}}, fault.TLS},
		{"expired certificate", x509.CertificateInvalidError{Reason: x509.Expired}, fault.TLS},
		{"client certificate required", &net.OpError{Op: "remote error", Err: tls.AlertError(116)}, fault.TLS},
		{"HTTP response to HTTPS request", http.ErrSchemeMismatch, fault.NotTus},
		{"no TLS record", tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, fault.NotTus},
		{"proxy requires sign-in", &netx.ProxyError{Status: http.StatusProxyAuthRequired}, fault.Auth},
		{"proxy cannot reach the server", &netx.ProxyError{Status: http.StatusBadGateway}, fault.Transient},
		{"other error", errors.New("other"), fault.Transient},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			client := newClient(t, tus.Config{Endpoint: "https://server/", HTTP: failingTransport{test.err}})
			for op, call := range calls {
				got := wantKind(t, call(t, client, "https://server/u"), test.want)
				if got.Op != op || !errors.Is(got, test.err) || !strings.Contains(got.Detail, test.err.Error()) {
					t.Errorf("%s: got %+v", op, got)
				}
			}
		})
	}
}

func TestTransportErrorsWithRealConnections(t *testing.T) {
	untrusted := uploadtest.NewTusd(t, uploadtest.WithTLS())
	plain := uploadtest.NewTusd(t)
	tests := map[string]struct {
		endpoint string
		want     fault.Kind
	}{
		"no listener":                     {uploadtest.UnusedURL(t), fault.Unreachable},
		"unknown host":                    {"http://nowhere.invalid/files/", fault.Offline},
		"untrusted certificate":           {untrusted.Endpoint, fault.TLS},
		"HTTPS request to an HTTP server": {strings.Replace(plain.Endpoint, "http:", "https:", 1), fault.NotTus},
		"HTTP request to an HTTPS server": {strings.Replace(untrusted.Endpoint, "https:", "http:", 1), fault.Refused},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := newClient(t, tus.Config{Endpoint: test.endpoint}).Create(t.Context(), tus.CreateRequest{Size: 1})
			wantKind(t, err, test.want)
		})
	}
}

// TestCertificateCodes checks that what the user can do about a certificate is told apart.
func TestCertificateCodes(t *testing.T) {
	certificate := &x509.Certificate{Raw: []byte("certificate")}
	unknown := &tls.CertificateVerificationError{UnverifiedCertificates: []*x509.Certificate{certificate}, Err: x509.UnknownAuthorityError{}}
	expired := &tls.CertificateVerificationError{UnverifiedCertificates: []*x509.Certificate{certificate}, Err: x509.CertificateInvalidError{Reason: x509.Expired}}
	for _, test := range []struct {
		name, code string
		err        error
	}{
		{"unknown authority", fault.CodeCertificateUnknown, unknown},
		{"another certificate than the confirmed one", fault.CodeCertificateChanged, &netx.CertificateFingerprintError{}},
		{"expired certificate", "", expired},
		{"no client certificate", fault.CodeClientCertNone, &netx.ClientCertificateError{Err: io.EOF}},
		{"client certificate that the server rejects", fault.CodeClientCertRejected, &netx.ClientCertificateError{Configured: true, Err: io.EOF}},
	} {
		t.Run(test.name, func(t *testing.T) {
			client := newClient(t, tus.Config{Endpoint: "https://up.example.com/", HTTP: failingTransport{test.err}})
			_, err := client.Probe(t.Context())
			f := fault.Of(err)
			if f == nil || f.Kind != fault.TLS || f.Code != test.code {
				t.Fatalf("fault %v", f)
			}
			if want := netx.CertificateFingerprint(certificate.Raw); test.code == fault.CodeCertificateUnknown && f.Detail != want {
				t.Errorf("detail %q, want %q", f.Detail, want)
			}
		})
	}
}

func TestResumeAfterConnectionLoss(t *testing.T) {
	server := uploadtest.NewTusd(t)
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	client := newClient(t, tus.Config{Endpoint: proxy.URL(server.Endpoint)})
	content := randomBytes(t, 4<<20)
	upload, err := client.Create(t.Context(), tus.CreateRequest{Size: 4 << 20, Metadata: metadata})
	if err != nil {
		t.Fatal(err)
	}
	proxy.ResetAfter(1 << 20)
	_, err = client.Patch(t.Context(), upload.URL, 0, bytes.NewReader(content), 4<<20)
	wantKind(t, err, fault.Transient)
	status, err := client.Head(t.Context(), upload.URL)
	if err != nil || status.Offset >= 4<<20 {
		t.Fatalf("after the connection loss: %+v, %v", status, err)
	}
	if status, err = client.Patch(t.Context(), upload.URL, status.Offset, bytes.NewReader(content[status.Offset:]), 4<<20-status.Offset); err != nil || status.Offset != 4<<20 {
		t.Fatalf("resuming: %+v, %v", status, err)
	}
	wantStored(t, server.Stored(t), content)
}

func TestC13StallIsTransient(t *testing.T) {
	server := uploadtest.NewTusd(t)
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	transport := netx.Transport(netx.Config{})
	t.Cleanup(transport.CloseIdleConnections)
	client := newClient(t, tus.Config{
		Endpoint: proxy.URL(server.Endpoint),
		HTTP:     &netx.Watchdog{Next: transport, SendTimeout: 100 * time.Millisecond, ResponseTimeout: 100 * time.Millisecond},
	})
	proxy.Blackhole()
	_, err := client.Patch(t.Context(), proxy.URL(server.Endpoint)+"u", 0, bytes.NewReader(randomBytes(t, 64<<20)), 64<<20)
	if got := wantKind(t, err, fault.Transient); !errors.Is(got, netx.ErrStalled) {
		t.Errorf("got %v", got)
	}
}

func TestCanceledContextIsNotAFault(t *testing.T) {
	received := make(chan struct{})
	server := newFakeServer(t, func(_ http.ResponseWriter, r *http.Request) {
		close(received)
		<-r.Context().Done()
	})
	paused := errors.New("paused")
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() {
		<-received
		cancel(paused)
	}()
	_, err := newClient(t, tus.Config{Endpoint: server.URL}).Patch(ctx, server.URL, 0, strings.NewReader("hello"), 5)
	if _, isFault := errors.AsType[*fault.Fault](err); isFault || !fault.IsCanceled(err) || !errors.Is(err, paused) {
		t.Errorf("got %v", err)
	}
}

func TestCancelDuringThrottledRead(t *testing.T) {
	server := uploadtest.NewTusd(t)
	client := newClient(t, tus.Config{Endpoint: server.Endpoint})
	upload, err := client.Create(t.Context(), tus.CreateRequest{Size: 5})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	body := netx.Throttle(ctx, &cancelingReader{strings.NewReader("hello"), 2, cancel}, netx.NewLimiter(1)) // 1 byte/s
	if _, err := client.Patch(ctx, upload.URL, 0, body, 5); !fault.IsCanceled(err) {
		t.Errorf("got %v", err)
	}
}

// cancelingReader calls cancel in the last of a number of reads.
type cancelingReader struct {
	io.ReadSeeker
	reads  int
	cancel func()
}

func (r *cancelingReader) Read(p []byte) (int, error) {
	if r.reads--; r.reads == 0 {
		r.cancel()
	}
	return r.ReadSeeker.Read(p)
}

func TestMissingClientCertificateIsTLSFault(t *testing.T) {
	authority := uploadtest.NewCA(t)
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.TLS = authority.MutualTLSConfig(t, "127.0.0.1")
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	server.StartTLS()
	defer server.Close()
	tlsConfig, err := netx.TLSOptions{CACertificates: authority.PEM}.Config()
	if err != nil {
		t.Fatal(err)
	}
	transport := netx.Transport(netx.Config{TLS: tlsConfig})
	defer transport.CloseIdleConnections()
	check := &netx.ClientCertificateCheck{Next: transport, Transport: transport}
	_, err = newClient(t, tus.Config{Endpoint: server.URL, HTTP: check}).Probe(t.Context())
	if f := wantKind(t, err, fault.TLS); f.Code != fault.CodeClientCertNone {
		t.Errorf("code %q, want %s", f.Code, fault.CodeClientCertNone)
	}
}

func TestDeadlineExceededIsTransient(t *testing.T) {
	server := newFakeServer(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err := newClient(t, tus.Config{Endpoint: server.URL}).Head(ctx, server.URL)
	if got := wantKind(t, err, fault.Transient); !errors.Is(got, context.DeadlineExceeded) || fault.IsCanceled(err) {
		t.Errorf("got %v", err)
	}
}

func TestBodyErrors(t *testing.T) {
	denied := fault.Newf(fault.SourceDenied, fault.Read, "no")
	tests := map[string]struct {
		body io.Reader
		want fault.Kind
	}{
		"fault":                                {failingReader{denied}, fault.SourceDenied},
		"wrapped fault":                        {failingReader{fmt.Errorf("read: %w", denied)}, fault.SourceDenied},
		"early end of file":                    {strings.NewReader("he"), fault.SourceChanged},
		"other error":                          {failingReader{io.ErrNoProgress}, fault.Bug},
		"error that resembles a network error": {failingReader{uploadtest.ErrRefused}, fault.Bug},
		"unexpected end of file":               {failingReader{io.ErrUnexpectedEOF}, fault.Bug},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			server := newFakeServer(t, respond(http.StatusNoContent, "Upload-Offset: 5"))
			_, err := newClient(t, tus.Config{Endpoint: server.URL}).Patch(t.Context(), server.URL, 0, test.body, 5)
			wantKind(t, err, test.want)
		})
	}
}

type failingReader struct{ err error }

func (r failingReader) Read([]byte) (int, error) { return 0, r.err }

func TestBodyIsNotReadAfterPatch(t *testing.T) {
	// The server responds before it has read the body, so that the transport is
	// still sending it.
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		respond(http.StatusConflict)(w, r)
		_ = http.NewResponseController(w).Flush()
	}))
	defer server.Close()
	client := newClient(t, tus.Config{Endpoint: server.URL, HTTP: newPlainTransport(t)})
	for range 20 {
		body := bytes.NewReader(make([]byte, 64<<20))
		_, err := client.Patch(t.Context(), server.URL, 0, struct{ io.Reader }{body}, 64<<20)
		if err == nil {
			t.Fatal("no error")
		}
		_ = body.Len() // with the race detector, fails if the reader is still used
	}
}

// newPlainTransport returns a transport that does not wait for 100 Continue.
func newPlainTransport(t *testing.T) http.RoundTripper {
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return transport
}

func TestMalformedResponsesAreErrors(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	handlers := map[string]http.HandlerFunc{
		"very long body":            respondBody(http.StatusInternalServerError, strings.Repeat(long, 64)),
		"very long header":          respond(http.StatusOK, "X-Long: "+long),
		"unterminated title":        respondBody(http.StatusForbidden, "<title>"+long),
		"control characters":        respondBody(http.StatusBadRequest, "\x00\x01\xff\xfe\x1b[31m"),
		"status 999":                respondPlain(999),
		"Retry-After in the year 1": respond(http.StatusServiceUnavailable, "Retry-After: Mon, 01 Jan 0001 00:00:00 GMT"),
		"very long Retry-After":     respond(http.StatusServiceUnavailable, "Retry-After: 99999999999999999999"),
	}
	for name, handler := range handlers {
		t.Run(name, func(t *testing.T) {
			for _, op := range []fault.Op{fault.Create, fault.Patch, fault.Head} {
				err := call(t, op, handler)
				if f, ok := errors.AsType[*fault.Fault](err); !ok || len(f.Detail) > 4<<10 || f.RetryAfter < 0 {
					t.Errorf("%s: got %.200v", op, err)
				}
			}
		})
	}
}

func TestResponseBodyReadIsLimited(t *testing.T) {
	for _, status := range []int{http.StatusOK, http.StatusInternalServerError} {
		body := &countingBody{}
		client := newClient(t, tus.Config{Endpoint: "http://server/", HTTP: roundTripFunc(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(body)}, nil
		})})
		if _, err := client.Create(t.Context(), tus.CreateRequest{}); err == nil {
			t.Fatal("no error")
		}
		if body.read > 128<<10 {
			t.Errorf("status %d: read %d bytes", status, body.read)
		}
	}
}

// countingBody is a response body of 1 GiB that counts the bytes read.
type countingBody struct{ read int }

func (b *countingBody) Read(p []byte) (int, error) {
	if b.read > 1<<30 {
		return 0, io.EOF
	}
	b.read += len(p)
	return len(p), nil
}

func TestNonHTTPResponseIsNotABug(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = io.WriteString(conn, "SSH-2.0-OpenSSH_9.9\r\n")
			_ = conn.Close()
		}
	}()
	endpoint := url.URL{Scheme: "http", Host: listener.Addr().String(), Path: "/"}
	_, err = newClient(t, tus.Config{Endpoint: endpoint.String()}).Probe(t.Context())
	if err == nil || fault.Is(err, fault.Bug) {
		t.Errorf("got %v", err)
	}
}
