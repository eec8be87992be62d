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

// holder is a server and what it holds.
type holder struct {
	endpoint string
	stored   func(testing.TB) []uploadtest.StoredFile
}

// everyServer starts one of each kind that there is.
func everyServer(t *testing.T) map[string]holder {
	t.Helper()
	tusd, node, reference := uploadtest.NewTusdBinary(t), uploadtest.NewTusNode(t), uploadtest.NewReference(t)
	return map[string]holder{
		"tusd":        {tusd.Endpoint, tusd.Stored},
		"@tus/server": {node.Endpoint, node.Stored},
		"reference":   {reference.Endpoint, reference.Stored},
	}
}

func TestD1ServerWithoutTheExtensionRefuses(t *testing.T) {
	for _, status := range []int{http.StatusBadRequest, http.StatusNotImplemented} {
		server := newScript(t, reply(status))
		_, err := connect(t, tus.Config{Endpoint: server.URL}).Create(t.Context(), tus.CreateRequest{Deferred: true})
		if got := wantKind(t, err, fault.Refused); got.Status != status {
			t.Errorf("got %+v", got)
		}
	}
}

func TestD2OpenLengthIsExactlyOne(t *testing.T) {
	server := newScript(t, reply(http.StatusCreated, "Location: 1"))
	if _, err := connect(t, tus.Config{Endpoint: server.URL}).Create(t.Context(), tus.CreateRequest{Deferred: true}); err != nil {
		t.Fatal(err)
	}
	header := server.last(t).Header
	if _, said := header["Upload-Length"]; said || header.Get("Upload-Defer-Length") != "1" {
		t.Errorf("it sent %v", header)
	}
}

func TestD3LengthComesWithTheLastPatch(t *testing.T) {
	for name, server := range everyServer(t) {
		for kind, last := range map[string]int64{"which has bytes": 1000, "which is empty": 0} {
			t.Run(name+" "+kind, func(t *testing.T) {
				client := connect(t, tus.Config{Endpoint: server.endpoint})
				const size = 100_000
				content := random(t, size)
				made, err := client.Create(t.Context(), tus.CreateRequest{Deferred: true, Metadata: metadata})
				if err != nil {
					t.Fatal(err)
				}
				for _, part := range []struct {
					from, to int64
					ends     bool
				}{{0, 7, false}, {7, size - last, false}, {size - last, size, true}} {
					got, err := client.PatchWith(t.Context(), tus.PatchRequest{
						URL: made.URL, Offset: part.from, Body: bytes.NewReader(content[part.from:part.to]), Size: part.to - part.from, Ends: part.ends,
					})
					if err != nil || got.Offset != part.to {
						t.Fatalf("to %d: %+v, %v", part.to, got, err)
					}
				}
				if got, err := client.Head(t.Context(), made.URL); err != nil || got.Offset != size || got.Length != size {
					t.Errorf("afterwards: %+v, %v", got, err)
				}
				expectOne(t, server.stored(t), content)
				if err := client.Terminate(t.Context(), made.URL); err != nil {
					t.Fatal(err)
				}
			})
		}
	}
}

func TestD3EmptyStreamEndsAtOnce(t *testing.T) {
	for name, server := range everyServer(t) {
		t.Run(name, func(t *testing.T) {
			client := connect(t, tus.Config{Endpoint: server.endpoint})
			made, err := client.Create(t.Context(), tus.CreateRequest{Deferred: true})
			if err != nil {
				t.Fatal(err)
			}
			got, err := client.PatchWith(t.Context(), tus.PatchRequest{URL: made.URL, Body: strings.NewReader(""), Ends: true})
			if err != nil || got.Offset != 0 {
				t.Fatalf("got %+v, %v", got, err)
			}
			if got, err := client.Head(t.Context(), made.URL); err != nil || got.Offset != 0 || got.Length != 0 {
				t.Errorf("afterwards: %+v, %v", got, err)
			}
		})
	}
}

func TestD4LengthStaysWhatItWas(t *testing.T) {
	for name, server := range everyServer(t) {
		t.Run(name, func(t *testing.T) {
			client := connect(t, tus.Config{Endpoint: server.endpoint})
			made, err := client.Create(t.Context(), tus.CreateRequest{Size: 10})
			if err != nil {
				t.Fatal(err)
			}
			_, err = client.PatchWith(t.Context(), tus.PatchRequest{URL: made.URL, Body: strings.NewReader("hello"), Size: 5, Ends: true})
			wantKind(t, err, fault.Refused)
			if got, err := client.Head(t.Context(), made.URL); err != nil || got.Offset != 0 || got.Length != 10 {
				t.Errorf("afterwards: %+v, %v", got, err)
			}
		})
	}
}

func TestD4LengthThatMayHaveBeenSaidIsAskedFor(t *testing.T) {
	for name, server := range everyServer(t) {
		t.Run(name, func(t *testing.T) {
			proxy := uploadtest.NewProxy(t, server.endpoint)
			client := connect(t, tus.Config{Endpoint: proxy.URL(server.endpoint)})
			const size = 4 << 20
			content := random(t, size)
			made, err := client.Create(t.Context(), tus.CreateRequest{Deferred: true, Metadata: metadata})
			if err != nil {
				t.Fatal(err)
			}
			proxy.CutAfter(size / 2)
			_, err = client.PatchWith(t.Context(), tus.PatchRequest{URL: made.URL, Body: bytes.NewReader(content), Size: size, Ends: true})
			wantKind(t, err, fault.Transient)
			held := untilFree(t, client, made.URL)
			if held.Length != -1 && held.Length != size {
				t.Fatalf("the server knows of %d bytes", held.Length)
			}
			rest := content[held.Offset:]
			got, err := client.PatchWith(t.Context(), tus.PatchRequest{
				URL: made.URL, Offset: held.Offset, Body: bytes.NewReader(rest), Size: int64(len(rest)), Ends: held.Length < 0,
			})
			if err != nil || got.Offset != size {
				t.Fatalf("continuing after %+v: %+v, %v", held, got, err)
			}
			expectOne(t, server.stored(t), content)
		})
	}
}

// untilFree asks for the offset until the server has noticed that the request
// before is over.
func untilFree(t *testing.T, client *tus.Client, url string) tus.Status {
	t.Helper()
	for {
		status, err := client.Head(t.Context(), url)
		if err == nil {
			return status
		}
		wantKind(t, err, fault.Busy)
	}
}

func TestD5HeadKnowsNoLengthUntilItIsSaid(t *testing.T) {
	for name, server := range everyServer(t) {
		t.Run(name, func(t *testing.T) {
			client := connect(t, tus.Config{Endpoint: server.endpoint})
			made, err := client.Create(t.Context(), tus.CreateRequest{Deferred: true, Body: strings.NewReader("hello"), BodySize: 5})
			if err != nil || made.Offset != 5 {
				t.Fatalf("made %+v, %v", made, err)
			}
			if got, err := client.Head(t.Context(), made.URL); err != nil || got.Offset != 5 || got.Length != -1 {
				t.Errorf("while it is open: %+v, %v", got, err)
			}
			if _, err := client.PatchWith(t.Context(), tus.PatchRequest{URL: made.URL, Offset: 5, Body: strings.NewReader("!"), Size: 1, Ends: true}); err != nil {
				t.Fatal(err)
			}
			if got, err := client.Head(t.Context(), made.URL); err != nil || got.Length != 6 {
				t.Errorf("once it is said: %+v, %v", got, err)
			}
		})
	}
}

func TestDImpossibleLengthsAreOurOwnMistake(t *testing.T) {
	client := connect(t, tus.Config{Endpoint: uploadtest.Unused(t)})
	_, err := client.Create(t.Context(), tus.CreateRequest{Deferred: true, Size: 5})
	wantKind(t, err, fault.Bug)
	_, err = client.PatchWith(t.Context(), tus.PatchRequest{URL: "http://server/", Offset: math.MaxInt64, Body: strings.NewReader("a"), Size: 1, Ends: true})
	wantKind(t, err, fault.Bug)
}
