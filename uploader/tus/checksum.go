package tus

import (
	"crypto/md5"  //nolint:gosec // what servers list; it guards against accidents only
	"crypto/sha1" //nolint:gosec // the one algorithm that the protocol asks of every server
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

// The codes of faults that have to do with checksums, where the server did not
// give one of its own.
const (
	// CodeChecksumMismatch says that other bytes arrived than were sent. The
	// server keeps none of them: they are to be read and sent again.
	CodeChecksumMismatch = "CHECKSUM_MISMATCH"

	// CodeChecksumRefused says that the server turned a request with a checksum
	// down as malformed: another algorithm may do, or none.
	CodeChecksumRefused = "CHECKSUM_REFUSED"
)

// Digest is the checksum of one request's body (tus 1.0.0, Checksum). The zero
// value is none.
type Digest struct {
	Algorithm string // as the server lists it
	Sum       []byte
}

// String is the value of Upload-Checksum.
func (d Digest) String() string {
	return d.Algorithm + " " + base64.StdEncoding.EncodeToString(d.Sum)
}

func (d Digest) check() error {
	switch {
	case d.Algorithm == "" && len(d.Sum) == 0:
		return nil
	case !validKey(d.Algorithm):
		return fmt.Errorf("checksum: %.40q is not an algorithm", d.Algorithm)
	case len(d.Sum) == 0:
		return errors.New("checksum: it is empty")
	}
	if sum, known := NewHash(d.Algorithm); known && sum.Size() != len(d.Sum) {
		return fmt.Errorf("checksum: %d bytes are no %s", len(d.Sum), d.Algorithm)
	}
	return nil
}

// algorithm is one way to compute a checksum.
type algorithm struct {
	name string
	make func() hash.Hash
}

// algorithms are those that can be computed here, the first the best: what
// finds more errors, and of those what takes less time on common processors.
var algorithms = []algorithm{
	{"sha256", sha256.New},
	{"sha512", sha512.New},
	{"sha1", sha1.New},
	{"md5", md5.New},
	{"crc32", func() hash.Hash { return crc32.NewIEEE() }},
}

// NewHash returns the hash function that the protocol's servers know by that
// name, whatever its case and with or without a dash, and whether there is one.
func NewHash(name string) (hash.Hash, bool) {
	name = plain(name)
	for _, known := range algorithms {
		if known.name == name {
			return known.make(), true
		}
	}
	return nil, false
}

func plain(name string) string { return strings.ReplaceAll(strings.ToLower(name), "-", "") }

// Checksum returns the best of Algorithms, or "".
func (c Capabilities) Checksum() string {
	if common := c.Algorithms(); len(common) > 0 {
		return common[0]
	}
	return ""
}

// Algorithms returns those for checksums that both sides can compute, the best
// first, as the server spells them. There is none when the server does not check,
// or only in ways that are unknown here.
func (c Capabilities) Algorithms() []string {
	if !slices.Contains(c.Extensions, Checksum) && !slices.Contains(c.Extensions, ChecksumTrailer) {
		return nil
	}
	var common []string
	for _, known := range algorithms {
		for _, listed := range c.Checksums {
			if plain(listed) == known.name && validKey(listed) {
				common = append(common, listed)
				break
			}
		}
	}
	return common
}

// seal computes a checksum of a body as it is read, and puts it into the
// request's trailer. Its user holds the body's lock.
type seal struct {
	algorithm string
	sum       hash.Hash
	trailer   http.Header
}

// begin makes a new trailer, which may be announced before it has a value.
func (s *seal) begin() {
	s.sum, _ = NewHash(s.algorithm)
	s.trailer = http.Header{checksumHeader: nil}
}

// over takes the next bytes, and closes the seal after the last.
func (s *seal) over(p []byte, last bool) {
	_, _ = s.sum.Write(p) // a hash never fails
	if last {
		s.trailer.Set(checksumHeader, Digest{s.algorithm, s.sum.Sum(nil)}.String())
	}
}

// checksummed reports whether the request carries a checksum.
func (r request) checksummed() bool {
	return r.header.Get(checksumHeader) != "" || r.body != nil && r.body.seal != nil
}

// checksumCode names what an answer says of the request's checksum; "" when it
// says nothing of it.
func (a *answer) checksumCode() string {
	switch {
	case !a.checksummed:
		return ""
	case a.status == statusChecksumMismatch:
		return CodeChecksumMismatch
	case a.status == http.StatusBadRequest && a.op == fault.Patch:
		return CodeChecksumRefused
	default:
		return ""
	}
}
