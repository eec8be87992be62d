package tus_test

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// sha1Of returns the SHA-1 digest of body, the algorithm that every server supports.
func sha1Of(body []byte) tus.Digest {
	sum := sha1.Sum(body)
	return tus.Digest{Algorithm: "sha1", Sum: sum[:]}
}

func TestX1BestCommonAlgorithm(t *testing.T) {
	capabilities := func(extensions string, algorithms ...string) tus.Capabilities {
		return tus.Capabilities{Known: true, Extensions: strings.Fields(extensions), Checksums: algorithms}
	}
	tests := map[string]struct {
		caps tus.Capabilities
		want string
	}{
		"one algorithm":           {capabilities("creation checksum", "sha1"), "sha1"},
		"several algorithms":      {capabilities("checksum", "crc32", "md5", "sha1", "sha256"), "sha256"},
		"server spelling is kept": {capabilities("checksum", "x", "SHA-256"), "SHA-256"},
		"checksum-trailer only":   {capabilities("checksum-trailer", "sha1"), "sha1"},
		"no extension":            {capabilities("creation", "sha1"), ""},
		"unknown algorithms":      {capabilities("checksum", "blake9", "adler"), ""},
		"no algorithms":           {capabilities("checksum"), ""},
		"invalid algorithm name":  {capabilities("checksum", "sha256\n"), ""},
		"zero capabilities":       {tus.Capabilities{}, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := test.caps.Checksum(); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestX1ServersWithoutExtensionIgnoreChecksums(t *testing.T) {
	for name, endpoint := range map[string]string{"tusd": uploadtest.NewTusd(t).Endpoint, "@tus/server": uploadtest.NewTusNode(t).Endpoint} {
		t.Run(name, func(t *testing.T) {
			client := newClient(t, tus.Config{Endpoint: endpoint})
			caps, err := client.Probe(t.Context())
			if err != nil || caps.Checksum() != "" {
				t.Fatalf("algorithm %q, %v, want none", caps.Checksum(), err)
			}
			upload, err := client.Create(t.Context(), tus.CreateRequest{Size: 5})
			if err != nil {
				t.Fatal(err)
			}
			got, err := client.PatchWith(t.Context(), tus.PatchRequest{URL: upload.URL, Body: strings.NewReader("hello"), Size: 5, Checksum: sha1Of([]byte("other"))})
			if err != nil || got.Offset != 5 {
				t.Errorf("wrong checksum: %+v, %v, want success: this server does not verify it", got, err)
			}
		})
	}
}

func TestX2ChecksumIsOfRequestBody(t *testing.T) {
	server := newFakeServer(t, respond(http.StatusNoContent, "Upload-Offset: 12"))
	client := newClient(t, tus.Config{Endpoint: server.URL})
	_, err := client.PatchWith(t.Context(), tus.PatchRequest{URL: server.URL, Offset: 7, Body: strings.NewReader("hello, and more"), Size: 5, Checksum: sha1Of([]byte("hello"))})
	if err != nil {
		t.Fatal(err)
	}
	got := server.lastRequest(t)
	if value := got.Header.Get("Upload-Checksum"); value != "sha1 qvTGHdzF6KLavt4PO0gs2a6pQ00=" || got.ContentLength != 5 {
		t.Errorf("Upload-Checksum %q with %d bytes", value, got.ContentLength)
	}
	if err := calls[fault.Patch](t, client, server.URL); err != nil {
		t.Fatal(err)
	}
	if _, sent := server.lastRequest(t).Header["Upload-Checksum"]; sent {
		t.Error("request without a checksum has an Upload-Checksum header")
	}
}

func TestX2InvalidChecksumIsBug(t *testing.T) {
	client := newClient(t, tus.Config{Endpoint: uploadtest.UnusedURL(t)})
	tests := map[string]tus.PatchRequest{
		"no algorithm":              {Checksum: tus.Digest{Sum: []byte{1}}},
		"invalid algorithm name":    {Checksum: tus.Digest{Algorithm: "sha 1", Sum: []byte{1}}},
		"empty digest":              {Checksum: tus.Digest{Algorithm: "sha1"}},
		"wrong digest length":       {Checksum: tus.Digest{Algorithm: "sha1", Sum: make([]byte, 16)}},
		"unknown trailer algorithm": {Trailer: "blake9"},
		"both header and trailer":   {Trailer: "sha1", Checksum: sha1Of(nil)},
	}
	for name, request := range tests {
		t.Run(name, func(t *testing.T) {
			request.URL, request.Body, request.Size = "http://server/u", strings.NewReader("hello"), 5
			_, err := client.PatchWith(t.Context(), request)
			wantKind(t, err, fault.Bug)
		})
	}
}

func TestX3CorruptedChunkCanBeSentAgain(t *testing.T) {
	for name, addChecksum := range map[string]func(*tus.PatchRequest, []byte){
		"header":  func(r *tus.PatchRequest, body []byte) { r.Checksum = sha1Of(body) },
		"trailer": func(r *tus.PatchRequest, _ []byte) { r.Trailer = "sha256" },
	} {
		t.Run(name, func(t *testing.T) {
			server := uploadtest.NewReference(t)
			client := newClient(t, tus.Config{Endpoint: server.Endpoint})
			content := randomBytes(t, 3<<20)
			upload, err := client.Create(t.Context(), tus.CreateRequest{Size: 3 << 20, Metadata: metadata})
			if err != nil {
				t.Fatal(err)
			}
			request := tus.PatchRequest{URL: upload.URL, Size: 3 << 20}
			addChecksum(&request, content)
			server.CorruptBodies(1)
			request.Body = bytes.NewReader(content)
			_, err = client.PatchWith(t.Context(), request)
			if got := wantKind(t, err, fault.Transient); got.Status != 460 || got.Code != tus.CodeChecksumMismatch {
				t.Errorf("got %+v", got)
			}
			if status, err := client.Head(t.Context(), upload.URL); err != nil || status.Offset != 0 {
				t.Errorf("server kept %d bytes of the corrupted chunk, %v", status.Offset, err)
			}
			request.Body = bytes.NewReader(content)
			if got, err := client.PatchWith(t.Context(), request); err != nil || got.Offset != 3<<20 {
				t.Fatalf("second attempt: %+v, %v", got, err)
			}
			wantStored(t, server.Stored(t), content)
		})
	}
}

func TestX4RefusedAlgorithmHasItsOwnCode(t *testing.T) {
	server := uploadtest.NewReference(t)
	client := newClient(t, tus.Config{Endpoint: server.Endpoint})
	upload, err := client.Create(t.Context(), tus.CreateRequest{Size: 5})
	if err != nil {
		t.Fatal(err)
	}
	sum := md5.Sum([]byte("hello"))
	for name, request := range map[string]tus.PatchRequest{
		"header":  {Checksum: tus.Digest{Algorithm: "md5", Sum: sum[:]}},
		"trailer": {Trailer: "md5"},
	} {
		request.URL, request.Body, request.Size = upload.URL, strings.NewReader("hello"), 5
		_, err := client.PatchWith(t.Context(), request)
		if got := wantKind(t, err, fault.Refused); got.Code != tus.CodeChecksumRefused || got.Status != http.StatusBadRequest {
			t.Errorf("%s: got %+v", name, got)
		}
	}
	if got, err := client.Patch(t.Context(), upload.URL, 0, strings.NewReader("hello"), 5); err != nil || got.Offset != 5 {
		t.Errorf("without a checksum: %+v, %v", got, err)
	}
}

func TestX4ServerCodeTakesPrecedence(t *testing.T) {
	tests := map[string]struct {
		handler http.HandlerFunc
		request tus.PatchRequest
		want    string
	}{
		"server code":            {respondBody(http.StatusBadRequest, "ERR_UPLOAD_STOPPED: no"), tus.PatchRequest{Checksum: sha1Of([]byte("hello"))}, "ERR_UPLOAD_STOPPED"},
		"another status":         {respond(http.StatusTeapot), tus.PatchRequest{Checksum: sha1Of([]byte("hello"))}, ""},
		"400 without a checksum": {respond(http.StatusBadRequest), tus.PatchRequest{}, ""},
		"460 without a checksum": {respond(460), tus.PatchRequest{}, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			server := newFakeServer(t, test.handler)
			test.request.URL, test.request.Body, test.request.Size = server.URL, strings.NewReader("hello"), 5
			_, err := newClient(t, tus.Config{Endpoint: server.URL}).PatchWith(t.Context(), test.request)
			if got := fault.Of(err); got.Code != test.want {
				t.Errorf("got code %q, want %q", got.Code, test.want)
			}
		})
	}
}

func TestX5EachChunkHasItsOwnChecksum(t *testing.T) {
	server := uploadtest.NewReference(t)
	client := newClient(t, tus.Config{Endpoint: server.Endpoint})
	const size, chunkSize = 1<<20 + 17, 256 << 10
	content := randomBytes(t, size)
	upload, err := client.Create(t.Context(), tus.CreateRequest{Size: size, Metadata: metadata})
	if err != nil {
		t.Fatal(err)
	}
	for offset := int64(0); offset < size; {
		body := content[offset:min(offset+chunkSize, size)]
		got, err := client.PatchWith(t.Context(), tus.PatchRequest{URL: upload.URL, Offset: offset, Body: bytes.NewReader(body), Size: int64(len(body)), Checksum: sha1Of(body)})
		if err != nil || got.Offset != offset+int64(len(body)) {
			t.Fatalf("at %d: %+v, %v", offset, got, err)
		}
		offset = got.Offset
	}
	wantStored(t, server.Stored(t), content)
}

func TestY1TrailerChecksumOfUnseekableBody(t *testing.T) {
	server := newFakeServer(t, respond(http.StatusNoContent, "Upload-Offset: 5"))
	client := newClient(t, tus.Config{Endpoint: server.URL})
	for _, algorithm := range []string{"sha1", "sha256", "sha512", "md5", "crc32"} {
		_, err := client.PatchWith(t.Context(), tus.PatchRequest{URL: server.URL, Body: unseekable([]byte("hello, and more")), Size: 5, Trailer: algorithm})
		if err != nil {
			t.Fatal(err)
		}
		hash, _ := tus.NewHash(algorithm)
		_, _ = hash.Write([]byte("hello"))
		got := server.lastRequest(t)
		want := algorithm + " " + base64.StdEncoding.EncodeToString(hash.Sum(nil))
		if got.body != "hello" || got.Trailer.Get("Upload-Checksum") != want || got.Header.Get("Upload-Checksum") != "" {
			t.Errorf("body %q with trailer %q, want %q", got.body, got.Trailer, want)
		}
	}
}

func TestY1WholeFileInOnePatch(t *testing.T) {
	server := uploadtest.NewReference(t)
	transport := netx.Transport(netx.Config{})
	t.Cleanup(transport.CloseIdleConnections)
	client := newClient(t, tus.Config{Endpoint: server.Endpoint, HTTP: netx.NewWatchdog(transport)})
	for _, size := range []int64{0, 1, 5 << 20} {
		content := randomBytes(t, size)
		upload, err := client.Create(t.Context(), tus.CreateRequest{Size: size, Metadata: metadata})
		if err != nil {
			t.Fatal(err)
		}
		got, err := client.PatchWith(t.Context(), tus.PatchRequest{URL: upload.URL, Body: bytes.NewReader(content), Size: size, Trailer: "sha1"})
		if err != nil || got.Offset != size {
			t.Fatalf("%d bytes: %+v, %v", size, got, err)
		}
		wantStored(t, server.Stored(t), content)
		if err := client.Terminate(t.Context(), upload.URL); err != nil {
			t.Fatal(err)
		}
	}
}

func TestY1TrailerChecksumAfterRedirect(t *testing.T) {
	server := uploadtest.NewReference(t)
	upload, err := newClient(t, tus.Config{Endpoint: server.Endpoint}).Create(t.Context(), tus.CreateRequest{Size: 5, Metadata: metadata})
	if err != nil {
		t.Fatal(err)
	}
	first := newFakeServer(t, redirectTo(http.StatusTemporaryRedirect, strings.TrimSuffix(server.Endpoint, "/files/")))
	path := strings.TrimPrefix(upload.URL, strings.TrimSuffix(server.Endpoint, "/files/"))
	got, err := newClient(t, tus.Config{Endpoint: first.URL, AllowedHosts: hostOf(t, server.Endpoint)}).PatchWith(t.Context(), tus.PatchRequest{URL: first.URL + path, Body: strings.NewReader("hello"), Size: 5, Trailer: "sha1"})
	if err != nil || got.Offset != 5 {
		t.Fatalf("got %+v, %v", got, err)
	}
	wantStored(t, server.Stored(t), []byte("hello"))
}
