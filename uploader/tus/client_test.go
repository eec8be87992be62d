package tus_test

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// newClient returns a client with its own transport, whose connections are closed
// when the test ends.
func newClient(t testing.TB, config tus.Config) *tus.Client {
	t.Helper()
	if config.HTTP == nil {
		transport := &http.Transport{ExpectContinueTimeout: 5e9, MaxIdleConnsPerHost: 64, MaxResponseHeaderBytes: 64 << 10}
		t.Cleanup(transport.CloseIdleConnections)
		config.HTTP = transport
	}
	client, err := tus.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// randomBytes returns n random bytes.
func randomBytes(t testing.TB, n int64) []byte {
	t.Helper()
	p := make([]byte, n)
	_, _ = rand.Read(p)
	return p
}

func hashOf(p []byte) string {
	sum := sha256.Sum256(p)
	return hex.EncodeToString(sum[:])
}

// wantKind fails the test unless err is a fault of that kind, and returns it.
func wantKind(t testing.TB, err error, kind fault.Kind) *fault.Fault {
	t.Helper()
	if !fault.Is(err, kind) {
		t.Fatalf("got %v, want a fault of kind %s", err, kind)
	}
	return fault.Of(err)
}

// metadata contains values with special characters.
var metadata = []tus.Pair{
	{Key: "filename", Value: `a "quoted" name, with 中文, 🛶 and é.txt`},
	{Key: "filetype", Value: "text/plain; charset=utf-8"},
	{Key: "note", Value: "two\nlines"},
	{Key: "empty", Value: ""},
}

// testContract uploads files of several sizes to a real server, verifies their
// content, and removes them.
func testContract(t *testing.T, endpoint string, stored func(testing.TB) []uploadtest.StoredFile) {
	client := newClient(t, tus.Config{Endpoint: endpoint})
	caps, err := client.Probe(t.Context())
	if err != nil || !caps.Known {
		t.Fatalf("probe: %+v, %v", caps, err)
	}
	for name, size := range map[string]int64{"empty": 0, "1 byte": 1, "10 KiB": 10 << 10, "64 MiB": 64 << 20} {
		t.Run(name, func(t *testing.T) {
			content := randomBytes(t, size)
			upload, err := client.Create(t.Context(), tus.CreateRequest{Size: size, Metadata: metadata})
			if err != nil {
				t.Fatal(err)
			}
			third := size / 3
			for _, chunk := range []struct{ from, to int64 }{{0, third}, {third, size}} {
				if chunk.from == chunk.to {
					continue
				}
				got, err := client.Patch(t.Context(), upload.URL, chunk.from, bytes.NewReader(content[chunk.from:chunk.to]), chunk.to-chunk.from)
				if err != nil || got.Offset != chunk.to {
					t.Fatalf("patch up to %d: %+v, %v", chunk.to, got, err)
				}
			}
			status, err := client.Head(t.Context(), upload.URL)
			if err != nil || status.Offset != size || status.Length != size {
				t.Fatalf("head: %+v, %v", status, err)
			}
			wantStored(t, stored(t), content)
			if err := client.Terminate(t.Context(), upload.URL); err != nil {
				t.Fatal(err)
			}
			if left := stored(t); len(left) != 0 {
				t.Fatalf("%d uploads left after Terminate", len(left))
			}
			_, err = client.Head(t.Context(), upload.URL)
			wantKind(t, err, fault.Gone)
		})
	}
}

// wantStored fails the test unless content is the only stored file.
func wantStored(t testing.TB, files []uploadtest.StoredFile, content []byte) {
	t.Helper()
	if len(files) != 1 {
		t.Fatalf("%d stored uploads, want 1", len(files))
	}
	if got := files[0]; got.SHA256 != hashOf(content) || got.Size != int64(len(content)) {
		t.Fatalf("stored content differs from the sent content (%d bytes)", got.Size)
	}
	want := map[string]string{}
	for _, pair := range metadata {
		want[pair.Key] = pair.Value
	}
	if diff := cmp.Diff(want, files[0].Metadata); diff != "" {
		t.Errorf("metadata (-sent +stored):\n%s", diff)
	}
}

func TestContractTusdInProcess(t *testing.T) {
	server := uploadtest.NewTusd(t)
	testContract(t, server.Endpoint, server.Stored)
}

func TestContractMethodOverride(t *testing.T) {
	server := uploadtest.NewTusd(t)
	client := newClient(t, tus.Config{Endpoint: server.Endpoint, MethodOverride: true})
	upload, err := client.Create(t.Context(), tus.CreateRequest{Size: 5})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Patch(t.Context(), upload.URL, 0, strings.NewReader("hello"), 5); err != nil {
		t.Fatal(err)
	}
	if err := client.Terminate(t.Context(), upload.URL); err != nil {
		t.Fatal(err)
	}
	for _, r := range server.Requests() {
		if r.Method == http.MethodPatch || r.Method == http.MethodDelete {
			t.Errorf("request with method %s, want POST", r.Method)
		}
	}
}
