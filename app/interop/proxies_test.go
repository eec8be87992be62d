package interop_test

import (
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader/uploadtest"
)

func proxyTargets() []target {
	return []target{
		{name: "nginx as installed", about: "1.22 in front of tusd: requests of at most 1 MB, each buffered", full: true, start: nginxTarget("stock")},
		{name: "nginx, buffering", about: "1.22 in front of tusd: requests of any size, each buffered", full: true, start: nginxTarget("buffering")},
		{name: "nginx, recommended", about: "1.22 in front of tusd as in servers.md", full: true, start: nginxTarget("recommended")},
		{
			name: "haproxy", about: "2.6 with a sticky cookie in front of two tusd with separate folders", full: true, start: newTwoFolders,
		},
	}
}

func nginxTarget(name string) func(*testing.T) *instance {
	return func(t *testing.T) *instance {
		server := newTusd(t, uploadtest.BehindProxy())
		server.endpoint = newNginx(t, name, server.endpoint)
		server.wholeOnly = name != "recommended"
		return server
	}
}

// The addresses in the configuration files, which the tests replace.
const (
	frontAddress  = "127.0.0.1:8080"
	firstAddress  = "127.0.0.1:8081"
	secondAddress = "127.0.0.1:8082"
)

// configure writes a copy of a configuration with other addresses, and returns its path.
func configure(t *testing.T, path string, addresses map[string]string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	config := string(text)
	for from, to := range addresses {
		config = strings.ReplaceAll(config, from, to)
	}
	configured := filepath.Join(t.TempDir(), filepath.Base(path))
	if err := os.WriteFile(configured, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	return configured
}

// newNginx starts nginx with one of the configurations, and returns the endpoint behind
// it.
func newNginx(t *testing.T, name, endpoint string) string {
	t.Helper()
	front := uploadtest.FreeAddress(t)
	site := configure(t, filepath.Join("testdata", "nginx", name+".conf"), map[string]string{frontAddress: front, firstAddress: hostOf(t, endpoint)})
	dir := filepath.Dir(site)
	main := configure(t, filepath.Join("testdata", "nginx", "nginx.conf"), map[string]string{"SITE": site, "FOLDER": dir})
	startProxy(t, front, "nginx", "-p", dir, "-e", filepath.Join(dir, "error.log"), "-c", main)
	return "http://" + front + "/files/"
}

// newHAProxy starts haproxy with the configuration of docs/servers.md in front of two
// servers, and returns the endpoint behind it.
func newHAProxy(t *testing.T, first, second string) string {
	t.Helper()
	front := uploadtest.FreeAddress(t)
	config := configure(t, filepath.Join("testdata", "haproxy", "haproxy.cfg"), map[string]string{
		frontAddress: front, firstAddress: hostOf(t, first), secondAddress: hostOf(t, second),
	})
	startProxy(t, front, "haproxy", "-db", "-f", config)
	return "http://" + front + "/files/"
}

func hostOf(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Host
}

// startProxy starts a program that ends with the test, and returns when it accepts
// connections.
func startProxy(t *testing.T, address, name string, args ...string) {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		path, err = exec.LookPath("/usr/sbin/" + name)
	}
	if err != nil {
		t.Fatalf("%s is not installed; run `packaging/deps interop`: %v", name, err)
	}
	command := exec.CommandContext(t.Context(), path, args...)
	var output strings.Builder
	command.Stdout, command.Stderr = &output, &output
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = command.Wait(); close(ended) }()
	t.Cleanup(func() { _ = command.Process.Kill(); <-ended })
	poll := time.NewTicker(20 * time.Millisecond)
	defer poll.Stop()
	for {
		if conn, err := net.Dial("tcp", address); err == nil {
			conn.Close()
			return
		}
		select {
		case <-ended:
			t.Fatalf("%s ended: %s", name, output.String())
		case <-poll.C:
		}
	}
}

// newTwoFolders starts two tusd that share nothing, behind haproxy: an upload exists on
// the one that created it.
func newTwoFolders(t *testing.T) *instance {
	first, second := newTusd(t, uploadtest.BehindProxy()), newTusd(t, uploadtest.BehindProxy())
	server := *first
	server.endpoint = newHAProxy(t, first.endpoint, second.endpoint)
	server.stored = func() ([]stored, error) {
		files, err := first.stored()
		if err != nil {
			return nil, err
		}
		more, err := second.stored()
		return append(files, more...), err
	}
	waitHealthy(t, server.endpoint)
	return &server
}

// waitHealthy waits until a proxy has found that its servers respond.
func waitHealthy(t *testing.T, endpoint string) {
	t.Helper()
	poll := time.NewTicker(50 * time.Millisecond)
	defer poll.Stop()
	for range poll.C {
		response, err := http.Head(endpoint)
		if err == nil {
			response.Body.Close()
		}
		if err == nil && response.StatusCode < http.StatusInternalServerError {
			return
		}
	}
}
