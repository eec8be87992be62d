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

// broken is a network that fails every request so.
type broken struct{ err error }

func (b broken) RoundTrip(*http.Request) (*http.Response, error) { return nil, b.err }

func TestTransportErrors(t *testing.T) {
	dial := func(err error) error {
		return &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", err)}
	}
	tests := []struct {
		name string
		err  error
		want fault.Kind
	}{
		{"no route", dial(syscall.EHOSTUNREACH), fault.Offline},
		{"no network", dial(syscall.ENETUNREACH), fault.Offline},
		{"no such name", &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", IsNotFound: true}}, fault.Offline},
		{"no name server", &net.OpError{Op: "dial", Err: &net.DNSError{Err: "timeout", IsTimeout: true}}, fault.Offline},
		{"connection refused", dial(syscall.ECONNREFUSED), fault.Unreachable},
		{"nobody answers while connecting", &net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}, fault.Unreachable},
		{"reset", &net.OpError{Op: "read", Err: os.NewSyscallError("read", syscall.ECONNRESET)}, fault.Transient},
		{"broken pipe", &net.OpError{Op: "write", Err: os.NewSyscallError("write", syscall.EPIPE)}, fault.Transient},
		{"end of file", io.EOF, fault.Transient},
		{"cut short", io.ErrUnexpectedEOF, fault.Transient},
		{"time-out", os.ErrDeadlineExceeded, fault.Transient},
		{"stalled", fmt.Errorf("no byte taken: %w", netx.ErrStalled), fault.Transient},
		{"unknown authority", &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}, fault.TLS},
		{"another host's certificate", x509.HostnameError{Host: "server", Certificate: &x509.Certificate{}}, fault.TLS},
		{"expired certificate", x509.CertificateInvalidError{Reason: x509.Expired}, fault.TLS},
		{"the server wants a certificate", &net.OpError{Op: "remote error", Err: tls.AlertError(116)}, fault.TLS},
		{"plain HTTP where https was asked", http.ErrSchemeMismatch, fault.NotTus},
		{"no TLS where it was asked", tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, fault.NotTus},
		{"the proxy wants a sign-in", &netx.ProxyError{Status: http.StatusProxyAuthRequired}, fault.Auth},
		{"the proxy cannot reach the server", &netx.ProxyError{Status: http.StatusBadGateway}, fault.Transient},
		{"anything else", errors.New("weather"), fault.Transient},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			client := connect(t, tus.Config{Endpoint: "https://server/", HTTP: broken{test.err}})
			for op, call := range calls {
				got := wantKind(t, call(t, client, "https://server/u"), test.want)
				if got.Op != op || !errors.Is(got, test.err) || !strings.Contains(got.Detail, test.err.Error()) {
					t.Errorf("%s: got %+v", op, got)
				}
			}
		})
	}
}

func TestTransportErrorsOfRealConnections(t *testing.T) {
	untrusted := uploadtest.NewTusd(t, uploadtest.WithTLS())
	plain := uploadtest.NewTusd(t)
	tests := map[string]struct {
		endpoint string
		want     fault.Kind
	}{
		"nothing listens":                  {uploadtest.Unused(t), fault.Unreachable},
		"no such host":                     {"http://nowhere.invalid/files/", fault.Offline},
		"an untrusted certificate":         {untrusted.Endpoint, fault.TLS},
		"https asked of a plain server":    {strings.Replace(plain.Endpoint, "http:", "https:", 1), fault.NotTus},
		"plain HTTP asked of a TLS server": {strings.Replace(untrusted.Endpoint, "https:", "http:", 1), fault.Refused},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := connect(t, tus.Config{Endpoint: test.endpoint}).Probe(t.Context())
			wantKind(t, err, test.want)
		})
	}
}

func TestTransportCutInTheMiddleLosesNothingAcknowledged(t *testing.T) {
	server := uploadtest.NewTusd(t)
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	client := connect(t, tus.Config{Endpoint: proxy.URL(server.Endpoint)})
	content := random(t, 4<<20)
	made, err := client.Create(t.Context(), tus.CreateRequest{Size: 4 << 20, Metadata: metadata})
	if err != nil {
		t.Fatal(err)
	}
	proxy.CutAfter(1 << 20)
	_, err = client.Patch(t.Context(), made.URL, 0, bytes.NewReader(content), 4<<20)
	wantKind(t, err, fault.Transient)
	status, err := client.Head(t.Context(), made.URL)
	if err != nil || status.Offset >= 4<<20 {
		t.Fatalf("after the cut: %+v, %v", status, err)
	}
	if status, err = client.Patch(t.Context(), made.URL, status.Offset, bytes.NewReader(content[status.Offset:]), 4<<20-status.Offset); err != nil || status.Offset != 4<<20 {
		t.Fatalf("continuing: %+v, %v", status, err)
	}
	expectOne(t, server.Stored(t), content)
}

func TestC13StallIsTransient(t *testing.T) {
	server := uploadtest.NewTusd(t)
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	transport := netx.Transport(netx.Config{})
	t.Cleanup(transport.CloseIdleConnections)
	client := connect(t, tus.Config{
		Endpoint: proxy.URL(server.Endpoint),
		HTTP:     &netx.Watchdog{Next: transport, Sending: 100 * time.Millisecond, Answering: 100 * time.Millisecond},
	})
	proxy.Blackhole()
	_, err := client.Patch(t.Context(), proxy.URL(server.Endpoint)+"u", 0, bytes.NewReader(random(t, 64<<20)), 64<<20)
	if got := wantKind(t, err, fault.Transient); !errors.Is(got, netx.ErrStalled) {
		t.Errorf("got %v", got)
	}
}

func TestContextEndedByTheCallerIsNoFault(t *testing.T) {
	waiting := make(chan struct{})
	server := newScript(t, func(_ http.ResponseWriter, r *http.Request) {
		close(waiting)
		<-r.Context().Done()
	})
	paused := errors.New("paused")
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() {
		<-waiting
		cancel(paused)
	}()
	_, err := connect(t, tus.Config{Endpoint: server.URL}).Patch(ctx, server.URL, 0, strings.NewReader("hello"), 5)
	if _, is := errors.AsType[*fault.Fault](err); is || !fault.Stopped(err) || !errors.Is(err, paused) {
		t.Errorf("got %v", err)
	}
}

func TestContextEndsABodyThatWaitsForItsTurn(t *testing.T) {
	server := uploadtest.NewTusd(t)
	client := connect(t, tus.Config{Endpoint: server.Endpoint})
	made, err := client.Create(t.Context(), tus.CreateRequest{Size: 5})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	body := netx.Throttle(ctx, &signal{strings.NewReader("hello"), 2, cancel}, netx.NewLimit(1)) // a byte a second
	if _, err := client.Patch(ctx, made.URL, 0, body, 5); !fault.Stopped(err) {
		t.Errorf("got %v", err)
	}
}

// signal does something when it is read for the nth time.
type signal struct {
	io.ReadSeeker
	left int
	give func()
}

func (s *signal) Read(p []byte) (int, error) {
	if s.left--; s.left == 0 {
		s.give()
	}
	return s.ReadSeeker.Read(p)
}

func TestTransportErrorOfAServerThatWantsToKnowItsClients(t *testing.T) {
	ours := uploadtest.NewAuthority(t)
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.TLS = ours.Known(t, "127.0.0.1")
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	server.StartTLS()
	defer server.Close()
	trust, err := netx.Trust{Authorities: ours.PEM}.Config()
	if err != nil {
		t.Fatal(err)
	}
	transport := netx.Transport(netx.Config{TLS: trust})
	defer transport.CloseIdleConnections()
	_, err = connect(t, tus.Config{Endpoint: server.URL, HTTP: transport}).Probe(t.Context())
	wantKind(t, err, fault.TLS)
}

func TestContextOutOfTimeIsTransient(t *testing.T) {
	server := newScript(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err := connect(t, tus.Config{Endpoint: server.URL}).Head(ctx, server.URL)
	if got := wantKind(t, err, fault.Transient); !errors.Is(got, context.DeadlineExceeded) || fault.Stopped(err) {
		t.Errorf("got %v", err)
	}
}

func TestBodyErrorsAreTheCallersToName(t *testing.T) {
	denied := fault.Newf(fault.SourceDenied, fault.Read, "no")
	tests := map[string]struct {
		body io.Reader
		want fault.Kind
	}{
		"a fault stays itself":        {failing{denied}, fault.SourceDenied},
		"a wrapped fault too":         {failing{fmt.Errorf("read: %w", denied)}, fault.SourceDenied},
		"an end before its time":      {strings.NewReader("he"), fault.SourceChanged},
		"an error without a name":     {failing{io.ErrNoProgress}, fault.Bug},
		"an error that looks remote":  {failing{syscall.ECONNREFUSED}, fault.Bug},
		"an unexpected end of a pipe": {failing{io.ErrUnexpectedEOF}, fault.Bug},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			server := newScript(t, reply(http.StatusNoContent, "Upload-Offset: 5"))
			_, err := connect(t, tus.Config{Endpoint: server.URL}).Patch(t.Context(), server.URL, 0, test.body, 5)
			wantKind(t, err, test.want)
		})
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestBodyIsNotTouchedAfterPatchReturned(t *testing.T) {
	// The server answers before it has read anything, so the transport is still
	// in the middle of the body when the answer arrives.
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		reply(http.StatusConflict)(w, r)
		_ = http.NewResponseController(w).Flush()
	}))
	defer server.Close()
	client := connect(t, tus.Config{Endpoint: server.URL, HTTP: withoutConsent(t)})
	for range 20 {
		body := bytes.NewReader(make([]byte, 64<<20))
		_, err := client.Patch(t.Context(), server.URL, 0, struct{ io.Reader }{body}, 64<<20)
		if err == nil {
			t.Fatal("it succeeded")
		}
		_ = body.Len() // the race detector sees a reader in use
	}
}

// withoutConsent is a transport that sends bodies at once.
func withoutConsent(t *testing.T) http.RoundTripper {
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return transport
}

func TestHostileAnswersAreErrors(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	answers := map[string]http.HandlerFunc{
		"a body without end":        saying(http.StatusInternalServerError, strings.Repeat(long, 64)),
		"a header without end":      reply(http.StatusOK, "X-Long: "+long),
		"a title without end":       saying(http.StatusForbidden, "<title>"+long),
		"nothing but control codes": saying(http.StatusBadRequest, "\x00\x01\xff\xfe\x1b[31m"),
		"a status from elsewhere":   bare(999),
		"a date before all time":    reply(http.StatusServiceUnavailable, "Retry-After: Mon, 01 Jan 0001 00:00:00 GMT"),
		"a wait without end":        reply(http.StatusServiceUnavailable, "Retry-After: 99999999999999999999"),
	}
	for name, answer := range answers {
		t.Run(name, func(t *testing.T) {
			for _, op := range []fault.Op{fault.Create, fault.Patch, fault.Head} {
				err := ask(t, op, answer)
				if f, ok := errors.AsType[*fault.Fault](err); !ok || len(f.Detail) > 4<<10 || f.RetryAfter < 0 {
					t.Errorf("%s: got %.200v", op, err)
				}
			}
		})
	}
}

func TestHostileAnswerIsReadNoFurtherThanIsOfUse(t *testing.T) {
	for _, status := range []int{http.StatusOK, http.StatusInternalServerError} {
		endless := &countless{}
		client := connect(t, tus.Config{Endpoint: "http://server/", HTTP: silent(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(endless)}, nil
		})})
		if _, err := client.Create(t.Context(), tus.CreateRequest{}); err == nil {
			t.Fatal("it succeeded")
		}
		if endless.read > 128<<10 {
			t.Errorf("%d: it read %d bytes", status, endless.read)
		}
	}
}

// countless is an answer that goes on for a gigabyte.
type countless struct{ read int }

func (c *countless) Read(p []byte) (int, error) {
	if c.read > 1<<30 {
		return 0, io.EOF
	}
	c.read += len(p)
	return len(p), nil
}

func TestHostileAnswersThatAreNotHTTP(t *testing.T) {
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
	_, err = connect(t, tus.Config{Endpoint: endpoint.String()}).Probe(t.Context())
	if err == nil || fault.Is(err, fault.Bug) {
		t.Errorf("got %v", err)
	}
}
