package netx_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ferryapp/ferry/uploader/netx"
)

// interfaceAddrs returns a function for ConnTracker.InterfaceAddrs.
func interfaceAddrs(texts ...string) func() ([]net.Addr, error) {
	return func() ([]net.Addr, error) {
		list := make([]net.Addr, len(texts))
		for i, text := range texts {
			list[i] = &net.IPNet{IP: net.ParseIP(text), Mask: net.CIDRMask(24, 32)}
		}
		return list, nil
	}
}

// startRequest starts a request whose response is delayed until respond is called.
// It returns when the server has received the request.
func startRequest(t *testing.T, conns *netx.ConnTracker) (result chan error, respond func()) {
	t.Helper()
	received, ready := make(chan struct{}), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(received)
		select {
		case <-ready:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(server.Close)
	transport := netx.Transport(netx.Config{ConnTracker: conns})
	t.Cleanup(transport.CloseIdleConnections)
	result = make(chan error, 1)
	go func() {
		request, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, http.NoBody)
		response, err := transport.RoundTrip(request)
		if err == nil {
			_ = response.Body.Close()
		}
		result <- err
	}()
	<-received
	return result, func() { close(ready) }
}

func TestNetworkChangeClosesConnsWithRemovedAddress(t *testing.T) {
	conns := &netx.ConnTracker{InterfaceAddrs: interfaceAddrs("10.0.0.7")}
	result, _ := startRequest(t, conns)
	conns.NetworkChanged()
	if err := <-result; !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v, want net.ErrClosed", err)
	}
}

func TestNetworkChangeKeepsOtherConns(t *testing.T) {
	for name, conns := range map[string]*netx.ConnTracker{
		"address still present":   {InterfaceAddrs: interfaceAddrs("10.0.0.7", "127.0.0.1")},
		"system addresses":        {},
		"addresses not available": {InterfaceAddrs: func() ([]net.Addr, error) { return nil, errors.New("failed") }},
	} {
		t.Run(name, func(t *testing.T) {
			result, respond := startRequest(t, conns)
			conns.NetworkChanged()
			respond()
			if err := <-result; err != nil {
				t.Error(err)
			}
		})
	}
}

func TestNetworkChangeClosesIdleConns(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.RemoteAddr) }))
	defer server.Close()
	conns := &netx.ConnTracker{}
	transport := netx.Transport(netx.Config{ConnTracker: conns})
	defer transport.CloseIdleConnections()
	first := get(t, transport, server.URL)
	if second := get(t, transport, server.URL); second != first {
		t.Fatalf("connection not reused: %s, then %s", first, second)
	}
	conns.NetworkChanged()
	if after := get(t, transport, server.URL); after == first {
		t.Error("connection reused after the network change")
	}
}

func TestWatchReportsAddressChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start, calls := time.Now(), 0
		conns := &netx.ConnTracker{InterfaceAddrs: func() ([]net.Addr, error) {
			calls++
			switch elapsed := time.Since(start); {
			case elapsed < 4*time.Second:
				return interfaceAddrs("10.0.0.7", "127.0.0.1")()
			case elapsed < 5*time.Second: // same addresses in another order
				return interfaceAddrs("127.0.0.1", "10.0.0.7")()
			default:
				return interfaceAddrs("127.0.0.1", "192.168.1.7")()
			}
		}}
		ctx, cancel := context.WithTimeout(t.Context(), 6500*time.Millisecond)
		defer cancel()
		conns.Watch(ctx, time.Second, nil)
		if calls != 8 {
			t.Errorf("addresses read %d times, want 8: once at the start, 6 polls, and once for the one change", calls)
		}
	})
}

func TestReportedChangeIsNoticedAtOnce(t *testing.T) {
	for _, test := range []struct {
		name   string
		follow func(changed func()) error // called after ten seconds
		want   time.Duration              // after the change, which is at 10 s
	}{
		{"reported", func(changed func()) error { changed(); return nil }, 0},
		{"missed", func(func()) error { return nil }, 20 * time.Second},
		{"the system stops reporting", func(func()) error { return errors.New("ended") }, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start, noticed := time.Now(), time.Duration(-1)
				seen := 0
				conns := &netx.ConnTracker{InterfaceAddrs: func() ([]net.Addr, error) {
					elapsed := time.Since(start)
					if elapsed < 10*time.Second {
						return interfaceAddrs("10.0.0.7")()
					}
					if seen++; seen == 2 { // the first read compares, the second is that of NetworkChanged
						noticed = elapsed - 10*time.Second
					}
					return interfaceAddrs("192.168.1.7")()
				}}
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				conns.Watch(ctx, 2*time.Second, func(ctx context.Context, changed func()) error {
					time.Sleep(10 * time.Second)
					if err := test.follow(changed); err != nil {
						return err
					}
					<-ctx.Done()
					return nil
				})
				if noticed != test.want {
					t.Errorf("noticed %v after the change, want %v", noticed, test.want)
				}
			})
		})
	}
}

func TestPollingGoesOnWhereChangesAreNotReported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reads := 0
		conns := &netx.ConnTracker{InterfaceAddrs: func() ([]net.Addr, error) {
			reads++
			return interfaceAddrs("10.0.0.7")()
		}}
		ctx, cancel := context.WithTimeout(t.Context(), 9*time.Second)
		defer cancel()
		conns.Watch(ctx, 2*time.Second, func(context.Context, func()) error { return errors.ErrUnsupported })
		if reads != 6 {
			t.Errorf("addresses read %d times, want 6: at the start, after the failure, and 4 polls", reads)
		}
	})
}
