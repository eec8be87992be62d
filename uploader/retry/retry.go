// Package retry is the policy after a fault: try again and when, or stop and ask.
// It is pure: the caller brings the random number and keeps the count.
package retry

import (
	"net/http"
	"time"

	"github.com/ferryapp/ferry/uploader/fault"
)

// Decision is what to do after a fault.
type Decision struct {
	Again bool          // try again after Delay; otherwise stop until the user acts
	Delay time.Duration // 0: at once
	Count bool          // the try counts as failed, so that the next wait is longer
}

const (
	base        = time.Second
	ceiling     = 2 * time.Minute  // a user who sits in front of it expects a sign of life
	busyCeiling = 5 * time.Minute  // a server that asks for patience gets more of it
	awayCeiling = 20 * time.Second // one transfer alone knocks at the door of a server that is away
	offlineWait = 5 * time.Second  // the network comes back without a notice on some systems
	sourceWait  = 3 * time.Second  // a program that is writing the file is usually done soon
	longestAsk  = time.Hour        // no server may park a transfer for longer with Retry-After

	// Conflicting offsets are settled by asking the server once; one that keeps
	// contradicting itself is treated like any failing server.
	promptConflicts = 3

	// So often something that is no tus server, or that does not say why not, may
	// answer for an upload before the user is asked.
	fewStrangers = 5
)

// Decide says what to do after the attempt-th consecutive fault (0 for the
// first) of a transfer. random is in [0, 1): waits use full jitter, so that a
// thousand clients of one restarted server do not come back together.
func Decide(f *fault.Fault, attempt int, random float64) Decision {
	switch f.Kind {
	case fault.Offline:
		return Decision{Again: true, Delay: offlineWait}
	case fault.SourceBusy:
		if f.RetryAfter > 0 { // it is known when the file has rested
			return Decision{Again: true, Delay: min(f.RetryAfter, longestAsk)}
		}
		return Decision{Again: true, Delay: sourceWait}
	case fault.Conflict:
		if attempt < promptConflicts {
			return Decision{Again: true, Count: true}
		}
		return again(f, attempt, random, ceiling)
	case fault.NotTus:
		// An upload is there, so that something else speaks in its server's place,
		// such as the page of a network that wants a sign-in first.
		if isOfUpload(f.Op) && attempt < fewStrangers {
			return again(f, attempt, random, ceiling)
		}
		return Decision{}
	case fault.Refused:
		// The answer to HEAD has no words: this may be how tusd tells that it was
		// interrupted, or that the upload is locked.
		if f.Op == fault.Head && f.Status == http.StatusBadRequest && attempt < fewStrangers {
			return again(f, attempt, random, ceiling)
		}
		return Decision{}
	case fault.Unreachable:
		return again(f, attempt, random, awayCeiling)
	case fault.Transient:
		return again(f, attempt, random, ceiling)
	case fault.LocalDisk:
		if f.Op == fault.Load { // the profile's own file, which is asked again as it is written again
			return again(f, attempt, random, ceiling)
		}
		return Decision{}
	case fault.Busy:
		return again(f, attempt, random, busyCeiling)
	case fault.Gone:
		// A PATCH that meets no upload is believed only when HEAD says so too.
		if (f.Op == fault.Patch || f.Op == fault.Concat) && attempt < promptConflicts {
			return Decision{Again: true, Count: true}
		}
		return Decision{}
	default:
		return Decision{}
	}
}

func isOfUpload(op fault.Op) bool { return op == fault.Head || op == fault.Patch || op == fault.Concat }

func again(f *fault.Fault, attempt int, random float64, most time.Duration) Decision {
	if f.RetryAfter > 0 {
		return Decision{Again: true, Delay: min(f.RetryAfter, longestAsk), Count: true}
	}
	span := most
	if attempt < 16 { // beyond that the shift alone exceeds any ceiling
		span = min(base<<attempt, most)
	}
	return Decision{Again: true, Delay: time.Duration(random * float64(span)), Count: true}
}
