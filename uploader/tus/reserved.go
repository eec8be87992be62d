package tus

import (
	"net/http"
	"slices"
	"strings"
)

// reservedFields are the header fields that a request never has with the value of a user:
// Go's net/http drops or replaces them (Request.Write; in HTTP/2 those of one connection,
// RFC 9113, section 8.2.2), or the client sets them.
var reservedFields = []string{
	"Connection", "Content-Length", "Expect", "Keep-Alive", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade",
	"Cache-Control", "Content-Type", "X-Http-Method-Override",
	"Upload-Checksum", "Upload-Concat", "Upload-Defer-Length", "Upload-Length", "Upload-Metadata", "Upload-Offset",
}

// IsReservedField reports whether a header field of that name cannot be set by the user.
func IsReservedField(name string) bool {
	name = http.CanonicalHeaderKey(name)
	return slices.Contains(reservedFields, name) || strings.HasPrefix(name, "Tus-")
}
