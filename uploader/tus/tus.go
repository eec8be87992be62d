// Package tus implements a client for the tus 1.0.0 resumable upload protocol
// (https://tus.io/protocols/resumable-upload). It does not read files or store
// state: the caller supplies the bytes and keeps URLs and offsets. A [Client] is
// for one server and safe for concurrent use, but there must be only one request
// at a time per upload URL.
//
// Every error is a [fault.Fault], or wraps the error of the context if the caller
// ended it. The package never retries; the caller decides with package retry.
package tus

import (
	"io"
	"time"
)

// Version is the version of the protocol that this client implements.
const Version = "1.0.0"

// Capabilities are the features of a server as returned by OPTIONS. The zero value
// is that of a server that rejected OPTIONS; only plain creation is used with it.
type Capabilities struct {
	Known      bool     // the server responded to OPTIONS
	Versions   []string // Tus-Version
	Extensions []string // Tus-Extension, lower case
	MaxSize    int64    // Tus-Max-Size in bytes; 0 means unlimited
	Checksums  []string // Tus-Checksum-Algorithm
}

// The names of the protocol's extensions.
const (
	Creation                = "creation"
	CreationWithUpload      = "creation-with-upload"
	CreationDeferLength     = "creation-defer-length"
	Expiration              = "expiration"
	Checksum                = "checksum"
	ChecksumTrailer         = "checksum-trailer"
	Termination             = "termination"
	Concatenation           = "concatenation"
	ConcatenationUnfinished = "concatenation-unfinished"
)

// Pair is one entry of Upload-Metadata.
type Pair struct{ Key, Value string }

// CreateRequest is a request to create an upload.
type CreateRequest struct {
	Size     int64
	Metadata []Pair
	Body     io.Reader // the first BodySize bytes, or nil; requires creation-with-upload
	BodySize int64

	// Deferred leaves the length of the upload open until it is sent with
	// [PatchRequest.Last]. Size must be 0. It requires creation-defer-length.
	Deferred bool

	// Partial creates a part for [Client.Concat]. It requires concatenation.
	Partial bool

	// Overwrite asks the server to overwrite an existing file ([Config.OverwriteHeader]).
	Overwrite bool
}

// Upload is an upload that the server created.
type Upload struct {
	URL     string    // absolute
	Offset  int64     // bytes of the body that the server acknowledged; 0 without a body
	Expires time.Time // zero if the server did not send it
}

// Status is the state of an upload on the server.
type Status struct {
	Offset  int64
	Length  int64 // -1 if the server does not know it yet
	Expires time.Time

	// Partial is set for a part, and Final for the result of a concatenation,
	// which accepts no PATCH. While the server is still concatenating, Offset is 0.
	// Only HEAD returns them.
	Partial, Final bool
}
