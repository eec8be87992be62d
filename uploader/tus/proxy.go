package tus

import (
	"errors"
	"net"
	"slices"
	"strings"

	"github.com/ferryapp/ferry/uploader/fault"
)

// socksKinds maps the error texts of net/http for the replies of SOCKS5 proxies
// (RFC 1928, 6) to kinds. net/http has no typed errors for them.
var socksKinds = []struct {
	text string
	kind fault.Kind
}{
	{"authentication", fault.Auth},
	{"not allowed by ruleset", fault.Refused},
	{"network unreachable", fault.Unreachable},
	{"host unreachable", fault.Unreachable},
	{"connection refused", fault.Unreachable},
}

// socksKind returns the kind of a SOCKS5 proxy's error reply; ok is false for other
// errors.
func socksKind(err error) (kind fault.Kind, ok bool) {
	opErr := findOpError(err, "socks connect")
	if opErr == nil {
		return 0, false
	}
	for _, known := range socksKinds {
		if strings.Contains(opErr.Err.Error(), known.text) {
			return known.kind, true
		}
	}
	return 0, false
}

// findOpError returns the outermost net.OpError in the chain of err with one of
// these operations, or nil. They are nested: connecting to a proxy contains dialing
// it.
func findOpError(err error, ops ...string) *net.OpError {
	for {
		opErr, ok := errors.AsType[*net.OpError](err)
		if !ok || slices.Contains(ops, opErr.Op) {
			return opErr
		}
		err = opErr.Err
	}
}
