package tus

// MetadataTransfer is the key of the metadata that identifies a transfer to Ferry's
// built-in receiver, which keeps one copy of it. It is sent to no other server.
const MetadataTransfer = "ferryTransfer"

// MetadataModified is the key of the metadata with the modification time of the file in
// milliseconds. Only Ferry's built-in receiver gets it; other servers get mtime, in seconds.
const MetadataModified = "mtimeMs"

// MetadataDigest is the key of the metadata with the digest of the file, as
// digest.Digest prints it, or DigestLater. Ferry's receiver, which alone gets it, gives the
// file its name only after it has compared what it received.
const MetadataDigest = "ferryDigest"

// DigestLater is the value of MetadataDigest if the digest is not known yet. It is stated
// once all bytes are acknowledged, in HeaderDigest of a PATCH without a body.
const (
	DigestLater  = "later"
	HeaderDigest = "Ferry-Digest"
)

// HeaderErrorCode is a header of Ferry's receiver with the error code of its response: the
// response to HEAD has no body that could contain it.
const HeaderErrorCode = "Ferry-Error-Code"

// CodeDigest is the error code of Ferry's receiver for an upload whose content does not have
// the stated digest. The upload was removed.
const CodeDigest = "ERR_DIGEST"

// The error codes of Ferry's receiver for errors of its disk.
const (
	CodeDisk      = "ERR_DISK"
	CodeDiskFull  = "ERR_DISK_FULL"
	CodeOpenFiles = "ERR_OPEN_FILES"
)
