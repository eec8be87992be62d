package connect_test

import (
	"bufio"
	"bytes"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/app/connect"
)

func TestParseHeaderErrorsOmitValues(t *testing.T) {
	for _, line := range []string{"no colon hush", ": value", "a b: c", "A: \x00hush", "Connection: hush", "Host: hush/x"} {
		_, err := connect.ParseHeader([]string{"X-Good: 1", line})
		if _, ok := errors.AsType[*connect.HeaderError](err); !ok || strings.Contains(err.Error(), "hush") {
			t.Errorf("%q: error is %v", line, err)
		}
	}
}

func TestParseHeaderRefusesWhatIsNotSent(t *testing.T) {
	for _, test := range []struct {
		name   string
		lines  []string
		reason connect.HeaderReason
		valid  bool
	}{
		{"host", []string{"Host: files.example.com:8443"}, 0, true},
		{"host with an IPv6 address", []string{"host: [::1]:80"}, 0, true},
		{"host with a path", []string{"Host: a/b"}, connect.HeaderInvalid, false},
		{"host with a scheme", []string{"Host: http://a"}, connect.HeaderInvalid, false},
		{"host with a user", []string{"Host: me@a"}, connect.HeaderInvalid, false},
		{"host with a space", []string{"Host: a b"}, connect.HeaderInvalid, false},
		{"host without a port after the colon", []string{"Host: a:"}, connect.HeaderInvalid, false},
		{"empty host", []string{"Host:"}, connect.HeaderInvalid, false},
		{"two hosts", []string{"Host: a", "host: b"}, connect.HeaderRepeated, false},
		{"two user agents", []string{"User-Agent: a", "User-Agent: b"}, connect.HeaderRepeated, false},
		{"one user agent", []string{"User-Agent: a"}, 0, true},
		{"length", []string{"content-length: 5"}, connect.HeaderReserved, false},
		{"encoding of the connection", []string{"Transfer-Encoding: chunked"}, connect.HeaderReserved, false},
		{"trailer", []string{"Trailer: X"}, connect.HeaderReserved, false},
		{"connection", []string{"Connection: close"}, connect.HeaderReserved, false},
		{"keep-alive", []string{"Keep-Alive: timeout=5"}, connect.HeaderReserved, false},
		{"proxy connection", []string{"Proxy-Connection: close"}, connect.HeaderReserved, false},
		{"upgrade", []string{"Upgrade: websocket"}, connect.HeaderReserved, false},
		{"expectation", []string{"Expect: 100-continue"}, connect.HeaderReserved, false},
		{"method override", []string{"x-http-method-override: PATCH"}, connect.HeaderReserved, false},
		{"version of the protocol", []string{"tus-resumable: 0.2.2"}, connect.HeaderReserved, false},
		{"metadata", []string{"Upload-Metadata: a Yg=="}, connect.HeaderReserved, false},
		{"offset", []string{"upload-offset: 0"}, connect.HeaderReserved, false},
		{"content type", []string{"Content-Type: text/plain"}, connect.HeaderReserved, false},
		{"field of a server that begins like one of the protocol", []string{"Upload-Token: x"}, 0, true},
		{"repeated field of a server", []string{"X-A: 1", "x-a: 2"}, 0, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := connect.ParseHeader(test.lines)
			headerErr, invalid := errors.AsType[*connect.HeaderError](err)
			if invalid == test.valid || invalid && headerErr.Reason != test.reason {
				t.Errorf("got %v", err)
			}
		})
	}
}

// FuzzParseHeader checks that each field that is accepted is sent as it is.
func FuzzParseHeader(f *testing.F) {
	f.Add("Authorization: Bearer x\nX-A: 1")
	f.Add("no")
	f.Add(": \x7f\r\n")
	f.Add("Host: a.example:80\nUser-Agent: x")
	f.Add("TrAiler: a\nHost: a%20b")
	f.Add("Upload-Key: 1\nTus-Key: 2")
	f.Fuzz(func(t *testing.T, text string) {
		header, err := connect.ParseHeader(strings.Split(text, "\n"))
		if err != nil {
			return
		}
		got := received(t, header)
		for name, values := range header {
			if name == "" || strings.ContainsAny(name+strings.Join(values, ""), "\r\n\x00") {
				t.Errorf("%q was parsed as %v", text, header)
			}
			none := name == "User-Agent" && values[0] == "" // means that none is sent
			if !none && !slices.Equal(values, got[name]) {
				t.Errorf("%q: %s %q was received as %q", text, name, values, got[name])
			}
		}
	})
}

// received returns the header that a server receives, with the Host among its fields.
func received(t *testing.T, header http.Header) http.Header {
	t.Helper()
	r := &http.Request{Method: http.MethodPatch, URL: &url.URL{Scheme: "http", Host: "server.example"}, Header: header.Clone()}
	r.Host = r.Header.Get("Host")
	var sent bytes.Buffer
	if err := r.Write(&sent); err != nil {
		t.Fatal(err)
	}
	got, err := http.ReadRequest(bufio.NewReader(&sent))
	if err != nil {
		t.Fatalf("%v\n%s", err, sent.String())
	}
	if header.Get("Host") != "" {
		got.Header.Set("Host", got.Host)
	}
	return got.Header
}
