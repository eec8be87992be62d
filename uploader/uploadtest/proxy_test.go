package uploadtest_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader/uploadtest"
)

func TestProxyRelaysAndCounts(t *testing.T) {
	server := uploadtest.NewTusd(t)
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	location := upload(t, proxy.URL(server.Endpoint), "5", "hello")
	if !strings.HasPrefix(location, "http://"+proxy.Addr()+"/files/") {
		t.Errorf("upload created at %s, not behind the proxy", location)
	}
	if proxy.Upstream() == 0 || proxy.Downstream() == 0 || proxy.Connections() != 2 {
		t.Errorf("counted %d bytes up, %d bytes down, %d connections", proxy.Upstream(), proxy.Downstream(), proxy.Connections())
	}
}

func TestProxyResetsAfterBytes(t *testing.T) {
	server := sink(t)
	proxy := uploadtest.NewProxy(t, server.URL)
	proxy.ResetAfter(1000)
	if _, err := do(t, http.MethodPut, proxy.URL(server.URL), strings.Repeat("x", 1<<20), nil); err == nil {
		t.Error("the request succeeded")
	}
	if got := proxy.Upstream(); got != 1000 {
		t.Errorf("%d bytes sent upstream, want 1000", got)
	}
	if got := mustDo(t, http.MethodPut, proxy.URL(server.URL), "x", nil); got.StatusCode != http.StatusOK {
		t.Errorf("after the reset: %s", got.Status)
	}
}

func TestProxyResetsEachConnectionAfterBytes(t *testing.T) {
	server := sink(t)
	proxy := uploadtest.NewProxy(t, server.URL)
	const limit = 100_000
	proxy.ResetEachAfter(limit)
	for n := range 3 {
		before := proxy.Upstream()
		if _, err := do(t, http.MethodPut, proxy.URL(server.URL), strings.Repeat("x", 1<<20), nil); err == nil {
			t.Errorf("connection %d was not reset", n)
		}
		if sent := proxy.Upstream() - before; sent != limit {
			t.Errorf("connection %d was reset after %d bytes, want %d", n, sent, limit)
		}
	}
	proxy.Restore(t)
	if got := mustDo(t, http.MethodPut, proxy.URL(server.URL), strings.Repeat("x", 1<<20), nil); got.StatusCode != http.StatusOK {
		t.Errorf("after Restore: %s", got.Status)
	}
}

func TestProxyHoldsEachConnectionUntilRestored(t *testing.T) {
	server := uploadtest.NewTusd(t)
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	const limit = 100_000
	proxy.HoldEachAfter(limit)
	content := strings.Repeat("x", 1<<20)
	location := upload(t, proxy.URL(server.Endpoint), strconv.Itoa(len(content)), "")
	before := proxy.Upstream()
	sent := make(chan int, 1)
	go func() { sent <- send(t, location, content).StatusCode }()
	for proxy.Upstream() < before+limit {
		time.Sleep(time.Millisecond)
	}
	mustDo(t, http.MethodOptions, proxy.URL(server.Endpoint), "", nil)
	select {
	case status := <-sent:
		t.Errorf("status %d of a request that is held", status)
	default:
	}
	proxy.Restore(t)
	if status := <-sent; status != http.StatusNoContent {
		t.Errorf("after Restore: status %d", status)
	}
}

func TestProxyRefusesUntilRestored(t *testing.T) {
	server := uploadtest.NewTusd(t)
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	proxy.Refuse()
	if _, err := do(t, http.MethodOptions, proxy.URL(server.Endpoint), "", nil); !errors.Is(err, uploadtest.ErrRefused) {
		t.Errorf("got %v, want connection refused", err)
	}
	proxy.Restore(t)
	mustDo(t, http.MethodOptions, proxy.URL(server.Endpoint), "", nil)
}

func TestProxyBlackholeBlocksBytesUntilRestored(t *testing.T) {
	server := uploadtest.NewTusd(t)
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	proxy.Blackhole()
	conn, err := net.Dial("tcp", proxy.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := io.WriteString(conn, "OPTIONS /files/ HTTP/1.0\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	_ = conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	if n, err := conn.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) || proxy.Upstream() != 0 {
		t.Errorf("%d bytes sent upstream, %d received, %v", proxy.Upstream(), n, err)
	}
	proxy.Restore(t)
	_ = conn.SetReadDeadline(time.Time{})
	if response, err := io.ReadAll(conn); err != nil || !strings.HasPrefix(string(response), "HTTP/1.") {
		t.Errorf("after Restore: %q, %v", response, err)
	}
}

func TestProxyDropsResponseAfterDeliveringRequest(t *testing.T) {
	server := uploadtest.NewTusd(t)
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	proxy.DropResponses(1)
	if _, err := do(t, http.MethodPost, proxy.URL(server.Endpoint), "", map[string]string{"Upload-Length": "1"}); err == nil {
		t.Error("the response was received")
	}
	if got := len(server.Stored(t)); got != 1 {
		t.Errorf("server has %d uploads, want 1", got)
	}
	upload(t, proxy.URL(server.Endpoint), "5", "hello")
}

func TestProxyThrottles(t *testing.T) {
	server := sink(t)
	proxy := uploadtest.NewProxy(t, server.URL)
	proxy.Throttle(64 << 10)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	request, _ := http.NewRequestWithContext(ctx, http.MethodPut, proxy.URL(server.URL), strings.NewReader(strings.Repeat("x", 1<<20)))
	if _, err := http.DefaultTransport.RoundTrip(request); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("1 MiB was sent at 64 KiB/s in 100 ms: %v", err)
	}
}

func TestGatewayAnswersOnlyPlannedRequests(t *testing.T) {
	server := uploadtest.NewTusd(t)
	gateway := uploadtest.NewGateway(t, server.URL)
	gateway.Respond(1, http.MethodPost, uploadtest.Response{Status: http.StatusServiceUnavailable, Header: map[string]string{"Retry-After": "7"}, Body: "later"})
	if got := mustDo(t, http.MethodOptions, gateway.URL+"/files/", "", nil); got.StatusCode != http.StatusOK {
		t.Errorf("request of another method: %s", got.Status)
	}
	if got := mustDo(t, http.MethodPost, gateway.URL+"/files/", "", nil); got.StatusCode != http.StatusServiceUnavailable || got.Header.Get("Retry-After") != "7" {
		t.Errorf("planned response: %s", got.Status)
	}
	upload(t, gateway.URL+"/files/", "5", "hello")
	if got := len(gateway.Requests()); got != 1 {
		t.Errorf("gateway answered %d requests, want 1", got)
	}
}
