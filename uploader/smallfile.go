package uploader

import "github.com/ferryapp/ferry/uploader/source"

// MaxSmallFile is the largest size, in bytes, of a file that may be sent in the request
// that creates its upload ([ServerOptions.OneRequest]). A lost response to such a request
// costs sending the file again, so the size is small.
const MaxSmallFile = 1 << 20

// IsSmall reports whether a file is small: many of them are sent at the same time.
func IsSmall(f source.File) bool { return f.Size != SizeUnknown && f.Size <= MaxSmallFile }
