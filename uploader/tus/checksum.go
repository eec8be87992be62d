package tus

import (
	"crypto/md5"  //nolint:gosec // servers offer it; it only detects transmission errors
	"crypto/sha1" //nolint:gosec // the one algorithm that the protocol requires of servers
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"net/http"
	"slices"
	"strings"

	"github.com/ferryapp/ferry/uploader/fault"
)

const (
	checksumHeader = "Upload-Checksum"

	statusChecksumMismatch = 460
)

// Codes of faults that concern checksums. They are set if the server sent no code
// of its own.
const (
	// CodeChecksumMismatch means that the server received other bytes than were
	// sent. It keeps none of them; they must be read and sent again.
	CodeChecksumMismatch = "CHECKSUM_MISMATCH"

	// CodeChecksumRefused means that the server rejected a request with a checksum
	// as malformed. Another algorithm, or none, may be accepted.
	CodeChecksumRefused = "CHECKSUM_REFUSED"
)

// Digest is the checksum of one request's body (tus 1.0.0, Checksum). The zero
// value means no checksum.
type Digest struct {
	Algorithm string // as the server spells it
	Sum       []byte
}

// String returns the value of the Upload-Checksum header.
func (d Digest) String() string {
	return d.Algorithm + " " + base64.StdEncoding.EncodeToString(d.Sum)
}

func (d Digest) validate() error {
	switch {
	case d.Algorithm == "" && len(d.Sum) == 0:
		return nil
	case !validKey(d.Algorithm):
		return fmt.Errorf("checksum: invalid algorithm %.40q", d.Algorithm)
	case len(d.Sum) == 0:
		return errors.New("checksum: empty sum")
	}
	if h, known := NewHash(d.Algorithm); known && h.Size() != len(d.Sum) {
		return fmt.Errorf("checksum: %d bytes for %s, want %d", len(d.Sum), d.Algorithm, h.Size())
	}
	return nil
}

// algorithms are the implemented checksum algorithms in order of preference: the
// best error detection first, then the fastest on common processors.
var algorithms = []struct {
	name string
	new  func() hash.Hash
}{
	{"sha256", sha256.New},
	{"sha512", sha512.New},
	{"sha1", sha1.New},
	{"md5", md5.New},
	{"crc32", func() hash.Hash { return crc32.NewIEEE() }},
}

// NewHash returns a new hash for an algorithm name of the protocol, and whether it
// is implemented. Case and dashes in the name are ignored.
func NewHash(name string) (hash.Hash, bool) {
	name = normalizeAlgorithm(name)
	for _, algorithm := range algorithms {
		if algorithm.name == name {
			return algorithm.new(), true
		}
	}
	return nil, false
}

func normalizeAlgorithm(name string) string {
	return strings.ReplaceAll(strings.ToLower(name), "-", "")
}

// Checksum returns the first of [Capabilities.ChecksumAlgorithms], or "".
func (c Capabilities) Checksum() string {
	if common := c.ChecksumAlgorithms(); len(common) > 0 {
		return common[0]
	}
	return ""
}

// ChecksumAlgorithms returns the checksum algorithms that both sides implement, in
// order of preference and as the server spells them. It returns none if the server
// does not have the extension.
func (c Capabilities) ChecksumAlgorithms() []string {
	if !slices.Contains(c.Extensions, Checksum) && !slices.Contains(c.Extensions, ChecksumTrailer) {
		return nil
	}
	var common []string
	for _, algorithm := range algorithms {
		for _, name := range c.Checksums {
			if normalizeAlgorithm(name) == algorithm.name && validKey(name) {
				common = append(common, name)
				break
			}
		}
	}
	return common
}

// checksumTrailer computes the checksum of a body while it is read and sets it in
// the request's trailer. It is guarded by the mutex of the body.
type checksumTrailer struct {
	algorithm string
	hash      hash.Hash
	header    http.Header // the request's Trailer
}

// reset starts a new checksum and a new trailer, whose value is not set yet.
func (t *checksumTrailer) reset() {
	t.hash, _ = NewHash(t.algorithm)
	t.header = http.Header{checksumHeader: nil}
}

// write adds p to the checksum, and sets the trailer's value after the last bytes.
func (t *checksumTrailer) write(p []byte, last bool) {
	_, _ = t.hash.Write(p) // never returns an error
	if last {
		t.header.Set(checksumHeader, Digest{t.algorithm, t.hash.Sum(nil)}.String())
	}
}

// hasChecksum reports whether the request has a checksum.
func (r request) hasChecksum() bool {
	return r.header.Get(checksumHeader) != "" || r.body != nil && r.body.trailer != nil
}

// checksumCode returns the code of a response that rejects the request's checksum,
// or "".
func (r *response) checksumCode() string {
	switch {
	case !r.checksummed:
		return ""
	case r.status == statusChecksumMismatch:
		return CodeChecksumMismatch
	case r.status == http.StatusBadRequest && r.op == fault.Patch:
		return CodeChecksumRefused
	default:
		return ""
	}
}
