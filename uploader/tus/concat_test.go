package tus_test

import (
	"bytes"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// sendParts uploads each of contents as a part and returns the URLs.
func sendParts(t *testing.T, client *tus.Client, contents ...[]byte) []string {
	t.Helper()
	urls := make([]string, len(contents))
	for i, content := range contents {
		upload, err := client.Create(t.Context(), tus.CreateRequest{Size: int64(len(content)), Partial: true})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := client.Patch(t.Context(), upload.URL, 0, bytes.NewReader(content), int64(len(content))); err != nil || got.Offset != int64(len(content)) {
			t.Fatalf("part %d: %+v, %v", i, got, err)
		}
		urls[i] = upload.URL
	}
	return urls
}

// startConcatServers starts the servers that support concatenation.
func startConcatServers(t *testing.T) map[string]testServer {
	t.Helper()
	servers := startServers(t)
	delete(servers, "@tus/server")
	return servers
}

func TestN1ServerWithoutConcatenationRefuses(t *testing.T) {
	server := uploadtest.NewTusNode(t)
	client := newClient(t, tus.Config{Endpoint: server.Endpoint})
	_, err := client.Create(t.Context(), tus.CreateRequest{Size: 5, Partial: true})
	if got := wantKind(t, err, fault.Refused); got.Status != http.StatusNotImplemented {
		t.Errorf("part: %+v", got)
	}
	_, err = client.Concat(t.Context(), tus.ConcatRequest{Parts: []string{"/files/1"}})
	if got := wantKind(t, err, fault.Refused); got.Status != http.StatusNotImplemented || got.Op != fault.Concat {
		t.Errorf("concatenation: %+v", got)
	}
}

func TestN1ConcatResponses(t *testing.T) {
	tests := map[string]struct {
		handler http.HandlerFunc
		want    fault.Kind
	}{
		"not implemented":                {respond(http.StatusNotImplemented), fault.Refused},
		"forbidden":                      {respond(http.StatusForbidden), fault.Refused},
		"method not allowed":             {respond(http.StatusMethodNotAllowed), fault.Refused},
		"bad request":                    {respond(http.StatusBadRequest), fault.Refused},
		"concatenation disabled in tusd": {respondBody(http.StatusBadRequest, "ERR_CONCATENATION_UNSUPPORTED: no"), fault.Refused},
		"part not complete":              {respondBody(http.StatusBadRequest, "ERR_UPLOAD_NOT_FINISHED: no"), fault.Conflict},
		"part not found":                 {respond(http.StatusNotFound), fault.Gone},
		"part expired":                   {respond(http.StatusGone), fault.Gone},
		"total size too large":           {respond(http.StatusRequestEntityTooLarge), fault.TooLarge},
		"unauthorized":                   {respond(http.StatusUnauthorized), fault.Auth},
		"gateway timeout":                {respondPlain(http.StatusGatewayTimeout), fault.Transient},
		"success without Location":       {respond(http.StatusCreated), fault.NotTus},
		"success without Tus-Resumable":  {respondPlain(http.StatusCreated, "Location: /1"), fault.NotTus},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			server := newFakeServer(t, test.handler)
			_, err := newClient(t, tus.Config{Endpoint: server.URL}).Concat(t.Context(), tus.ConcatRequest{Parts: []string{"/1"}})
			if got := wantKind(t, err, test.want); got.Op != fault.Concat {
				t.Errorf("op %s", got.Op)
			}
		})
	}
}

func TestN2PartHasConcatHeaderAndLength(t *testing.T) {
	server := newFakeServer(t, respond(http.StatusCreated, "Location: 1"))
	if _, err := newClient(t, tus.Config{Endpoint: server.URL}).Create(t.Context(), tus.CreateRequest{Size: 5, Partial: true}); err != nil {
		t.Fatal(err)
	}
	if got := server.lastRequest(t).Header; got.Get("Upload-Concat") != "partial" || got.Get("Upload-Length") != "5" {
		t.Errorf("sent %v", got)
	}
	for name, server := range startConcatServers(t) {
		client := newClient(t, tus.Config{Endpoint: server.endpoint})
		part := sendParts(t, client, []byte("hello"))[0]
		if got, err := client.Head(t.Context(), part); err != nil || !got.Partial || got.Final || got.Length != 5 {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestN3PartsAreConcatenatedInOrder(t *testing.T) {
	for name, server := range startConcatServers(t) {
		t.Run(name, func(t *testing.T) {
			client := newClient(t, tus.Config{Endpoint: server.endpoint})
			content := randomBytes(t, 3<<20+5)
			parts := sendParts(t, client, content[2<<20:], content[:1<<20], content[1<<20:2<<20])
			upload, err := client.Concat(t.Context(), tus.ConcatRequest{Parts: []string{parts[1], parts[2], parts[0]}, Metadata: metadata, Size: 3<<20 + 5})
			if err != nil {
				t.Fatal(err)
			}
			if got, err := client.Head(t.Context(), upload.URL); err != nil || !got.Final || got.Partial || got.Offset != 3<<20+5 || got.Length != got.Offset {
				t.Errorf("result: %+v, %v", got, err)
			}
			for _, part := range parts { // N9
				if err := client.Terminate(t.Context(), part); err != nil {
					t.Fatal(err)
				}
			}
			if name != "reference" { // which does not store the result
				wantStored(t, server.stored(t), content)
			}
		})
	}
}

func TestN3PartReferences(t *testing.T) {
	server := newFakeServer(t, respond(http.StatusCreated, "Location: 1"))
	client := newClient(t, tus.Config{Endpoint: server.URL + "/files/", AllowedHosts: "other.example"})
	_, err := client.Concat(t.Context(), tus.ConcatRequest{Parts: []string{
		server.URL + "/files/1", "/files/2", "3", "https://other.example/files/4", "//other.example/5", server.URL + "//files/6",
		server.URL + "/files/a%20b?x=1 2#part", "http://me:secret@other.example/7",
	}})
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Join([]string{
		"/files/1", "/files/2", "/files/3", "https://other.example/files/4", "http://other.example/5", server.URL + "//files/6",
		"/files/a%20b?x=1%202", "http://other.example/7",
	}, " ")
	if diff := cmp.Diff("final;"+want, server.lastRequest(t).Header.Get("Upload-Concat")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestN3InvalidPartsAreBugs(t *testing.T) {
	client := newClient(t, tus.Config{Endpoint: uploadtest.UnusedURL(t)})
	for name, parts := range map[string][]string{
		"no parts": nil, "invalid URL": {"://"}, "no host": {"http://"}, "another scheme": {"ftp://server/1"}, "control character": {"/1\n2"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := client.Concat(t.Context(), tus.ConcatRequest{Parts: parts})
			if got := wantKind(t, err, fault.Bug); strings.Contains(got.Detail, "secret") {
				t.Errorf("detail contains the secret: %q", got.Detail)
			}
		})
	}
	_, err := client.Concat(t.Context(), tus.ConcatRequest{Parts: []string{"/1"}, Metadata: []tus.Pair{{Key: "a b"}}})
	wantKind(t, err, fault.Bug)
}

func TestN4ConcatRequestHasNoLength(t *testing.T) {
	server := newFakeServer(t, respond(http.StatusCreated, "Location: 1"))
	if _, err := newClient(t, tus.Config{Endpoint: server.URL}).Concat(t.Context(), tus.ConcatRequest{Parts: []string{"/1"}, Size: 5}); err != nil {
		t.Fatal(err)
	}
	got := server.lastRequest(t)
	for _, name := range []string{"Upload-Length", "Upload-Defer-Length", "Content-Type", "Upload-Offset"} {
		if value, sent := got.Header[name]; sent {
			t.Errorf("sent %s: %q", name, value)
		}
	}
	if got.Method != http.MethodPost || got.ContentLength != 0 || got.Header.Get("Tus-Resumable") != tus.Version {
		t.Errorf("sent %s with %d bytes, %v", got.Method, got.ContentLength, got.Header)
	}
}

func TestN5UnfinishedPartIsConflict(t *testing.T) {
	server := uploadtest.NewTusd(t)
	client := newClient(t, tus.Config{Endpoint: server.Endpoint})
	upload, err := client.Create(t.Context(), tus.CreateRequest{Size: 5, Partial: true})
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.Concat(t.Context(), tus.ConcatRequest{Parts: []string{upload.URL}})
	wantKind(t, err, fault.Conflict)
}

func TestN5ServerMayConcatenateUnfinishedParts(t *testing.T) {
	server := uploadtest.NewReference(t)
	client := newClient(t, tus.Config{Endpoint: server.Endpoint})
	part, err := client.Create(t.Context(), tus.CreateRequest{Size: 5, Partial: true})
	if err != nil {
		t.Fatal(err)
	}
	final, err := client.Concat(t.Context(), tus.ConcatRequest{Parts: []string{part.URL}})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := client.Head(t.Context(), final.URL); err != nil || !got.Final || got.Offset != 0 || got.Length != 5 {
		t.Errorf("before the PATCH: %+v, %v", got, err)
	}
	if _, err := client.Patch(t.Context(), part.URL, 0, strings.NewReader("hello"), 5); err != nil {
		t.Fatal(err)
	}
	if got, err := client.Head(t.Context(), final.URL); err != nil || got.Offset != 5 || got.Length != 5 {
		t.Errorf("after the PATCH: %+v, %v", got, err)
	}
}

func TestN6ConcatMetadata(t *testing.T) {
	server := newFakeServer(t, respond(http.StatusCreated, "Location: 1"))
	_, err := newClient(t, tus.Config{Endpoint: server.URL}).Concat(t.Context(), tus.ConcatRequest{Parts: []string{"/1"}, Metadata: []tus.Pair{{Key: "filename", Value: "é.txt"}}})
	if got := server.lastRequest(t).Header.Get("Upload-Metadata"); err != nil || got != "filename w6kudHh0" {
		t.Errorf("sent %q, %v", got, err)
	}
}

func TestN7ConcatenatedUploadRefusesPatch(t *testing.T) {
	server := uploadtest.NewTusd(t)
	client := newClient(t, tus.Config{Endpoint: server.Endpoint})
	upload, err := client.Concat(t.Context(), tus.ConcatRequest{Parts: sendParts(t, client, []byte("hello"))})
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.Patch(t.Context(), upload.URL, 5, strings.NewReader("!"), 1)
	if got := wantKind(t, err, fault.Refused); got.Code != "ERR_MODIFY_FINAL" {
		t.Errorf("got %+v", got)
	}
}

func TestN8HeadDuringConcatenationHasNoOffset(t *testing.T) {
	tests := map[string]struct {
		headers []string
		want    tus.Status
	}{
		"no offset and no length": {[]string{"Upload-Concat: final;/1 /2"}, tus.Status{Length: -1, Final: true}},
		"length only":             {[]string{"Upload-Concat: Final ; /1 /2", "Upload-Length: 7"}, tus.Status{Length: 7, Final: true}},
		"complete":                {[]string{"Upload-Concat: final;/1 /2", "Upload-Length: 7", "Upload-Offset: 7"}, tus.Status{Offset: 7, Length: 7, Final: true}},
		"part":                    {[]string{"Upload-Concat: partial", "Upload-Length: 7", "Upload-Offset: 3"}, tus.Status{Offset: 3, Length: 7, Partial: true}},
		"unknown Upload-Concat":   {[]string{"Upload-Concat: finally", "Upload-Length: 7", "Upload-Offset: 3"}, tus.Status{Offset: 3, Length: 7}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			server := newFakeServer(t, respond(http.StatusOK, test.headers...))
			got, err := newClient(t, tus.Config{Endpoint: server.URL}).Head(t.Context(), server.URL)
			if diff := cmp.Diff(test.want, got); diff != "" || err != nil {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
	wantKind(t, call(t, fault.Head, respond(http.StatusOK, "Upload-Concat: partial")), fault.NotTus)
	wantKind(t, call(t, fault.Head, respond(http.StatusOK, "Upload-Concat: final;/1", "Upload-Offset: -1")), fault.NotTus)
}

func TestN9PartsExistUntilTerminated(t *testing.T) {
	server := uploadtest.NewTusd(t)
	client := newClient(t, tus.Config{Endpoint: server.Endpoint})
	parts := sendParts(t, client, []byte("hel"), []byte("lo"))
	if _, err := client.Concat(t.Context(), tus.ConcatRequest{Parts: parts, Metadata: metadata}); err != nil {
		t.Fatal(err)
	}
	if got := len(server.Stored(t)); got != 3 {
		t.Fatalf("%d stored uploads, want the result and its 2 parts", got)
	}
	for _, part := range parts {
		if err := client.Terminate(t.Context(), part); err != nil {
			t.Fatal(err)
		}
	}
	wantStored(t, server.Stored(t), []byte("hello"))
}

// slowTransport responds like next after a delay on the fake clock of synctest.
func slowTransport(delay time.Duration, next http.Handler) http.RoundTripper {
	return roundTripFunc(func(r *http.Request) (*http.Response, error) {
		select {
		case <-time.After(delay):
			return handlerTransport{next}.RoundTrip(r)
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	})
}

func TestN10ResponseTimeoutGrowsWithSize(t *testing.T) {
	const delay = 20 * time.Minute
	for name, test := range map[string]struct {
		size    int64
		stalled bool
	}{"large file": {100 << 30, false}, "small file": {1 << 20, true}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				slow := slowTransport(delay, respond(http.StatusCreated, "Location: /1"))
				client := newClient(t, tus.Config{Endpoint: "http://server/", HTTP: netx.NewWatchdog(slow)})
				_, err := client.Concat(t.Context(), tus.ConcatRequest{Parts: []string{"/1"}, Size: test.size})
				if errors.Is(err, netx.ErrStalled) != test.stalled || (err == nil) == test.stalled {
					t.Errorf("got %v", err)
				}
				if _, err := client.Head(t.Context(), "http://server/1"); !errors.Is(err, netx.ErrStalled) {
					t.Errorf("another request: %v, want ErrStalled", err)
				}
			})
		})
	}
}

// TestF6ResponseTimeoutGrowsWithSize checks it of the PATCH that states a digest.
func TestF6ResponseTimeoutGrowsWithSize(t *testing.T) {
	const delay = 20 * time.Minute
	for name, test := range map[string]struct {
		size    int64
		digest  string
		stalled bool
	}{
		"large file":                   {100 << 30, "99aa06d3014798d86001c324468d497f", false},
		"small file":                   {1 << 20, "99aa06d3014798d86001c324468d497f", true},
		"large file, states no digest": {100 << 30, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				slow := slowTransport(delay, respond(http.StatusNoContent, "Upload-Offset: "+strconv.FormatInt(test.size, 10)))
				client := newClient(t, tus.Config{Endpoint: "http://server/", HTTP: netx.NewWatchdog(slow)})
				_, err := client.PatchWith(t.Context(), tus.PatchRequest{URL: "http://server/1", Offset: test.size, Body: http.NoBody, ContentDigest: test.digest})
				if errors.Is(err, netx.ErrStalled) != test.stalled || (err == nil) == test.stalled {
					t.Errorf("got %v", err)
				}
			})
		})
	}
}
