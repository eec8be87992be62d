package admission

import "github.com/ferryapp/ferry/uploader/fault"

// Statuses of net/http, which a package without I/O does not import.
const (
	statusForbidden          = 403
	statusTooManyRequests    = 429
	statusServiceUnavailable = 503
)

// IsOverload reports whether a server refused a request as one too many.
func IsOverload(f *fault.Fault) bool {
	return f.Status == statusTooManyRequests || f.Status == statusServiceUnavailable
}

// NeedsUser reports whether nothing more can be sent to a server until the user has
// resolved the fault. A 403 may concern one upload only.
func NeedsUser(f *fault.Fault) bool {
	if f == nil {
		return false
	}
	switch f.Kind {
	case fault.Auth:
		return f.Status != statusForbidden
	case fault.NotTus, fault.TLS, fault.Quota:
		return true
	case fault.LocalDisk:
		return concernsReceiver(f)
	default:
		return false
	}
}

// ConcernsServer reports whether every transfer to the server would meet the fault.
func ConcernsServer(f *fault.Fault) bool {
	switch f.Kind {
	case fault.Offline, fault.Unreachable, fault.NotTus, fault.TLS, fault.Auth:
		return true
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
