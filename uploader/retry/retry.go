// Package retry decides what follows a fault: whether to retry and after which
// delay, or to stop and ask the user. It has no state; the caller supplies the
// random number and counts the attempts.
package retry

import (
	"net/http"
	"time"

	"github.com/ferryapp/ferry/uploader/fault"
)

// Decision is what to do after a fault.
type Decision struct {
	Retry        bool          // retry after Delay; if false, stop until the user acts
	Delay        time.Duration // 0 means retry at once
	CountAttempt bool          // increment the attempt, so that the next delay is longer
}

const (
	baseDelay           = time.Second
	maxDelay            = 2 * time.Minute
	maxBusyDelay        = 5 * time.Minute
	maxUnreachableDelay = 20 * time.Second // shorter, since only one transfer probes an unreachable server
	maxRetryAfter       = time.Hour        // limit for Retry-After

	offlineDelay    = 5 * time.Second // some systems send no notification when the network is back
	sourceBusyDelay = 3 * time.Second // a program that is writing the file usually finishes soon

	// maxImmediate is how many times an offset conflict, or a PATCH that finds no
	// upload, is retried at once: the HEAD of the retry resolves it. After that a
	// conflict is retried with backoff.
	maxImmediate = 3

	// maxUnclear is how many times a response that may be from something other
	// than the tus server, or that does not contain its reason, is retried for an
	// existing upload.
	maxUnclear = 5

	// maxReadErrors is how many times an upload is retried whose file cannot be read
	// because of an error of its drive, before the user is asked.
	maxReadErrors = 3

	// newUpload is how long after its creation an upload that the server reports as
	// missing may only not be visible yet, as on a server that is eventually
	// consistent. minNewUploadWait is the shortest wait before it is asked again.
	newUpload        = 30 * time.Second
	minNewUploadWait = time.Second

	// maxReceiverDisk is how many times an upload to the built-in receiver is retried
	// while that cannot use its folder, before the user is asked.
	maxReceiverDisk = 3
)

// Decide returns what to do after the attempt-th consecutive fault (0 for the
// first) of a transfer. random is in [0, 1). Delays use exponential backoff with
// full jitter, so that the clients of a restarted server do not all reconnect at
// the same time.
func Decide(f *fault.Fault, attempt int, random float64) Decision {
	if f.Code == fault.CodeUploadNotVisible {
		return Decision{Retry: true, Delay: min(f.RetryAfter, newUpload)} // not an attempt: nothing failed yet
	}
	switch f.Kind {
	case fault.Offline:
		return Decision{Retry: true, Delay: offlineDelay}
	case fault.SourceBusy:
		if f.Code == fault.CodeDriveMissing {
			return backoff(f, attempt, random, maxUnreachableDelay)
		}
		if f.RetryAfter > 0 {
			return Decision{Retry: true, Delay: min(f.RetryAfter, maxRetryAfter)}
		}
		return Decision{Retry: true, Delay: sourceBusyDelay}
	case fault.Conflict:
		if attempt < maxImmediate {
			return Decision{Retry: true, CountAttempt: true}
		}
		return backoff(f, attempt, random, maxDelay)
	case fault.NotTus:
		// An upload exists there, so something else may be responding temporarily,
		// such as the sign-in page of a network.
		if isUploadOp(f.Op) && attempt < maxUnclear {
			return backoff(f, attempt, random, maxDelay)
		}
		return Decision{}
	case fault.Refused:
		// A HEAD response has no body, so this may be tusd reporting an interrupted
		// or locked upload.
		if f.Op == fault.Head && f.Status == http.StatusBadRequest && attempt < maxUnclear {
			return backoff(f, attempt, random, maxDelay)
		}
		return Decision{}
	case fault.Unreachable:
		return backoff(f, attempt, random, maxUnreachableDelay)
	case fault.Transient:
		return backoff(f, attempt, random, maxDelay)
	case fault.LocalDisk:
		// A drive that reports an error may be about to recover or to disappear.
		if isReadOp(f.Op) && f.Code == "" && attempt < maxReadErrors {
			return backoff(f, attempt, random, maxDelay)
		}
		if f.Op == fault.Load { // reading Ferry's own database
			return backoff(f, attempt, random, maxDelay)
		}
		// The receiver creates its folder again if that was deleted.
		if f.Code == fault.CodeReceiverDisk && attempt < maxReceiverDisk {
			return backoff(f, attempt, random, maxDelay)
		}
		return Decision{}
	case fault.Busy:
		return backoff(f, attempt, random, maxBusyDelay)
	case fault.Gone:
		// Only HEAD confirms that the upload no longer exists. Before parts are joined
		// again, each of them is queried.
		switch {
		case f.Op == fault.Patch && attempt < maxImmediate:
			return Decision{Retry: true, CountAttempt: true}
		case f.Op == fault.Concat && attempt < maxUnclear:
			return backoff(f, attempt, random, maxDelay)
		}
		return Decision{}
	default:
		return Decision{}
	}
}

// isUploadOp reports whether op is a request to an existing upload.
func isUploadOp(op fault.Op) bool {
	return op == fault.Head || op == fault.Patch || op == fault.Concat
}

// isReadOp reports whether op is an access of the file that is uploaded, or of a folder.
func isReadOp(op fault.Op) bool {
	return op == fault.Open || op == fault.Read || op == fault.Stat || op == fault.List
}

// backoff returns the decision to retry after the server's Retry-After, or after
// a random delay that grows with attempt up to limit.
func backoff(f *fault.Fault, attempt int, random float64, limit time.Duration) Decision {
	if f.RetryAfter > 0 {
		return Decision{Retry: true, Delay: min(f.RetryAfter, maxRetryAfter), CountAttempt: true}
	}
	delay := limit
	if attempt < 16 { // a larger shift exceeds every limit and could overflow
		delay = min(baseDelay<<attempt, limit)
	}
	return Decision{Retry: true, Delay: time.Duration(random * float64(delay)), CountAttempt: true}
}

// AwaitNewUpload decides what follows when the server reports an upload as missing that
// was created age ago and that no request has found yet. It returns the wait after which
// to ask again, or false once the report is final. The waits grow with the age:
// after the first report there are at most five more until the upload is 30 seconds old.
func AwaitNewUpload(f *fault.Fault, age time.Duration) (wait time.Duration, again bool) {
	missing := f.Kind == fault.Gone && (f.Op == fault.Head || f.Op == fault.Patch || f.Op == fault.Terminate)
	if !missing || age < 0 || age >= newUpload { // below 0 after the clock was set: the age is unknown
		return 0, false
	}
	return min(max(minNewUploadWait, age*3/2), newUpload-age), true
}
