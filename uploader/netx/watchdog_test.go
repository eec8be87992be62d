package netx_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// roundTripFunc is an http.RoundTripper that acts as network and server.
type roundTripFunc func(*http.Request) (*http.Response, error)

func (f roundTripFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// readBody reads the whole body, 1 KiB per interval, unless the request ends.
func readBody(r *http.Request, interval time.Duration) error {
	buffer := make([]byte, 1<<10)
	for {
		if _, err := io.ReadFull(r.Body, buffer); err != nil {
			return nil //nolint:nilerr // the end of the body
		}
		if err := sleep(r.Context(), interval); err != nil {
			return err
		}
	}
}

// sleep returns nil after d, or the error of ctx if ctx ends first.
func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func respond(body io.Reader) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusNoContent, Body: io.NopCloser(body)}, nil
}

// slowReader is a reader whose reads take delay each.
type slowReader struct {
	ctx   context.Context
	delay time.Duration
	reads int // until io.EOF
}

func (s *slowReader) Read(p []byte) (int, error) {
	if s.reads == 0 {
		return 0, io.EOF
	}
	if err := sleep(s.ctx, s.delay); err != nil {
		return 0, err
	}
	s.reads--
	return len(p), nil
}

func TestWatchdog(t *testing.T) {
	tests := []struct {
		name    string
		body    io.Reader
		server  roundTripFunc
		stalled bool
		after   time.Duration // until the response or the error
	}{
		{
			name: "slow upload without a stall",
			body: strings.NewReader(strings.Repeat("x", 1000<<10)),
			server: func(r *http.Request) (*http.Response, error) {
				if err := readBody(r, 29*time.Second); err != nil {
					return nil, err
				}
				return respond(http.NoBody)
			},
			after: 29000 * time.Second,
		},
		{
			name:    "no byte of the body is sent",
			body:    strings.NewReader("x"),
			server:  func(r *http.Request) (*http.Response, error) { return nil, sleep(r.Context(), time.Hour) },
			stalled: true, after: 30 * time.Second,
		},
		{
			name:    "sending the body stops",
			body:    strings.NewReader(strings.Repeat("x", 10<<10)),
			server:  func(r *http.Request) (*http.Response, error) { return nil, readBody(r, 31*time.Second) },
			stalled: true, after: 30 * time.Second,
		},
		{
			name: "late response within the timeout",
			body: strings.NewReader("x"),
			server: func(r *http.Request) (*http.Response, error) {
				if err := errors.Join(readBody(r, 0), sleep(r.Context(), 59*time.Second)); err != nil {
					return nil, err
				}
				return respond(http.NoBody)
			},
			after: 59 * time.Second,
		},
		{
			name: "no response",
			body: strings.NewReader("x"),
			server: func(r *http.Request) (*http.Response, error) {
				return nil, errors.Join(readBody(r, 0), sleep(r.Context(), time.Hour))
			},
			stalled: true, after: 60 * time.Second,
		},
		{
			name:    "no response to a request without a body",
			server:  func(r *http.Request) (*http.Response, error) { return nil, sleep(r.Context(), time.Hour) },
			stalled: true, after: 60 * time.Second,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				request, _ := http.NewRequestWithContext(t.Context(), http.MethodPatch, "http://server/", test.body)
				response, err := netx.NewWatchdog(test.server).RoundTrip(request)
				if response != nil {
					_ = response.Body.Close()
				}
				if errors.Is(err, netx.ErrStalled) != test.stalled || (err == nil) == test.stalled {
					t.Errorf("got %v", err)
				}
				if took := time.Since(start); took != test.after {
					t.Errorf("took %s, want %s", took, test.after)
				}
			})
		})
	}
}

func TestWatchdogIgnoresSlowSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		request, _ := http.NewRequestWithContext(t.Context(), http.MethodPatch, "http://server/", &slowReader{t.Context(), time.Hour, 3})
		response, err := netx.NewWatchdog(roundTripFunc(func(r *http.Request) (*http.Response, error) {
			if _, err := io.Copy(io.Discard, r.Body); err != nil {
				return nil, err
			}
			if err := r.Context().Err(); err != nil {
				return nil, err
			}
			return respond(http.NoBody)
		})).RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
	})
}

func TestWatchdogWithGetBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		request, _ := http.NewRequestWithContext(t.Context(), http.MethodPatch, "http://server/", strings.NewReader("hello"))
		start := time.Now()
		_, err := netx.NewWatchdog(roundTripFunc(func(r *http.Request) (*http.Response, error) {
			_, _ = io.Copy(io.Discard, r.Body)
			body, err := r.GetBody()
			if err != nil {
				return nil, err
			}
			if text, _ := io.ReadAll(io.LimitReader(body, 4)); string(text) != "hell" {
				t.Errorf("GetBody returned a body with %q", text)
			}
			return nil, sleep(r.Context(), time.Hour)
		})).RoundTrip(request)
		if took := time.Since(start); !errors.Is(err, netx.ErrStalled) || took != 30*time.Second {
			t.Errorf("got %v after %s", err, took)
		}
	})
}

func TestWatchdogResponseBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		request, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://server/", nil)
		response, err := netx.NewWatchdog(roundTripFunc(func(r *http.Request) (*http.Response, error) {
			return respond(io.MultiReader(&slowReader{r.Context(), 59 * time.Second, 3}, &slowReader{r.Context(), time.Hour, 1}))
		})).RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		if _, err := io.Copy(io.Discard, response.Body); !errors.Is(err, netx.ErrStalled) {
			t.Errorf("got %v", err)
		}
		if took := time.Since(start); took != (3*59+60)*time.Second {
			t.Errorf("took %s", took)
		}
		_ = response.Body.Close()
	})
}

func TestWatchdogKeepsCallersCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		paused := errors.New("paused")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(10*time.Second, func() { cancel(paused) })
		request, _ := http.NewRequestWithContext(ctx, http.MethodPatch, "http://server/", strings.NewReader("x"))
		_, err := netx.NewWatchdog(roundTripFunc(func(r *http.Request) (*http.Response, error) {
			return nil, sleep(r.Context(), time.Hour)
		})).RoundTrip(request)
		if !errors.Is(err, context.Canceled) || errors.Is(err, netx.ErrStalled) {
			t.Errorf("got %v", err)
		}
	})
}

func TestErrStalledIsTimeout(t *testing.T) {
	if timeout, ok := errors.AsType[net.Error](netx.ErrStalled); !ok || !timeout.Timeout() {
		t.Error("ErrStalled is not a net.Error with Timeout() true")
	}
}

func TestWatchdogEndsRequestsWithoutTraffic(t *testing.T) {
	started := make(chan struct{}, 1)
	target := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		started <- struct{}{}
		_, _ = io.Copy(io.Discard, r.Body)
	}))
	defer target.Close()
	proxy := uploadtest.NewProxy(t, target.URL)
	transport := netx.Transport(netx.Config{})
	defer transport.CloseIdleConnections()
	watchdog := &netx.Watchdog{Next: transport, SendTimeout: 200 * time.Millisecond, ResponseTimeout: 200 * time.Millisecond}
	pr, pw := io.Pipe()
	go func() {
		defer func() { _ = pw.Close() }()
		_, _ = pw.Write([]byte("start"))
		<-started
		proxy.Blackhole()
		buffer := make([]byte, 64<<10)
		for {
			if _, err := pw.Write(buffer); err != nil {
				return
			}
		}
	}()
	request, _ := http.NewRequestWithContext(t.Context(), http.MethodPatch, proxy.URL(target.URL), pr)
	if _, err := watchdog.RoundTrip(request); !errors.Is(err, netx.ErrStalled) {
		t.Errorf("got %v", err)
	}
	proxy.Reset()
}

func TestWithResponseTimeout(t *testing.T) {
	for name, test := range map[string]struct {
		timeout, delay time.Duration
		stalled        bool
	}{
		"response within the timeout":   {time.Hour, 59 * time.Minute, false},
		"response after the timeout":    {time.Hour, 61 * time.Minute, true},
		"less than the default timeout": {time.Second, 59 * time.Second, false},
		"zero":                          {0, 61 * time.Second, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				request, _ := http.NewRequestWithContext(netx.WithResponseTimeout(t.Context(), test.timeout), http.MethodPost, "http://server/", nil)
				response, err := netx.NewWatchdog(roundTripFunc(func(r *http.Request) (*http.Response, error) {
					if err := sleep(r.Context(), test.delay); err != nil {
						return nil, err
					}
					return respond(http.NoBody)
				})).RoundTrip(request)
				if response != nil {
					_ = response.Body.Close()
				}
				if errors.Is(err, netx.ErrStalled) != test.stalled || (err == nil) == test.stalled {
					t.Errorf("got %v", err)
				}
			})
		})
	}
}

func TestWithResponseTimeoutDoesNotChangeSendTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		request, _ := http.NewRequestWithContext(netx.WithResponseTimeout(t.Context(), time.Hour), http.MethodPatch, "http://server/", strings.NewReader("x"))
		_, err := netx.NewWatchdog(roundTripFunc(func(r *http.Request) (*http.Response, error) {
			return nil, sleep(r.Context(), 2*time.Hour)
		})).RoundTrip(request)
		if took := time.Since(start); !errors.Is(err, netx.ErrStalled) || took != 30*time.Second {
			t.Errorf("got %v after %s", err, took)
		}
	})
}
