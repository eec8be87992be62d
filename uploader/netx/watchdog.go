package netx

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
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
type Watchdog struct {
	Next http.RoundTripper

	// SendTimeout is the maximum time between two reads of the request body by the
	// connection, until the request is sent completely. It includes the time to
	// connect, but not the time of the body's own Read, which a slow disk or a
	// bandwidth limit may delay.
	SendTimeout time.Duration

	// ResponseTimeout is the maximum time from the end of the request to the
	// response, and between two reads of the response body.
	ResponseTimeout time.Duration
}

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

// RoundTrip implements [http.RoundTripper].
func (w *Watchdog) RoundTrip(request *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(request.Context())
	timer := &stallTimer{sendTimeout: w.SendTimeout, responseTimeout: max(w.ResponseTimeout, responseTimeoutOf(ctx))}
	response, err := w.Next.RoundTrip(timer.start(ctx, cancel, request))
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

// stallTimer cancels a request when it expires. It is reset whenever bytes are
// transferred.
type stallTimer struct {
	sendTimeout, responseTimeout time.Duration

	timer *time.Timer

	mu      sync.Mutex
	sent    bool // the request is sent completely
	stopped bool
}

// start starts the timer and returns the request to send in place of the caller's.
func (t *stallTimer) start(ctx context.Context, cancel context.CancelCauseFunc, request *http.Request) *http.Request {
	request = request.WithContext(ctx)
	body := request.Body
	t.sent = body == nil || body == http.NoBody
	t.timer = time.AfterFunc(t.timeout(), func() { cancel(ErrStalled) })
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

func (t *stallTimer) timeout() time.Duration {
	if t.sent {
		return t.responseTimeout
	}
	return t.sendTimeout
}

// reset restarts the timer after bytes were transferred.
func (t *stallTimer) reset() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.stopped {
		t.timer.Reset(t.timeout())
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
	t.timer.Stop()
}

// describe returns the expired timeout for the error text.
func (t *stallTimer) describe() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.sent {
		return fmt.Sprintf("no response within %s", t.responseTimeout)
	}
	return fmt.Sprintf("no bytes sent within %s", t.sendTimeout)
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
	if errors.Is(err, io.EOF) {
		b.timer.setSent(true)
	} else {
		b.timer.reset()
	}
	return n, err
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
