package admission

import "github.com/ferryapp/ferry/uploader/fault"

// Statuses of net/http, which a package without I/O does not import.
const (
	statusTooManyRequests    = 429
	statusServiceUnavailable = 503
)

// IsOverload reports whether a server refused a request as one too many.
func IsOverload(f *fault.Fault) bool {
	return f.Status == statusTooManyRequests || f.Status == statusServiceUnavailable
}

// NeedsUser reports whether nothing more can be sent to a server until the user has
// resolved the fault. A 403 that does not ask for a sign-in may concern one upload only.
func NeedsUser(f *fault.Fault) bool {
	if f == nil {
		return false
	}
	switch f.Kind {
	case fault.Auth:
		return f.Code != fault.CodeForbidden
	case fault.Refused: // a deletion can do without the host
		return f.Code == fault.CodeHostNotAllowed && f.Op != fault.Terminate || f.Code == fault.CodeRedirected
	case fault.NotTus, fault.TLS, fault.Quota:
		return true
	case fault.LocalDisk:
		return concernsReceiver(f)
	default:
		return false
	}
}

// AwaitsAnswer reports whether a fault stays until the user has answered in Ferry: with a
// sign-in, about a host, or with the new address of a server. Others for which NeedsUser is
// true may be resolved elsewhere.
func AwaitsAnswer(f *fault.Fault) bool {
	return NeedsUser(f) && (f.Kind == fault.Auth || f.Code == fault.CodeHostNotAllowed || f.Code == fault.CodeRedirected)
}

// ConcernsServer reports whether every transfer to the server would meet the fault.
func ConcernsServer(f *fault.Fault) bool {
	switch f.Kind {
	case fault.Offline, fault.Unreachable, fault.NotTus, fault.TLS, fault.Auth:
		return true
	case fault.Refused:
		return f.Code == fault.CodeHostNotAllowed || f.Code == fault.CodeRedirected
	case fault.LocalDisk:
		return concernsReceiver(f)
	default:
		return false
	}
}

// concernsReceiver reports whether the built-in receiver cannot use its folder.
func concernsReceiver(f *fault.Fault) bool {
	return f.Code == fault.CodeReceiverDisk || f.Code == fault.CodeReceiverUnsafe || f.Code == fault.CodeReceiverFull
}
