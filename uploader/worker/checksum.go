package worker

import (
	"slices"

	"github.com/ferryapp/ferry/uploader/tus"
)

// checksum is one way to have a server check what arrives (tus 1.0.0, Checksum). The
// zero value is none.
type checksum struct {
	algorithm string // as the server lists it
	trailer   bool   // Sent after the body instead of ahead of it
}

// checksOf lists the ways that a server offers, the best first.
func checksOf(caps tus.Capabilities) []checksum {
	var checks []checksum
	ahead := slices.Contains(caps.Extensions, tus.Checksum)
	after := slices.Contains(caps.Extensions, tus.ChecksumTrailer)
	for _, algorithm := range caps.Algorithms() {
		if after {
			checks = append(checks, checksum{algorithm, true})
		}
		if ahead {
			checks = append(checks, checksum{algorithm, false})
		}
	}
	return checks
}

// checksum is the best way that the server did not refuse so far, or none.
func (r *Remote) checksum(caps tus.Capabilities) checksum {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range checksOf(caps) {
		if !slices.Contains(r.refused, c) {
			return c
		}
	}
	return checksum{}
}

// refuses is told of a way that the server refused.
func (r *Remote) refuses(c checksum) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.Contains(r.refused, c) {
		r.refused = append(r.refused, c)
	}
}
