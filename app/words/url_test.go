package words_test

import (
	"strings"
	"testing"

	"github.com/ferryapp/ferry/app/words"
)

func TestAddressHasNoSecrets(t *testing.T) {
	for text, want := range map[string]string{
		"https://example.com/files/":                         "https://example.com/files/",
		"https://user:password@example.com/files/":           "https://example.com/files/",
		"https://example.com/files/?token=password#password": "https://example.com/files/",
		"ftp://user:password@host":                           "ftp://host",
		"ftp://user:password@host/a?password":                "ftp://host/a",
		"http://user:password@host:port/":                    "http://host:port/",
		"http://user:pass/word@[::1/files/":                  "http://[::1/files/",
		"http://user:pass%word@host/":                        "http://host/",
		"mailto:user@host":                                   "host",
		"ftp:user:password@host":                             "ftp:host",
		"user:password@host/files/":                          "host/files/",
		"user:password@host?password":                        "host",
		"http://b%C3%BCcher.example/a%20b":                   "http://bücher.example/a%20b",
		"me@work":                                            "me@work",
		"My server":                                          "My server",
		"http://h/\u202e":                                    "http://h/%E2%80%AE",
	} {
		if got := words.Address(text); got != want {
			t.Errorf("Address(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestLink(t *testing.T) {
	for text, want := range map[string]string{
		"https://b%C3%BCcher.example:8080/files/a%20b?x=%C3%BC": "https://bücher.example:8080/files/a%20b?x=%C3%BC",
		"https://bücher.example/":                               "https://bücher.example/",
		"https://xn--bcher-kva.example/":                        "https://xn--bcher-kva.example/",
		"https://example.com/b%C3%BCcher":                       "https://example.com/b%C3%BCcher",
		"https://a%E2%80%AEb.example/":                          "https://a%E2%80%AEb.example/", // a control character
		"http://[::1]:80/":                                      "http://[::1]:80/",
		"":                                                      "",
		"no URL":                                                "no URL",
	} {
		if got := words.Link(text); got != want {
			t.Errorf("Link(%q) = %q, want %q", text, got, want)
		}
	}
}

func FuzzAddress(f *testing.F) {
	f.Add("https", "host/files")
	f.Add("ftp", "[::1")
	f.Fuzz(func(t *testing.T, scheme, rest string) {
		if strings.Contains(scheme, "password") || strings.Contains(rest, "password") {
			return
		}
		if text := words.Address(scheme + "://user:password@" + rest); strings.Contains(text, "password") {
			t.Errorf("%q", text)
		}
	})
}
