package source

import (
	"crypto/sha256"
	"encoding"
	"hash"
)

// Earlier versions of the program saved, as the proof of a file, the internal states of one
// SHA-256 of it at the end of each block. Nothing continues such a chain: the next block has
// a digest of its own.

// chain is the SHA-256 of the beginning of a file. Its state is what a [Block] of an earlier
// version has as its digest.
type chain struct {
	hash hash.Hash
	end  int64 // bytes of the file
}

func newChain() *chain { return &chain{hash: sha256.New()} }

func (c *chain) add(p []byte) {
	c.hash.Write(p)
	c.end += int64(len(p))
}

// state returns the internal state of the hash, in the format of crypto/sha256.
func (c *chain) state() []byte {
	state, err := c.hash.(encoding.BinaryMarshaler).MarshalBinary()
	if err != nil {
		panic(err) // cannot happen with SHA-256
	}
	return state
}

// isChainState reports whether this version of crypto/sha256 can read state.
func isChainState(state []byte) bool {
	return sha256.New().(encoding.BinaryUnmarshaler).UnmarshalBinary(state) == nil
}
