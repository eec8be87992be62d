package tus_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// malformedValues are header values that are invalid or unexpected for at least some
// headers.
var malformedValues = []string{
	"", "0", "-1", "5", "99", "9223372036854775807", "9223372036854775808", "1e3", " 5", "5, 6", "5;5", "final;", "final;/files/1 /files/2",
	"partial", "1.0.0", "0.2.2", "://", "//", "/files/other", "ftp://server/1", "http://[::1", "Wed, 06 Nov 1994 08:49:37 GMT", "\x7f", "é",
	strings.Repeat("9", 4096),
}

func TestMalformedResponsesAreValidated(t *testing.T) {
	server := uploadtest.NewReference(t, uploadtest.Expiry(time.Hour))
	client := newClient(t, tus.Config{Endpoint: server.Endpoint})
	rapid.Check(t, func(r *rapid.T) {
		existing, err := client.Create(t.Context(), tus.CreateRequest{Size: 10})
		if err != nil {
			r.Fatal(err)
		}
		names := rapid.SliceOfN(rapid.SampledFrom([]string{
			"Upload-Offset", "Upload-Length", "Upload-Concat", "Upload-Expires", "Upload-Defer-Length", "Location", "Tus-Resumable", "Retry-After", "Tus-Max-Size",
		}), 0, 4).Draw(r, "names")
		status := rapid.SampledFrom([]int{0, 0, 200, 201, 204, 206, 299, 304, 400, 404, 409, 460, 500, 599}).Draw(r, "status")
		values := rapid.SliceOfN(rapid.SampledFrom(malformedValues), len(names), len(names)).Draw(r, "values")
		op := rapid.SampledFrom([]fault.Op{fault.Create, fault.Head, fault.Patch, fault.Concat, fault.Terminate}).Draw(r, "op")
		server.ModifyResponses(1, "", func(a *uploadtest.Response) {
			for i, name := range names {
				a.Header[name] = values[i]
			}
			if status != 0 {
				a.Status = status
			}
		})
		got, upload, err := callOnce(t, client, op, existing.URL)
		if err != nil {
			if f, ok := errors.AsType[*fault.Fault](err); !ok || f.Kind == fault.Bug || f.RetryAfter < 0 || f.Op != op {
				r.Fatalf("%s: got %v", op, err)
			}
			return
		}
		if got.Offset < 0 || got.Length < -1 || upload.Offset < 0 {
			r.Fatalf("%s: got %+v, %+v", op, got, upload)
		}
		complete := upload.URL == "" && upload.Offset == 5 // rule K10
		if op == fault.Create && !complete && !strings.HasPrefix(upload.URL, "http://") {
			r.Fatalf("upload URL %q", upload.URL)
		}
	})
}

// callOnce calls op on the upload at url.
func callOnce(t *testing.T, client *tus.Client, op fault.Op, url string) (got tus.Status, upload tus.Upload, err error) {
	switch op {
	case fault.Create:
		upload, err = client.Create(t.Context(), tus.CreateRequest{Size: 5, Body: strings.NewReader("hello"), BodySize: 5})
	case fault.Head:
		got, err = client.Head(t.Context(), url)
	case fault.Patch:
		got, err = client.Patch(t.Context(), url, 0, strings.NewReader("hello"), 5)
	case fault.Concat:
		upload, err = client.Concat(t.Context(), tus.ConcatRequest{Parts: []string{url}})
	default:
		err = client.Terminate(t.Context(), url)
	}
	return got, upload, err
}

func TestC6HeadGoneAndForbidden(t *testing.T) {
	for status, want := range map[int]fault.Kind{http.StatusNotFound: fault.Gone, http.StatusGone: fault.Gone, http.StatusForbidden: fault.Auth} {
		wantKind(t, call(t, fault.Head, respond(status)), want)
	}
}

func TestC12PatchOfMissingUpload(t *testing.T) {
	for name, server := range startServers(t) {
		t.Run(name, func(t *testing.T) {
			client := newClient(t, tus.Config{Endpoint: server.endpoint})
			_, err := client.Patch(t.Context(), server.endpoint+"0123456789abcdef0123456789abcdef", 0, strings.NewReader("hello"), 5)
			wantKind(t, err, fault.Gone)
		})
	}
}

func TestK6TooLarge(t *testing.T) {
	tusd, node := uploadtest.NewTusdBinary(t, uploadtest.MaxSize(10)), uploadtest.NewTusNode(t, uploadtest.MaxSize(10))
	for name, endpoint := range map[string]string{"tusd": tusd.Endpoint, "@tus/server": node.Endpoint} {
		t.Run(name, func(t *testing.T) {
			client := newClient(t, tus.Config{Endpoint: endpoint})
			if caps, err := client.Probe(t.Context()); err != nil || caps.MaxSize != 10 {
				t.Errorf("MaxSize = %d, %v, want 10", caps.MaxSize, err)
			}
			_, err := client.Create(t.Context(), tus.CreateRequest{Size: 11})
			wantKind(t, err, fault.TooLarge)
		})
	}
}

func TestC9OffsetConflictOnEveryServer(t *testing.T) {
	for name, server := range startServers(t) {
		t.Run(name, func(t *testing.T) {
			client := newClient(t, tus.Config{Endpoint: server.endpoint})
			upload, err := client.Create(t.Context(), tus.CreateRequest{Size: 10})
			if err != nil {
				t.Fatal(err)
			}
			_, err = client.Patch(t.Context(), upload.URL, 3, strings.NewReader("lo"), 2)
			wantKind(t, err, fault.Conflict)
			if got, err := client.Head(t.Context(), upload.URL); err != nil || got.Offset != 0 {
				t.Errorf("after the conflict: %+v, %v", got, err)
			}
		})
	}
}
