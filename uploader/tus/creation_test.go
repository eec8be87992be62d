package tus_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

func TestK1CreateSendsLength(t *testing.T) {
	server := newFakeServer(t, respond(http.StatusCreated, "Location: 1"))
	if _, err := newClient(t, tus.Config{Endpoint: server.URL + "/files/"}).Create(t.Context(), tus.CreateRequest{Size: 1 << 40}); err != nil {
		t.Fatal(err)
	}
	got := server.lastRequest(t)
	if got.Method != http.MethodPost || got.URL.Path != "/files/" || got.Header.Get("Upload-Length") != "1099511627776" || got.body != "" || got.ContentLength != 0 {
		t.Errorf("%s %s with Upload-Length %q and %d bytes", got.Method, got.URL, got.Header.Get("Upload-Length"), got.ContentLength)
	}
	for _, name := range []string{"Upload-Defer-Length", "Upload-Metadata", "Content-Type", "Upload-Offset"} {
		if value, ok := got.Header[name]; ok {
			t.Errorf("sent %s: %q", name, value)
		}
	}
}

func TestK2EmptyUploadIsCompleteAfterPost(t *testing.T) {
	server := uploadtest.NewTusd(t)
	client := newClient(t, tus.Config{Endpoint: server.Endpoint})
	upload, err := client.Create(t.Context(), tus.CreateRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := client.Head(t.Context(), upload.URL); err != nil || got.Offset != 0 || got.Length != 0 {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestK3LocationIsResolvedAgainstResponseURL(t *testing.T) {
	tests := map[string]string{
		"http://other.example/u/1": "http://other.example/u/1",
		"/u/1":                     "{}/u/1",
		"1":                        "{}/files/1",
		"?id=1":                    "{}/files/?id=1",
		"//other.example/1":        "http://other.example/1",
		"../1#part":                "{}/1",
		"a%2Fb":                    "{}/files/a%2Fb",
		"/1?name=my film":          "{}/1?name=my%20film",
		"/1?a=é&b=\"<%20>;c":       "{}/1?a=%C3%A9&b=%22%3C%20%3E;c",
	}
	for location, want := range tests {
		t.Run(location, func(t *testing.T) {
			server := newFakeServer(t, respond(http.StatusCreated, "Location: "+location))
			got, err := newClient(t, tus.Config{Endpoint: server.URL + "/files/"}).Create(t.Context(), tus.CreateRequest{Size: 1})
			if want := strings.ReplaceAll(want, "{}", server.URL); err != nil || got.URL != want {
				t.Errorf("got %q, %v, want %q", got.URL, err, want)
			}
		})
	}
}

// TestK13DoubledSlashIsPath tests the Location of Directus without PUBLIC_URL, and others
// that look like it but are of another host.
func TestK13DoubledSlashIsPath(t *testing.T) {
	tests := []struct{ name, endpoint, location, want string }{ // want: the URL, or only the host if it is another one
		{"path of the endpoint", "https://cms.example/files/tus", "//files/tus/1", "https://cms.example/files/tus/1"},
		{"endpoint with a slash", "https://cms.example:8443/files/", " //files/1 ", "https://cms.example:8443/files/1"},
		{"query", "https://cms.example/files", "//files/1?a=b", "https://cms.example/files/1?a=b"},
		{"host of the server", "https://files/files", "//files/1", "https://files/1"},
		{"other path", "https://cms.example/files/tus", "//files/1", "files"},
		{"other host", "https://cms.example/files", "//store/1", "store"},
		{"longer segment", "https://cms.example/files", "//files2/1", "files2"},
		{"host with a dot", "https://cms.example/files.example/tus", "//files.example/tus/1", "files.example"},
		{"host with a port", "https://cms.example/files:80/tus", "//files:80/tus/1", "files:80"},
		{"endpoint without a path", "https://cms.example/", "//files/1", "files"},
		{"with a scheme", "https://cms.example/files", "https://files/1", "files"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			client := newClient(t, tus.Config{Endpoint: test.endpoint, HTTP: handlerTransport{respond(http.StatusCreated, "Location: "+test.location)}})
			upload, err := client.Create(t.Context(), tus.CreateRequest{Size: 1})
			got := upload.URL
			if f := fault.Of(err); f != nil { // the host must be allowed, or cannot be
				got = f.Detail
			} else if u, _ := url.Parse(got); !strings.Contains(test.want, "://") {
				got = u.Host
			}
			if got != test.want {
				t.Errorf("got %q, %v, want %q", got, err, test.want)
			}
		})
	}
}

func TestK4Any2xxWithLocation(t *testing.T) {
	for _, status := range []int{http.StatusOK, http.StatusCreated, http.StatusNoContent} {
		if err := call(t, fault.Create, respond(status, "Location: /1")); err != nil {
			t.Errorf("%d: %v", status, err)
		}
	}
	for _, location := range []string{"://", "ftp://server/1", "mailto:me@example.org", "http://", "%zz"} {
		t.Run(location, func(t *testing.T) {
			wantKind(t, call(t, fault.Create, respond(http.StatusCreated, "Location: "+location)), fault.NotTus)
		})
	}
}

// TestK10CreationWithoutLocation has servers that process a file at once respond without
// the URL of its upload, such as @tus/server with a hook for finished uploads.
func TestK10CreationWithoutLocation(t *testing.T) {
	body := func(n int64) tus.CreateRequest {
		return tus.CreateRequest{Size: 5, Body: strings.NewReader("hello"[:n]), BodySize: n}
	}
	all, some := "Upload-Offset: 5", "Upload-Offset: 3"
	for _, test := range []struct {
		name    string
		request tus.CreateRequest
		header  []string
		done    bool
	}{
		{"empty file", tus.CreateRequest{}, nil, true},
		{"empty file with an offset", tus.CreateRequest{}, []string{"Upload-Offset: 0"}, true},
		{"all bytes acknowledged", body(5), []string{all}, true},
		{"some bytes acknowledged", body(5), []string{some}, false},
		{"more bytes acknowledged", body(5), []string{"Upload-Offset: 6"}, false},
		{"no offset", body(5), nil, false},
		{"invalid offset", body(5), []string{"Upload-Offset: all"}, false},
		{"no bytes sent", tus.CreateRequest{Size: 5}, []string{all}, false},
		{"some bytes sent", body(3), []string{some}, false},
		{"some bytes sent, all acknowledged", body(3), []string{all}, false},
		{"empty part", tus.CreateRequest{Partial: true}, nil, false},
		{"part", tus.CreateRequest{Size: 5, Partial: true, Body: strings.NewReader("hello"), BodySize: 5}, []string{all}, false},
		{"deferred length", tus.CreateRequest{Deferred: true}, nil, false},
	} {
		for _, status := range []int{http.StatusOK, http.StatusCreated, http.StatusNoContent} {
			for name, location := range map[string][]string{"missing": nil, "empty": {"Location: "}} {
				t.Run(fmt.Sprintf("%s, %d, %s Location", test.name, status, name), func(t *testing.T) {
					header := slices.Concat(location, test.header)
					if seeker, ok := test.request.Body.(io.Seeker); ok {
						_, _ = seeker.Seek(0, io.SeekStart)
					}
					client := newClient(t, tus.Config{Endpoint: "https://server.example/files/", HTTP: handlerTransport{respond(status, header...)}})
					got, err := client.Create(t.Context(), test.request)
					if !test.done {
						wantKind(t, err, fault.NotTus)
						if f := fault.Of(err); test.name != "invalid offset" && f.Code != fault.CodeNoUploadURL {
							t.Errorf("code is %q, want that the URL is missing", f.Code)
						}
						return
					}
					if diff := cmp.Diff(tus.Upload{Offset: test.request.Size}, got); diff != "" || err != nil {
						t.Errorf("%v (-want +got):\n%s", err, diff)
					}
				})
			}
		}
	}
}

// TestK10NeedsTheVersion has a sign-in page respond to the creation of a small file.
func TestK10NeedsTheVersion(t *testing.T) {
	for name, config := range map[string]tus.Config{"unknown server": {}, "server that sends its version": {SendsVersion: true}, "server that omits it": {OmitsVersion: true}} {
		for _, status := range []int{http.StatusOK, http.StatusCreated, http.StatusNoContent} {
			config.Endpoint, config.HTTP = "https://server.example/files/", handlerTransport{respondPlain(status, "Upload-Offset: 5", "Upload-Length: 5")}
			client := newClient(t, config)
			if _, err := client.Create(t.Context(), tus.CreateRequest{Size: 5, Body: strings.NewReader("hello"), BodySize: 5}); err == nil {
				t.Errorf("%s: %d without the version is a success", name, status)
			}
			if _, err := client.Create(t.Context(), tus.CreateRequest{}); err == nil {
				t.Errorf("%s: %d without the version is a success for an empty file", name, status)
			}
		}
	}
}

func TestK10ConcatenationNeedsALocation(t *testing.T) {
	client := newClient(t, tus.Config{Endpoint: "https://server.example/files/", HTTP: handlerTransport{respond(http.StatusCreated, "Upload-Offset: 5")}})
	_, err := client.Concat(t.Context(), tus.ConcatRequest{Parts: []string{"/files/1"}})
	wantKind(t, err, fault.NotTus)
}

func TestK5MetadataIsPaddedBase64(t *testing.T) {
	server := newFakeServer(t, respond(http.StatusCreated, "Location: 1"))
	client := newClient(t, tus.Config{Endpoint: server.URL})
	_, err := client.Create(t.Context(), tus.CreateRequest{Metadata: []tus.Pair{{Key: "filename", Value: "é?>.txt"}, {Key: "empty"}, {Key: "a", Value: "b"}}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("filename w6k/Pi50eHQ=,empty,a Yg==", server.lastRequest(t).Header.Get("Upload-Metadata")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestK5InvalidMetadataKeyIsBug(t *testing.T) {
	client := newClient(t, tus.Config{Endpoint: uploadtest.UnusedURL(t)})
	for name, pairs := range map[string][]tus.Pair{
		"empty": {{}}, "space": {{Key: "a b"}}, "comma": {{Key: "a,b"}}, "not ASCII": {{Key: "naïve"}}, "line break": {{Key: "a\n"}},
		"duplicate": {{Key: "a"}, {Key: "a"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := client.Create(t.Context(), tus.CreateRequest{Metadata: pairs})
			wantKind(t, err, fault.Bug)
		})
	}
}

func TestW2CreateWithBody(t *testing.T) {
	server := uploadtest.NewTusd(t)
	client := newClient(t, tus.Config{Endpoint: server.Endpoint})
	content := randomBytes(t, 10<<10)
	upload, err := client.Create(t.Context(), tus.CreateRequest{Size: 10 << 10, Metadata: metadata, Body: bytes.NewReader(content), BodySize: 10 << 10})
	if err != nil || upload.Offset != 10<<10 {
		t.Fatalf("got %+v, %v", upload, err)
	}
	wantStored(t, server.Stored(t), content)
	if got := server.Requests(); len(got) != 1 || got[0].Header.Get("Content-Type") != "application/offset+octet-stream" {
		t.Errorf("requests %+v", got)
	}
}

func TestW4OffsetFromCreateResponse(t *testing.T) {
	for name, test := range map[string]struct {
		header string
		want   int64
	}{"smaller": {"Upload-Offset: 2", 2}, "missing": {"X-Other: 1", 0}} {
		server := newFakeServer(t, respond(http.StatusCreated, "Location: 1", test.header))
		got, err := newClient(t, tus.Config{Endpoint: server.URL}).Create(t.Context(), tus.CreateRequest{Size: 5, Body: strings.NewReader("hello"), BodySize: 5})
		if err != nil || got.Offset != test.want {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
	server := newFakeServer(t, respond(http.StatusCreated, "Location: 1", "Upload-Offset: -2"))
	_, err := newClient(t, tus.Config{Endpoint: server.URL}).Create(t.Context(), tus.CreateRequest{Size: 5, Body: strings.NewReader("hello"), BodySize: 5})
	wantKind(t, err, fault.NotTus)
}

func TestW3LargeBodyWaitsForContinue(t *testing.T) {
	server := uploadtest.NewTusd(t, uploadtest.MaxSize(1<<20))
	client := newClient(t, tus.Config{Endpoint: server.Endpoint})
	body := bytes.NewReader(randomBytes(t, 8<<20))
	_, err := client.Create(t.Context(), tus.CreateRequest{Size: 8 << 20, Body: body, BodySize: 8 << 20})
	wantKind(t, err, fault.TooLarge)
	if body.Len() != 8<<20 {
		t.Errorf("%d bytes of the body were read, want 0", 8<<20-body.Len())
	}
}

func TestW3SmallBodyHasNoExpectHeader(t *testing.T) {
	server := newFakeServer(t, respond(http.StatusNoContent, "Upload-Offset: 5"))
	if err := calls[fault.Patch](t, newClient(t, tus.Config{Endpoint: server.URL}), server.URL); err != nil {
		t.Fatal(err)
	}
	if got := server.lastRequest(t).Header.Get("Expect"); got != "" {
		t.Errorf("Expect: %s", got)
	}
}

func TestW3BodyIsSentAfterExpectationFailed(t *testing.T) {
	server := newFakeServer(t, nil)
	server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Expect") != "" {
			w.WriteHeader(http.StatusExpectationFailed)
			return
		}
		server.record(respond(http.StatusNoContent, "Upload-Offset: 2097152"))(w, r)
	})
	client := newClient(t, tus.Config{Endpoint: server.URL})
	content := randomBytes(t, 2<<20)
	for range 2 { // the second time without Expect
		got, err := client.Patch(t.Context(), server.URL, 0, unseekable(content), 2<<20)
		if err != nil || got.Offset != 2<<20 || server.lastRequest(t).body != string(content) {
			t.Fatalf("got %+v, %v", got, err)
		}
	}
}

func TestW3ExpectIsNotRepeatedIfIgnored(t *testing.T) {
	var expectHeaders []string
	client := newClient(t, tus.Config{Endpoint: "http://server/", HTTP: roundTripFunc(func(r *http.Request) (*http.Response, error) {
		expectHeaders = append(expectHeaders, r.Header.Get("Expect"))
		_, _ = io.Copy(io.Discard, r.Body)
		return handlerTransport{respond(http.StatusNoContent, "Upload-Offset: 2097152")}.RoundTrip(r)
	})})
	for range 2 {
		if _, err := client.Patch(t.Context(), "http://server/u", 0, unseekable(randomBytes(t, 2<<20)), 2<<20); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{"100-continue", ""}, expectHeaders); diff != "" {
		t.Errorf("Expect (-want +got):\n%s", diff)
	}
}

// roundTripFunc is an http.RoundTripper without a connection. It never sends 100
// Continue.
type roundTripFunc func(*http.Request) (*http.Response, error)

func (f roundTripFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestGetBodyRewindsToInitialPosition(t *testing.T) {
	file := strings.NewReader("not sent: hello")
	if _, err := file.Seek(10, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	client := newClient(t, tus.Config{Endpoint: "http://server/", HTTP: roundTripFunc(func(r *http.Request) (*http.Response, error) {
		_, _ = io.ReadFull(r.Body, make([]byte, 2))
		second, err := r.GetBody()
		if err != nil {
			return nil, err
		}
		if text, _ := io.ReadAll(second); string(text) != "hello" {
			t.Errorf("second body %q", text)
		}
		if n, err := r.Body.Read(make([]byte, 1)); n != 0 || !errors.Is(err, http.ErrBodyReadAfterClose) {
			t.Errorf("first body: read %d bytes, %v, want ErrBodyReadAfterClose", n, err)
		}
		return handlerTransport{respond(http.StatusNoContent, "Upload-Offset: 5")}.RoundTrip(r)
	})})
	if _, err := client.Patch(t.Context(), "http://server/u", 0, file, 5); err != nil {
		t.Fatal(err)
	}
}

// unseekable returns a reader of content that does not implement io.Seeker.
func unseekable(content []byte) io.Reader { return struct{ io.Reader }{bytes.NewReader(content)} }

func TestW5CreateIsNotRetried(t *testing.T) {
	server := uploadtest.NewTusd(t)
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	proxy.DropResponses(1)
	client := newClient(t, tus.Config{Endpoint: proxy.URL(server.Endpoint)})
	_, err := client.Create(t.Context(), tus.CreateRequest{Size: 5, Body: strings.NewReader("hello"), BodySize: 5})
	wantKind(t, err, fault.Transient)
	if got := len(server.Stored(t)); got != 1 {
		t.Errorf("%d uploads created, want 1", got)
	}
}

func TestInvalidSizesAreBugs(t *testing.T) {
	client := newClient(t, tus.Config{Endpoint: uploadtest.UnusedURL(t)})
	for _, request := range []tus.CreateRequest{{Size: -1}, {Size: 1, BodySize: -1}, {Size: 1, BodySize: 2, Body: strings.NewReader("ab")}} {
		_, err := client.Create(t.Context(), request)
		wantKind(t, err, fault.Bug)
	}
	_, err := client.Patch(t.Context(), "http://server/", -1, strings.NewReader("ab"), 2)
	wantKind(t, err, fault.Bug)
}

func TestE1ExpiresInAllThreeFormats(t *testing.T) {
	want := time.Date(2030, time.November, 6, 8, 49, 37, 0, time.UTC)
	for _, text := range []string{"Wed, 06 Nov 2030 08:49:37 GMT", "Wednesday, 06-Nov-30 08:49:37 GMT", "Wed Nov  6 08:49:37 2030"} {
		server := newFakeServer(t, respond(http.StatusOK, "Location: /1", "Upload-Offset: 1", "Upload-Expires: "+text))
		client := newClient(t, tus.Config{Endpoint: server.URL})
		upload, err := client.Create(t.Context(), tus.CreateRequest{Size: 5})
		head, err2 := client.Head(t.Context(), upload.URL)
		patch, err3 := client.Patch(t.Context(), upload.URL, 0, strings.NewReader("h"), 1)
		if err := errors.Join(err, err2, err3); err != nil {
			t.Fatal(err)
		}
		for _, got := range []time.Time{upload.Expires, head.Expires, patch.Expires} {
			if !got.Equal(want) {
				t.Errorf("%s parsed as %s", text, got)
			}
		}
	}
}

func TestE5MalformedExpiresIsIgnored(t *testing.T) {
	for _, text := range []string{"", "soon", "0", "Wed, 99 Nov 2030 08:49:37 GMT", "2030-11-06T08:49:37Z"} {
		server := newFakeServer(t, respond(http.StatusOK, "Upload-Offset: 1", "Upload-Expires: "+text))
		got, err := newClient(t, tus.Config{Endpoint: server.URL}).Head(t.Context(), server.URL)
		if err != nil || !got.Expires.IsZero() {
			t.Errorf("%q parsed as %s, %v, want zero", text, got.Expires, err)
		}
	}
}

func TestT1TerminateAcceptsAny2xx(t *testing.T) {
	for _, status := range []int{http.StatusNoContent, http.StatusOK} {
		if err := call(t, fault.Terminate, respond(status)); err != nil {
			t.Errorf("%d: %v", status, err)
		}
	}
}

func TestT2TerminateOfMissingUploadIsGone(t *testing.T) {
	server := uploadtest.NewTusd(t)
	wantKind(t, calls[fault.Terminate](t, newClient(t, tus.Config{Endpoint: server.Endpoint}), server.Endpoint+"nothing"), fault.Gone)
}

func TestT3ServerWithoutTerminationRefuses(t *testing.T) {
	server := uploadtest.NewTusd(t, uploadtest.NoTermination())
	client := newClient(t, tus.Config{Endpoint: server.Endpoint})
	upload, err := client.Create(t.Context(), tus.CreateRequest{Size: 5})
	if err != nil {
		t.Fatal(err)
	}
	if got := wantKind(t, client.Terminate(t.Context(), upload.URL), fault.Refused); got.Status != http.StatusMethodNotAllowed {
		t.Errorf("status %d", got.Status)
	}
}
