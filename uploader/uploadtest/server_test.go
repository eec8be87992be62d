package uploadtest_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/ferryapp/ferry/uploader/uploadtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, uploadtest.IgnoreTusdGoroutines()) }

// upload creates an upload of size bytes and sends content at offset 0.
func upload(t *testing.T, endpoint, size, content string) (location string) {
	t.Helper()
	created := mustDo(t, http.MethodPost, endpoint, "", map[string]string{"Upload-Length": size, "Upload-Metadata": "filename YS50eHQ="})
	if created.StatusCode != http.StatusCreated {
		t.Fatalf("create: %s", created.Status)
	}
	at, err := created.Location()
	if err != nil {
		t.Fatal(err)
	}
	location = at.String()
	if sent := send(t, location, content); sent.StatusCode != http.StatusNoContent {
		t.Fatalf("send: %s", sent.Status)
	}
	return location
}

func send(t *testing.T, location, content string) *http.Response {
	t.Helper()
	return mustDo(t, http.MethodPatch, location, content, map[string]string{"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"})
}

func mustDo(t *testing.T, method, url, body string, header map[string]string) *http.Response {
	t.Helper()
	response, err := do(t, method, url, body, header)
	if err != nil {
		t.Fatal(err)
	}
	return response
}

// do sends one request on a new connection.
func do(t *testing.T, method, url, body string, header map[string]string) (*http.Response, error) {
	t.Helper()
	transport := &http.Transport{DisableKeepAlives: true}
	t.Cleanup(transport.CloseIdleConnections)
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Tus-Resumable", "1.0.0")
	for name, value := range header {
		request.Header.Set(name, value)
	}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(response.Body)
	response.Body = io.NopCloser(strings.NewReader(string(text)))
	return response, err
}

func TestTusdStored(t *testing.T) {
	server := uploadtest.NewTusd(t)
	upload(t, server.Endpoint, "9", "hello")
	files := server.Stored(t)
	if len(files) != 1 {
		t.Fatalf("server has %d files, want 1", len(files))
	}
	got := files[0]
	const sum = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824" // of "hello"
	if got.Size != 5 || got.Length != 9 || got.SHA256 != sum || got.Metadata["filename"] != "a.txt" {
		t.Errorf("server has %+v", got)
	}
}

// TestStoredWhileUploadIsDeleted: a server deletes the content of an upload before its info file.
func TestStoredWhileUploadIsDeleted(t *testing.T) {
	server := uploadtest.NewTusd(t)
	upload(t, server.Endpoint, "5", "hello")
	upload(t, server.Endpoint, "5", "world")
	deleted := server.Stored(t)[0]
	if err := os.Remove(deleted.Path); err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(20*time.Millisecond, func() {
		for err := os.Remove(deleted.Path + ".info"); err != nil && !errors.Is(err, fs.ErrNotExist); err = os.Remove(deleted.Path + ".info") {
			runtime.Gosched() // on Windows it cannot be removed while it is read
		}
	})
	if files := server.Stored(t); len(files) != 1 || files[0].Name == deleted.Name {
		t.Errorf("server has %+v", files)
	}
}

func TestTusdRecordsRequests(t *testing.T) {
	server := uploadtest.NewTusd(t)
	location := upload(t, server.Endpoint, "5", "hello")
	seen := server.Requests()
	if len(seen) != 2 {
		t.Fatalf("recorded %d requests, want 2", len(seen))
	}
	if got := seen[0]; got.Method != http.MethodPost || got.Status != http.StatusCreated || got.Path != "/files/" {
		t.Errorf("first: %+v", got)
	}
	if got := seen[1]; got.Method != http.MethodPatch || got.Status != http.StatusNoContent || got.Body != 5 || got.Offset != "0" || !strings.HasSuffix(location, got.Path) {
		t.Errorf("second: %+v", got)
	}
}

func TestServerOptions(t *testing.T) {
	servers := map[string]func(t *testing.T, opts ...uploadtest.Option) string{
		"in process": func(t *testing.T, opts ...uploadtest.Option) string {
			t.Helper()
			return uploadtest.NewTusd(t, opts...).Endpoint
		},
		"binary": func(t *testing.T, opts ...uploadtest.Option) string {
			t.Helper()
			return uploadtest.NewTusdBinary(t, opts...).Endpoint
		},
	}
	for name, start := range servers {
		t.Run(name, func(t *testing.T) {
			limited := mustDo(t, http.MethodOptions, start(t, uploadtest.MaxSize(1234), uploadtest.NoTermination()), "", nil)
			if got := limited.Header.Get("Tus-Max-Size"); got != "1234" {
				t.Errorf("Tus-Max-Size %q, want 1234", got)
			}
			if got := limited.Header.Get("Tus-Extension"); strings.Contains(got, "termination") {
				t.Errorf("server advertises %s", got)
			}
			created := mustDo(t, http.MethodPost, start(t, uploadtest.BehindProxy()), "", map[string]string{"Upload-Length": "1", "X-Forwarded-Proto": "https"})
			if got := created.Header.Get("Location"); !strings.HasPrefix(got, "https://") {
				t.Errorf("Location %q, want the proxy's scheme", got)
			}
		})
	}
}

func TestWrap(t *testing.T) {
	server := uploadtest.NewTusd(t, uploadtest.Wrap(func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) })
	}))
	if got := mustDo(t, http.MethodOptions, server.Endpoint, "", nil); got.StatusCode != http.StatusUnauthorized {
		t.Errorf("got %s", got.Status)
	}
}

// program is a server in its own process.
type program interface {
	Kill(t testing.TB)
	Stop(t testing.TB)
	Restart(t testing.TB)
	Stored(t testing.TB) []uploadtest.StoredFile
}

func TestServersKeepFilesOnRestart(t *testing.T) {
	tusd, node := uploadtest.NewTusdBinary(t), uploadtest.NewTusNode(t)
	for name, server := range map[string]struct {
		program
		endpoint string
	}{"tusd": {tusd, tusd.Endpoint}, "@tus/server": {node, node.Endpoint}} {
		t.Run(name, func(t *testing.T) {
			location := upload(t, server.endpoint, "9", "hello")
			for how, stop := range map[string]func(testing.TB){"killed": server.Kill, "stopped": server.Stop} {
				stop(t)
				if response, err := do(t, http.MethodHead, location, "", nil); err == nil {
					t.Fatalf("%s: server still responds %s", how, response.Status)
				}
				server.Restart(t)
				if got := mustDo(t, http.MethodHead, location, "", nil).Header.Get("Upload-Offset"); got != "5" {
					t.Errorf("%s and restarted: offset %q, want 5", how, got)
				}
			}
			if files := server.Stored(t); len(files) != 1 || files[0].Size != 5 || files[0].Length != 9 || files[0].Metadata["filename"] != "a.txt" {
				t.Errorf("server has %+v", files)
			}
		})
	}
}

func TestTusNodeOptions(t *testing.T) {
	server := uploadtest.NewTusNode(t, uploadtest.MaxSize(1234), uploadtest.Expiry(time.Hour))
	if got := mustDo(t, http.MethodOptions, server.Endpoint, "", nil).Header.Get("Tus-Max-Size"); got != "1234" {
		t.Errorf("Tus-Max-Size %q, want 1234", got)
	}
	if got := mustDo(t, http.MethodPost, server.Endpoint, "", map[string]string{"Upload-Length": "1"}).Header.Get("Upload-Expires"); got == "" {
		t.Error("no Upload-Expires")
	}
}

func TestTLSIsTrustedOnlyByServerClient(t *testing.T) {
	server := uploadtest.NewTusd(t, uploadtest.WithTLS())
	if _, err := do(t, http.MethodOptions, server.Endpoint, "", nil); err == nil {
		t.Error("a client without the certificate trusts the server")
	}
	response, err := server.Client().Get(server.Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
}

func TestTLSOfTusdBinaryIsTrustedWithItsCA(t *testing.T) {
	server := uploadtest.NewTusdBinary(t, uploadtest.WithTLS())
	if _, err := do(t, http.MethodOptions, server.Endpoint, "", nil); err == nil {
		t.Error("a client without the certificate trusts the server")
	}
	certificate, err := os.ReadFile(server.CA)
	if err != nil {
		t.Fatal(err)
	}
	trusted := x509.NewCertPool()
	trusted.AppendCertsFromPEM(certificate)
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: trusted, MinVersion: tls.VersionTLS12}}}
	response, err := client.Get(server.Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
}

// sink starts a server that reads and discards request bodies.
func sink(t *testing.T) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
	}))
	t.Cleanup(server.Close)
	return server
}
