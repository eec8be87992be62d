package netx_test

import (
	"net/url"
	"testing"

	"github.com/ferryapp/ferry/uploader/netx"
)

func TestSameOrigin(t *testing.T) {
	for _, test := range []struct {
		name, a, b string
		same       bool
	}{
		{"different path", "https://a.example/files/", "https://a.example/files/1?x", true},
		{"explicit default port of https", "https://a.example/", "https://a.example:443/", true},
		{"explicit default port of http", "http://a.example:80/", "http://a.example/", true},
		{"different case", "https://A.example/", "https://a.EXAMPLE/", true},
		{"different port", "https://a.example/", "https://a.example:8443/", false},
		{"different scheme, same port", "http://a.example:443/", "https://a.example/", false},
		{"subdomain", "https://a.example/", "https://b.a.example/", false},
		{"IPv6 address", "https://[::1]:443/", "https://[::1]/", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			a, errA := url.Parse(test.a)
			b, errB := url.Parse(test.b)
			if errA != nil || errB != nil {
				t.Fatal(errA, errB)
			}
			if got := netx.SameOrigin(a, b); got != test.same || netx.SameOrigin(b, a) != got {
				t.Errorf("got %v, want %v", got, test.same)
			}
		})
	}
}
