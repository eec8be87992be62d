package netx_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/uploader/netx"
)

func TestCheckAddress(t *testing.T) {
	long := strings.Repeat("a", 63)
	for host, valid := range map[string]bool{
		"h":                         true,
		"h:1":                       true,
		"h:65535":                   true,
		"h:":                        true,
		"my_host.local":             true,
		"example.com.":              true,
		"bücher.example":            true,
		"b%C3%BCcher.example":       true,
		"xn--bcher-kva.example:443": true,
		"127.0.0.1:1080":            true,
		"0.0.0.0":                   true,
		"[::1]:1080":                true,
		"[fe80::1%25eth0]":          true,
		long + ".example":           true,

		"h:0":                                   false,
		"h:65536":                               false,
		"h:70000":                               false,
		"h:99999999999999":                      false,
		"[::1]:70000":                           false,
		"256.1.1.1":                             false,
		"239.1.1.1":                             false,
		"255.255.255.255":                       false,
		"[ff02::1]":                             false,
		"a..b":                                  false,
		".b":                                    false,
		long + "a.example":                      false,
		strings.Repeat(long+".", 4) + "example": false,
		"a\u2024\u2024b.example":                false,
	} {
		u, err := url.Parse("http://" + host + "/files/")
		if err != nil {
			t.Fatal(err)
		}
		err = netx.CheckAddress(u)
		if (err == nil) != valid {
			t.Errorf("CheckAddress(%q) = %v, want valid: %v", host, err, valid)
		}
		if badPort := u.Port() != "" && !valid; errors.Is(err, netx.ErrPort) != badPort {
			t.Errorf("CheckAddress(%q) = %v, want an error of the port: %v", host, err, badPort)
		}
	}
}
