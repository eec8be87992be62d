package cli

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/uploader"
)

func TestLinkProposesAServer(t *testing.T) {
	for _, c := range []struct {
		link string
		want uploader.Server
	}{
		{"ferry://add?url=https%3A%2F%2Fuploads.example.com%2Ffiles%2F&name=Example", uploader.Server{Name: "Example", Endpoint: "https://uploads.example.com/files/"}},
		{"ferry://add/?url=https://uploads.example.com/files/", uploader.Server{Endpoint: "https://uploads.example.com/files/"}},
		{"FERRY://ADD?name=%E4%B8%AD%E6%96%87+server&url=http://192.168.1.2:1080/files", uploader.Server{Name: "中文 server", Endpoint: "http://192.168.1.2:1080/files"}},
	} {
		invocation, err := Parse([]string{c.link}, io.Discard)
		if err != nil || invocation.Window == nil || invocation.Window.Link != c.link || len(invocation.Window.Paths) > 0 {
			t.Errorf("%s: parsed to %+v (%v), want a window with the link", c.link, invocation.Window, err)
		}
		if got, err := ParseLink(c.link); err != nil || got.Name != c.want.Name || got.Endpoint != c.want.Endpoint {
			t.Errorf("%s: got %q at %q (%v), want %q at %q", c.link, got.Name, got.Endpoint, err, c.want.Name, c.want.Endpoint)
		}
	}
}

// TestLinkCarriesNothingElse refuses links with what may be a secret, and links that are
// not understood. The error does not quote them.
func TestLinkCarriesNothingElse(t *testing.T) {
	const secret = "hush"
	for _, link := range []string{
		"ferry://", "ferry://add", "ferry://add?name=a", "ferry://add?url=", "ferry://send?url=https://a.example/",
		"ferry://add?url=ftp://a.example/", "ferry://add?url=file:///etc/passwd", "ferry://add?url=https://", "ferry://add?url=//a.example/",
		"ferry://add?url=https://a.example/&token=" + secret,
		"ferry://add?url=https://a.example/&header=Authorization:" + secret,
		"ferry://add?url=https://user:" + secret + "@a.example/",
		"ferry://add?url=https://a.example/%3Ftoken%3D" + secret,
		"ferry://add?url=https://a.example/%3F",
		"ferry://add?url=https://a.example/%23" + secret,
		"ferry://" + secret + "@add?url=https://a.example/",
		"ferry://add?url=https://a.example/#" + secret,
		"ferry://add/" + secret + "?url=https://a.example/",
		"ferry://add?url=https://a.example/&url=https://b.example/",
		"ferry://add?url=https://a.example/&name=a%0Ab", "ferry://add?url=https://a.example/&name=%E2%80%AEa", "ferry://add?url=https://a.example/&name=%FF",
		"ferry://add?url=https://a.example/&name=" + strings.Repeat("a", maxLinkName+1),
		"ferry://add?url=https://a.example/" + strings.Repeat("a", maxLinkAddress),
		"ferry://add?url=https://a.example/%E2%80%AEb", "ferry://add?url=https://%E2%80%AEa.example/", "ferry://add?url=https://a.example/%FF",
		"ferry://add?url=https://a.example/;name=a", "ferry://add?url=%zz",
	} {
		_, err := Parse([]string{link}, io.Discard)
		if _, ok := errors.AsType[*UsageError](err); !ok {
			t.Errorf("%s: error is %v, want a usage error", link, err)
			continue
		}
		if strings.Contains(err.Error(), secret) {
			t.Errorf("%s: the error quotes it: %v", link, err)
		}
	}
}

func TestFileNamedLikeALinkIsAPath(t *testing.T) {
	for _, args := range [][]string{{"./ferry://add"}, {"send", "ferry://add"}, {"ferry:"}} {
		invocation, err := Parse(args, io.Discard)
		if err != nil || invocation.Window != nil && (invocation.Window.Link != "" || len(invocation.Window.Paths) != len(args)) {
			t.Errorf("%q: parsed to %+v (%v), want paths", args, invocation.Window, err)
		}
	}
}

// TestLinkBesideOtherArgumentsIsRefused: on Windows a link with quotation marks in it can
// become more than one argument.
func TestLinkBesideOtherArgumentsIsRefused(t *testing.T) {
	link := "ferry://add?url=https://a.example/"
	for _, args := range [][]string{{link, "/etc/passwd"}, {"--", link, `C:\secret.txt`}, {"a", link}, {link, link}} {
		_, err := Parse(args, io.Discard)
		if _, ok := errors.AsType[*UsageError](err); !ok {
			t.Errorf("%q: error is %v, want a usage error", args, err)
		}
	}
}

func FuzzParseLink(f *testing.F) {
	f.Add("ferry://add?url=https://a.example/&name=a")
	f.Add("ferry://add?url=https://user@a.example/")
	f.Fuzz(func(t *testing.T, link string) {
		server, err := ParseLink(link)
		if err == nil && (!validLinkAddress(server.Endpoint) || !validLinkName(server.Name)) {
			t.Errorf("accepted %q: %q at %q", link, server.Name, server.Endpoint)
		}
	})
}
