package uploader

import (
	"math"
	"time"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/retry"
)

// Repeated counts the faults of a transfer that were the same, in a row and without
// progress between them. It must not be modified after it is created.
type Repeated struct {
	Op     fault.Op
	Status int
	Count  int32
	Since  Timestamp // when the first one occurred
}

// With returns the count after one more fault. One that says nothing about the request,
// such as that there is no network, changes nothing; another error is counted from one on.
func (r *Repeated) With(f *fault.Fault, now time.Time) *Repeated {
	if !retry.IsErrorResponse(f) {
		return r
	}
	if r == nil || r.Op != f.Op || r.Status != f.Status || r.Since.After(now) {
		return &Repeated{Op: f.Op, Status: f.Status, Count: 1, Since: TimestampOf(now)}
	}
	next := *r
	if next.Count < math.MaxInt32 {
		next.Count++
	}
	return &next
}

// Final reports whether the fault occurred so often, and over so long a time, that a
// further request is not expected to have another result.
func (r *Repeated) Final(now time.Time) bool {
	return r != nil && r.Count >= retry.MaxRepeated && now.Sub(r.Since.Time()) >= retry.MinRepeatedTime
}
