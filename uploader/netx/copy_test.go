package netx

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// lendingBody lends an even number of bytes at a time, and has odd ones read.
type lendingBody struct {
	content []byte
	lent    int   // bytes that are not released
	lends   int   // how often bytes were lent
	fails   error // of Lend
}

func (b *lendingBody) Read(p []byte) (int, error) {
	n := copy(p[:min(len(p), 100)], b.content)
	b.content = b.content[n:]
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

func (b *lendingBody) Close() error { return nil }

func (b *lendingBody) Lend(n int) (p []byte, release func(), err error) {
	if b.fails != nil {
		return nil, nil, b.fails
	}
	if n = min(n, len(b.content), 1000); n%2 == 1 || n == 0 {
		return nil, nil, nil
	}
	p, b.content = b.content[:n], b.content[n:]
	b.lent += n
	b.lends++
	return p, func() { b.lent -= n }, nil
}

// TestCopyBodyUsesLentBytes copies bodies that lend some of their bytes, as net/http does:
// limited to the length of the request.
func TestCopyBodyUsesLentBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		content := rapid.SliceOfN(rapid.Byte(), 0, 5000).Draw(t, "content")
		length := rapid.IntRange(0, len(content)).Draw(t, "length")
		body := &lendingBody{content: content}
		var to bytes.Buffer
		n, err := copyBody(&to, &io.LimitedReader{R: body, N: int64(length)})
		if err != nil || n != int64(length) || !bytes.Equal(to.Bytes(), content[:length]) {
			t.Fatalf("%d bytes of %d, %v", n, length, err)
		}
		if body.lent != 0 {
			t.Fatalf("%d bytes are not released", body.lent)
		}
	})
}

func TestCopyBodyOfOrdinaryReader(t *testing.T) {
	var to bytes.Buffer
	content := bytes.Repeat([]byte("0123456789"), maxWrite/5)
	if n, err := copyBody(&to, bytes.NewReader(content)); err != nil || n != int64(len(content)) || !bytes.Equal(to.Bytes(), content) {
		t.Errorf("%d bytes, %v", n, err)
	}
}

// failingWriter accepts some bytes, then fails.
type failingWriter struct{ left int }

func (w *failingWriter) Write(p []byte) (int, error) {
	n := min(len(p), w.left)
	w.left -= n
	if n < len(p) {
		return n, io.ErrClosedPipe
	}
	return n, nil
}

// TestCopyBodyEndsWithTheErrors of the connection and of the body. Lent bytes are released.
func TestCopyBodyEndsWithTheErrors(t *testing.T) {
	body := &lendingBody{content: make([]byte, 4000)}
	n, err := copyBody(&failingWriter{1500}, &io.LimitedReader{R: body, N: 4000})
	if n != 1500 || !errors.Is(err, io.ErrClosedPipe) || body.lent != 0 {
		t.Errorf("%d bytes, %v, %d not released", n, err, body.lent)
	}
	changed := errors.New("file changed")
	if _, err := copyBody(io.Discard, &io.LimitedReader{R: &lendingBody{content: make([]byte, 10), fails: changed}, N: 10}); !errors.Is(err, changed) {
		t.Errorf("error is %v", err)
	}
}

// TestThrottleLends limits a body that lends its bytes, and one that does not.
func TestThrottleLends(t *testing.T) {
	body := &lendingBody{content: make([]byte, 4000)}
	throttled := Throttle(t.Context(), seekable{body}, NewLimiter(burstsPerSecond*100)).(Lender)
	p, release, err := throttled.Lend(1000)
	if err != nil || len(p) != 100 { // a burst
		t.Fatalf("%d bytes, %v", len(p), err)
	}
	release()
	if p, _, err := Throttle(t.Context(), bytes.NewReader(nil), NewLimiter(1)).(Lender).Lend(10); len(p) > 0 || err != nil {
		t.Errorf("an ordinary body lends %d bytes, %v", len(p), err)
	}
}

// seekable is a body that need not seek.
type seekable struct{ *lendingBody }

func (seekable) Seek(int64, int) (int64, error) { return 0, errors.ErrUnsupported }

// TestTransportSendsLentBytes sends the body of a request as uploads do.
func TestTransportSendsLentBytes(t *testing.T) {
	content := bytes.Repeat([]byte("0123456789"), 100_000)
	received := make(chan []byte, 1)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		received <- body
	}))
	defer server.Close()
	transport := Transport(Config{ConnTracker: &ConnTracker{}})
	defer transport.CloseIdleConnections()
	body := &lendingBody{content: content}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPatch, server.URL, body)
	if err != nil {
		t.Fatal(err)
	}
	request.ContentLength = int64(len(content))
	response, err := NewWatchdog(transport).RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if !bytes.Equal(<-received, content) {
		t.Error("the server got other bytes")
	}
	if body.lends == 0 || body.lent != 0 {
		t.Errorf("lent %d times, %d bytes are not released", body.lends, body.lent)
	}
}

func TestWritesAdaptToTheConnection(t *testing.T) {
	for name, c := range map[string]struct {
		size int
		took time.Duration
		want int
	}{
		"fast":               {minWrite, time.Millisecond, 2 * minWrite},
		"fast, the largest":  {maxWrite, time.Millisecond, maxWrite},
		"neither":            {2 * minWrite, slowWrite / 2, 2 * minWrite},
		"slow":               {maxWrite, time.Second, maxWrite / 2},
		"slow, the smallest": {minWrite, time.Second, minWrite},
	} {
		if got := nextWrite(c.size, c.took); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}
