package cli

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

func TestMain(m *testing.M) {
	if err := words.Load("en"); err != nil {
		panic(err)
	}
	m.Run()
}

func TestParseAddress(t *testing.T) {
	basic := http.Header{"Authorization": {"Basic dTpw"}}
	bearer := http.Header{"Authorization": {"Bearer x"}}
	for _, test := range []struct {
		name, to string
		header   http.Header
		endpoint string
		want     http.Header
		ok       bool
	}{
		{"URL is unchanged", "https://h/files/?tenant=1", nil, "https://h/files/?tenant=1", nil, true},
		{"empty path becomes /", "http://h:1080", nil, "http://h:1080/", nil, true},
		{"fragment is removed", "http://h/files/#top", nil, "http://h/files/", nil, true},
		{"user and password become a header", "http://u:p@h/files/", nil, "http://h/files/", basic, true},
		{"given header takes precedence over user and password", "http://u:p@h/files/", bearer, "http://h/files/", bearer, true},
		{"fingerprint is removed", "https://h/files/#sha256=" + strings.Repeat("0a", 32), nil, "https://h/files/", nil, true},
		{"invalid fingerprint is an error", "https://h/files/#sha256=0a", nil, "", nil, false},
		{"other scheme is an error", "file:///etc/passwd", nil, "", nil, false},
		{"missing host is an error", "http:///files/", nil, "", nil, false},
		{"malformed URL is an error", "http://[::1/files/", nil, "", nil, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			endpoint, header, err := parseAddress(test.to, test.header)
			if (err == nil) != test.ok || endpoint != test.endpoint {
				t.Errorf("got %q, %v", endpoint, err)
			}
			if diff := cmp.Diff(test.want, header); diff != "" {
				t.Errorf("header (-want +got):\n%s", diff)
			}
		})
	}
	for to, text := range map[string]string{
		"ftp://user:password@host/":      `“ftp://host/” is not a web address. Example: https://example.com/files/`,
		"http://user:password@[::1/":     `“http://[::1/” is not a web address. Example: https://example.com/files/`,
		"http://user:password@h:70000/":  `The port of “http://h:70000/” is invalid. Use a number from 1 to 65535.`,
		"http://h:0/":                    `The port of “http://h:0/” is invalid. Use a number from 1 to 65535.`,
		"http://256.1.1.1/?token=secret": `“http://256.1.1.1/” is not a web address. Example: https://example.com/files/`,
	} {
		_, _, err := parseAddress(to, nil)
		if usage, ok := errors.AsType[*UsageError](err); !ok || usage.Text != text {
			t.Errorf("parseAddress(%q): got %v, want %q", to, err, text)
		}
	}
	if len(bearer["Authorization"]) != 1 {
		t.Error("parseAddress modified the given header")
	}
}

func FuzzParseAddress(f *testing.F) {
	for _, seed := range []string{"http://h/", "https://u:p@h:1/f?q#f", "http://[::1]:80/", "ftp://h/", "http://", "://", "http://u@h"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, to string) {
		endpoint, _, err := parseAddress(to, nil)
		if err != nil {
			return
		}
		again, header, err := parseAddress(endpoint, nil)
		if err != nil || again != endpoint || len(header) != 0 {
			t.Errorf("parseAddress(%q) = %q, parsed again: %q, %v, %v", to, endpoint, again, header, err)
		}
	})
}

func TestFindByName(t *testing.T) {
	servers := []uploader.Server{
		{ID: uploader.BuiltinServer, Name: "This computer"},
		{ID: 2, Name: "Studio", Endpoint: "http://a/"},
		{ID: 3, Name: "studio", Endpoint: "http://b/"},
		{ID: 4, Name: "Lab", Endpoint: "http://c/"},
	}
	for _, test := range []struct {
		name string
		want uploader.ServerID
		err  string
	}{
		{"this computer", 1, ""},
		{"LAB", 4, ""},
		{"studio", 0, "Several servers are named “studio”. Use the URL instead."},
		{"x", 0, "There is no server named “x”. Known servers: This computer, Studio, studio, Lab. Use a URL for a new one."},
	} {
		server, err := findByName(servers, test.name)
		if server.ID != test.want || err != nil && err.Error() != test.err || err == nil && test.err != "" {
			t.Errorf("%s: got %d, %v", test.name, server.ID, err)
		}
	}
}

func TestParseHeaders(t *testing.T) {
	got, err := parseHeaders([]string{"Authorization: Bearer a:b", "X-A:1", "x-a:2", "X-Empty:"})
	if err != nil {
		t.Fatal(err)
	}
	want := http.Header{"Authorization": {"Bearer a:b"}, "X-A": {"1", "2"}, "X-Empty": {""}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, line := range []string{"", "no colon", ": value", "a b: c", "A: x\r\nB: y", "A: \x00", "Host: a/b", "Connection: close", "Content-Length: 1", "Tus-Resumable: 1"} {
		if _, err := parseHeaders([]string{line}); ExitCode(err) != ExitUsage {
			t.Errorf("%q: got %v, want a usage error", line, err)
		}
	}
	if _, err := parseHeaders([]string{"s3cret"}); err == nil || Explain(err) != "A header must have the form 'Name: value'." {
		t.Errorf("error for a line that may be a secret: %v", err)
	}
	for line, hint := range map[string]string{"upload-metadata: a Yg==": "--metadata", "X-HTTP-Method-Override: PATCH": "--method-override"} {
		if _, err := parseHeaders([]string{line}); err == nil || !strings.Contains(Explain(err), hint) {
			t.Errorf("%q: error without %s: %v", line, hint, err)
		}
	}
	if ExitCode(errors.New("any")) != ExitFailed || ExitCode(nil) != ExitOK {
		t.Error("wrong exit code for an error or nil")
	}
}
