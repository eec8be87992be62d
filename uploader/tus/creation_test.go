package tus_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

func TestK1CreateSaysTheLength(t *testing.T) {
	server := newScript(t, reply(http.StatusCreated, "Location: 1"))
	if _, err := connect(t, tus.Config{Endpoint: server.URL + "/files/"}).Create(t.Context(), tus.CreateRequest{Size: 1 << 40}); err != nil {
		t.Fatal(err)
	}
	got := server.last(t)
	if got.Method != http.MethodPost || got.URL.Path != "/files/" || got.Header.Get("Upload-Length") != "1099511627776" || got.body != "" || got.ContentLength != 0 {
		t.Errorf("%s %s of length %q with %d bytes", got.Method, got.URL, got.Header.Get("Upload-Length"), got.ContentLength)
	}
	for _, name := range []string{"Upload-Defer-Length", "Upload-Metadata", "Content-Type", "Upload-Offset"} {
		if value, ok := got.Header[name]; ok {
			t.Errorf("it sent %s: %q", name, value)
		}
	}
}

func TestK2EmptyFileIsCompleteAfterThePost(t *testing.T) {
	server := uploadtest.NewTusd(t)
	client := connect(t, tus.Config{Endpoint: server.Endpoint})
	made, err := client.Create(t.Context(), tus.CreateRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := client.Head(t.Context(), made.URL); err != nil || got.Offset != 0 || got.Length != 0 {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestK3LocationIsResolvedAgainstTheUrlThatAnswered(t *testing.T) {
	tests := map[string]string{
		"http://other.example/u/1": "http://other.example/u/1",
		"/u/1":                     "{}/u/1",
		"1":                        "{}/files/1",
		"?id=1":                    "{}/files/?id=1",
		"//other.example/1":        "http://other.example/1",
		"../1#part":                "{}/1",
		"a%2Fb":                    "{}/files/a%2Fb",
	}
	for location, want := range tests {
		t.Run(location, func(t *testing.T) {
			server := newScript(t, reply(http.StatusCreated, "Location: "+location))
			got, err := connect(t, tus.Config{Endpoint: server.URL + "/files/"}).Create(t.Context(), tus.CreateRequest{Size: 1})
			if want := strings.ReplaceAll(want, "{}", server.URL); err != nil || got.URL != want {
				t.Errorf("got %q, %v, want %q", got.URL, err, want)
			}
		})
	}
}

func TestK4Any2xxWithLocationIsMade(t *testing.T) {
	for _, status := range []int{http.StatusOK, http.StatusCreated, http.StatusNoContent} {
		if err := ask(t, fault.Create, reply(status, "Location: /1")); err != nil {
			t.Errorf("%d: %v", status, err)
		}
	}
	for _, location := range []string{"", "://", "ftp://server/1", "mailto:me@example.org", "http://", "%zz"} {
		t.Run(location, func(t *testing.T) {
			wantKind(t, ask(t, fault.Create, reply(http.StatusCreated, "Location: "+location)), fault.NotTus)
		})
	}
}

func TestK5MetadataIsPaddedBase64(t *testing.T) {
	server := newScript(t, reply(http.StatusCreated, "Location: 1"))
	client := connect(t, tus.Config{Endpoint: server.URL})
	_, err := client.Create(t.Context(), tus.CreateRequest{Metadata: []tus.Pair{{Key: "filename", Value: "é?>.txt"}, {Key: "empty"}, {Key: "a", Value: "b"}}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("filename w6k/Pi50eHQ=,empty,a Yg==", server.last(t).Header.Get("Upload-Metadata")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestK5BadKeysAreOurOwnMistake(t *testing.T) {
	client := connect(t, tus.Config{Endpoint: uploadtest.Unused(t)})
	for name, pairs := range map[string][]tus.Pair{
		"empty": {{}}, "space": {{Key: "a b"}}, "comma": {{Key: "a,b"}}, "not ASCII": {{Key: "naïve"}}, "line break": {{Key: "a\n"}},
		"twice": {{Key: "a"}, {Key: "a"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := client.Create(t.Context(), tus.CreateRequest{Metadata: pairs})
			wantKind(t, err, fault.Bug)
		})
	}
}

func TestW2BodyGoesWithTheCreation(t *testing.T) {
	server := uploadtest.NewTusd(t)
	client := connect(t, tus.Config{Endpoint: server.Endpoint})
	content := random(t, 10<<10)
	made, err := client.Create(t.Context(), tus.CreateRequest{Size: 10 << 10, Metadata: metadata, Body: bytes.NewReader(content), BodySize: 10 << 10})
	if err != nil || made.Offset != 10<<10 {
		t.Fatalf("got %+v, %v", made, err)
	}
	expectOne(t, server.Stored(t), content)
	if got := server.Requests(); len(got) != 1 || got[0].Header.Get("Content-Type") != "application/offset+octet-stream" {
		t.Errorf("the server saw %+v", got)
	}
}

func TestW4OffsetAfterCreationIsTheServers(t *testing.T) {
	for name, test := range map[string]struct {
		header string
		want   int64
	}{"less": {"Upload-Offset: 2", 2}, "none said": {"X-Other: 1", 0}} {
		server := newScript(t, reply(http.StatusCreated, "Location: 1", test.header))
		got, err := connect(t, tus.Config{Endpoint: server.URL}).Create(t.Context(), tus.CreateRequest{Size: 5, Body: strings.NewReader("hello"), BodySize: 5})
		if err != nil || got.Offset != test.want {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
	server := newScript(t, reply(http.StatusCreated, "Location: 1", "Upload-Offset: -2"))
	_, err := connect(t, tus.Config{Endpoint: server.URL}).Create(t.Context(), tus.CreateRequest{Size: 5, Body: strings.NewReader("hello"), BodySize: 5})
	wantKind(t, err, fault.NotTus)
}

func TestW3BigBodyWaitsForConsent(t *testing.T) {
	server := uploadtest.NewTusd(t, uploadtest.MaxSize(1<<20))
	client := connect(t, tus.Config{Endpoint: server.Endpoint})
	body := bytes.NewReader(random(t, 8<<20))
	_, err := client.Create(t.Context(), tus.CreateRequest{Size: 8 << 20, Body: body, BodySize: 8 << 20})
	wantKind(t, err, fault.TooLarge)
	if body.Len() != 8<<20 {
		t.Errorf("%d bytes were sent for nothing", 8<<20-body.Len())
	}
}

func TestW3SmallBodyIsSentAtOnce(t *testing.T) {
	server := newScript(t, reply(http.StatusNoContent, "Upload-Offset: 5"))
	if err := calls[fault.Patch](t, connect(t, tus.Config{Endpoint: server.URL}), server.URL); err != nil {
		t.Fatal(err)
	}
	if got := server.last(t).Header.Get("Expect"); got != "" {
		t.Errorf("Expect: %s", got)
	}
}

func TestW3ServerThatRefusesToBeAskedGetsTheBodyAnyway(t *testing.T) {
	server := newScript(t, nil)
	server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Expect") != "" {
			w.WriteHeader(http.StatusExpectationFailed)
			return
		}
		server.noting(reply(http.StatusNoContent, "Upload-Offset: 2097152"))(w, r)
	})
	client := connect(t, tus.Config{Endpoint: server.URL})
	content := random(t, 2<<20)
	for range 2 { // the second time the client knows
		got, err := client.Patch(t.Context(), server.URL, 0, unseekable(content), 2<<20)
		if err != nil || got.Offset != 2<<20 || server.last(t).body != string(content) {
			t.Fatalf("got %+v, %v", got, err)
		}
	}
}

func TestW3ServerThatNeverConsentsIsAskedOnce(t *testing.T) {
	var expected []string
	client := connect(t, tus.Config{Endpoint: "http://server/", HTTP: silent(func(r *http.Request) (*http.Response, error) {
		expected = append(expected, r.Header.Get("Expect"))
		_, _ = io.Copy(io.Discard, r.Body)
		return wire{reply(http.StatusNoContent, "Upload-Offset: 2097152")}.RoundTrip(r)
	})})
	for range 2 {
		if _, err := client.Patch(t.Context(), "http://server/u", 0, unseekable(random(t, 2<<20)), 2<<20); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{"100-continue", ""}, expected); diff != "" {
		t.Errorf("Expect (-want +got):\n%s", diff)
	}
}

// silent is a transport whose server sends nothing before its answer.
type silent func(*http.Request) (*http.Response, error)

func (s silent) RoundTrip(r *http.Request) (*http.Response, error) { return s(r) }

func TestBodyIsSentAgainFromItsBeginning(t *testing.T) {
	file := strings.NewReader("not this: hello")
	if _, err := file.Seek(10, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	client := connect(t, tus.Config{Endpoint: "http://server/", HTTP: silent(func(r *http.Request) (*http.Response, error) {
		_, _ = io.ReadFull(r.Body, make([]byte, 2))
		again, err := r.GetBody()
		if err != nil {
			return nil, err
		}
		if text, _ := io.ReadAll(again); string(text) != "hello" {
			t.Errorf("it sends %q again", text)
		}
		if n, err := r.Body.Read(make([]byte, 1)); n != 0 || !errors.Is(err, http.ErrBodyReadAfterClose) {
			t.Errorf("the first body still gives %d bytes, %v", n, err)
		}
		return wire{reply(http.StatusNoContent, "Upload-Offset: 5")}.RoundTrip(r)
	})})
	if _, err := client.Patch(t.Context(), "http://server/u", 0, file, 5); err != nil {
		t.Fatal(err)
	}
}

// unseekable is content that can be read once.
func unseekable(content []byte) io.Reader { return struct{ io.Reader }{bytes.NewReader(content)} }

func TestW5BrokenCreationIsTriedAgainByTheCallerOnly(t *testing.T) {
	server := uploadtest.NewTusd(t)
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	proxy.LoseAnswers(1)
	client := connect(t, tus.Config{Endpoint: proxy.URL(server.Endpoint)})
	_, err := client.Create(t.Context(), tus.CreateRequest{Size: 5, Body: strings.NewReader("hello"), BodySize: 5})
	wantKind(t, err, fault.Transient)
	if got := len(server.Stored(t)); got != 1 {
		t.Errorf("the server made %d uploads, want the one that was asked for", got)
	}
}

func TestCreateRefusesImpossibleSizes(t *testing.T) {
	client := connect(t, tus.Config{Endpoint: uploadtest.Unused(t)})
	for _, request := range []tus.CreateRequest{{Size: -1}, {Size: 1, BodySize: -1}, {Size: 1, BodySize: 2, Body: strings.NewReader("ab")}} {
		_, err := client.Create(t.Context(), request)
		wantKind(t, err, fault.Bug)
	}
	_, err := client.Patch(t.Context(), "http://server/", -1, strings.NewReader("ab"), 2)
	wantKind(t, err, fault.Bug)
}

func TestE1ExpiryIsReadInAllThreeFormats(t *testing.T) {
	want := time.Date(2030, time.November, 6, 8, 49, 37, 0, time.UTC)
	for _, text := range []string{"Wed, 06 Nov 2030 08:49:37 GMT", "Wednesday, 06-Nov-30 08:49:37 GMT", "Wed Nov  6 08:49:37 2030"} {
		server := newScript(t, reply(http.StatusOK, "Location: /1", "Upload-Offset: 1", "Upload-Expires: "+text))
		client := connect(t, tus.Config{Endpoint: server.URL})
		made, err := client.Create(t.Context(), tus.CreateRequest{Size: 5})
		head, err2 := client.Head(t.Context(), made.URL)
		patched, err3 := client.Patch(t.Context(), made.URL, 0, strings.NewReader("h"), 1)
		if err := errors.Join(err, err2, err3); err != nil {
			t.Fatal(err)
		}
		for _, got := range []time.Time{made.Expires, head.Expires, patched.Expires} {
			if !got.Equal(want) {
				t.Errorf("%s was read as %s", text, got)
			}
		}
	}
}

func TestE5MalformedExpiryIsNone(t *testing.T) {
	for _, text := range []string{"", "soon", "0", "Wed, 99 Nov 2030 08:49:37 GMT", "2030-11-06T08:49:37Z"} {
		server := newScript(t, reply(http.StatusOK, "Upload-Offset: 1", "Upload-Expires: "+text))
		got, err := connect(t, tus.Config{Endpoint: server.URL}).Head(t.Context(), server.URL)
		if err != nil || !got.Expires.IsZero() {
			t.Errorf("%q was read as %s, %v", text, got.Expires, err)
		}
	}
}

func TestT1TerminateTakesAnySuccess(t *testing.T) {
	for _, status := range []int{http.StatusNoContent, http.StatusOK} {
		if err := ask(t, fault.Terminate, reply(status)); err != nil {
			t.Errorf("%d: %v", status, err)
		}
	}
}

func TestT2TerminatingWhatIsGoneSucceeds(t *testing.T) {
	server := uploadtest.NewTusd(t)
	if err := calls[fault.Terminate](t, connect(t, tus.Config{Endpoint: server.Endpoint}), server.Endpoint+"nothing"); err != nil {
		t.Error(err)
	}
}

func TestT3ServerWithoutTerminationRefuses(t *testing.T) {
	server := uploadtest.NewTusd(t, uploadtest.NoTermination())
	client := connect(t, tus.Config{Endpoint: server.Endpoint})
	made, err := client.Create(t.Context(), tus.CreateRequest{Size: 5})
	if err != nil {
		t.Fatal(err)
	}
	if got := wantKind(t, client.Terminate(t.Context(), made.URL), fault.Refused); got.Status != http.StatusMethodNotAllowed {
		t.Errorf("status %d", got.Status)
	}
}
