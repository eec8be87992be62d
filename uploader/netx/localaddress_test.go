package netx_test

import (
	"net/netip"
	"testing"

	"github.com/ferryapp/ferry/uploader/netx"
)

func TestIsPublic(t *testing.T) {
	for text, want := range map[string]bool{
		"1.1.1.1": true, "203.0.113.5": true, "198.18.0.7": true, "172.32.0.1": true, "100.128.0.1": true, "192.169.0.1": true,
		"0.0.0.0": false, "0.1.2.3": false, "10.0.0.1": false, "100.64.0.1": false, "100.127.255.255": false, "127.0.0.1": false,
		"127.9.9.9": false, "169.254.169.254": false, "172.16.0.1": false, "172.31.255.255": false, "192.0.0.8": false,
		"192.168.1.1": false, "224.0.0.1": false, "239.255.255.255": false, "240.0.0.1": false, "255.255.255.255": false,

		"2606:4700::1111": true, "2001:db8::1": true, "::ffff:1.1.1.1": true, "64:ff9b::1.1.1.1": true, "2002:101:101::1": true,
		"::": false, "::1": false, "::2": false, "::127.0.0.1": false, "fe80::1": false, "fe80::1%eth0": false, "fc00::1": false,
		"fd00:ec2::254": false, "fec0::1": false, "ff02::1": false, "100::1": false, "2001::1": false, "2606:4700::1%eth0": false,
		"::ffff:127.0.0.1": false, "::ffff:169.254.169.254": false, "::ffff:192.168.0.1": false,
		"64:ff9b::127.0.0.1": false, "64:ff9b::10.0.0.1": false, "64:ff9b:1::1": false, "2002:7f00:1::1": false, "2002:c0a8:101::1": false,
	} {
		if got := netx.IsPublic(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s: got %t, want %t", text, got, want)
		}
	}
	if netx.IsPublic(netip.Addr{}) {
		t.Error("no address counts as public")
	}
}

func TestIsLoopback(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost": true, "LocalHost": true, "127.0.0.1": true, "127.9.9.9": true, "::1": true, "::ffff:127.0.0.1": true,
		"": false, "a.localhost": false, "nas": false, "10.0.0.1": false, "0.0.0.0": false, "fe80::1": false, "example.com": false,
	} {
		if got := netx.IsLoopback(host); got != want {
			t.Errorf("%q: got %t, want %t", host, got, want)
		}
	}
}

func TestIsLocalHost(t *testing.T) {
	for host, want := range map[string]bool{
		"example.com": false, "EXAMPLE.com.": false, "a.b.example": false, "1.example": false, "203.0.113.5": false, "2606:4700::1111": false,
		"local.example": false, "notlocalhost.example": false, "bücher.example": false, "0x7f.example": false, "0xg.0xg": false,

		"localhost": true, "LOCALHOST.": true, "a.localhost": true, "nas": true, "nas.": true, "nas.local": true, "Nas.Local.": true,
		"metadata.google.internal": true, "router.home.arpa": true, "localhost.localdomain": true,
		"127.0.0.1": true, "127.0.0.1.": true, "10.1.2.3": true, "169.254.169.254": true, "0.0.0.0": true,
		"::1": true, "::ffff:127.0.0.1": true, "fe80::1%eth0": true, "64:ff9b::7f00:1": true,
		"2130706433": true, "0x7f000001": true, "0X7F000001": true, "017700000001": true, "127.1": true, "0177.0.0.1": true,
		"0x7f.0.0.1": true, "127.0.0.0x1": true, "127.0.0.01": true, "127.0.0x": true, "1.2.3.4.5": true, "": true, "..": true,
		"１２７.0.0.1": true, "127。0。0。1": true, "ｌｏｃａｌｈｏｓｔ": true,
	} {
		if got := netx.IsLocalHost(host); got != want {
			t.Errorf("%q: got %t, want %t", host, got, want)
		}
	}
}
