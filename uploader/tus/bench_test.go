package tus_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// BenchmarkPatch sends one file in one request to a server that discards it, and to
// tusd, with the transport that the program uses.
func BenchmarkPatch(b *testing.B) {
	const size = 256 << 20
	path := filepath.Join(b.TempDir(), "file")
	if err := os.WriteFile(path, bytes.Repeat([]byte("0123456789abcdef"), size/16), 0o600); err != nil {
		b.Fatal(err)
	}
	servers := map[string]string{"discarding server": newDiscardServer(b), "tusd": uploadtest.NewTusdBinary(b).Endpoint}
	for name, endpoint := range servers {
		b.Run(name, func(b *testing.B) {
			transport := netx.Transport(netx.Config{})
			defer transport.CloseIdleConnections()
			client := newClient(b, tus.Config{Endpoint: endpoint, HTTP: netx.NewWatchdog(transport)})
			b.SetBytes(size)
			for b.Loop() {
				patchFile(b, client, path, size)
			}
		})
	}
}

func patchFile(b *testing.B, client *tus.Client, path string, size int64) {
	b.Helper()
	file, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	upload, err := client.Create(b.Context(), tus.CreateRequest{Size: size})
	if err != nil {
		b.Fatal(err)
	}
	if got, err := client.Patch(b.Context(), upload.URL, 0, file, size); err != nil || got.Offset != size {
		b.Fatalf("got %+v, %v", got, err)
	}
	if err := client.Terminate(b.Context(), upload.URL); err != nil {
		b.Fatal(err)
	}
}

// newDiscardServer starts a server that discards all bodies.
func newDiscardServer(b *testing.B) string {
	b.Helper()
	server := newFakeServer(b, nil)
	server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, _ := io.Copy(io.Discard, r.Body)
		respond(http.StatusOK, "Location: /u", fmt.Sprintf("Upload-Offset: %d", n))(w, r)
	})
	return server.URL
}

// BenchmarkSmall sends files of 10 KiB in one request each, several in parallel.
func BenchmarkSmall(b *testing.B) {
	transport := netx.Transport(netx.Config{})
	defer transport.CloseIdleConnections()
	client := newClient(b, tus.Config{Endpoint: uploadtest.NewTusdBinary(b).Endpoint, HTTP: netx.NewWatchdog(transport)})
	content := randomBytes(b, 10<<10)
	b.SetParallelism(4)
	b.SetBytes(int64(len(content)))
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			_, err := client.Create(b.Context(), tus.CreateRequest{Size: 10 << 10, Metadata: metadata, Body: bytes.NewReader(content), BodySize: 10 << 10})
			if err != nil {
				b.Error(err)
			}
		}
	})
}
