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
		{"another path", "https://a.example/files/", "https://a.example/files/1?x", true},
		{"the usual port of https, written", "https://a.example/", "https://a.example:443/", true},
		{"the usual port of http, written", "http://a.example:80/", "http://a.example/", true},
		{"capitals", "https://A.example/", "https://a.EXAMPLE/", true},
		{"another port", "https://a.example/", "https://a.example:8443/", false},
		{"another scheme at one port", "http://a.example:443/", "https://a.example/", false},
		{"a host inside of it", "https://a.example/", "https://b.a.example/", false},
		{"an address in brackets", "https://[::1]:443/", "https://[::1]/", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			a, errA := url.Parse(test.a)
			b, errB := url.Parse(test.b)
			if errA != nil || errB != nil {
				t.Fatal(errA, errB)
			}
			if got := netx.SameOrigin(a, b); got != test.same || netx.SameOrigin(b, a) != got {
				t.Errorf("got %v", got)
			}
		})
	}
}
