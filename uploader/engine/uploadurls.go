package engine

import (
	"hash/maphash"

	"github.com/ferryapp/ferry/uploader"
)

// maxUploadURLs is how many URLs a generation of uploadURLs has.
const maxUploadURLs = 1 << 16

// uploadURLs are the URLs of the uploads that were created last, with their owners,
// to detect a server that gives two files one URL. It has hashes only; the owner's
// session has the URL. The zero value is ready to use.
type uploadURLs struct {
	seed          maphash.Seed
	recent, older map[uint64]urlOwner
}

// urlOwner is a transfer, or one part of it.
type urlOwner struct {
	id   uploader.TransferID
	part int // noPart for the whole file
}

const noPart = -1

// put records the owner of a URL and returns the one before; the zero urlOwner for
// none or the same one.
func (u *uploadURLs) put(url string, owner urlOwner) urlOwner {
	if u.recent == nil {
		u.seed, u.recent = maphash.MakeSeed(), map[uint64]urlOwner{}
	}
	key := maphash.String(u.seed, url)
	before, known := u.recent[key]
	if !known {
		before = u.older[key]
	}
	if before == owner {
		return urlOwner{}
	}
	if len(u.recent) >= maxUploadURLs {
		u.older, u.recent = u.recent, map[uint64]urlOwner{}
	}
	u.recent[key] = owner
	return before
}
