package uploadtest_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader/uploadtest"
)

func TestProxyPassesAndCounts(t *testing.T) {
	server := uploadtest.NewTusd(t)
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	location := hold(t, proxy.URL(server.Endpoint), "5", "hello")
	if !strings.HasPrefix(location, "http://"+proxy.Addr()+"/files/") {
		t.Errorf("the upload is at %s, not behind the proxy", location)
	}
	if proxy.Upstream() == 0 || proxy.Downstream() == 0 || proxy.Connections() != 2 {
		t.Errorf("it counted %d up, %d down, %d connections", proxy.Upstream(), proxy.Downstream(), proxy.Connections())
	}
}

func TestProxyCutsAfterSoManyBytes(t *testing.T) {
	server := sink(t)
	proxy := uploadtest.NewProxy(t, server.URL)
	proxy.CutAfter(1000)
	if _, err := try(t, http.MethodPut, proxy.URL(server.URL), strings.Repeat("x", 1<<20), nil); err == nil {
		t.Error("the request went through")
	}
	if got := proxy.Upstream(); got != 1000 {
		t.Errorf("%d bytes went upstream, want 1000", got)
	}
	if got := ask(t, http.MethodPut, proxy.URL(server.URL), "x", nil); got.StatusCode != http.StatusOK {
		t.Errorf("afterwards: %s", got.Status)
	}
}

func TestProxyRefusesUntilHealed(t *testing.T) {
	server := uploadtest.NewTusd(t)
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	proxy.Refuse()
	if _, err := try(t, http.MethodOptions, proxy.URL(server.Endpoint), "", nil); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("got %v, want connection refused", err)
	}
	proxy.Heal(t)
	ask(t, http.MethodOptions, proxy.URL(server.Endpoint), "", nil)
}

func TestProxyBlackholeHoldsBytesUntilHealed(t *testing.T) {
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
		t.Errorf("%d bytes went up, %d came back, %v", proxy.Upstream(), n, err)
	}
	proxy.Heal(t)
	_ = conn.SetReadDeadline(time.Time{})
	if answer, err := io.ReadAll(conn); err != nil || !strings.HasPrefix(string(answer), "HTTP/1.") {
		t.Errorf("after healing: %q, %v", answer, err)
	}
}

func TestProxyLosesTheAnswerButNotTheRequest(t *testing.T) {
	server := uploadtest.NewTusd(t)
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	proxy.LoseAnswers(1)
	if _, err := try(t, http.MethodPost, proxy.URL(server.Endpoint), "", map[string]string{"Upload-Length": "1"}); err == nil {
		t.Error("the answer came through")
	}
	if got := len(server.Stored(t)); got != 1 {
		t.Errorf("the server made %d uploads, want 1", got)
	}
	hold(t, proxy.URL(server.Endpoint), "5", "hello")
}

func TestProxySlowDelaysBytes(t *testing.T) {
	server := sink(t)
	proxy := uploadtest.NewProxy(t, server.URL)
	proxy.Slow(64 << 10)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	request, _ := http.NewRequestWithContext(ctx, http.MethodPut, proxy.URL(server.URL), strings.NewReader(strings.Repeat("x", 1<<20)))
	if _, err := http.DefaultTransport.RoundTrip(request); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a megabyte crossed at 64 KiB/s in a tenth of a second: %v", err)
	}
}

func TestGatewayAnswersOnlyWhatWasPlanned(t *testing.T) {
	server := uploadtest.NewTusd(t)
	gateway := uploadtest.NewGateway(t, server.URL)
	gateway.Next(1, http.MethodPost, uploadtest.Answer{Status: http.StatusServiceUnavailable, Header: map[string]string{"Retry-After": "7"}, Body: "later"})
	if got := ask(t, http.MethodOptions, gateway.URL+"/files/", "", nil); got.StatusCode != http.StatusOK {
		t.Errorf("another method: %s", got.Status)
	}
	if got := ask(t, http.MethodPost, gateway.URL+"/files/", "", nil); got.StatusCode != http.StatusServiceUnavailable || got.Header.Get("Retry-After") != "7" {
		t.Errorf("planned: %s", got.Status)
	}
	hold(t, gateway.URL+"/files/", "5", "hello")
	if got := len(gateway.Requests()); got != 1 {
		t.Errorf("it answered %d requests itself, want 1", got)
	}
}
