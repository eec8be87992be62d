package netx_test

import (
	"bufio"
	"errors"
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

func TestWatchdogCountsAcknowledgedBytes(t *testing.T) {
	const size, rate, timeout = 128 << 10, 100 << 10, 400 * time.Millisecond
	for name, test := range map[string]struct {
		maxRead int
		wait    time.Duration // for the response, after the last byte
		stalled bool
	}{
		"slow connection":                       {maxRead: size + 1},
		"slow connection, proxy with a buffer":  {maxRead: size + 1, wait: 3 * timeout},
		"connection that stops in the middle":   {maxRead: size / 2, stalled: true},
		"connection that stops near the start":  {maxRead: size / 50, stalled: true},
		"slow connection, no response in hours": {maxRead: size + 1, wait: time.Hour, stalled: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			transport := netx.Transport(netx.Config{ConnTracker: &netx.ConnTracker{}})
			defer transport.CloseIdleConnections()
			watchdog := &netx.Watchdog{Next: transport, SendTimeout: timeout, ResponseTimeout: timeout}
			notices := make(chan float64, 10)
			ctx := netx.WithSlowNotice(t.Context(), func(rate float64) { notices <- rate })
			request, _ := http.NewRequestWithContext(ctx, http.MethodPatch,
				slowServer(t, rate, test.maxRead, test.wait), strings.NewReader(strings.Repeat("x", size)))
			response, err := watchdog.RoundTrip(request)
			if response != nil {
				_ = response.Body.Close()
			}
			if errors.Is(err, netx.ErrStalled) != test.stalled || (err == nil) == test.stalled {
				t.Errorf("got %v", err)
			}
			select {
			case got := <-notices:
				if got > 2*rate {
					t.Errorf("slow connection with %.0f bytes/s, want at most %d", got, rate)
				}
			case <-time.After(timeout):
				t.Error("no notice of a slow connection")
			}
			if len(notices) > 0 {
				t.Error("more than one notice for one request")
			}
		})
	}
}

func TestNoSlowNoticeWhileTheServerIsBusy(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		time.Sleep(300 * time.Millisecond)
	}))
	defer server.Close()
	transport := netx.Transport(netx.Config{})
	defer transport.CloseIdleConnections()
	ctx := netx.WithSlowNotice(t.Context(), func(rate float64) { t.Errorf("slow connection with %.0f bytes/s", rate) })
	request, _ := http.NewRequestWithContext(ctx, http.MethodPost, server.URL, strings.NewReader("x"))
	response, err := (&netx.Watchdog{Next: transport, SendTimeout: 400 * time.Millisecond, ResponseTimeout: 400 * time.Millisecond}).RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
}
