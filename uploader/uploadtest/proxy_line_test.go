package uploadtest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"testing"
	"testing/synctest"
	"time"
)

// newEcho starts a server that sends back what it receives. It returns its host:port.
func newEcho(t *testing.T) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = io.Copy(conn, conn)
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() {
		_ = listener.Close()
		<-done
	})
	return listener.Addr().String()
}

// echo sends data over one connection and returns what came back before its end.
func echo(t *testing.T, addr string, data []byte) []byte {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	sent := make(chan error, 1)
	go func() {
		_, err := conn.Write(data)
		_ = conn.(*net.TCPConn).CloseWrite()
		sent <- err
	}()
	received, err := io.ReadAll(conn)
	if err != nil {
		t.Errorf("receive: %v", err)
	}
	if err := <-sent; err != nil {
		t.Errorf("send: %v", err)
	}
	return received
}

func TestLineKeepsBytesAndTheirOrder(t *testing.T) {
	data := make([]byte, 1<<20)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(data)
	lines := map[string]Line{
		"nothing":     {},
		"delay":       {Delay: 10 * time.Millisecond},
		"rate":        {Rate: 8 << 20},
		"stalls":      {StallEvery: 200_000, StallFor: time.Millisecond},
		"everything":  {Delay: 5 * time.Millisecond, Rate: 8 << 20, StallEvery: 100_000, StallFor: time.Millisecond},
		"many stalls": {StallEvery: 100},
	}
	for name, line := range lines {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			proxy := NewProxy(t, newEcho(t))
			proxy.Emulate(line)
			if received := echo(t, proxy.Addr(), data); sha256.Sum256(received) != sha256.Sum256(data) {
				t.Errorf("received %d bytes that differ from the %d sent", len(received), len(data))
			}
		})
	}
}

func TestLineDelaysOpeningAndBothDirections(t *testing.T) {
	const delay = 20 * time.Millisecond
	proxy := NewProxy(t, newEcho(t))
	proxy.Emulate(Line{Delay: delay})
	start := time.Now()
	echo(t, proxy.Addr(), []byte("x"))
	if took := time.Since(start); took < 4*delay {
		t.Errorf("one byte and its echo took %v, want at least two to open and one in each direction: %v", took, 4*delay)
	}
}

func TestLineIsOfConnectionsOpenedAfterwards(t *testing.T) {
	proxy := NewProxy(t, newEcho(t))
	proxy.Emulate(Line{Delay: time.Hour})
	proxy.Restore(t)
	if received := echo(t, proxy.Addr(), []byte("x")); string(received) != "x" {
		t.Errorf("received %q", received)
	}
}

func TestProxyEndsWhileBytesAreOnTheirWay(t *testing.T) {
	echoAddr := newEcho(t)
	t.Run("proxy", func(t *testing.T) {
		proxy := NewProxy(t, echoAddr)
		opened, err := net.Dial("tcp", proxy.Addr())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = opened.Close() }()
		proxy.Emulate(Line{Delay: time.Hour})
		opening, err := net.Dial("tcp", proxy.Addr())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = opening.Close() }()
		_, _ = opened.Write([]byte("x"))
		_, _ = opening.Write([]byte("x"))
	})
}

func TestDelayQueuePassesEachChunkOnAfterItsDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const delay = 50 * time.Millisecond
		start := time.Now()
		var passed []string
		line := newDelayQueue(t.Context(), delay, func(chunk []byte) bool {
			passed = append(passed, fmt.Sprintf("%s at %v", chunk, time.Since(start)))
			return true
		})
		buffer := []byte("?")
		for i, pause := range []time.Duration{0, 10 * time.Millisecond, 0, time.Second} {
			time.Sleep(pause)
			buffer[0] = byte('a' + i)
			line.send(buffer)
		}
		line.close(t.Context())
		want := "[a at 50ms b at 60ms c at 60ms d at 1.06s]"
		if got := fmt.Sprint(passed); got != want {
			t.Errorf("passed on %s, want %s", got, want)
		}
	})
}

func TestDelayQueueEndsWithItsConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		passed := 0
		line := newDelayQueue(t.Context(), time.Second, func([]byte) bool { passed++; return false })
		for range 3 {
			line.send([]byte("x"))
		}
		time.Sleep(time.Minute)
		line.close(t.Context())
		if passed != 1 {
			t.Errorf("%d chunks passed on, want the one that found the connection ended", passed)
		}
	})
}

func TestConnectionLine(t *testing.T) {
	for name, test := range map[string]struct {
		line     Line
		bytes    int
		min, max time.Duration
	}{
		"nothing":         {Line{}, 10 << 20, 0, 0},
		"rate":            {Line{Rate: 1 << 20}, 10 << 20, 9900 * time.Millisecond, 10 * time.Second},
		"slow":            {Line{Rate: 100}, 1000, 9900 * time.Millisecond, 10 * time.Second},
		"stalls":          {Line{StallEvery: 1000, StallFor: time.Second}, 1_000_000, 900 * time.Second, 1100 * time.Second},
		"rate and stalls": {Line{Rate: 1 << 20, StallEvery: 1 << 18, StallFor: time.Second}, 64 << 20, 256 * time.Second, 400 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				line, start := newConnLine(test.line, 1), time.Now()
				for left := test.bytes; left > 0; {
					left -= line.wait(t.Context(), min(left, relayBuffer))
				}
				if took := time.Since(start); took < test.min || took > test.max {
					t.Errorf("%d bytes took %v, want %v to %v", test.bytes, took, test.min, test.max)
				}
			})
		})
	}
}

func TestConnectionLineEndsWithItsProxy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		line := newConnLine(Line{Rate: 1}, 1)
		line.wait(ctx, 1)
		cancel()
		if n := line.wait(ctx, 1); n != 0 {
			t.Errorf("%d bytes admitted after the end", n)
		}
	})
}
