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

// Capabilities are the features of a server as returned by OPTIONS. Only plain creation
// is used with a server whose capabilities are not known.
type Capabilities struct {
	Known      bool     // the response to OPTIONS told them; Response is zero then
	Versions   []string // Tus-Version
	Extensions []string // Tus-Extension, lower case
	MaxSize    int64    // Tus-Max-Size in bytes; 0 means unlimited
	Checksums  []string // Tus-Checksum-Algorithm

	Response OptionsResponse // what the server responded instead, if it did respond
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

	// Path has the segments of the path below the endpoint at which the upload is
	// created, for servers that have a URL for each file or folder; nil: the endpoint.
	Path []string

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
	URL     string    // absolute; "" for one that is complete, and for which the server returned none
	Offset  int64     // bytes of the body that the server acknowledged; 0 without a body
	Expires time.Time // zero if the server did not send it
	Result  Result
}

// Result is what a server returns about a file beside the URL of its upload.
type Result struct {
	ID     string // of the file, from one of the headers of [Config.IDHeaders]; "" for none
	Answer string // the body of the response, as one line of at most 2,000 characters; "" for none
}

// Status is the state of an upload on the server.
type Status struct {
	Offset  int64
	Length  int64 // -1 if the server does not know it yet
	Expires time.Time
	Result  Result

	// Partial is set for a part, and Final for the result of a concatenation,
	// which accepts no PATCH. While the server is still concatenating, Offset is 0.
	// Only HEAD returns them.
	Partial, Final bool
}
