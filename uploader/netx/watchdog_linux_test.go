package netx_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/ferryapp/ferry/uploader/netx"
)

// slowServer accepts one request, reads maxRead bytes of it at the given rate, waits,
// and responds if it has read the whole request.
func slowServer(t *testing.T, bytesPerSecond, maxRead int, wait time.Duration) (url string) {
	t.Helper()
	smallBuffers := net.ListenConfig{Control: func(_, _ string, raw syscall.RawConn) error {
		return raw.Control(func(fd uintptr) {
			_ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, 8<<10)
			_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_MAXSEG, 1400)
		})
	}}
	listener, err := smallBuffers.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	var ended sync.WaitGroup
	t.Cleanup(ended.Wait)
	ended.Go(func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		request, err := http.ReadRequest(bufio.NewReaderSize(conn, 1<<10))
		if err != nil {
			return
		}
		const steps = 50 // in a second
		for read := 0; read < maxRead; {
			n, err := io.CopyN(io.Discard, request.Body, int64(bytesPerSecond/steps))
			read += int(n)
			if err != nil {
				_ = sleep(t.Context(), wait)
				_, _ = io.WriteString(conn, "HTTP/1.1 204 No Content\r\n\r\n")
				return
			}
			time.Sleep(time.Second / steps)
		}
		<-t.Context().Done()
	})
	return "http://" + listener.Addr().String() + "/"
}

// atSomePace runs check with a longer unit of time until it succeeds. These tests need real
// connections, whose two sides run later than planned while the machine is busy; the longer
// the unit, the less that matters.
func atSomePace(t *testing.T, check func(unit time.Duration) error) {
	t.Helper()
	var err error
	for _, unit := range []time.Duration{time.Millisecond, 5 * time.Millisecond, 25 * time.Millisecond} {
		if err = check(unit); err == nil {
			return
		}
		t.Logf("with a unit of %s: %v", unit, err)
	}
	t.Error(err)
}

func TestWatchdogCountsAcknowledgedBytes(t *testing.T) {
	const size = 128 << 10
	for name, test := range map[string]struct {
		maxRead  int
		timeouts int // of the watchdog, between the last byte and the response
		stalled  bool
	}{
		"slow connection":                       {maxRead: size + 1},
		"slow connection, proxy with a buffer":  {maxRead: size + 1, timeouts: 3},
		"connection that stops in the middle":   {maxRead: size / 2, stalled: true},
		"connection that stops near the start":  {maxRead: size / 50, stalled: true},
		"slow connection, no response in hours": {maxRead: size + 1, timeouts: 10_000, stalled: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			atSomePace(t, func(unit time.Duration) error {
				timeout, rate := 400*unit, int(100<<10*time.Millisecond/unit)
				return sendOverSlowConnection(t, size, rate, timeout, slowServer(t, rate, test.maxRead, time.Duration(test.timeouts)*timeout), test.stalled)
			})
		})
	}
}

// sendOverSlowConnection sends a request to a server that reads it at a rate, and returns an
// error if that does not end as it should or does not cause one notice.
func sendOverSlowConnection(t *testing.T, size, rate int, timeout time.Duration, url string, stalled bool) error {
	t.Helper()
	transport := netx.Transport(netx.Config{ConnTracker: &netx.ConnTracker{}})
	defer transport.CloseIdleConnections()
	watchdog := &netx.Watchdog{Next: transport, SendTimeout: timeout, ResponseTimeout: timeout}
	notices := make(chan float64, 10)
	ctx := netx.WithSlowNotice(t.Context(), func(rate float64) { notices <- rate })
	request, _ := http.NewRequestWithContext(ctx, http.MethodPatch, url, strings.NewReader(strings.Repeat("x", size)))
	response, err := watchdog.RoundTrip(request)
	if response != nil {
		_ = response.Body.Close()
	}
	if errors.Is(err, netx.ErrStalled) != stalled || (err == nil) == stalled {
		return errors.Join(fmt.Errorf("stalled is %v, want %v", !stalled, stalled), err)
	}
	select {
	case got := <-notices:
		if got > float64(2*rate) {
			return fmt.Errorf("slow connection with %.0f bytes/s, want at most %d", got, rate)
		}
	case <-time.After(timeout):
		return errors.New("no notice of a slow connection")
	}
	if len(notices) > 0 {
		return errors.New("more than one notice for one request")
	}
	return nil
}

func TestNoSlowNoticeWhileTheServerIsBusy(t *testing.T) {
	atSomePace(t, func(unit time.Duration) error {
		server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			time.Sleep(300 * unit)
		}))
		defer server.Close()
		transport := netx.Transport(netx.Config{})
		defer transport.CloseIdleConnections()
		notices := make(chan float64, 1)
		ctx := netx.WithSlowNotice(t.Context(), func(rate float64) { notices <- rate })
		request, _ := http.NewRequestWithContext(ctx, http.MethodPost, server.URL, strings.NewReader("x"))
		response, err := (&netx.Watchdog{Next: transport, SendTimeout: 400 * unit, ResponseTimeout: 400 * unit}).RoundTrip(request)
		if err != nil {
			return err
		}
		_ = response.Body.Close()
		if len(notices) > 0 {
			return fmt.Errorf("slow connection with %.0f bytes/s", <-notices)
		}
		return nil
	})
}
