// Package tus speaks the tus resumable upload protocol, version 1.0.0, as a
// client: https://tus.io/protocols/resumable-upload. It knows neither files nor
// a database: a caller brings bytes and keeps URLs and offsets. One value of
// Client serves one server and may be used by many goroutines; a single upload
// URL must only have one request at a time.
//
// Every error is a *fault.Fault, or wraps the context's error when the caller
// ended it. Nothing is tried twice here: policy lives with the caller.
package tus

import (
	"io"
	"time"
)

// Version is the protocol version this client speaks.
const Version = "1.0.0"

// Capabilities is what a server told of itself by OPTIONS. The zero value is a
// server that did not answer OPTIONS and is held to plain creation.
type Capabilities struct {
	Known      bool     // the server answered OPTIONS as tus says
	Versions   []string // Tus-Version
	Extensions []string // Tus-Extension, lower case
	MaxSize    int64    // Tus-Max-Size in bytes; 0 when not limited
	Checksums  []string // Tus-Checksum-Algorithm
}

// The names of the protocol's extensions.
const (
	Creation                = "creation"
	CreationWithUpload      = "creation-with-upload"
	CreationDefer           = "creation-defer-length"
	Expiration              = "expiration"
	Checksum                = "checksum"
	ChecksumTrailer         = "checksum-trailer"
	Termination             = "termination"
	Concatenation           = "concatenation"
	ConcatenationUnfinished = "concatenation-unfinished"
)

// Pair is one entry of Upload-Metadata.
type Pair struct{ Key, Value string }

// CreateRequest asks for a new upload.
type CreateRequest struct {
	Size     int64
	Metadata []Pair
	Body     io.Reader // with creation-with-upload: the first BodySize bytes; nil for none
	BodySize int64

	// Deferred leaves the size open: a later PatchRequest that Ends the upload
	// tells it. Size is 0 then. It needs creation-defer-length.
	Deferred bool

	// Partial makes a part that Concat joins to a file. It needs concatenation.
	Partial bool
}

// Upload is an upload the server made.
type Upload struct {
	URL     string    // absolute
	Offset  int64     // bytes of the body the server took; 0 without a body
	Expires time.Time // zero when the server did not say
}

// Status is what a server says of an upload.
type Status struct {
	Offset  int64
	Length  int64 // -1 while the server does not know it
	Expires time.Time

	// Partial says that the upload is a part of a file, and Final that it was
	// joined of parts: such a one takes no PATCH. While the server is still
	// joining, Offset is 0. Both are known of HEAD only.
	Partial, Final bool
}
