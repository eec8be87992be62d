package engine

import (
	"hash/maphash"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
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

// urlConflict returns a fault when the server gave the URL of an upload to another
// file before: bytes sent to it would overwrite that file. A finished file of the
// same name is not another one: some servers name uploads by their files.
func (w *workers) urlConflict(t *uploader.Transfer, url string, part int) *fault.Fault {
	if url == "" || w.servers.byID[t.Server].Options.GivenURL {
		return nil
	}
	before := w.uploadURLs.put(url, urlOwner{t.ID, part})
	other := w.state.table.Get(before.id)
	switch {
	case other == nil || other.Intent.Cancels() || other.Phase == uploader.PhaseCancelled:
		return nil
	case other.ID == t.ID && part == noPart:
		return nil // it was created again, or its parts were joined
	case part == noPart && before.part == noPart && other.Session.URL != url:
		return nil // it has another upload now
	case !other.Unfinished() && (part != noPart || other.Source.Name() == t.Source.Name()):
		return nil
	}
	w.uploadURLs.put(url, before)
	f := fault.Newf(fault.Refused, fault.Create, "the server returned the upload URL of transfer %d", other.ID)
	f.Code = fault.CodeUploadURLReused
	return f
}
