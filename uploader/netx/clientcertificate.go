package netx

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync"
	"sync/atomic"
	"time"
)

// ClientCertificateError is the error of a request to a server that requires a client
// certificate and got none, or rejected the one it got.
type ClientCertificateError struct {
	Configured bool  // there is a client certificate; it is not sent if the server names other authorities
	Err        error // of the connection: a TLS alert, or that it was closed
}

// Error implements the error interface.
func (e *ClientCertificateError) Error() string {
	if e.Configured {
		return fmt.Sprintf("server rejects the client certificate: %v", e.Err)
	}
	return fmt.Sprintf("server requires a client certificate: %v", e.Err)
}

// Unwrap returns the error of the connection.
func (e *ClientCertificateError) Unwrap() error { return e.Err }

// ClientCertificateCheck is an [http.RoundTripper] that finds out whether a request failed
// because of its client certificate; its error is then a [ClientCertificateError].
//
// With TLS 1.3 the handshake of a client ends before the server has verified the client's
// certificate (RFC 8446, 4.4). The server says in an alert why it closes the connection,
// but if it has not read the request that was sent meanwhile, its system resets the
// connection, and on Windows that discards the alert if it was not read before. On every
// system [http.Transport] may return the error of its write instead. Therefore after the
// failure of a request for which a server asked for a certificate, a connection is made on
// which no request is sent, and the alert is read from that. A server that accepts the
// certificate sends a session ticket there, or nothing: the request then failed for another
// reason, such as the network.
type ClientCertificateCheck struct {
	Next      http.RoundTripper
	Transport *http.Transport // from [Transport]; used by Next

	// Wait is the maximum time for one connection; 0 means 3 seconds.
	Wait time.Duration
}

const (
	clientCertificateWait = 3 * time.Second // shorter than servers wait for a request

	// maxUnexplained is how many connections in a row a server may close without an
	// alert, after it asked for a certificate and before a request was sent, until this is
	// taken for its rejection. The network closes none or one of them.
	maxUnexplained = 3
)

type certificateRequestKey struct{}

// noteCertificateRequest makes clients with config note that a server asked for a
// certificate, in the context of the request for which they connect.
func noteCertificateRequest(config *tls.Config) {
	certificates := config.Certificates
	config.GetClientCertificate = func(info *tls.CertificateRequestInfo) (*tls.Certificate, error) {
		if asked, ok := info.Context().Value(certificateRequestKey{}).(*atomic.Bool); ok {
			asked.Store(true)
		}
		for i := range certificates { // as crypto/tls does without this function
			if info.SupportsCertificate(&certificates[i]) == nil {
				return &certificates[i], nil
			}
		}
		return new(tls.Certificate), nil
	}
}

// RoundTrip implements [http.RoundTripper].
func (c *ClientCertificateCheck) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.URL.Scheme != "https" {
		return c.Next.RoundTrip(request)
	}
	asked := new(atomic.Bool)
	response, err := c.Next.RoundTrip(request.WithContext(context.WithValue(request.Context(), certificateRequestKey{}, asked)))
	if err == nil || !asked.Load() || request.Context().Err() != nil || isTimeout(err) {
		return response, err
	}
	if rejection := c.rejection(request); rejection != nil {
		return nil, &ClientCertificateError{Configured: len(c.Transport.TLSClientConfig.Certificates) > 0, Err: rejection}
	}
	return nil, err
}

// CloseIdleConnections calls the method of Next, if there is one.
func (c *ClientCertificateCheck) CloseIdleConnections() {
	if next, ok := c.Next.(interface{ CloseIdleConnections() }); ok {
		next.CloseIdleConnections()
	}
}

// rejection returns the error with which the server rejects connections because of the
// client's certificate, or nil.
func (c *ClientCertificateCheck) rejection(request *http.Request) error {
	for unexplained := 1; ; unexplained++ {
		err := c.connect(request)
		if err == nil || isAlert(err) || unexplained == maxUnexplained {
			return err
		}
	}
}

// errConnAccepted is the cause for which a connection is no longer waited for.
var errConnAccepted = errors.New("server accepted the connection")

// connect connects as for the request, but sends none. It returns the error with which the
// server closed the connection after it asked for a certificate, or nil.
func (c *ClientCertificateCheck) connect(request *http.Request) error {
	wait := c.Wait
	if wait == 0 {
		wait = clientCertificateWait
	}
	asked := new(atomic.Bool)
	ctx, cancel := context.WithTimeoutCause(context.WithValue(request.Context(), certificateRequestKey{}, asked), wait, errConnAccepted)
	defer cancel()
	ctx, accept := context.WithCancelCause(ctx)
	defer accept(nil)

	transport := c.Transport.Clone()
	transport.DisableKeepAlives = true
	transport.TLSClientConfig.ClientSessionCache = ticketFunc(func() {
		if asked.Load() { // otherwise it is from a proxy
			accept(errConnAccepted)
		}
	})
	dial, closed := transport.DialContext, make(chan struct{})
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &notifyingConn{Conn: conn, closed: sync.OnceFunc(func() { close(closed) })}, nil
	}
	// The transport reads from a new connection before it sends a request, which it does
	// after GotConn has returned, and closes it after an error.
	trace := &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		select {
		case <-closed:
		case <-ctx.Done():
			_ = info.Conn.Close() // before a request is written
		}
	}}
	unsent := &http.Request{Method: http.MethodOptions, URL: request.URL, Header: http.Header{}}
	response, err := transport.RoundTrip(unsent.WithContext(httptrace.WithClientTrace(ctx, trace)))
	if err == nil {
		_ = response.Body.Close() // cannot be: no request was sent
		return nil
	}
	if asked.Load() && ctx.Err() == nil {
		return err
	}
	return nil
}

// ticketFunc is a [tls.ClientSessionCache] that stores nothing, and a function that is called
// when the server sends a session ticket. A server that asks for a certificate sends one after
// it has verified that.
type ticketFunc func()

func (ticketFunc) Get(string) (*tls.ClientSessionState, bool) { return nil, false }
func (f ticketFunc) Put(_ string, state *tls.ClientSessionState) {
	if state != nil {
		f()
	}
}

// notifyingConn is a connection that calls a function when it is closed.
type notifyingConn struct {
	net.Conn
	closed func()
}

// Close implements net.Conn.
func (c *notifyingConn) Close() error {
	defer c.closed()
	return c.Conn.Close()
}

// isTimeout reports whether the server sent nothing, so that it did not reject anything.
func isTimeout(err error) bool {
	netErr, ok := errors.AsType[net.Error](err)
	return ok && netErr.Timeout()
}

// isAlert reports whether the peer ended a connection with a TLS alert.
func isAlert(err error) bool {
	opErr, ok := errors.AsType[*net.OpError](err)
	return ok && opErr.Op == "remote error"
}
