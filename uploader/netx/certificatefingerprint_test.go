package netx_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

func TestParseFingerprint(t *testing.T) {
	digits := strings.Repeat("0a", 32)
	for _, test := range []struct {
		name, fragment, want string
		err                  error
	}{
		{"none", "", "", nil},
		{"another fragment", "section", "", nil},
		{"digits", "sha256=" + digits, digits, nil},
		{"upper case with colons", "sha256=" + strings.TrimSuffix(strings.Repeat("0A:", 32), ":"), digits, nil},
		{"too short", "sha256=0a", "", netx.ErrFingerprint},
		{"too long", "sha256=" + digits + "00", "", netx.ErrFingerprint},
		{"empty", "sha256=", "", netx.ErrFingerprint},
		{"no digits", "sha256=" + strings.Repeat("xy", 32), "", netx.ErrFingerprint},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := netx.ParseFingerprint(test.fragment)
			if got != test.want || !errors.Is(err, test.err) {
				t.Errorf("got %q, %v; want %q, %v", got, err, test.want, test.err)
			}
			if again, err := netx.ParseFingerprint(strings.TrimPrefix(netx.FingerprintFragment(got), "#")); again != got || err != nil {
				t.Errorf("parsed again: %q, %v", again, err)
			}
		})
	}
}

// TestCertificateWithFingerprint checks that a fingerprint takes the place of the name and
// the authority, and that no other certificate is accepted, also not a trusted one.
func TestCertificateWithFingerprint(t *testing.T) {
	authority := uploadtest.NewCA(t)
	config := authority.ServerConfig(t, "other.example")
	server := startTLSServer(t, config)
	fingerprint := netx.CertificateFingerprint(config.Certificates[0].Certificate[0])
	if got := get(t, tlsTransport(t, netx.TLSOptions{CertificateFingerprint: fingerprint}), server.URL); got != "none" {
		t.Errorf("response %q", got)
	}
	trusted := startTLSServer(t, authority.ServerConfig(t, "127.0.0.1"))
	transport := tlsTransport(t, netx.TLSOptions{CertificateFingerprint: fingerprint, CACertificates: authority.PEM})
	_, err := transport.RoundTrip(httptest.NewRequest(http.MethodGet, trusted.URL, nil))
	if changed, ok := errors.AsType[*netx.CertificateFingerprintError](err); !ok || changed.Want != fingerprint || changed.Got == fingerprint {
		t.Errorf("error %v", err)
	}
}
