package tus_test

import (
	"bytes"
	"math"
	"net/http"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// testServer is a real tus server.
type testServer struct {
	endpoint string
	stored   func(testing.TB) []uploadtest.StoredFile
}

// startServers starts a server of each kind.
func startServers(t *testing.T) map[string]testServer {
	t.Helper()
	tusd, node, reference := uploadtest.NewTusdBinary(t), uploadtest.NewTusNode(t), uploadtest.NewReference(t)
	return map[string]testServer{
		"tusd":        {tusd.Endpoint, tusd.Stored},
		"@tus/server": {node.Endpoint, node.Stored},
		"reference":   {reference.Endpoint, reference.Stored},
	}
}

func TestD1ServerWithoutExtensionRefuses(t *testing.T) {
	for _, status := range []int{http.StatusBadRequest, http.StatusNotImplemented} {
		server := newFakeServer(t, respond(status))
		_, err := newClient(t, tus.Config{Endpoint: server.URL}).Create(t.Context(), tus.CreateRequest{Deferred: true})
		if got := wantKind(t, err, fault.Refused); got.Status != status {
			t.Errorf("got %+v", got)
		}
	}
}

func TestD2DeferLengthHeader(t *testing.T) {
	server := newFakeServer(t, respond(http.StatusCreated, "Location: 1"))
	if _, err := newClient(t, tus.Config{Endpoint: server.URL}).Create(t.Context(), tus.CreateRequest{Deferred: true}); err != nil {
		t.Fatal(err)
	}
	header := server.lastRequest(t).Header
	if _, sent := header["Upload-Length"]; sent || header.Get("Upload-Defer-Length") != "1" {
		t.Errorf("sent %v", header)
	}
}

func TestD3LengthIsSentWithLastPatch(t *testing.T) {
	for name, server := range startServers(t) {
		for kind, last := range map[string]int64{"with bytes": 1000, "without bytes": 0} {
			t.Run(name+" "+kind, func(t *testing.T) {
				client := newClient(t, tus.Config{Endpoint: server.endpoint})
				const size = 100_000
				content := randomBytes(t, size)
				upload, err := client.Create(t.Context(), tus.CreateRequest{Deferred: true, Metadata: metadata})
				if err != nil {
					t.Fatal(err)
				}
				for _, chunk := range []struct {
					from, to int64
					ends     bool
				}{{0, 7, false}, {7, size - last, false}, {size - last, size, true}} {
					got, err := client.PatchWith(t.Context(), tus.PatchRequest{
						URL: upload.URL, Offset: chunk.from, Body: bytes.NewReader(content[chunk.from:chunk.to]), Size: chunk.to - chunk.from, Last: chunk.ends,
					})
					if err != nil || got.Offset != chunk.to {
						t.Fatalf("patch up to %d: %+v, %v", chunk.to, got, err)
					}
				}
				if got, err := client.Head(t.Context(), upload.URL); err != nil || got.Offset != size || got.Length != size {
					t.Errorf("after the last PATCH: %+v, %v", got, err)
				}
				wantStored(t, server.stored(t), content)
				if err := client.Terminate(t.Context(), upload.URL); err != nil {
					t.Fatal(err)
				}
			})
		}
	}
}

func TestD3EmptyDeferredUpload(t *testing.T) {
	for name, server := range startServers(t) {
		t.Run(name, func(t *testing.T) {
			client := newClient(t, tus.Config{Endpoint: server.endpoint})
			upload, err := client.Create(t.Context(), tus.CreateRequest{Deferred: true})
			if err != nil {
				t.Fatal(err)
			}
			got, err := client.PatchWith(t.Context(), tus.PatchRequest{URL: upload.URL, Body: strings.NewReader(""), Last: true})
			if err != nil || got.Offset != 0 {
				t.Fatalf("got %+v, %v", got, err)
			}
			if got, err := client.Head(t.Context(), upload.URL); err != nil || got.Offset != 0 || got.Length != 0 {
				t.Errorf("after the last PATCH: %+v, %v", got, err)
			}
		})
	}
}

func TestD4LengthCannotBeChanged(t *testing.T) {
	for name, server := range startServers(t) {
		t.Run(name, func(t *testing.T) {
			client := newClient(t, tus.Config{Endpoint: server.endpoint})
			upload, err := client.Create(t.Context(), tus.CreateRequest{Size: 10})
			if err != nil {
				t.Fatal(err)
			}
			_, err = client.PatchWith(t.Context(), tus.PatchRequest{URL: upload.URL, Body: strings.NewReader("hello"), Size: 5, Last: true})
			wantKind(t, err, fault.Refused)
			if got, err := client.Head(t.Context(), upload.URL); err != nil || got.Offset != 0 || got.Length != 10 {
				t.Errorf("after the last PATCH: %+v, %v", got, err)
			}
		})
	}
}

func TestD4HeadReturnsWhetherLengthWasReceived(t *testing.T) {
	for name, server := range startServers(t) {
		t.Run(name, func(t *testing.T) {
			proxy := uploadtest.NewProxy(t, server.endpoint)
			client := newClient(t, tus.Config{Endpoint: proxy.URL(server.endpoint)})
			const size = 4 << 20
			content := randomBytes(t, size)
			upload, err := client.Create(t.Context(), tus.CreateRequest{Deferred: true, Metadata: metadata})
			if err != nil {
				t.Fatal(err)
			}
			proxy.ResetAfter(size / 2)
			_, err = client.PatchWith(t.Context(), tus.PatchRequest{URL: upload.URL, Body: bytes.NewReader(content), Size: size, Last: true})
			wantKind(t, err, fault.Transient)
			status := headUntilUnlocked(t, client, upload.URL)
			if status.Length != -1 && status.Length != size {
				t.Fatalf("length %d, want -1 or %d", status.Length, size)
			}
			rest := content[status.Offset:]
			got, err := client.PatchWith(t.Context(), tus.PatchRequest{
				URL: upload.URL, Offset: status.Offset, Body: bytes.NewReader(rest), Size: int64(len(rest)), Last: status.Length < 0,
			})
			if err != nil || got.Offset != size {
				t.Fatalf("resuming at %+v: %+v, %v", status, got, err)
			}
			wantStored(t, server.stored(t), content)
		})
	}
}

// headUntilUnlocked repeats HEAD until the server has noticed the end of the
// previous request and unlocked the upload.
func headUntilUnlocked(t *testing.T, client *tus.Client, url string) tus.Status {
	t.Helper()
	for {
		status, err := client.Head(t.Context(), url)
		if err == nil {
			return status
		}
		wantKind(t, err, fault.Busy)
	}
}

func TestD5HeadHasNoLengthUntilSent(t *testing.T) {
	for name, server := range startServers(t) {
		t.Run(name, func(t *testing.T) {
			client := newClient(t, tus.Config{Endpoint: server.endpoint})
			upload, err := client.Create(t.Context(), tus.CreateRequest{Deferred: true, Body: strings.NewReader("hello"), BodySize: 5})
			if err != nil || upload.Offset != 5 {
				t.Fatalf("created %+v, %v", upload, err)
			}
			if got, err := client.Head(t.Context(), upload.URL); err != nil || got.Offset != 5 || got.Length != -1 {
				t.Errorf("before the last PATCH: %+v, %v", got, err)
			}
			if _, err := client.PatchWith(t.Context(), tus.PatchRequest{URL: upload.URL, Offset: 5, Body: strings.NewReader("!"), Size: 1, Last: true}); err != nil {
				t.Fatal(err)
			}
			if got, err := client.Head(t.Context(), upload.URL); err != nil || got.Length != 6 {
				t.Errorf("after the last PATCH: %+v, %v", got, err)
			}
		})
	}
}

func TestInvalidDeferredLengthsAreBugs(t *testing.T) {
	client := newClient(t, tus.Config{Endpoint: uploadtest.UnusedURL(t)})
	_, err := client.Create(t.Context(), tus.CreateRequest{Deferred: true, Size: 5})
	wantKind(t, err, fault.Bug)
	_, err = client.PatchWith(t.Context(), tus.PatchRequest{URL: "http://server/", Offset: math.MaxInt64, Body: strings.NewReader("a"), Size: 1, Last: true})
	wantKind(t, err, fault.Bug)
}
