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

// connect makes a client with a transport of its own, which ends with the test.
func connect(t testing.TB, config tus.Config) *tus.Client {
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

// random is n bytes that no server can have by chance.
func random(t testing.TB, n int64) []byte {
	t.Helper()
	p := make([]byte, n)
	_, _ = rand.Read(p)
	return p
}

func hashOf(p []byte) string {
	sum := sha256.Sum256(p)
	return hex.EncodeToString(sum[:])
}

// wantKind fails unless err is a fault of that kind, and returns it.
func wantKind(t testing.TB, err error, kind fault.Kind) *fault.Fault {
	t.Helper()
	if !fault.Is(err, kind) {
		t.Fatalf("got %v, want a fault of kind %s", err, kind)
	}
	return fault.Of(err)
}

// metadata is what a file with an awkward name comes with.
var metadata = []tus.Pair{
	{Key: "filename", Value: `a "quoted" name, with 中文, 🛶 and é.txt`},
	{Key: "filetype", Value: "text/plain; charset=utf-8"},
	{Key: "note", Value: "two\nlines"},
	{Key: "empty", Value: ""},
}

// contract sends files of all sizes to a real server and compares every byte.
func contract(t *testing.T, endpoint string, stored func(testing.TB) []uploadtest.StoredFile) {
	client := connect(t, tus.Config{Endpoint: endpoint})
	can, err := client.Probe(t.Context())
	if err != nil || !can.Known {
		t.Fatalf("probe: %+v, %v", can, err)
	}
	for name, size := range map[string]int64{"no byte": 0, "one byte": 1, "ten KiB": 10 << 10, "64 MiB": 64 << 20} {
		t.Run(name, func(t *testing.T) {
			content := random(t, size)
			made, err := client.Create(t.Context(), tus.CreateRequest{Size: size, Metadata: metadata})
			if err != nil {
				t.Fatal(err)
			}
			first := size / 3
			for _, part := range []struct{ from, to int64 }{{0, first}, {first, size}} {
				if part.from == part.to {
					continue
				}
				got, err := client.Patch(t.Context(), made.URL, part.from, bytes.NewReader(content[part.from:part.to]), part.to-part.from)
				if err != nil || got.Offset != part.to {
					t.Fatalf("patch to %d: %+v, %v", part.to, got, err)
				}
			}
			status, err := client.Head(t.Context(), made.URL)
			if err != nil || status.Offset != size || status.Length != size {
				t.Fatalf("head: %+v, %v", status, err)
			}
			expectOne(t, stored(t), content)
			if err := client.Terminate(t.Context(), made.URL); err != nil {
				t.Fatal(err)
			}
			if left := stored(t); len(left) != 0 {
				t.Fatalf("the server kept %d uploads", len(left))
			}
			_, err = client.Head(t.Context(), made.URL)
			wantKind(t, err, fault.Gone)
		})
	}
}

func expectOne(t testing.TB, files []uploadtest.StoredFile, content []byte) {
	t.Helper()
	if len(files) != 1 {
		t.Fatalf("the server holds %d uploads, want 1", len(files))
	}
	if got := files[0]; got.SHA256 != hashOf(content) || got.Size != int64(len(content)) {
		t.Fatalf("the server holds %d bytes that are not those sent", got.Size)
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
	contract(t, server.Endpoint, server.Stored)
}

func TestContractMethodOverride(t *testing.T) {
	server := uploadtest.NewTusd(t)
	client := connect(t, tus.Config{Endpoint: server.Endpoint, MethodOverride: true})
	made, err := client.Create(t.Context(), tus.CreateRequest{Size: 5})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Patch(t.Context(), made.URL, 0, strings.NewReader("hello"), 5); err != nil {
		t.Fatal(err)
	}
	if err := client.Terminate(t.Context(), made.URL); err != nil {
		t.Fatal(err)
	}
	for _, r := range server.Requests() {
		if r.Method == http.MethodPatch || r.Method == http.MethodDelete {
			t.Errorf("the network saw %s", r.Method)
		}
	}
}
