package netx_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/uploader/netx"
)

// drain reads a body to its end and returns how long that took.
func drain(t *testing.T, body io.Reader) time.Duration {
	t.Helper()
	start := time.Now()
	if _, err := io.Copy(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{body}); err != nil {
		t.Fatal(err)
	}
	return time.Since(start)
}

func TestLimitRate(t *testing.T) {
	for _, rate := range []int64{1, 10, 999, 100_000, 5_000_000, 1 << 30} {
		synctest.Test(t, func(t *testing.T) {
			limit := netx.NewLimiter(rate)
			size := min(rate*2, 1<<27)
			took := drain(t, netx.Throttle(t.Context(), bytes.NewReader(make([]byte, size)), limit))
			want := time.Duration(float64(size) / float64(rate) * float64(time.Second))
			if off := took - want; off > time.Millisecond || off < -time.Second/20-time.Second/time.Duration(rate) {
				t.Errorf("%d bytes at %d bytes/s took %s, want %s", size, rate, took, want)
			}
			if got := limit.Rate(); got != rate {
				t.Errorf("Rate() = %d, want %d", got, rate)
			}
		})
	}
}

func TestLimitGivesSteadyRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		body := netx.Throttle(t.Context(), bytes.NewReader(make([]byte, 500_000)), netx.NewLimiter(100_000))
		buffer := make([]byte, 64<<10)
		for start := time.Now(); ; start = time.Now() {
			n, err := body.Read(buffer)
			if err != nil {
				break
			}
			if n > 5000 || time.Since(start) > 50*time.Millisecond {
				t.Fatalf("read %d bytes after %s, want at most 5000 within 50ms", n, time.Since(start))
			}
		}
	})
}

func TestLimitIsSharedFairly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limit := netx.NewLimiter(100_000)
		start := time.Now()
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				if took := drain(t, netx.Throttle(t.Context(), bytes.NewReader(make([]byte, 100_000)), limit)); took < 9*time.Second {
					t.Errorf("one of ten bodies was done after %s, want at least 9s", took)
				}
			})
		}
		wg.Wait()
		if took := time.Since(start); took < 9900*time.Millisecond || took > 10*time.Second {
			t.Errorf("10 × 100 kB at 100 kB/s took %s, want 10s", took)
		}
	})
}

func TestSeveralLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		global, slow, fast := netx.NewLimiter(300), netx.NewLimiter(100), netx.NewLimiter(0)
		start := time.Now()
		var wg sync.WaitGroup
		wg.Go(func() {
			took := drain(t, netx.Throttle(t.Context(), bytes.NewReader(make([]byte, 1000)), global, slow))
			if took < 9900*time.Millisecond {
				t.Errorf("1000 bytes with a limit of 100 bytes/s took %s, want 10s", took)
			}
		})
		wg.Go(func() {
			took := drain(t, netx.Throttle(t.Context(), bytes.NewReader(make([]byte, 1500)), global, fast))
			if took < 5*time.Second || took > 8*time.Second {
				t.Errorf("1500 bytes without an own limit took %s, want 5s to 8s", took)
			}
		})
		wg.Wait()
		if took := time.Since(start); took > 12*time.Second {
			t.Errorf("both took %s, want at most 12s", took)
		}
	})
}

func TestZeroLimitIsUnlimited(t *testing.T) {
	for _, rate := range []int64{0, -1} {
		synctest.Test(t, func(t *testing.T) {
			if took := drain(t, netx.Throttle(t.Context(), bytes.NewReader(make([]byte, 1<<20)), netx.NewLimiter(rate))); took != 0 {
				t.Errorf("took %s, want 0s", took)
			}
			if got := netx.NewLimiter(rate).Rate(); got != 0 {
				t.Errorf("Rate() = %d, want 0", got)
			}
		})
	}
}

func TestThrottleWithoutLimitsReturnsBody(t *testing.T) {
	body := strings.NewReader("hello")
	if got := netx.Throttle(t.Context(), body, nil, nil); got != body {
		t.Errorf("got a %T, want the body itself", got)
	}
	synctest.Test(t, func(t *testing.T) {
		if took := drain(t, netx.Throttle(t.Context(), bytes.NewReader(make([]byte, 1000)), nil, netx.NewLimiter(100))); took < 9*time.Second {
			t.Errorf("1000 bytes with a nil limit and one of 100 bytes/s took %s, want 10s", took)
		}
	})
}

func TestLimitChangesWhileReading(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limit := netx.NewLimiter(100)
		time.AfterFunc(10*time.Second, func() { limit.Set(1000) }) // after 1000 bytes
		time.AfterFunc(15*time.Second, func() { limit.Set(10) })   // after 6000 bytes
		time.AfterFunc(25*time.Second, func() { limit.Set(0) })    // after 6100 bytes
		took := drain(t, netx.Throttle(t.Context(), bytes.NewReader(make([]byte, 1_000_000)), limit))
		if took < 25*time.Second || took > 25200*time.Millisecond {
			t.Errorf("took %s, want 25s", took)
		}
	})
}

func TestLimitIsNeverExceeded(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		rate := rapid.Int64Range(20, 1<<20).Draw(r, "rate")
		reads := rapid.SliceOfN(rapid.IntRange(1, 1<<16), 1, 50).Draw(r, "reads")
		pauses := rapid.SliceOfN(rapid.Int64Range(0, int64(time.Second)), 50, 50).Draw(r, "pauses")
		synctest.Test(t, func(t *testing.T) {
			body := netx.Throttle(t.Context(), bytes.NewReader(make([]byte, 4<<20)), netx.NewLimiter(rate))
			start, total := time.Now(), int64(0)
			for i, size := range reads {
				n, _ := body.Read(make([]byte, size))
				total += int64(n)
				allowed := rate/20 + 1 + int64(time.Since(start).Seconds()*float64(rate)) + 1
				if total > allowed {
					t.Fatalf("%d bytes in %s at %d bytes/s", total, time.Since(start), rate)
				}
				time.Sleep(time.Duration(pauses[i])) // synctest clock
			}
		})
	})
}

func TestLimitReturnsWhenContextEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		limit := netx.NewLimiter(1)
		body := netx.Throttle(ctx, strings.NewReader("hello"), limit)
		if _, err := body.Read(make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		time.AfterFunc(time.Millisecond, cancel)
		if n, err := body.Read(make([]byte, 5)); n != 0 || !errors.Is(err, context.Canceled) || time.Since(start) != time.Millisecond {
			t.Errorf("read %d bytes, %v after %s", n, err, time.Since(start))
		}
		if n, err := body.Read(make([]byte, 5)); n != 0 || !errors.Is(err, context.Canceled) {
			t.Errorf("second read: %d bytes, %v", n, err)
		}
		if took := drain(t, netx.Throttle(t.Context(), strings.NewReader("x"), limit)); took > time.Second {
			t.Errorf("the next body took %s, want at most 1s: the canceled reservation was kept", took)
		}
	})
}

func TestThrottledBodyCanBeRewound(t *testing.T) {
	body := netx.Throttle(t.Context(), strings.NewReader("hello"), netx.NewLimiter(0))
	for range 2 {
		if text, err := io.ReadAll(body); err != nil || string(text) != "hello" {
			t.Errorf("read %q, %v", text, err)
		}
		if _, err := body.Seek(0, io.SeekStart); err != nil {
			t.Fatal(err)
		}
	}
}

// recordingConn records the sizes of writes.
type recordingConn struct {
	net.Conn
	mu    sync.Mutex
	sizes []int
}

func (c *recordingConn) Write(p []byte) (int, error) {
	c.mu.Lock()
	c.sizes = append(c.sizes, len(p))
	c.mu.Unlock()
	return c.Conn.Write(p)
}

func TestThrottledBodyIsSentInSmallWrites(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }))
	defer server.Close()
	transport := netx.Transport(netx.Config{})
	defer transport.CloseIdleConnections()
	dial, conn := transport.DialContext, &recordingConn{}
	transport.DialContext = func(ctx context.Context, network, address string) (_ net.Conn, err error) {
		conn.Conn, err = dial(ctx, network, address)
		return conn, err
	}
	const size, rate = 20_000, 100_000
	body := netx.Throttle(t.Context(), bytes.NewReader(make([]byte, size)), netx.NewLimiter(rate))
	request, _ := http.NewRequestWithContext(t.Context(), http.MethodPatch, server.URL, io.NopCloser(body))
	request.ContentLength = size
	response, err := transport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	conn.mu.Lock()
	defer conn.mu.Unlock()
	for _, n := range conn.sizes {
		if n > rate/20 {
			t.Errorf("write of %d bytes, want at most a twentieth of a second's bytes: %v", n, conn.sizes)
		}
	}
}
