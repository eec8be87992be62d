package tus

import (
	"errors"
	"net"
	"slices"
	"strings"

	"github.com/ferryapp/ferry/uploader/fault"
)

// socksKinds is what SOCKS5 proxies refuse with (RFC 1928, 6), in the words of
// package net/http, which has no others for it.
var socksKinds = []struct {
	words string
	kind  fault.Kind
}{
	{"authentication", fault.Auth},
	{"not allowed by ruleset", fault.Refused},
	{"network unreachable", fault.Unreachable},
	{"host unreachable", fault.Unreachable},
	{"connection refused", fault.Unreachable},
}

// socksKind classifies a SOCKS5 proxy's refusal; ok is false for other errors.
func socksKind(err error) (kind fault.Kind, ok bool) {
	refusal := during(err, "socks connect")
	if refusal == nil {
		return 0, false
	}
	for _, known := range socksKinds {
		if strings.Contains(refusal.Err.Error(), known.words) {
			return known.kind, true
		}
	}
	return 0, false
}

// during returns the first network operation of these names that err came up in,
// or nil. Operations are nested: connecting to a proxy is one, and dialing for it
// another.
func during(err error, names ...string) *net.OpError {
	for {
		op, ok := errors.AsType[*net.OpError](err)
		if !ok || slices.Contains(names, op.Op) {
			return op
		}
		err = op.Err
	}
}
