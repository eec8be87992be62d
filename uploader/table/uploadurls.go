package table

import (
	"hash/maphash"

	"github.com/ferryapp/ferry/uploader"
)

// maxUploadURLs is how many URLs a generation of UploadURLs has.
const maxUploadURLs = 1 << 16

// UploadURLs are the URLs of the uploads that were created last, with their owners,
// to detect a server that gives two files one URL. It has hashes only; the owner's
// session has the URL. The zero value is ready to use.
type UploadURLs struct {
	seed          maphash.Seed
	recent, older map[uint64]URLOwner
}

// URLOwner is a transfer, or one part of it.
type URLOwner struct {
	ID   uploader.TransferID
	Part int // WholeFile for the whole file
}

// WholeFile is the part of an owner that is a whole file.
const WholeFile = -1

// Put records the owner of a URL and returns the one before; the zero URLOwner for
// none or the same one.
func (u *UploadURLs) Put(url string, owner URLOwner) URLOwner {
	if u.recent == nil {
		u.seed, u.recent = maphash.MakeSeed(), map[uint64]URLOwner{}
	}
	key := maphash.String(u.seed, url)
	before, known := u.recent[key]
	if !known {
		before = u.older[key]
	}
	if before == owner {
		return URLOwner{}
	}
	if len(u.recent) >= maxUploadURLs {
		u.older, u.recent = u.recent, map[uint64]URLOwner{}
	}
	u.recent[key] = owner
	return before
}
