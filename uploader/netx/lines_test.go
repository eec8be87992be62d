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

// addresses are this computer's, as a test wants them to be.
func addresses(texts ...string) func() ([]net.Addr, error) {
	return func() ([]net.Addr, error) {
		list := make([]net.Addr, len(texts))
		for i, text := range texts {
			list[i] = &net.IPNet{IP: net.ParseIP(text), Mask: net.CIDRMask(24, 32)}
		}
		return list, nil
	}
}

// hanging starts a request whose answer does not come, and returns how it ends.
func hanging(t *testing.T, lines *netx.Lines) (ended chan error, release func()) {
	t.Helper()
	asked, let := make(chan struct{}), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(asked)
		select {
		case <-let:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(server.Close)
	transport := netx.Transport(netx.Config{Lines: lines})
	t.Cleanup(transport.CloseIdleConnections)
	ended = make(chan error, 1)
	go func() {
		request, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, http.NoBody)
		response, err := transport.RoundTrip(request)
		if err == nil {
			_ = response.Body.Close()
		}
		ended <- err
	}()
	<-asked
	return ended, func() { close(let) }
}

func TestLinesDropWhatStandsOnAnAddressThatIsGone(t *testing.T) {
	lines := &netx.Lines{Addresses: addresses("10.0.0.7")}
	ended, _ := hanging(t, lines)
	lines.Changed()
	if err := <-ended; !errors.Is(err, net.ErrClosed) {
		t.Errorf("the request ended with %v", err)
	}
}

func TestLinesLeaveTheOthersAlone(t *testing.T) {
	for name, lines := range map[string]*netx.Lines{
		"the address is still there":   {Addresses: addresses("10.0.0.7", "127.0.0.1")},
		"the system's own word":        {},
		"nobody knows what addresses ": {Addresses: func() ([]net.Addr, error) { return nil, errors.New("no") }},
	} {
		t.Run(name, func(t *testing.T) {
			ended, release := hanging(t, lines)
			lines.Changed()
			release()
			if err := <-ended; err != nil {
				t.Errorf("the request ended with %v", err)
			}
		})
	}
}

func TestLinesCloseWhatIdles(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.RemoteAddr) }))
	defer server.Close()
	lines := &netx.Lines{}
	transport := netx.Transport(netx.Config{Lines: lines})
	defer transport.CloseIdleConnections()
	first := get(t, transport, server.URL)
	if again := get(t, transport, server.URL); again != first {
		t.Fatalf("connections are not used again: %s, then %s", first, again)
	}
	lines.Changed()
	if after := get(t, transport, server.URL); after == first {
		t.Error("a connection from before the change was used after it")
	}
}

func TestLinesWatchTheAddresses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began, asked := time.Now(), 0
		lines := &netx.Lines{Addresses: func() ([]net.Addr, error) {
			asked++
			switch at := time.Since(began); {
			case at < 4*time.Second:
				return addresses("10.0.0.7", "127.0.0.1")()
			case at < 5*time.Second: // the same in another order
				return addresses("127.0.0.1", "10.0.0.7")()
			default:
				return addresses("127.0.0.1", "192.168.1.7")()
			}
		}}
		ctx, cancel := context.WithTimeout(t.Context(), 6500*time.Millisecond)
		defer cancel()
		lines.Watch(ctx, time.Second)
		if asked != 8 {
			t.Errorf("it looked %d times, want at first, 6 times a second apart, and for what to drop at the one change", asked)
		}
	})
}
