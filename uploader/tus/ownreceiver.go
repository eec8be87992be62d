package tus

// MetadataTransfer is the key of the metadata that identifies a transfer to Ferry's
// built-in receiver, which keeps one copy of it. It is sent to no other server.
const MetadataTransfer = "ferryTransfer"

// MetadataModified is the key of the metadata with the modification time of the file in
// milliseconds. Only Ferry's built-in receiver gets it; other servers get mtime, in seconds.
const MetadataModified = "mtimeMs"

// HeaderErrorCode is a header of Ferry's receiver with the error code of its response: the
// response to HEAD has no body that could contain it.
const HeaderErrorCode = "Ferry-Error-Code"

// The error codes of Ferry's receiver for errors of its disk.
const (
	CodeDisk      = "ERR_DISK"
	CodeDiskFull  = "ERR_DISK_FULL"
	CodeOpenFiles = "ERR_OPEN_FILES"
)
