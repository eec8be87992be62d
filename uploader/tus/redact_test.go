package tus_test

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
)

func TestRedactErrorBody(t *testing.T) {
	for _, c := range []struct {
		name, header, value, body, want string
	}{
		{"long token inside a word", "Authorization", "Bearer abcdefgh1", "no:xabcdefgh1x", "no:x…x"},
		{"short token", "Authorization", "Bearer k3y", "token k3y is old", "token … is old"},
		{"short token between punctuation", "Authorization", "Bearer k3y", `{"token":"k3y"}`, `{"token":"…"}`},
		{"short token twice", "Authorization", "Bearer k3y", "k3y, k3y", "…, …"},
		{"short token inside words", "Authorization", "Bearer no", "nobody, ano, ünoü and no one", "nobody, ano, ünoü and … one"},
		{"scheme is kept", "Authorization", "Bearer k3y", "Bearer wanted", "Bearer wanted"},
		{"Basic password", "Authorization", "Basic bWU6cHc0", "me may not use pw4", "me may not use …"},
		{"Basic credentials, encoded", "Authorization", "Basic bWU6cHc0", "got bWU6cHc0", "got …"},
		{"short key in a custom header", "X-Key", "a1b2", "key a1b2 expired", "key … expired"},
		{"short word of a longer header value", "X-Note", "it is true", "true", "true"},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := newFakeServer(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusForbidden)
				_, _ = w.Write([]byte(c.body))
			})
			client := newClient(t, tus.Config{Endpoint: server.URL, Header: http.Header{c.header: {c.value}}})
			_, err := client.Create(t.Context(), tus.CreateRequest{Size: 1})
			got := fault.Of(err)
			if got == nil {
				t.Fatalf("got %v, want a fault", err)
			}
			if got.Detail != c.want+notTusNote {
				t.Errorf("detail %q, want %q", got.Detail, c.want)
			}
		})
	}
}

func TestRedactURLs(t *testing.T) {
	const id = "24e533e02ec3bc40c387f1a0e460e216"
	for _, c := range []struct{ name, body, want string }{
		{"token of the endpoint", "got /up/?token=abc1&x=2", "got /up/?…"},
		{"its value alone", `{"value": "abc1"}`, `{"value": "…"}`},
		{"its decoded value", "no p&ss here", "no … here"},
		{"signed path of the endpoint", "no route to sig0123456789abcdef", "no route to …"},
		{"words of the endpoint's path", "too many uploads", "too many uploads"},
		{"upload", "cannot lock /var/uploads/" + id + ".lock: in use", "cannot lock /var/uploads/… in use"},
		{"signed URL of a storage", "PUT https://bucket.example/key?X-Amz-Signature=f00&X-Amz-Date=1 failed", "PUT https://bucket.example/key?… failed"},
		{"user and password", "dial ftp://me:pa@ss@host/a", "dial ftp://…@host/a"},
		{"fragment", "see https://host/cb#access_token=x.", "see https://host/cb#…"},
		{"escaped in JSON", `{"u":"https:\/\/h\/a?sig=abc\u0026key=def","ok":1}`, `{"u":"https:\/\/h\/a?…","ok":1}`},
		{"encoded in a URL", "back=https%3A%2F%2Fh/%3Fcode%3Ds3cr3t", "back=https%3A%2F%2Fh/%3F…"},
		{"value without a URL", "access_token=xyz is old", "access_token=… is old"},
		{"in JSON", `{"apiKey": "xyz"}`, `{"apiKey": "…"}`},
		{"credentials of another service", "sent Authorization: Bearer eyJ0.eyJ1.x", "sent Authorization: Bearer …"},
		{"no secret", "Bearer authentication required: see https://host/help/uploading-files or 24/7 a/b", "Bearer authentication required: see https://host/help/uploading-files or 24/7 a/b"},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := newFakeServer(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusForbidden)
				_, _ = w.Write([]byte(c.body))
			})
			client := newClient(t, tus.Config{Endpoint: server.URL + "/uploads/sig0123456789abcdef/?token=abc1&pass=p%26ss"})
			_, err := client.Create(t.Context(), tus.CreateRequest{Size: 1})
			if got := fault.Of(err); got == nil || got.Detail != c.want+notTusNote {
				t.Errorf("got %v, want the detail %q", err, c.want)
			}
		})
	}
}

func TestRedactUploadURL(t *testing.T) {
	const id = "24e533e02ec3bc40c387f1a0e460e216"
	for name, respond := range map[string]func(http.ResponseWriter, *http.Request){
		"error body": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusInternalServerError)
			_, _ = io.WriteString(w, "upload "+id+" is broken, policy s3cr3t")
		},
		"header": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Tus-Resumable", "1.0.0")
			w.Header().Set("Upload-Offset", id+"?s3cr3t")
			w.WriteHeader(http.StatusNoContent)
		},
		"version": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Tus-Version", id+" s3cr3t")
			w.WriteHeader(http.StatusPreconditionFailed)
		},
		"malformed response": func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			conn, _, _ := w.(http.Hijacker).Hijack()
			_, _ = io.WriteString(conn, "HTTP/1.1 what "+r.RequestURI+"\r\n\r\n")
			_ = conn.Close()
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := newFakeServer(t, respond)
			client := newClient(t, tus.Config{Endpoint: server.URL})
			_, err := client.Patch(t.Context(), server.URL+"/files/"+id+"?policy=s3cr3t", 0, strings.NewReader("x"), 1)
			if f := fault.Of(err); f == nil || strings.Contains(f.Error(), id) || strings.Contains(f.Error(), "s3cr3t") {
				t.Errorf("got %v, want a fault without the ID and the policy", err)
			}
		})
	}
}

func TestEncodedErrorBody(t *testing.T) {
	const text = "quota of this account is used up"
	compress := func(w func(io.Writer) io.WriteCloser, text string) []byte {
		var buffer bytes.Buffer
		writer := w(&buffer)
		_, _ = io.WriteString(writer, text)
		_ = writer.Close()
		return buffer.Bytes()
	}
	toGzip := func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }
	toZlib := func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }
	for name, c := range map[string]struct {
		encoding string
		body     []byte
		want     string
	}{
		"gzip":            {"gzip", compress(toGzip, text), text},
		"gzip, old name":  {"X-Gzip", compress(toGzip, text), text},
		"deflate":         {"deflate", compress(toZlib, text), text},
		"identity":        {"identity", []byte(text), text},
		"not gzip":        {"gzip", []byte(text), ""},
		"cut gzip":        {"gzip", compress(toGzip, text)[:20], ""},
		"unknown":         {"br", []byte{0x8b, 0x0f, 0x80}, ""},
		"several":         {"gzip, gzip", compress(toGzip, text), ""},
		"much that packs": {"gzip", compress(toGzip, text+strings.Repeat(" ", 64<<20)), text},
	} {
		t.Run(name, func(t *testing.T) {
			server := newFakeServer(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Tus-Resumable", "1.0.0")
				w.Header().Set("Content-Encoding", c.encoding)
				w.WriteHeader(http.StatusForbidden)
				_, _ = w.Write(c.body)
			})
			_, err := newClient(t, tus.Config{Endpoint: server.URL}).Create(t.Context(), tus.CreateRequest{Size: 1})
			f := fault.Of(err)
			want := fault.Auth // without a reason
			if f != nil && f.Detail != "" {
				want = fault.Refused
			}
			if f == nil || f.Kind != want {
				t.Fatalf("got %v", err)
			}
			if f.Detail != c.want && !(name == "cut gzip" && strings.HasPrefix(text, f.Detail)) {
				t.Errorf("detail %q, want %q", f.Detail, c.want)
			}
		})
	}
}

// notTusNote is appended to the detail for a response without Tus-Resumable.
const notTusNote = "; response has no Tus-Resumable header: it may be from an intermediary or not from a tus server"
