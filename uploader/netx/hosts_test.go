package netx_test

import (
	"errors"
	"net/url"
	"testing"

	"github.com/ferryapp/ferry/uploader/netx"
)

func parse(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestHosts(t *testing.T) {
	const ok netx.HostReason = -1
	for _, test := range []struct {
		name, endpoint, allowed, target string
		want                            netx.HostReason
	}{
		{"own origin", "https://server.example/files/", "", "https://server.example/u", ok},
		{"own origin, default port", "https://server.example/files/", "", "https://SERVER.example:443/u", ok},
		{"http to https on the same host", "http://server.example/", "", "https://server.example/u", ok},
		{"http to https on another port", "http://server.example/", "", "https://server.example:8443/u", netx.HostNotAllowed},
		{"https to http on the same host", "https://server.example/", "", "http://server.example/u", netx.HostUnencrypted},
		{"https to http on an allowed host", "https://server.example/", "other.example", "http://other.example/u", netx.HostUnencrypted},
		{"https to http on a local host", "https://server.example/", "", "http://127.0.0.1/u", netx.HostUnencrypted},
		{"another port", "https://server.example/", "", "https://server.example:8443/u", netx.HostNotAllowed},
		{"an allowed port", "https://server.example/", "server.example:8443", "https://server.example:8443/u", ok},
		{"another host", "https://server.example/", "", "https://other.example/u", netx.HostNotAllowed},
		{"a subdomain", "https://server.example/", "", "https://a.server.example/u", netx.HostNotAllowed},
		{"an allowed host", "https://server.example/", "x.example other.example", "https://OTHER.example/u", ok},
		{"another port of an allowed host", "https://server.example/", "other.example", "https://other.example:22/u", netx.HostNotAllowed},
		{"a subdomain of an allowed host", "https://server.example/", "other.example", "https://a.other.example/u", netx.HostNotAllowed},
		{"an allowed host with http", "http://server.example/", "other.example", "http://other.example/u", ok},
		{"local host of a public server", "http://server.example/", "", "http://127.0.0.1:631/u", netx.HostLocal},
		{"local name of a public server", "https://server.example/", "", "https://printer.local/u", netx.HostLocal},
		{"local address of a public server, allowed", "http://server.example/", "10.0.0.1 192.168.0.1:80", "http://10.0.0.1/u", netx.HostLocal},
		{"number of a public server", "http://server.example/", "", "http://2130706433/u", netx.HostLocal},
		{"own host of a local server", "http://nas:1080/", "", "http://nas:1080/u", ok},
		{"another port of a local server", "http://nas:1080/", "", "http://nas:631/u", netx.HostNotAllowed},
		{"another host of a local server", "http://192.168.1.2/", "", "http://192.168.1.3/u", netx.HostNotAllowed},
		{"allowed host of a local server", "http://192.168.1.2/", "192.168.1.3", "http://192.168.1.3/u", ok},
		{"loopback of a local server", "http://192.168.1.2/", "", "http://127.0.0.1/u", netx.HostNotAllowed},
		{"local host of a server whose own host is allowed", "https://nas.example/", "nas.example 10.0.0.1", "https://10.0.0.1/u", ok},
		{"IPv6", "https://server.example/", "[2606:4700::1]:8443", "https://[2606:4700::1]:8443/u", ok},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := ok
			err := netx.NewHosts(parse(t, test.endpoint), test.allowed).Check(parse(t, test.target))
			if hostErr, refused := errors.AsType[*netx.HostError](err); refused {
				got = hostErr.Reason
			}
			if got != test.want {
				t.Errorf("got %d (%v), want %d", got, err, test.want)
			}
		})
	}
}

func TestParseHost(t *testing.T) {
	for text, want := range map[string]string{
		"Other.Example": "other.example", " other.example:8443 ": "other.example:8443", "other.example:443": "other.example",
		"https://other.example/files/?x=1": "other.example", "http://other.example": "other.example", "http://other.example:8080/": "other.example:8080",
		"[::1]:80": "[::1]:80", "::1": "[::1]", "10.0.0.1": "10.0.0.1",
		"": "", "a b": "", "other.example:0": "", "ftp://other.example": "", "://": "", "a\nb": "", "*": "*", "a..b": "",
	} {
		got, err := netx.ParseHost(text)
		if got != want || (err != nil) != (want == "") {
			t.Errorf("%q: got %q, %v, want %q", text, got, err, want)
		}
	}
}
