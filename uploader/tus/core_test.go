package tus_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

func TestC1RequestsHaveTusResumable(t *testing.T) {
	server := uploadtest.NewTusd(t)
	client := newClient(t, tus.Config{Endpoint: server.Endpoint})
	_, _ = client.Probe(t.Context())
	upload, err := client.Create(t.Context(), tus.CreateRequest{Size: 5})
	if err != nil {
		t.Fatal(err)
	}
	_, _ = client.Head(t.Context(), upload.URL)
	_, _ = client.Patch(t.Context(), upload.URL, 0, strings.NewReader("hello"), 5)
	_ = client.Terminate(t.Context(), upload.URL)
	if got := len(server.Requests()); got != 5 {
		t.Fatalf("%d requests, want 5", got)
	}
	for _, r := range server.Requests() {
		want := tus.Version
		if r.Method == http.MethodOptions {
			want = "" // C14
		}
		if got := r.Header.Get("Tus-Resumable"); got != want {
			t.Errorf("%s: Tus-Resumable %q, want %q", r.Method, got, want)
		}
	}
}

func TestC1ResponseWithoutTusResumableIsNotTus(t *testing.T) {
	handlers := map[fault.Op]http.HandlerFunc{
		fault.Create: respondPlain(http.StatusCreated, "Location: /files/1"),
		fault.Head:   respondPlain(http.StatusOK, "Upload-Offset: 3"),
		fault.Patch:  respondPlain(http.StatusNoContent),
	}
	for op, handler := range handlers {
		t.Run(string(op), func(t *testing.T) {
			got := wantKind(t, call(t, op, handler), fault.NotTus)
			if !strings.Contains(got.Detail, "intermediary") {
				t.Errorf("detail %q", got.Detail)
			}
		})
	}
	wantKind(t, call(t, fault.Head, respondPlain(http.StatusOK, "Tus-Resumable: 2.0.0", "Upload-Offset: 3")), fault.NotTus)
}

func TestC2UnsupportedVersionListsServerVersions(t *testing.T) {
	got := wantKind(t, call(t, fault.Create, respondPlain(http.StatusPreconditionFailed, "Tus-Version: 2.0.0, 1.1.0")), fault.Refused)
	if !strings.Contains(got.Detail, "2.0.0, 1.1.0") {
		t.Errorf("detail %q", got.Detail)
	}
	got = wantKind(t, call(t, fault.Probe, respondPlain(http.StatusNoContent, "Tus-Version: 2.0.0")), fault.Refused)
	if !strings.Contains(got.Detail, "2.0.0") || got.Code != fault.CodeVersion {
		t.Errorf("detail for OPTIONS %q", got.Detail)
	}
}

func TestC2PreconditionFailedIsAboutTheVersionOnlyIfVersionsDiffer(t *testing.T) {
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		version bool
		detail  string
	}{
		"no 1.0.0 among the versions": {respondBody(412, "", "Tus-Version: 0.2.2,2.0.0"), true, "want 1.0.0"},
		"tusd sends a code only":      {respondBody(412, "ERR_UNSUPPORTED_VERSION: missing, invalid or unsupported Tus-Resumable header"), true, "ERR_UNSUPPORTED_VERSION"},
		"1.0.0 among the versions":    {respondBody(412, "", "Tus-Version: 1.0.0,0.2.2"), false, ""},
		"unknown parent folder (reva)": {
			respondBody(412, "parent folder does not exist"), false, "parent folder does not exist",
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := wantKind(t, call(t, fault.Create, c.handler), fault.Refused)
			if (got.Code == fault.CodeVersion) != c.version || !strings.Contains(got.Detail, c.detail) || !c.version && strings.Contains(got.Detail, "supports tus") {
				t.Errorf("code %q, detail %q", got.Code, got.Detail)
			}
		})
	}
}

func TestC3InvalidNumbersAreErrors(t *testing.T) {
	for _, number := range []string{"-1", "+1", "1.5", "0x10", "1e3", "1,1", "1 1", "abc", "", "9223372036854775808", strings.Repeat("9", 1000)} {
		t.Run(fmt.Sprintf("%.30q", number), func(t *testing.T) {
			wantKind(t, call(t, fault.Head, respond(http.StatusOK, "Upload-Offset: "+number)), fault.NotTus)
			wantKind(t, call(t, fault.Head, respond(http.StatusOK, "Upload-Offset: 1", "Upload-Length: "+number)), fault.NotTus)
			wantKind(t, call(t, fault.Patch, respond(http.StatusNoContent, "Upload-Offset: "+number)), fault.Transient)
		})
	}
	wantKind(t, call(t, fault.Head, respond(http.StatusOK, "Upload-Offset: 1", "Upload-Offset: 2")), fault.NotTus)
}

func TestC3LargestNumber(t *testing.T) {
	server := newFakeServer(t, respond(http.StatusOK, "Upload-Offset: 9223372036854775807", "Upload-Length: 9223372036854775807"))
	got, err := newClient(t, tus.Config{Endpoint: server.URL}).Head(t.Context(), server.URL)
	if err != nil || got.Offset != 1<<63-1 || got.Length != 1<<63-1 {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestC4MethodOverride(t *testing.T) {
	server := newFakeServer(t, respond(http.StatusNoContent, "Upload-Offset: 5"))
	client := newClient(t, tus.Config{Endpoint: server.URL, MethodOverride: true})
	for op, want := range map[fault.Op][2]string{
		fault.Patch: {"POST", "PATCH"}, fault.Terminate: {"POST", "DELETE"}, fault.Head: {"HEAD", ""},
	} {
		if err := calls[op](t, client, server.URL); err != nil {
			t.Fatal(err)
		}
		got := server.lastRequest(t)
		if diff := cmp.Diff(want, [2]string{got.Method, got.Header.Get("X-HTTP-Method-Override")}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", op, diff)
		}
	}
}

func TestC4ServerWithoutMethodOverrideRefuses(t *testing.T) {
	server := uploadtest.NewTusNode(t)
	client := newClient(t, tus.Config{Endpoint: server.Endpoint, MethodOverride: true})
	upload, err := client.Create(t.Context(), tus.CreateRequest{Size: 5})
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.Patch(t.Context(), upload.URL, 0, strings.NewReader("hello"), 5)
	wantKind(t, err, fault.Refused)
	if files := server.Stored(t); len(files) != 1 || files[0].Size != 0 {
		t.Errorf("stored %+v", files)
	}
}

func TestC5HeadAccepts200And204(t *testing.T) {
	for _, status := range []int{http.StatusOK, http.StatusNoContent} {
		server := newFakeServer(t, respond(status, "Upload-Offset: 3", "Upload-Length: 5", "Upload-Metadata: ,b,a ,filename ZQ=="))
		got, err := newClient(t, tus.Config{Endpoint: server.URL}).Head(t.Context(), server.URL)
		if diff := cmp.Diff(tus.Status{Offset: 3, Length: 5}, got); diff != "" || err != nil {
			t.Errorf("%d: %v (-want +got):\n%s", status, err, diff)
		}
	}
	wantKind(t, call(t, fault.Head, respond(http.StatusOK, "Upload-Length: 5")), fault.NotTus)
}

func TestK7MetadataOfHeadIsNotValidated(t *testing.T) {
	for _, metadata := range []string{"", ",", "b,a ,filename ZQ==", "filename", "a !!!", "filename ZQ==,filename ZQ=="} {
		server := newFakeServer(t, respond(http.StatusOK, "Upload-Offset: 3", "Upload-Length: 5", "Upload-Metadata: "+metadata))
		got, err := newClient(t, tus.Config{Endpoint: server.URL}).Head(t.Context(), server.URL)
		if diff := cmp.Diff(tus.Status{Offset: 3, Length: 5}, got); diff != "" || err != nil {
			t.Errorf("%q: %v (-want +got):\n%s", metadata, err, diff)
		}
	}
}

func TestC5LengthIsUnknownWithoutHeader(t *testing.T) {
	server := newFakeServer(t, respond(http.StatusOK, "Upload-Offset: 3", "Upload-Defer-Length: 1"))
	got, err := newClient(t, tus.Config{Endpoint: server.URL}).Head(t.Context(), server.URL)
	if err != nil || got.Length != -1 {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestC7HeadHasCacheControl(t *testing.T) {
	server := newFakeServer(t, respond(http.StatusOK, "Upload-Offset: 3"))
	if err := calls[fault.Head](t, newClient(t, tus.Config{Endpoint: server.URL}), server.URL); err != nil {
		t.Fatal(err)
	}
	if got := server.lastRequest(t).Header.Get("Cache-Control"); got != "no-cache" {
		t.Errorf("Cache-Control %q", got)
	}
}

func TestC8PatchRequest(t *testing.T) {
	server := newFakeServer(t, respond(http.StatusNoContent, "Upload-Offset: 12"))
	client := newClient(t, tus.Config{Endpoint: server.URL, Header: http.Header{
		"content-type": {"text/plain"}, "Upload-Offset": {"99"}, "X-Custom": {"kept"}, "Tus-Resumable": {"0.2.2"},
	}})
	got, err := client.Patch(t.Context(), server.URL+"/u?x=1", 7, strings.NewReader("hello, and more"), 5)
	if err != nil || got.Offset != 12 {
		t.Fatalf("got %+v, %v", got, err)
	}
	r := server.lastRequest(t)
	want := map[string][]string{
		"Content-Type": {"application/offset+octet-stream"}, "Upload-Offset": {"7"}, "X-Custom": {"kept"}, "Tus-Resumable": {"1.0.0"},
	}
	for name, values := range want {
		if diff := cmp.Diff(values, r.Header.Values(name)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if r.Method != http.MethodPatch || r.body != "hello" || r.ContentLength != 5 || r.URL.RawQuery != "x=1" {
		t.Errorf("%s %s with %d bytes: %q", r.Method, r.URL, r.ContentLength, r.body)
	}
}

func TestC9OffsetConflict(t *testing.T) {
	server := uploadtest.NewTusd(t)
	client := newClient(t, tus.Config{Endpoint: server.Endpoint})
	upload, err := client.Create(t.Context(), tus.CreateRequest{Size: 10})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Patch(t.Context(), upload.URL, 0, strings.NewReader("hello"), 5); err != nil {
		t.Fatal(err)
	}
	_, err = client.Patch(t.Context(), upload.URL, 3, strings.NewReader("lo"), 2)
	if got := wantKind(t, err, fault.Conflict); got.Code != "ERR_MISMATCHED_OFFSET" {
		t.Errorf("code %q", got.Code)
	}
	if got, err := client.Head(t.Context(), upload.URL); err != nil || got.Offset != 5 || got.Length != 10 {
		t.Errorf("after the conflict: %+v, %v", got, err)
	}
}

func TestC11AcknowledgedOffsetIsTheServers(t *testing.T) {
	for _, offset := range []int64{0, 3, 5, 8} {
		server := newFakeServer(t, respond(http.StatusNoContent, fmt.Sprintf("Upload-Offset: %d", offset)))
		got, err := newClient(t, tus.Config{Endpoint: server.URL}).Patch(t.Context(), server.URL, 0, strings.NewReader("hello"), 5)
		if err != nil || got.Offset != offset {
			t.Errorf("acknowledged %d, got %+v, %v", offset, got, err)
		}
	}
}

func TestC11PatchResponseWithoutOffsetIsTransient(t *testing.T) {
	wantKind(t, call(t, fault.Patch, respond(http.StatusNoContent)), fault.Transient)
}

func TestC14ProbeParsesCapabilities(t *testing.T) {
	for _, status := range []int{http.StatusOK, http.StatusNoContent} {
		server := newFakeServer(t, respond(status, "Tus-Version: 1.0.0, 0.2.2,", "Tus-Extension: Creation,checksum ,x-unknown", "Tus-Extension: termination",
			"Tus-Max-Size: 1073741824", "Tus-Checksum-Algorithm: sha1,crc32"))
		got, err := newClient(t, tus.Config{Endpoint: server.URL}).Probe(t.Context())
		want := tus.Capabilities{
			Known: true, Versions: []string{"1.0.0", "0.2.2"}, Extensions: []string{"creation", "checksum", "x-unknown", "termination"},
			MaxSize: 1 << 30, Checksums: []string{"sha1", "crc32"},
		}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%d: %v (-want +got):\n%s", status, err, diff)
		}
	}
}

func TestC14TusdCapabilities(t *testing.T) {
	server := uploadtest.NewTusd(t, uploadtest.MaxSize(10), uploadtest.NoTermination())
	client := newClient(t, tus.Config{Endpoint: server.Endpoint})
	got, err := client.Probe(t.Context())
	want := tus.Capabilities{Known: true, Versions: []string{"1.0.0"}, Extensions: []string{"creation", "creation-with-upload", "concatenation", "creation-defer-length"}, MaxSize: 10}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	_, err = client.Create(t.Context(), tus.CreateRequest{Size: 11})
	wantKind(t, err, fault.TooLarge)
}

func TestC16InvalidMaxSizeIsIgnored(t *testing.T) {
	server := newFakeServer(t, respond(http.StatusOK, "Tus-Version: 1.0.0", "Tus-Max-Size: lots"))
	if got, err := newClient(t, tus.Config{Endpoint: server.URL}).Probe(t.Context()); err != nil || got.MaxSize != 0 || !got.Known {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestPatchLeavesRestOfBody(t *testing.T) {
	server := newFakeServer(t, respond(http.StatusNoContent, "Upload-Offset: 5"))
	body := &closeRecorder{Reader: bytes.NewReader([]byte("hello, world"))}
	if _, err := newClient(t, tus.Config{Endpoint: server.URL}).Patch(t.Context(), server.URL, 0, body, 5); err != nil {
		t.Fatal(err)
	}
	rest, _ := io.ReadAll(body)
	if body.closed || string(rest) != ", world" {
		t.Errorf("closed = %t, rest = %q", body.closed, rest)
	}
}

// closeRecorder is a reader that records whether it was closed.
type closeRecorder struct {
	io.Reader
	closed bool
}

func (c *closeRecorder) Close() error {
	c.closed = true
	return nil
}
