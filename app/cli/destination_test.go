package cli

import (
	"errors"
	"net/http"
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

func TestAddress(t *testing.T) {
	basic := http.Header{"Authorization": {"Basic dTpw"}}
	bearer := http.Header{"Authorization": {"Bearer x"}}
	for _, test := range []struct {
		name, to string
		given    http.Header
		endpoint string
		header   http.Header
		ok       bool
	}{
		{"a URL stays as it is", "https://h/files/?tenant=1", nil, "https://h/files/?tenant=1", nil, true},
		{"a host alone has a path", "http://h:1080", nil, "http://h:1080/", nil, true},
		{"a fragment is nothing to a server", "http://h/files/#top", nil, "http://h/files/", nil, true},
		{"user and password become a header", "http://u:p@h/files/", nil, "http://h/files/", basic, true},
		{"a header that was given wins over them", "http://u:p@h/files/", bearer, "http://h/files/", bearer, true},
		{"another scheme is refused", "file:///etc/passwd", nil, "", nil, false},
		{"no host is refused", "http:///files/", nil, "", nil, false},
		{"nonsense is refused", "http://[::1/files/", nil, "", nil, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			endpoint, header, err := address(test.to, test.given)
			if (err == nil) != test.ok || endpoint != test.endpoint {
				t.Errorf("got %q, %v", endpoint, err)
			}
			if diff := cmp.Diff(test.header, header); diff != "" {
				t.Errorf("header (-want +got):\n%s", diff)
			}
		})
	}
	if len(bearer["Authorization"]) != 1 {
		t.Error("the header that was given was changed")
	}
}

func FuzzAddress(f *testing.F) {
	for _, seed := range []string{"http://h/", "https://u:p@h:1/f?q#f", "http://[::1]:80/", "ftp://h/", "http://", "://", "http://u@h"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, to string) {
		endpoint, _, err := address(to, nil)
		if err != nil {
			return
		}
		again, header, err := address(endpoint, nil)
		if err != nil || again != endpoint || len(header) != 0 {
			t.Errorf("%q gives %q, which gives %q, %v, %v", to, endpoint, again, header, err)
		}
	})
}

func TestNamed(t *testing.T) {
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
		server, err := named(servers, test.name)
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
	for _, line := range []string{"", "no colon", ": value", "a b: c", "A: x\r\nB: y", "A: \x00"} {
		if _, err := parseHeaders([]string{line}); Code(err) != ExitUsage {
			t.Errorf("%q: got %v, want a usage error", line, err)
		}
	}
	if _, err := parseHeaders([]string{"s3cret"}); err == nil || Explain(err) != "A header must have the form 'Name: value'." {
		t.Errorf("of a line that may be a secret it says %v", err)
	}
	if Code(errors.New("any")) != ExitFailed || Code(nil) != ExitOK {
		t.Error("exit codes")
	}
}
