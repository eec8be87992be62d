package tus_test

import (
	"bytes"
	"errors"
	"net/http"
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

// sendParts makes a part of each of the pieces and returns their URLs.
func sendParts(t *testing.T, client *tus.Client, pieces ...[]byte) []string {
	t.Helper()
	urls := make([]string, len(pieces))
	for i, piece := range pieces {
		made, err := client.Create(t.Context(), tus.CreateRequest{Size: int64(len(piece)), Partial: true})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := client.Patch(t.Context(), made.URL, 0, bytes.NewReader(piece), int64(len(piece))); err != nil || got.Offset != int64(len(piece)) {
			t.Fatalf("part %d: %+v, %v", i, got, err)
		}
		urls[i] = made.URL
	}
	return urls
}

// joiners are the servers that join parts.
func joiners(t *testing.T) map[string]holder {
	t.Helper()
	servers := everyServer(t)
	delete(servers, "@tus/server")
	return servers
}

func TestN1ServerThatDoesNotJoinRefuses(t *testing.T) {
	server := uploadtest.NewTusNode(t)
	client := connect(t, tus.Config{Endpoint: server.Endpoint})
	_, err := client.Create(t.Context(), tus.CreateRequest{Size: 5, Partial: true})
	if got := wantKind(t, err, fault.Refused); got.Status != http.StatusNotImplemented {
		t.Errorf("of a part: %+v", got)
	}
	_, err = client.Concat(t.Context(), tus.ConcatRequest{Parts: []string{"/files/1"}})
	if got := wantKind(t, err, fault.Refused); got.Status != http.StatusNotImplemented || got.Op != fault.Concat {
		t.Errorf("of a file: %+v", got)
	}
}

func TestN1AnswersToJoining(t *testing.T) {
	tests := map[string]struct {
		answer http.HandlerFunc
		want   fault.Kind
	}{
		"not implemented":                     {reply(http.StatusNotImplemented), fault.Refused},
		"forbidden":                           {reply(http.StatusForbidden), fault.Refused},
		"method not allowed":                  {reply(http.StatusMethodNotAllowed), fault.Refused},
		"bad request: it wants a length":      {reply(http.StatusBadRequest), fault.Refused},
		"tusd with concatenation off":         {saying(http.StatusBadRequest, "ERR_CONCATENATION_UNSUPPORTED: no"), fault.Refused},
		"a part lacks bytes":                  {saying(http.StatusBadRequest, "ERR_UPLOAD_NOT_FINISHED: no"), fault.Conflict},
		"a part is not there":                 {reply(http.StatusNotFound), fault.Gone},
		"a part has expired":                  {reply(http.StatusGone), fault.Gone},
		"too large together":                  {reply(http.StatusRequestEntityTooLarge), fault.TooLarge},
		"who asks":                            {reply(http.StatusUnauthorized), fault.Auth},
		"a gateway that did not wait":         {bare(http.StatusGatewayTimeout), fault.Transient},
		"success without saying where":        {reply(http.StatusCreated), fault.NotTus},
		"success of something that is no tus": {bare(http.StatusCreated, "Location: /1"), fault.NotTus},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			server := newScript(t, test.answer)
			_, err := connect(t, tus.Config{Endpoint: server.URL}).Concat(t.Context(), tus.ConcatRequest{Parts: []string{"/1"}})
			if got := wantKind(t, err, test.want); got.Op != fault.Concat {
				t.Errorf("op %s", got.Op)
			}
		})
	}
}

func TestN2PartSaysWhatItIsAndItsLength(t *testing.T) {
	server := newScript(t, reply(http.StatusCreated, "Location: 1"))
	if _, err := connect(t, tus.Config{Endpoint: server.URL}).Create(t.Context(), tus.CreateRequest{Size: 5, Partial: true}); err != nil {
		t.Fatal(err)
	}
	if got := server.last(t).Header; got.Get("Upload-Concat") != "partial" || got.Get("Upload-Length") != "5" {
		t.Errorf("it sent %v", got)
	}
	for name, server := range joiners(t) {
		client := connect(t, tus.Config{Endpoint: server.endpoint})
		part := sendParts(t, client, []byte("hello"))[0]
		if got, err := client.Head(t.Context(), part); err != nil || !got.Partial || got.Final || got.Length != 5 {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestN3PartsAreJoinedInTheirOrder(t *testing.T) {
	for name, server := range joiners(t) {
		t.Run(name, func(t *testing.T) {
			client := connect(t, tus.Config{Endpoint: server.endpoint})
			content := random(t, 3<<20+5)
			parts := sendParts(t, client, content[2<<20:], content[:1<<20], content[1<<20:2<<20])
			made, err := client.Concat(t.Context(), tus.ConcatRequest{Parts: []string{parts[1], parts[2], parts[0]}, Metadata: metadata, Size: 3<<20 + 5})
			if err != nil {
				t.Fatal(err)
			}
			if got, err := client.Head(t.Context(), made.URL); err != nil || !got.Final || got.Partial || got.Offset != 3<<20+5 || got.Length != got.Offset {
				t.Errorf("the file: %+v, %v", got, err)
			}
			for _, part := range parts { // N9
				if err := client.Terminate(t.Context(), part); err != nil {
					t.Fatal(err)
				}
			}
			if name != "reference" { // which joins in words only
				expectOne(t, server.stored(t), content)
			}
		})
	}
}

func TestN3PartsAreNamedAsTheServerKnowsThem(t *testing.T) {
	server := newScript(t, reply(http.StatusCreated, "Location: 1"))
	client := connect(t, tus.Config{Endpoint: server.URL + "/files/"})
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
	if diff := cmp.Diff("final;"+want, server.last(t).Header.Get("Upload-Concat")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestN3PartsThatCannotBeAreOurOwnMistake(t *testing.T) {
	client := connect(t, tus.Config{Endpoint: uploadtest.Unused(t)})
	for name, parts := range map[string][]string{
		"none": nil, "no address": {"://"}, "no host": {"http://"}, "another protocol": {"ftp://server/1"}, "a control character": {"/1\n2"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := client.Concat(t.Context(), tus.ConcatRequest{Parts: parts})
			if got := wantKind(t, err, fault.Bug); strings.Contains(got.Detail, "secret") {
				t.Errorf("it says %q", got.Detail)
			}
		})
	}
	_, err := client.Concat(t.Context(), tus.ConcatRequest{Parts: []string{"/1"}, Metadata: []tus.Pair{{Key: "a b"}}})
	wantKind(t, err, fault.Bug)
}

func TestN4FileSaysNoLength(t *testing.T) {
	server := newScript(t, reply(http.StatusCreated, "Location: 1"))
	if _, err := connect(t, tus.Config{Endpoint: server.URL}).Concat(t.Context(), tus.ConcatRequest{Parts: []string{"/1"}, Size: 5}); err != nil {
		t.Fatal(err)
	}
	got := server.last(t)
	for _, name := range []string{"Upload-Length", "Upload-Defer-Length", "Content-Type", "Upload-Offset"} {
		if value, sent := got.Header[name]; sent {
			t.Errorf("it sent %s: %q", name, value)
		}
	}
	if got.Method != http.MethodPost || got.ContentLength != 0 || got.Header.Get("Tus-Resumable") != tus.Version {
		t.Errorf("it sent %s with %d bytes, %v", got.Method, got.ContentLength, got.Header)
	}
}

func TestN5UnfinishedPartIsNotJoined(t *testing.T) {
	server := uploadtest.NewTusd(t)
	client := connect(t, tus.Config{Endpoint: server.Endpoint})
	made, err := client.Create(t.Context(), tus.CreateRequest{Size: 5, Partial: true})
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.Concat(t.Context(), tus.ConcatRequest{Parts: []string{made.URL}})
	wantKind(t, err, fault.Conflict)
}

func TestN5UnfinishedPartsAreJoinedWhereTheServerCan(t *testing.T) {
	server := uploadtest.NewReference(t)
	client := connect(t, tus.Config{Endpoint: server.Endpoint})
	part, err := client.Create(t.Context(), tus.CreateRequest{Size: 5, Partial: true})
	if err != nil {
		t.Fatal(err)
	}
	file, err := client.Concat(t.Context(), tus.ConcatRequest{Parts: []string{part.URL}})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := client.Head(t.Context(), file.URL); err != nil || !got.Final || got.Offset != 0 || got.Length != 5 {
		t.Errorf("before the bytes: %+v, %v", got, err)
	}
	if _, err := client.Patch(t.Context(), part.URL, 0, strings.NewReader("hello"), 5); err != nil {
		t.Fatal(err)
	}
	if got, err := client.Head(t.Context(), file.URL); err != nil || got.Offset != 5 || got.Length != 5 {
		t.Errorf("after the bytes: %+v, %v", got, err)
	}
}

func TestN6MetadataIsTheFiles(t *testing.T) {
	server := newScript(t, reply(http.StatusCreated, "Location: 1"))
	_, err := connect(t, tus.Config{Endpoint: server.URL}).Concat(t.Context(), tus.ConcatRequest{Parts: []string{"/1"}, Metadata: []tus.Pair{{Key: "filename", Value: "é.txt"}}})
	if got := server.last(t).Header.Get("Upload-Metadata"); err != nil || got != "filename w6kudHh0" {
		t.Errorf("it sent %q, %v", got, err)
	}
}

func TestN7JoinedFileTakesNoPatch(t *testing.T) {
	server := uploadtest.NewTusd(t)
	client := connect(t, tus.Config{Endpoint: server.Endpoint})
	made, err := client.Concat(t.Context(), tus.ConcatRequest{Parts: sendParts(t, client, []byte("hello"))})
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.Patch(t.Context(), made.URL, 5, strings.NewReader("!"), 1)
	if got := wantKind(t, err, fault.Refused); got.Code != "ERR_MODIFY_FINAL" {
		t.Errorf("got %+v", got)
	}
}

func TestN8HeadOfAFileThatIsBeingJoinedNeedsNoOffset(t *testing.T) {
	tests := map[string]struct {
		headers []string
		want    tus.Status
	}{
		"nothing is known yet":       {[]string{"Upload-Concat: final;/1 /2"}, tus.Status{Length: -1, Final: true}},
		"the length is known":        {[]string{"Upload-Concat: Final ; /1 /2", "Upload-Length: 7"}, tus.Status{Length: 7, Final: true}},
		"it is done":                 {[]string{"Upload-Concat: final;/1 /2", "Upload-Length: 7", "Upload-Offset: 7"}, tus.Status{Offset: 7, Length: 7, Final: true}},
		"a part is no joined file":   {[]string{"Upload-Concat: partial", "Upload-Length: 7", "Upload-Offset: 3"}, tus.Status{Offset: 3, Length: 7, Partial: true}},
		"a word that is neither one": {[]string{"Upload-Concat: finally", "Upload-Length: 7", "Upload-Offset: 3"}, tus.Status{Offset: 3, Length: 7}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			server := newScript(t, reply(http.StatusOK, test.headers...))
			got, err := connect(t, tus.Config{Endpoint: server.URL}).Head(t.Context(), server.URL)
			if diff := cmp.Diff(test.want, got); diff != "" || err != nil {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
	wantKind(t, ask(t, fault.Head, reply(http.StatusOK, "Upload-Concat: partial")), fault.NotTus)
	wantKind(t, ask(t, fault.Head, reply(http.StatusOK, "Upload-Concat: final;/1", "Upload-Offset: -1")), fault.NotTus)
}

func TestN9PartsStayUntilTheyAreTerminated(t *testing.T) {
	server := uploadtest.NewTusd(t)
	client := connect(t, tus.Config{Endpoint: server.Endpoint})
	parts := sendParts(t, client, []byte("hel"), []byte("lo"))
	if _, err := client.Concat(t.Context(), tus.ConcatRequest{Parts: parts, Metadata: metadata}); err != nil {
		t.Fatal(err)
	}
	if got := len(server.Stored(t)); got != 3 {
		t.Fatalf("the server holds %d uploads, want the file and its 2 parts", got)
	}
	for _, part := range parts {
		if err := client.Terminate(t.Context(), part); err != nil {
			t.Fatal(err)
		}
	}
	expectOne(t, server.Stored(t), []byte("hello"))
}

func TestN10ServerMayTakeItsTimeToJoin(t *testing.T) {
	const takes = 20 * time.Minute
	for name, test := range map[string]struct {
		size    int64
		stalled bool
	}{"a large file": {100 << 30, false}, "a small file": {1 << 20, true}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				slow := silent(func(r *http.Request) (*http.Response, error) {
					select {
					case <-time.After(takes):
						return wire{reply(http.StatusCreated, "Location: /1")}.RoundTrip(r)
					case <-r.Context().Done():
						return nil, r.Context().Err()
					}
				})
				client := connect(t, tus.Config{Endpoint: "http://server/", HTTP: netx.Watch(slow)})
				_, err := client.Concat(t.Context(), tus.ConcatRequest{Parts: []string{"/1"}, Size: test.size})
				if errors.Is(err, netx.ErrStalled) != test.stalled || (err == nil) == test.stalled {
					t.Errorf("got %v", err)
				}
				if _, err := client.Head(t.Context(), "http://server/1"); !errors.Is(err, netx.ErrStalled) {
					t.Errorf("of another request: %v", err)
				}
			})
		})
	}
}
