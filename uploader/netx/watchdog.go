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

// ErrStalled ends a request on which nothing moved for too long. It says of
// itself, as a net.Error does, that it is a time-out.
var ErrStalled error = stalled{}

type stalled struct{}

func (stalled) Error() string   { return "stalled: nothing moved on the connection" }
func (stalled) Timeout() bool   { return true }
func (stalled) Temporary() bool { return true }

// Watchdog is an http.RoundTripper that ends requests on which nothing moves:
// no byte of the request is taken, and no byte of the answer comes. The
// request's connection is closed and its error is ErrStalled. A request that
// moves, however slowly, may last for ever.
type Watchdog struct {
	Next http.RoundTripper

	// Sending is how long no byte may be taken before the request is sent whole.
	// It includes the time to connect, but not the time that the body's own Read
	// takes: a slow disk or a bandwidth limit is not a stalled connection.
	Sending time.Duration

	// Answering is how long the server may think once it has the request whole,
	// and pause within its answer.
	Answering time.Duration
}

// The times that fit servers in the field: common proxies cut a connection that
// idles for 60 s, and a server may need about as long to store the last bytes.
const (
	Sending   = 30 * time.Second
	Answering = 60 * time.Second
)

// Watch puts a watchdog with the usual times in front of next.
func Watch(next http.RoundTripper) *Watchdog {
	return &Watchdog{Next: next, Sending: Sending, Answering: Answering}
}

// RoundTrip implements http.RoundTripper.
func (w *Watchdog) RoundTrip(request *http.Request) (*http.Response, error) {
	ctx, end := context.WithCancelCause(request.Context())
	watch := &watch{sending: w.Sending, answering: max(w.Answering, patienceOf(ctx))}
	response, err := w.Next.RoundTrip(watch.over(ctx, end, request))
	if err != nil {
		watch.stop()
		end(nil)
		if bitten(ctx) {
			err = fmt.Errorf("%s: %w", watch.doing(), ErrStalled)
		}
		return nil, err
	}
	watch.answered()
	response.Body = &watchedAnswer{body: response.Body, watch: watch, ctx: ctx, end: end}
	return response, nil
}

// watch is the clock over one request.
type watch struct {
	sending, answering time.Duration

	timer *time.Timer

	mu      sync.Mutex
	sent    bool // the request is sent whole
	stopped bool
}

// over makes the request that is sent in place of the caller's.
func (w *watch) over(ctx context.Context, end context.CancelCauseFunc, request *http.Request) *http.Request {
	request = request.WithContext(ctx)
	body := request.Body
	w.sent = body == nil || body == http.NoBody
	w.timer = time.AfterFunc(w.patience(), func() { end(ErrStalled) })
	if w.sent {
		return request
	}
	request.Body = &watchedBody{body, w}
	if again := request.GetBody; again != nil {
		request.GetBody = func() (io.ReadCloser, error) {
			body, err := again()
			if err != nil {
				return nil, err
			}
			w.again()
			return &watchedBody{body, w}, nil
		}
	}
	return request
}

func (w *watch) patience() time.Duration {
	if w.sent {
		return w.answering
	}
	return w.sending
}

// moved starts the clock anew.
func (w *watch) moved() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.stopped {
		w.timer.Reset(w.patience())
	}
}

// again starts the clock for a body that is sent from its beginning once more.
func (w *watch) again() {
	w.mu.Lock()
	w.sent = false
	w.mu.Unlock()
	w.moved()
}

// answered starts the clock over the server's answer, whether or not it waited
// for the whole request.
func (w *watch) answered() {
	w.mu.Lock()
	w.sent = true
	w.mu.Unlock()
	w.moved()
}

func (w *watch) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stopped = true
	w.timer.Stop()
}

// doing says what the request was at, for the log.
func (w *watch) doing() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.sent {
		return fmt.Sprintf("no answer within %s", w.answering)
	}
	return fmt.Sprintf("no byte taken within %s", w.sending)
}

// bitten reports whether it was a watchdog that ended the request.
func bitten(ctx context.Context) bool {
	return errors.Is(context.Cause(ctx), ErrStalled)
}

// watchedBody moves the clock with every byte the connection takes.
type watchedBody struct {
	io.ReadCloser
	watch *watch
}

func (b *watchedBody) Read(p []byte) (int, error) {
	b.watch.hold()
	n, err := b.ReadCloser.Read(p)
	b.watch.took(err)
	return n, err
}

// hold stops the clock while the body is waited for.
func (w *watch) hold() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timer.Stop()
}

// took starts the clock over the connection that has just taken bytes.
func (w *watch) took(err error) {
	w.mu.Lock()
	if errors.Is(err, io.EOF) {
		w.sent = true
	}
	w.mu.Unlock()
	w.moved()
}

// watchedAnswer moves the clock with every byte of the answer, and stops it at
// the end.
type watchedAnswer struct {
	body  io.ReadCloser
	watch *watch
	ctx   context.Context //nolint:containedctx // the request's own, to learn why it ended
	end   context.CancelCauseFunc
}

func (a *watchedAnswer) Read(p []byte) (int, error) {
	n, err := a.body.Read(p)
	if err == nil {
		a.watch.moved()
		return n, nil
	}
	a.watch.stop()
	if bitten(a.ctx) && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("answer broke off: %w", ErrStalled)
	}
	return n, err
}

func (a *watchedAnswer) Close() error {
	a.watch.stop()
	defer a.end(nil)
	return a.body.Close()
}
