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

// server stands in for the network: it is given a request and its time.
type server func(*http.Request) (*http.Response, error)

func (s server) RoundTrip(r *http.Request) (*http.Response, error) { return s(r) }

// take reads the whole body, a KiB every interval, unless the request ends.
func take(r *http.Request, every time.Duration) error {
	piece := make([]byte, 1<<10)
	for {
		if _, err := io.ReadFull(r.Body, piece); err != nil {
			return nil //nolint:nilerr // the end of the body
		}
		if err := pass(r.Context(), every); err != nil {
			return err
		}
	}
}

// pass lets time go by, as long as the request lives.
func pass(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func answered(body io.Reader) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusNoContent, Body: io.NopCloser(body)}, nil
}

// slow is a reader that needs a time for each of its pieces.
type slow struct {
	ctx    context.Context
	every  time.Duration
	pieces int
}

func (s *slow) Read(p []byte) (int, error) {
	if s.pieces == 0 {
		return 0, io.EOF
	}
	if err := pass(s.ctx, s.every); err != nil {
		return 0, err
	}
	s.pieces--
	return len(p), nil
}

func TestWatchdog(t *testing.T) {
	tests := []struct {
		name    string
		body    io.Reader
		server  server
		stalled bool
		after   time.Duration // until the answer, or the stall
	}{
		{
			name: "a slow connection that moves may last for ever",
			body: strings.NewReader(strings.Repeat("x", 1000<<10)),
			server: func(r *http.Request) (*http.Response, error) {
				if err := take(r, 29*time.Second); err != nil {
					return nil, err
				}
				return answered(http.NoBody)
			},
			after: 29000 * time.Second,
		},
		{
			name:    "a connection that takes nothing has stalled",
			body:    strings.NewReader("x"),
			server:  func(r *http.Request) (*http.Response, error) { return nil, pass(r.Context(), time.Hour) },
			stalled: true, after: 30 * time.Second,
		},
		{
			name:    "a connection that stops taking bytes has stalled",
			body:    strings.NewReader(strings.Repeat("x", 10<<10)),
			server:  func(r *http.Request) (*http.Response, error) { return nil, take(r, 31*time.Second) },
			stalled: true, after: 30 * time.Second,
		},
		{
			name: "a server may think for a while once it has everything",
			body: strings.NewReader("x"),
			server: func(r *http.Request) (*http.Response, error) {
				if err := errors.Join(take(r, 0), pass(r.Context(), 59*time.Second)); err != nil {
					return nil, err
				}
				return answered(http.NoBody)
			},
			after: 59 * time.Second,
		},
		{
			name: "a server that never answers has stalled",
			body: strings.NewReader("x"),
			server: func(r *http.Request) (*http.Response, error) {
				return nil, errors.Join(take(r, 0), pass(r.Context(), time.Hour))
			},
			stalled: true, after: 60 * time.Second,
		},
		{
			name:    "a request without a body waits for its answer only",
			server:  func(r *http.Request) (*http.Response, error) { return nil, pass(r.Context(), time.Hour) },
			stalled: true, after: 60 * time.Second,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				request, _ := http.NewRequestWithContext(t.Context(), http.MethodPatch, "http://server/", test.body)
				response, err := netx.Watch(test.server).RoundTrip(request)
				if response != nil {
					_ = response.Body.Close()
				}
				if errors.Is(err, netx.ErrStalled) != test.stalled || (err == nil) == test.stalled {
					t.Errorf("got %v", err)
				}
				if took := time.Since(began); took != test.after {
					t.Errorf("it took %s, want %s", took, test.after)
				}
			})
		})
	}
}

func TestWatchdogDoesNotBlameTheConnectionForASlowSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		request, _ := http.NewRequestWithContext(t.Context(), http.MethodPatch, "http://server/", &slow{t.Context(), time.Hour, 3})
		response, err := netx.Watch(server(func(r *http.Request) (*http.Response, error) {
			if _, err := io.Copy(io.Discard, r.Body); err != nil {
				return nil, err
			}
			if err := r.Context().Err(); err != nil {
				return nil, err
			}
			return answered(http.NoBody)
		})).RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
	})
}

func TestWatchdogWatchesABodyThatIsSentAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		request, _ := http.NewRequestWithContext(t.Context(), http.MethodPatch, "http://server/", strings.NewReader("hello"))
		began := time.Now()
		_, err := netx.Watch(server(func(r *http.Request) (*http.Response, error) {
			_, _ = io.Copy(io.Discard, r.Body)
			again, err := r.GetBody()
			if err != nil {
				return nil, err
			}
			if text, _ := io.ReadAll(io.LimitReader(again, 4)); string(text) != "hell" {
				t.Errorf("it sends %q again", text)
			}
			return nil, pass(r.Context(), time.Hour)
		})).RoundTrip(request)
		if took := time.Since(began); !errors.Is(err, netx.ErrStalled) || took != 30*time.Second {
			t.Errorf("got %v after %s", err, took)
		}
	})
}

func TestWatchdogWatchesTheAnswerToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		request, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://server/", nil)
		response, err := netx.Watch(server(func(r *http.Request) (*http.Response, error) {
			return answered(io.MultiReader(&slow{r.Context(), 59 * time.Second, 3}, &slow{r.Context(), time.Hour, 1}))
		})).RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if _, err := io.Copy(io.Discard, response.Body); !errors.Is(err, netx.ErrStalled) {
			t.Errorf("got %v", err)
		}
		if took := time.Since(began); took != (3*59+60)*time.Second {
			t.Errorf("it took %s", took)
		}
		_ = response.Body.Close()
	})
}

func TestWatchdogPassesTheCallersOwnEndOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		paused := errors.New("paused")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(10*time.Second, func() { cancel(paused) })
		request, _ := http.NewRequestWithContext(ctx, http.MethodPatch, "http://server/", strings.NewReader("x"))
		_, err := netx.Watch(server(func(r *http.Request) (*http.Response, error) {
			return nil, pass(r.Context(), time.Hour)
		})).RoundTrip(request)
		if !errors.Is(err, context.Canceled) || errors.Is(err, netx.ErrStalled) {
			t.Errorf("got %v", err)
		}
	})
}

func TestStalledIsATimeout(t *testing.T) {
	if timeout, ok := errors.AsType[net.Error](netx.ErrStalled); !ok || !timeout.Timeout() {
		t.Error("it does not say so")
	}
}

func TestWatchdogEndsRequestsInABlackHole(t *testing.T) {
	started := make(chan struct{}, 1)
	target := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		started <- struct{}{}
		_, _ = io.Copy(io.Discard, r.Body)
	}))
	defer target.Close()
	proxy := uploadtest.NewProxy(t, target.URL)
	transport := netx.Transport(netx.Config{})
	defer transport.CloseIdleConnections()
	watchdog := &netx.Watchdog{Next: transport, Sending: 200 * time.Millisecond, Answering: 200 * time.Millisecond}
	source, sink := io.Pipe()
	go func() {
		defer func() { _ = sink.Close() }()
		_, _ = sink.Write([]byte("the beginning"))
		<-started
		proxy.Blackhole()
		piece := make([]byte, 64<<10)
		for {
			if _, err := sink.Write(piece); err != nil {
				return
			}
		}
	}()
	request, _ := http.NewRequestWithContext(t.Context(), http.MethodPatch, proxy.URL(target.URL), source)
	if _, err := watchdog.RoundTrip(request); !errors.Is(err, netx.ErrStalled) {
		t.Errorf("got %v", err)
	}
	proxy.Cut()
}

func TestWatchdogIsPatientWhereItIsTold(t *testing.T) {
	for name, test := range map[string]struct {
		patience, takes time.Duration
		stalled         bool
	}{
		"within its patience":          {time.Hour, 59 * time.Minute, false},
		"beyond it":                    {time.Hour, 61 * time.Minute, true},
		"less than it has anyway":      {time.Second, 59 * time.Second, false},
		"nothing was said of patience": {0, 61 * time.Second, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				request, _ := http.NewRequestWithContext(netx.Patient(t.Context(), test.patience), http.MethodPost, "http://server/", nil)
				response, err := netx.Watch(server(func(r *http.Request) (*http.Response, error) {
					if err := pass(r.Context(), test.takes); err != nil {
						return nil, err
					}
					return answered(http.NoBody)
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

func TestWatchdogIsNoMorePatientWhileItSends(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		request, _ := http.NewRequestWithContext(netx.Patient(t.Context(), time.Hour), http.MethodPatch, "http://server/", strings.NewReader("x"))
		_, err := netx.Watch(server(func(r *http.Request) (*http.Response, error) {
			return nil, pass(r.Context(), 2*time.Hour)
		})).RoundTrip(request)
		if took := time.Since(began); !errors.Is(err, netx.ErrStalled) || took != 30*time.Second {
			t.Errorf("got %v after %s", err, took)
		}
	})
}
