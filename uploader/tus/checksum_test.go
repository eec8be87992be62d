package tus_test

import (
	"bytes"
	"crypto/md5"  //nolint:gosec // what servers list
	"crypto/sha1" //nolint:gosec // what servers list
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// sha1Of is the digest of a body, by the algorithm that every server knows.
func sha1Of(body []byte) tus.Digest {
	sum := sha1.Sum(body) //nolint:gosec // what servers list
	return tus.Digest{Algorithm: "sha1", Sum: sum[:]}
}

func TestX1AlgorithmIsTheBestThatBothSidesKnow(t *testing.T) {
	can := func(extensions string, algorithms ...string) tus.Capabilities {
		return tus.Capabilities{Known: true, Extensions: strings.Fields(extensions), Checksums: algorithms}
	}
	tests := map[string]struct {
		can  tus.Capabilities
		want string
	}{
		"the only one":                      {can("creation checksum", "sha1"), "sha1"},
		"the best of several":               {can("checksum", "crc32", "md5", "sha1", "sha256"), "sha256"},
		"as the server spells it":           {can("checksum", "x", "SHA-256"), "SHA-256"},
		"trailers are checksums too":        {can("checksum-trailer", "sha1"), "sha1"},
		"without the extension":             {can("creation", "sha1"), ""},
		"algorithms that are unknown here":  {can("checksum", "blake9", "adler"), ""},
		"no algorithms":                     {can("checksum"), ""},
		"a spelling that cannot be a token": {can("checksum", "sha256\n"), ""},
		"a server that was not asked":       {tus.Capabilities{}, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := test.can.Checksum(); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestX1ServersWithoutTheExtensionCheckNothing(t *testing.T) {
	for name, endpoint := range map[string]string{"tusd": uploadtest.NewTusd(t).Endpoint, "@tus/server": uploadtest.NewTusNode(t).Endpoint} {
		t.Run(name, func(t *testing.T) {
			client := connect(t, tus.Config{Endpoint: endpoint})
			can, err := client.Probe(t.Context())
			if err != nil || can.Checksum() != "" {
				t.Fatalf("it offers %q, %v", can.Checksum(), err)
			}
			made, err := client.Create(t.Context(), tus.CreateRequest{Size: 5})
			if err != nil {
				t.Fatal(err)
			}
			got, err := client.PatchWith(t.Context(), tus.PatchRequest{URL: made.URL, Body: strings.NewReader("hello"), Size: 5, Checksum: sha1Of([]byte("other"))})
			if err != nil || got.Offset != 5 {
				t.Errorf("a wrong checksum: %+v, %v; nobody may take this server's success for a proof", got, err)
			}
		})
	}
}

func TestX2ChecksumIsOfThisBodyAlone(t *testing.T) {
	server := newScript(t, reply(http.StatusNoContent, "Upload-Offset: 12"))
	client := connect(t, tus.Config{Endpoint: server.URL})
	_, err := client.PatchWith(t.Context(), tus.PatchRequest{URL: server.URL, Offset: 7, Body: strings.NewReader("hello, and more"), Size: 5, Checksum: sha1Of([]byte("hello"))})
	if err != nil {
		t.Fatal(err)
	}
	got := server.last(t)
	if value := got.Header.Get("Upload-Checksum"); value != "sha1 qvTGHdzF6KLavt4PO0gs2a6pQ00=" || got.ContentLength != 5 {
		t.Errorf("it sent Upload-Checksum %q with %d bytes", value, got.ContentLength)
	}
	if err := calls[fault.Patch](t, client, server.URL); err != nil {
		t.Fatal(err)
	}
	if _, sent := server.last(t).Header["Upload-Checksum"]; sent {
		t.Error("a request without a checksum carries one")
	}
}

func TestX2ImpossibleChecksumsAreOurOwnMistake(t *testing.T) {
	client := connect(t, tus.Config{Endpoint: uploadtest.Unused(t)})
	tests := map[string]tus.PatchRequest{
		"no algorithm":                   {Checksum: tus.Digest{Sum: []byte{1}}},
		"an algorithm that is no token":  {Checksum: tus.Digest{Algorithm: "sha 1", Sum: []byte{1}}},
		"an empty digest":                {Checksum: tus.Digest{Algorithm: "sha1"}},
		"a digest of another length":     {Checksum: tus.Digest{Algorithm: "sha1", Sum: make([]byte, 16)}},
		"an algorithm unknown here":      {Trailer: "blake9"},
		"one ahead and one after a body": {Trailer: "sha1", Checksum: sha1Of(nil)},
	}
	for name, request := range tests {
		t.Run(name, func(t *testing.T) {
			request.URL, request.Body, request.Size = "http://server/u", strings.NewReader("hello"), 5
			_, err := client.PatchWith(t.Context(), request)
			wantKind(t, err, fault.Bug)
		})
	}
}

func TestX3DamagedChunkIsSentAgain(t *testing.T) {
	for name, sealed := range map[string]func(*tus.PatchRequest, []byte){
		"checksum ahead":   func(r *tus.PatchRequest, body []byte) { r.Checksum = sha1Of(body) },
		"checksum trailer": func(r *tus.PatchRequest, _ []byte) { r.Trailer = "sha256" },
	} {
		t.Run(name, func(t *testing.T) {
			server := uploadtest.NewReference(t)
			client := connect(t, tus.Config{Endpoint: server.Endpoint})
			content := random(t, 3<<20)
			made, err := client.Create(t.Context(), tus.CreateRequest{Size: 3 << 20, Metadata: metadata})
			if err != nil {
				t.Fatal(err)
			}
			request := tus.PatchRequest{URL: made.URL, Size: 3 << 20}
			sealed(&request, content)
			server.Corrupt(1)
			request.Body = bytes.NewReader(content)
			_, err = client.PatchWith(t.Context(), request)
			if got := wantKind(t, err, fault.Transient); got.Status != 460 || got.Code != tus.CodeChecksumMismatch {
				t.Errorf("got %+v", got)
			}
			if status, err := client.Head(t.Context(), made.URL); err != nil || status.Offset != 0 {
				t.Errorf("of the damaged bytes the server kept %d, %v", status.Offset, err)
			}
			request.Body = bytes.NewReader(content)
			if got, err := client.PatchWith(t.Context(), request); err != nil || got.Offset != 3<<20 {
				t.Fatalf("again: %+v, %v", got, err)
			}
			expectOne(t, server.Stored(t), content)
		})
	}
}

func TestX4RefusedAlgorithmIsToldFromOtherRefusals(t *testing.T) {
	server := uploadtest.NewReference(t)
	client := connect(t, tus.Config{Endpoint: server.Endpoint})
	made, err := client.Create(t.Context(), tus.CreateRequest{Size: 5})
	if err != nil {
		t.Fatal(err)
	}
	sum := md5.Sum([]byte("hello")) //nolint:gosec // what servers list
	for name, request := range map[string]tus.PatchRequest{
		"ahead":   {Checksum: tus.Digest{Algorithm: "md5", Sum: sum[:]}},
		"trailer": {Trailer: "md5"},
	} {
		request.URL, request.Body, request.Size = made.URL, strings.NewReader("hello"), 5
		_, err := client.PatchWith(t.Context(), request)
		if got := wantKind(t, err, fault.Refused); got.Code != tus.CodeChecksumRefused || got.Status != http.StatusBadRequest {
			t.Errorf("%s: got %+v", name, got)
		}
	}
	if got, err := client.Patch(t.Context(), made.URL, 0, strings.NewReader("hello"), 5); err != nil || got.Offset != 5 {
		t.Errorf("without a checksum: %+v, %v", got, err)
	}
}

func TestX4ServersOwnWordsGoFirst(t *testing.T) {
	tests := map[string]struct {
		answer  http.HandlerFunc
		request tus.PatchRequest
		want    string
	}{
		"a code of the server":      {saying(http.StatusBadRequest, "ERR_UPLOAD_STOPPED: no"), tus.PatchRequest{Checksum: sha1Of([]byte("hello"))}, "ERR_UPLOAD_STOPPED"},
		"another status":            {reply(http.StatusTeapot), tus.PatchRequest{Checksum: sha1Of([]byte("hello"))}, ""},
		"no checksum was sent":      {reply(http.StatusBadRequest), tus.PatchRequest{}, ""},
		"no checksum but a 460 yet": {reply(460), tus.PatchRequest{}, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			server := newScript(t, test.answer)
			test.request.URL, test.request.Body, test.request.Size = server.URL, strings.NewReader("hello"), 5
			_, err := connect(t, tus.Config{Endpoint: server.URL}).PatchWith(t.Context(), test.request)
			if got := fault.Of(err); got.Code != test.want {
				t.Errorf("got code %q, want %q", got.Code, test.want)
			}
		})
	}
}

func TestX5FileGoesInChunksWithAChecksumEach(t *testing.T) {
	server := uploadtest.NewReference(t)
	client := connect(t, tus.Config{Endpoint: server.Endpoint})
	const size, chunk = 1<<20 + 17, 256 << 10
	content := random(t, size)
	made, err := client.Create(t.Context(), tus.CreateRequest{Size: size, Metadata: metadata})
	if err != nil {
		t.Fatal(err)
	}
	for offset := int64(0); offset < size; {
		body := content[offset:min(offset+chunk, size)]
		got, err := client.PatchWith(t.Context(), tus.PatchRequest{URL: made.URL, Offset: offset, Body: bytes.NewReader(body), Size: int64(len(body)), Checksum: sha1Of(body)})
		if err != nil || got.Offset != offset+int64(len(body)) {
			t.Fatalf("at %d: %+v, %v", offset, got, err)
		}
		offset = got.Offset
	}
	expectOne(t, server.Stored(t), content)
}

func TestY1ChecksumFollowsABodyThatIsReadOnce(t *testing.T) {
	server := newScript(t, reply(http.StatusNoContent, "Upload-Offset: 5"))
	client := connect(t, tus.Config{Endpoint: server.URL})
	for _, algorithm := range []string{"sha1", "sha256", "sha512", "md5", "crc32"} {
		_, err := client.PatchWith(t.Context(), tus.PatchRequest{URL: server.URL, Body: unseekable([]byte("hello, and more")), Size: 5, Trailer: algorithm})
		if err != nil {
			t.Fatal(err)
		}
		sum, _ := tus.NewHash(algorithm)
		_, _ = sum.Write([]byte("hello"))
		got := server.last(t)
		want := algorithm + " " + base64.StdEncoding.EncodeToString(sum.Sum(nil))
		if got.body != "hello" || got.Trailer.Get("Upload-Checksum") != want || got.Header.Get("Upload-Checksum") != "" {
			t.Errorf("it sent %q with the trailer %q, want %q", got.body, got.Trailer, want)
		}
	}
}

func TestY1WholeFileGoesInOnePatch(t *testing.T) {
	server := uploadtest.NewReference(t)
	transport := netx.Transport(netx.Config{})
	t.Cleanup(transport.CloseIdleConnections)
	client := connect(t, tus.Config{Endpoint: server.Endpoint, HTTP: netx.Watch(transport)})
	for _, size := range []int64{0, 1, 5 << 20} {
		content := random(t, size)
		made, err := client.Create(t.Context(), tus.CreateRequest{Size: size, Metadata: metadata})
		if err != nil {
			t.Fatal(err)
		}
		got, err := client.PatchWith(t.Context(), tus.PatchRequest{URL: made.URL, Body: bytes.NewReader(content), Size: size, Trailer: "sha1"})
		if err != nil || got.Offset != size {
			t.Fatalf("%d bytes: %+v, %v", size, got, err)
		}
		expectOne(t, server.Stored(t), content)
		if err := client.Terminate(t.Context(), made.URL); err != nil {
			t.Fatal(err)
		}
	}
}

func TestY1ChecksumOfABodyThatIsRedirectedIsOfTheWholeBody(t *testing.T) {
	server := uploadtest.NewReference(t)
	made, err := connect(t, tus.Config{Endpoint: server.Endpoint}).Create(t.Context(), tus.CreateRequest{Size: 5, Metadata: metadata})
	if err != nil {
		t.Fatal(err)
	}
	first := newScript(t, redirectTo(http.StatusTemporaryRedirect, strings.TrimSuffix(server.Endpoint, "/files/")))
	path := strings.TrimPrefix(made.URL, strings.TrimSuffix(server.Endpoint, "/files/"))
	got, err := connect(t, tus.Config{Endpoint: first.URL}).PatchWith(t.Context(), tus.PatchRequest{URL: first.URL + path, Body: strings.NewReader("hello"), Size: 5, Trailer: "sha1"})
	if err != nil || got.Offset != 5 {
		t.Fatalf("got %+v, %v", got, err)
	}
	expectOne(t, server.Stored(t), []byte("hello"))
}
