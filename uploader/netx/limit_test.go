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

// empty reads a body to its end and returns how long that took.
func empty(t *testing.T, body io.Reader) time.Duration {
	t.Helper()
	began := time.Now()
	if _, err := io.Copy(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{body}); err != nil {
		t.Fatal(err)
	}
	return time.Since(began)
}

func TestLimitHolds(t *testing.T) {
	for _, rate := range []int64{1, 10, 999, 100_000, 5_000_000, 1 << 30} {
		synctest.Test(t, func(t *testing.T) {
			limit := netx.NewLimit(rate)
			size := min(rate*2, 1<<27)
			took := empty(t, netx.Throttle(t.Context(), bytes.NewReader(make([]byte, size)), limit))
			want := time.Duration(float64(size) / float64(rate) * float64(time.Second))
			if off := took - want; off > time.Millisecond || off < -time.Second/20-time.Second/time.Duration(rate) {
				t.Errorf("%d bytes at %d a second took %s, want %s", size, rate, took, want)
			}
			if got := limit.Rate(); got != rate {
				t.Errorf("it says %d, want %d", got, rate)
			}
		})
	}
}

func TestLimitIsASteadyFlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		body := netx.Throttle(t.Context(), bytes.NewReader(make([]byte, 500_000)), netx.NewLimit(100_000))
		buffer := make([]byte, 64<<10)
		for began := time.Now(); ; began = time.Now() {
			n, err := body.Read(buffer)
			if err != nil {
				break
			}
			if n > 5000 || time.Since(began) > 50*time.Millisecond {
				t.Fatalf("%d bytes came at once, after %s of nothing", n, time.Since(began))
			}
		}
	})
}

func TestLimitIsSharedFairly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limit := netx.NewLimit(100_000)
		began := time.Now()
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				if took := empty(t, netx.Throttle(t.Context(), bytes.NewReader(make([]byte, 100_000)), limit)); took < 9*time.Second {
					t.Errorf("one of ten had a tenth of the bytes after %s", took)
				}
			})
		}
		all.Wait()
		if took := time.Since(began); took < 9900*time.Millisecond || took > 10*time.Second {
			t.Errorf("10 times 100 kB at 100 kB/s took %s", took)
		}
	})
}

func TestLimitsHoldTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		global, slow, fast := netx.NewLimit(300), netx.NewLimit(100), netx.NewLimit(0)
		began := time.Now()
		var all sync.WaitGroup
		all.Go(func() {
			took := empty(t, netx.Throttle(t.Context(), bytes.NewReader(make([]byte, 1000)), global, slow))
			if took < 9900*time.Millisecond {
				t.Errorf("1000 bytes to the server that takes 100 a second took %s", took)
			}
		})
		all.Go(func() {
			took := empty(t, netx.Throttle(t.Context(), bytes.NewReader(make([]byte, 1500)), global, fast))
			if took < 5*time.Second || took > 8*time.Second {
				t.Errorf("1500 bytes to the other took %s of what 300 a second leave it", took)
			}
		})
		all.Wait()
		if took := time.Since(began); took > 12*time.Second {
			t.Errorf("together they took %s", took)
		}
	})
}

func TestLimitOfNothingIsNoLimit(t *testing.T) {
	for _, rate := range []int64{0, -1} {
		synctest.Test(t, func(t *testing.T) {
			if took := empty(t, netx.Throttle(t.Context(), bytes.NewReader(make([]byte, 1<<20)), netx.NewLimit(rate))); took != 0 {
				t.Errorf("it took %s", took)
			}
			if got := netx.NewLimit(rate).Rate(); got != 0 {
				t.Errorf("it says %d", got)
			}
		})
	}
}

func TestNoLimitLeavesTheBodyAlone(t *testing.T) {
	body := strings.NewReader("hello")
	if got := netx.Throttle(t.Context(), body, nil, nil); got != body {
		t.Errorf("it became %T", got)
	}
	synctest.Test(t, func(t *testing.T) {
		if took := empty(t, netx.Throttle(t.Context(), bytes.NewReader(make([]byte, 1000)), nil, netx.NewLimit(100))); took < 9*time.Second {
			t.Errorf("beside no limit, one of 100 a second let 1000 bytes through in %s", took)
		}
	})
}

func TestLimitChangesUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limit := netx.NewLimit(100)
		time.AfterFunc(10*time.Second, func() { limit.Set(1000) }) // 1000 bytes by then
		time.AfterFunc(15*time.Second, func() { limit.Set(10) })   // 6000
		time.AfterFunc(25*time.Second, func() { limit.Set(0) })    // 6100
		took := empty(t, netx.Throttle(t.Context(), bytes.NewReader(make([]byte, 1_000_000)), limit))
		if took < 25*time.Second || took > 25200*time.Millisecond {
			t.Errorf("it took %s", took)
		}
	})
}

func TestLimitNeverLetsMoreThrough(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		rate := rapid.Int64Range(20, 1<<20).Draw(r, "rate")
		reads := rapid.SliceOfN(rapid.IntRange(1, 1<<16), 1, 50).Draw(r, "reads")
		pauses := rapid.SliceOfN(rapid.Int64Range(0, int64(time.Second)), 50, 50).Draw(r, "pauses")
		synctest.Test(t, func(t *testing.T) {
			body := netx.Throttle(t.Context(), bytes.NewReader(make([]byte, 4<<20)), netx.NewLimit(rate))
			began, passed := time.Now(), int64(0)
			for i, size := range reads {
				n, _ := body.Read(make([]byte, size))
				passed += int64(n)
				allowed := rate/20 + 1 + int64(time.Since(began).Seconds()*float64(rate)) + 1
				if passed > allowed {
					t.Fatalf("%d bytes in %s at %d a second", passed, time.Since(began), rate)
				}
				time.Sleep(time.Duration(pauses[i])) // of the bubble's own clock
			}
		})
	})
}

func TestLimitEndsWithTheRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		limit := netx.NewLimit(1)
		body := netx.Throttle(ctx, strings.NewReader("hello"), limit)
		if _, err := body.Read(make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		time.AfterFunc(time.Millisecond, cancel)
		if n, err := body.Read(make([]byte, 5)); n != 0 || !errors.Is(err, context.Canceled) || time.Since(began) != time.Millisecond {
			t.Errorf("%d bytes, %v after %s", n, err, time.Since(began))
		}
		if n, err := body.Read(make([]byte, 5)); n != 0 || !errors.Is(err, context.Canceled) {
			t.Errorf("afterwards %d bytes, %v", n, err)
		}
		if took := empty(t, netx.Throttle(t.Context(), strings.NewReader("x"), limit)); took > time.Second {
			t.Errorf("the turn that nobody took makes the next wait for %s", took)
		}
	})
}

func TestLimitedBodyCanBeSentAgain(t *testing.T) {
	body := netx.Throttle(t.Context(), strings.NewReader("hello"), netx.NewLimit(0))
	for range 2 {
		if text, err := io.ReadAll(body); err != nil || string(text) != "hello" {
			t.Errorf("it reads %q, %v", text, err)
		}
		if _, err := body.Seek(0, io.SeekStart); err != nil {
			t.Fatal(err)
		}
	}
}

// writes notes how many bytes are handed to a connection at once.
type writes struct {
	net.Conn
	mu    sync.Mutex
	sizes []int
}

func (w *writes) Write(p []byte) (int, error) {
	w.mu.Lock()
	w.sizes = append(w.sizes, len(p))
	w.mu.Unlock()
	return w.Conn.Write(p)
}

func TestLimitedBodyLeavesInSmallPieces(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }))
	defer server.Close()
	transport := netx.Transport(netx.Config{})
	defer transport.CloseIdleConnections()
	dial, noted := transport.DialContext, &writes{}
	transport.DialContext = func(ctx context.Context, network, address string) (_ net.Conn, err error) {
		noted.Conn, err = dial(ctx, network, address)
		return noted, err
	}
	const size, rate = 20_000, 100_000
	body := netx.Throttle(t.Context(), bytes.NewReader(make([]byte, size)), netx.NewLimit(rate))
	request, _ := http.NewRequestWithContext(t.Context(), http.MethodPatch, server.URL, io.NopCloser(body))
	request.ContentLength = size
	response, err := transport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	noted.mu.Lock()
	defer noted.mu.Unlock()
	for _, n := range noted.sizes {
		if n > rate/20 {
			t.Errorf("%d bytes left at once, want at most a twentieth of a second's worth: %v", n, noted.sizes)
		}
	}
}
