package netx

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync"
	"syscall"
	"time"
)

// ErrStalled is the error of a request that transferred no bytes for too long. It
// is a [net.Error] whose Timeout method returns true.
var ErrStalled error = stalledError{}

type stalledError struct{}

func (stalledError) Error() string   { return "connection stalled" }
func (stalledError) Timeout() bool   { return true }
func (stalledError) Temporary() bool { return true }

// Watchdog is an [http.RoundTripper] that ends stalled requests: those of which no
// byte of the request is sent and no byte of the response is received. It closes
// the connection, and the error is [ErrStalled]. The total duration of a request is
// not limited.
//
// Bytes that the connection has taken may wait in the system's send buffer. On
// Linux they count as sent when the peer acknowledges them (tcp(7), TCP_INFO), so
// that a request on a slow connection does not end as long as it moves; SendTimeout
// is multiplied by fullReceiverFactor while the peer has no room. Other
// systems do not report that: there both timeouts of a request with a body are
// multiplied by unknownProgressFactor.
type Watchdog struct {
	Next http.RoundTripper

	// SendTimeout is the maximum time in which the connection neither reads from the
	// request body nor transfers bytes, until the request is read completely. It
	// includes the time to connect, but not the time of the body's own Read, which a
	// slow disk or a bandwidth limit may delay.
	SendTimeout time.Duration

	// ResponseTimeout is the maximum time without transferred bytes from the end of
	// the request to the response, and between two reads of the response body. Where
	// the request was slow it is longer: a proxy may still have to send maxRelayed
	// bytes of it at the same rate.
	ResponseTimeout time.Duration
}

const (
	// unknownProgressFactor multiplies the timeouts on systems that do not report
	// which bytes the peer has acknowledged.
	unknownProgressFactor = 5

	// fullReceiverFactor multiplies SendTimeout while the peer acknowledges that it
	// has no room for more bytes: it is there, but sends them on slowly, and may make
	// room for many at once.
	fullReceiverFactor = 5

	// maxRelayed is how many bytes of a request a proxy may have received without
	// having sent them on: two usual receive buffers.
	maxRelayed = 256 << 10

	// maxRelayTime limits the additional time for that.
	maxRelayTime = 10 * time.Minute

	// slowAfter is the part of SendTimeout after which a request whose bytes still
	// wait for the connection is slow: 10 s by default.
	slowAfter = 3

	// checksPerTimeout is how often the connection's progress is checked within one
	// timeout.
	checksPerTimeout = 8
)

// The default timeouts. Common proxies close a connection after 60 s without data,
// and a server may need about as long to store the last bytes.
const (
	DefaultSendTimeout     = 30 * time.Second
	DefaultResponseTimeout = 60 * time.Second
)

// NewWatchdog returns a Watchdog for next with the default timeouts.
func NewWatchdog(next http.RoundTripper) *Watchdog {
	return &Watchdog{Next: next, SendTimeout: DefaultSendTimeout, ResponseTimeout: DefaultResponseTimeout}
}

type responseTimeoutKey struct{}

// WithResponseTimeout returns a context for requests whose response may take up to
// d, where d exceeds the ResponseTimeout of the [Watchdog]. It is for operations
// that the server must complete before it can respond, such as copying a file.
func WithResponseTimeout(ctx context.Context, d time.Duration) context.Context {
	return context.WithValue(ctx, responseTimeoutKey{}, d)
}

// responseTimeoutOf returns the timeout set by WithResponseTimeout, or 0.
func responseTimeoutOf(ctx context.Context) time.Duration {
	d, _ := ctx.Value(responseTimeoutKey{}).(time.Duration)
	return d
}

// CloseIdleConnections calls the method of Next, if there is one.
func (w *Watchdog) CloseIdleConnections() {
	if next, ok := w.Next.(interface{ CloseIdleConnections() }); ok {
		next.CloseIdleConnections()
	}
}

type slowNoticeKey struct{}

// WithSlowNotice returns a context for requests of which slow is called once per
// request, in its own goroutine, if bytes of one still wait for the connection after
// a third of the SendTimeout of the [Watchdog]. It gets the rate at which the peer
// acknowledged bytes until then. It is never called on systems that do not report
// the acknowledged bytes.
func WithSlowNotice(ctx context.Context, slow func(bytesPerSecond float64)) context.Context {
	return context.WithValue(ctx, slowNoticeKey{}, slow)
}

// RoundTrip implements [http.RoundTripper].
func (w *Watchdog) RoundTrip(request *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(request.Context())
	timer := &stallTimer{
		sendTimeout: w.SendTimeout, responseTimeout: max(w.ResponseTimeout, responseTimeoutOf(ctx)),
		expire: func() { cancel(ErrStalled) },
	}
	timer.slow, _ = ctx.Value(slowNoticeKey{}).(func(bytesPerSecond float64))
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) { timer.setConn(info.Conn) },
	})
	response, err := w.Next.RoundTrip(timer.start(traced, request))
	if err != nil {
		timer.stop()
		cancel(nil)
		if isStalled(ctx) {
			err = fmt.Errorf("%s: %w", timer.describe(), ErrStalled)
		}
		return nil, err
	}
	timer.setSent(true)
	response.Body = &watchedResponseBody{body: response.Body, timer: timer, ctx: ctx, cancel: cancel}
	return response, nil
}

// stallTimer calls expire when no bytes were transferred for the timeout. It is
// reset whenever bytes are transferred, and checks the connection's own progress
// several times within the timeout.
type stallTimer struct {
	sendTimeout, responseTimeout time.Duration

	expire func()
	slow   func(bytesPerSecond float64) // nil for none, and after it was called
	timer  *time.Timer

	mu        sync.Mutex
	hasBody   bool
	sent      bool // the request body is read completely
	suspended bool // while the source of the body is being read
	stopped   bool
	last      time.Time // of the last transferred bytes
	conn      transferConn
}

// transferConn is the connection of a request.
type transferConn struct {
	conn        syscall.Conn // nil before there is one
	start       time.Time
	first, last uint64    // bytes that it had transferred at the start and when last checked
	known       bool      // the system reports the progress
	waiting     bool      // bytes were waiting when last checked
	lastAck     time.Time // of any acknowledgment, when last checked
}

// progress is the progress of a connection.
type progress struct {
	transferred uint64 // bytes that the peer has acknowledged, and bytes received from it
	waiting     bool   // bytes wait to be sent or acknowledged

	lastAck time.Duration // since the last acknowledgment, which may be of no new bytes
}

// check reports whether the connection has transferred bytes since the last check.
func (c *transferConn) check() bool {
	if c.conn == nil {
		return false
	}
	now, ok := connProgress(c.conn)
	moved := ok && now.transferred != c.last
	if ok {
		c.last, c.waiting, c.lastAck = now.transferred, now.waiting, time.Now().Add(-now.lastAck)
	}
	return moved
}

// isFull reports whether the peer has no room for more bytes: it acknowledges probes
// since the last progress, the last one not longer ago than maxAge.
func (c *transferConn) isFull(progress time.Time, maxAge time.Duration) bool {
	return c.waiting && c.lastAck.After(progress) && time.Since(c.lastAck) < maxAge
}

// rate returns the transferred bytes per second until now.
func (c *transferConn) rate(now time.Time) float64 {
	return float64(c.last-c.first) / now.Sub(c.start).Seconds()
}

// relayTime returns how long a proxy may take to send on what it has received, at the
// rate of the request until then.
func (c *transferConn) relayTime(until time.Time) time.Duration {
	transferred := float64(c.last - c.first)
	if !c.known || transferred == 0 {
		return 0
	}
	return min(time.Duration(float64(until.Sub(c.start))*min(1, maxRelayed/transferred)), maxRelayTime)
}

// tcpConnOf returns the TCP connection below conn, or nil.
func tcpConnOf(conn net.Conn) syscall.Conn {
	for {
		switch c := conn.(type) {
		case interface{ NetConn() net.Conn }: // such as a tls.Conn
			conn = c.NetConn()
		case syscall.Conn:
			return c
		default:
			return nil
		}
	}
}

// setConn sets the connection on which the request is sent.
func (t *stallTimer) setConn(conn net.Conn) {
	tcp := tcpConnOf(conn)
	if tcp == nil {
		return
	}
	now, known := connProgress(tcp)
	t.mu.Lock()
	t.conn = transferConn{conn: tcp, start: time.Now(), first: now.transferred, last: now.transferred, known: known}
	t.mu.Unlock()
	t.reset()
}

// start starts the timer and returns the request to send in place of the caller's.
func (t *stallTimer) start(ctx context.Context, request *http.Request) *http.Request {
	request = request.WithContext(ctx)
	body := request.Body
	t.hasBody = body != nil && body != http.NoBody
	t.sent, t.last = !t.hasBody, time.Now()
	t.mu.Lock()
	t.timer = time.AfterFunc(t.nextCheck(t.last), t.check)
	t.mu.Unlock()
	if t.sent {
		return request
	}
	request.Body = &watchedRequestBody{body, t}
	if getBody := request.GetBody; getBody != nil {
		request.GetBody = func() (io.ReadCloser, error) {
			body, err := getBody()
			if err != nil {
				return nil, err
			}
			t.setSent(false)
			return &watchedRequestBody{body, t}, nil
		}
	}
	return request
}

// timeout returns the maximum time since the last transferred bytes.
func (t *stallTimer) timeout() time.Duration {
	timeout := t.sendTimeout
	if t.sent {
		timeout = t.responseTimeout
	}
	switch {
	case !t.hasBody || t.conn.conn == nil:
		return timeout
	case !t.conn.known:
		return timeout * unknownProgressFactor
	case t.conn.isFull(t.last, 2*t.sendTimeout):
		return max(timeout, t.sendTimeout*fullReceiverFactor)
	case t.sent:
		return max(timeout, t.conn.relayTime(t.last))
	default:
		return timeout
	}
}

// nextCheck returns how long after now the timer checks the connection next.
func (t *stallTimer) nextCheck(now time.Time) time.Duration {
	timeout := t.timeout()
	return min(timeout/checksPerTimeout, t.last.Add(timeout).Sub(now))
}

// check expires the timer if no bytes were transferred for the timeout.
func (t *stallTimer) check() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.stopped || t.suspended {
		return
	}
	now := time.Now()
	if t.conn.check() {
		t.last = now
	}
	if t.slow != nil && t.conn.known && t.conn.waiting && now.Sub(t.conn.start) >= t.sendTimeout/slowAfter {
		go t.slow(t.conn.rate(now))
		t.slow = nil
	}
	next := t.nextCheck(now)
	if next <= 0 {
		t.expire()
		return
	}
	t.timer.Reset(next)
}

// reset restarts the timer after bytes were transferred.
func (t *stallTimer) reset() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.suspended = false
	if !t.stopped {
		t.last = time.Now()
		t.timer.Reset(t.nextCheck(t.last))
	}
}

// setSent sets whether the request is sent completely, and restarts the timer with
// the timeout for that.
func (t *stallTimer) setSent(sent bool) {
	t.mu.Lock()
	t.sent = sent
	t.mu.Unlock()
	t.reset()
}

// stop stops the timer permanently.
func (t *stallTimer) stop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.stopped = true
	t.timer.Stop()
}

// suspend stops the timer until the next reset, while the source of the body is
// being read.
func (t *stallTimer) suspend() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.suspended = true
	t.timer.Stop()
}

// describe returns the expired timeout for the error text.
func (t *stallTimer) describe() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.sent {
		return fmt.Sprintf("no response within %s", t.timeout().Round(time.Millisecond))
	}
	return fmt.Sprintf("no bytes sent within %s", t.timeout())
}

// isStalled reports whether a stallTimer canceled the request.
func isStalled(ctx context.Context) bool {
	return errors.Is(context.Cause(ctx), ErrStalled)
}

// watchedRequestBody resets the timer with every read by the connection.
type watchedRequestBody struct {
	io.ReadCloser
	timer *stallTimer
}

func (b *watchedRequestBody) Read(p []byte) (int, error) {
	b.timer.suspend()
	n, err := b.ReadCloser.Read(p)
	b.resume(err)
	return n, err
}

// Lend implements [Lender].
func (b *watchedRequestBody) Lend(n int) (p []byte, release func(), err error) {
	b.timer.suspend()
	p, release, err = lend(b.ReadCloser, n)
	b.resume(err)
	return p, release, err
}

// resume restarts the timer after a read that ended with err.
func (b *watchedRequestBody) resume(err error) {
	if errors.Is(err, io.EOF) {
		b.timer.setSent(true)
	} else {
		b.timer.reset()
	}
}

// watchedResponseBody resets the timer with every read, and stops it at the end.
type watchedResponseBody struct {
	body   io.ReadCloser
	timer  *stallTimer
	ctx    context.Context //nolint:containedctx // the context of the request, for its cause
	cancel context.CancelCauseFunc
}

func (b *watchedResponseBody) Read(p []byte) (int, error) {
	n, err := b.body.Read(p)
	if err == nil {
		b.timer.reset()
		return n, nil
	}
	b.timer.stop()
	if isStalled(b.ctx) && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("read response body: %w", ErrStalled)
	}
	return n, err
}

func (b *watchedResponseBody) Close() error {
	b.timer.stop()
	defer b.cancel(nil)
	return b.body.Close()
}
