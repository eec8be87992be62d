package retry

import (
	"net/http"
	"slices"
	"time"

	"github.com/ferryapp/ferry/uploader/fault"
)

// A transfer fails once the server responded to the same request with the same error at
// least MaxRepeated times over at least MinRepeatedTime, without progress between them.
const (
	MaxRepeated     = 10
	MinRepeatedTime = 5 * time.Minute
)

// passing are the statuses with which a server, or a gateway in front of it, says that a
// later request may succeed. They may last for hours.
var passing = []int{
	http.StatusRequestTimeout, http.StatusLocked, http.StatusTooEarly, http.StatusTooManyRequests,
	http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout, http.StatusNetworkAuthenticationRequired,
}

// connectionCodes are tusd's codes for errors of a connection or of another request.
var connectionCodes = []string{
	"ERR_LOCK_TIMEOUT", "ERR_UPLOAD_INTERRUPTED", "ERR_UNEXPECTED_EOF", "ERR_READ_TIMEOUT", "ERR_CONNECTION_RESET", "ERR_SERVER_SHUTDOWN",
	fault.CodeForeignResponse, fault.CodeUploadNotVisible, fault.CodeConcatPending,
}

// IsErrorResponse reports whether a fault is an error with which the server itself
// responded to a request, and which says nothing about when it ends. The same error again
// and again is then one that does not end by itself.
func IsErrorResponse(f *fault.Fault) bool {
	if f.Kind != fault.Transient && f.Kind != fault.Conflict || f.Status < 400 || f.RetryAfter > 0 {
		return false
	}
	fromGateway := f.Status >= 520 && f.Status <= 530 // of Cloudflare: it cannot reach the server
	return !fromGateway && !slices.Contains(passing, f.Status) && !slices.Contains(connectionCodes, f.Code)
}

// Repeated returns the fault of a transfer that fails because f was repeated too often.
func Repeated(f *fault.Fault) *fault.Fault {
	final := *f
	final.Kind, final.Code = fault.Refused, fault.CodeRepeatedError
	return &final
}
