package servers

import (
	"net/url"
	"testing"

	"github.com/ferryapp/ferry/app/words"
)

func TestParseAddress(t *testing.T) {
	valid := []struct{ name, typed, endpoint, host string }{
		{"complete URL", "https://up.example.com/files/", "https://up.example.com/files/", "up.example.com"},
		{"query is kept", "https://up.example.com/f?k=1", "https://up.example.com/f?k=1", "up.example.com"},
		{"no scheme", " up.example.com/files ", "https://up.example.com/files", "up.example.com"},
		{"no scheme, localhost", "localhost:1080/files/", "http://localhost:1080/files/", "localhost:1080"},
		{"no scheme, localhost in capitals", "LocalHost:1080/files/", "http://LocalHost:1080/files/", "LocalHost:1080"},
		{"no scheme, loopback IP address", "127.0.0.1:1080/files/", "http://127.0.0.1:1080/files/", "127.0.0.1:1080"},
		{"no path", "https://up.example.com", "https://up.example.com/", "up.example.com"},
		{"fingerprint is removed", "https://up.example.com/#sha256=" + testFingerprint, "https://up.example.com/", "up.example.com"},
		{"fragment is removed", "https://up.example.com/#a", "https://up.example.com/", "up.example.com"},
	}
	for _, test := range valid {
		t.Run(test.name, func(t *testing.T) {
			got, err := parseAddress(test.typed)
			if err != nil || got.endpoint != test.endpoint || got.host != test.host {
				t.Errorf("parseAddress(%q) = %+v, %v", test.typed, got, err)
			}
		})
	}
	invalid := []struct{ name, typed, key string }{
		{"empty", "  ", "server.address.empty"},
		{"no host", "https:///files", "server.address.invalid"},
		{"a port above 65535", "up.example.com:65536/files/", "server.address.port"},
		{"port 0", "http://127.0.0.1:0/", "server.address.port"},
		{"a number of an IP address above 255", "https://256.1.1.1/", "server.address.invalid"},
		{"an empty part of the host", "https://up..example.com/", "server.address.invalid"},
		{"invalid host", "https://exa mple/", "server.address.invalid"},
		{"other scheme", "ftp://up.example.com/", "server.address.scheme"},
		{"invalid fingerprint", "https://up.example.com/#sha256=12", "server.address.fingerprint"},
		{"password", "https://me:secret@up.example.com/", "server.address.secret"},
	}
	for _, test := range invalid {
		t.Run(test.name, func(t *testing.T) {
			_, err := parseAddress(test.typed)
			if err == nil || err.Error() != words.Text(test.key) {
				t.Errorf("parseAddress(%q): got error %v", test.typed, err)
			}
		})
	}
}

const testFingerprint = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

func TestFingerprintInAddress(t *testing.T) {
	for address, want := range map[string]string{
		"https://up.example.com/":                            "",
		"https://up.example.com/#sha256=" + testFingerprint:  testFingerprint,
		"up.example.com/f#sha256=" + testFingerprint:         testFingerprint,
		"http://up.example.com/#sha256=" + testFingerprint:   "", // http has no certificate
		"https://up.example.com/f/#other=" + testFingerprint: "",
	} {
		if got, err := parseAddress(address); err != nil || got.fingerprint != want {
			t.Errorf("%s: %q, %v; want %q", address, got.fingerprint, err, want)
		}
	}
}

func FuzzParseAddress(f *testing.F) {
	for _, seed := range []string{"up.example.com", "http://[::1]:80/a?b#c", "://", "a:b@c", "\x00", "https://%zz/"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		got, err := parseAddress(typed)
		if err != nil {
			return
		}
		u, err := url.Parse(got.endpoint)
		if err != nil || u.Hostname() == "" || u.User != nil || u.Scheme != "http" && u.Scheme != "https" {
			t.Errorf("parseAddress(%q): got endpoint %q", typed, got.endpoint)
		}
	})
}
