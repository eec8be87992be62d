// Package digest computes the digest by which content is recognised: XXH3-128. It notices
// that content changed. It is no cryptographic hash: whoever chooses both contents can give
// them the same digest.
package digest

import (
	"encoding/hex"

	"github.com/zeebo/xxh3"
)

// Size is the number of bytes of a [Digest].
const Size = 16

// Digest is the XXH3-128 of some content, the most significant byte first.
type Digest [Size]byte

// String returns the digest in hexadecimal digits.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// Hasher computes the digest of what is written to it. The zero value is not ready to use,
// see [New].
type Hasher struct{ hash *xxh3.Hasher }

// New returns a Hasher to which nothing is written yet.
func New() Hasher { return Hasher{xxh3.New()} }

// Write implements [io.Writer]. It never fails.
func (h Hasher) Write(p []byte) (int, error) { return h.hash.Write(p) }

// Digest returns the digest of what is written so far.
func (h Hasher) Digest() Digest { return h.hash.Sum128().Bytes() }

// Reset forgets what is written.
func (h Hasher) Reset() { h.hash.Reset() }
