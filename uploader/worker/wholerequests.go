package worker

import (
	"sync"

	"github.com/ferryapp/ferry/uploader"
)

const (
	// minPassed is after how many requests in a row of the size of the limit a larger one
	// is tried. It doubles up to maxPassed while larger ones fail at once.
	minPassed = 5
	maxPassed = 80

	// maxWholeRequest is the largest limit. No intermediary buffers more.
	maxWholeRequest = 1 << 30
)

// wholeRequests limits the size of requests to a server that keeps nothing of a request
// that is interrupted, as behind an intermediary that buffers each request: only requests
// that are sent between two interruptions bring progress. It is safe for concurrent use.
type wholeRequests struct {
	options uploader.ServerOptions // the sizes that are possible

	mu       sync.Mutex
	size     int64 // the limit in bytes; 0: none
	count    int   // requests of that size in a row that were not interrupted
	required int   // of them before the next larger limit
	raised   bool  // the limit is larger than one that was enough, and no request of its size passed yet
}

func newWholeRequests(options uploader.ServerOptions) *wholeRequests {
	return &wholeRequests{options: options, size: options.WholeRequests, required: minPassed}
}

// limit returns the limit in bytes; 0 for none.
func (w *wholeRequests) limit() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.size
}

// lost records that a request was interrupted and that the server kept nothing of it. The
// limit becomes half of its size, unless it is less already: requests of several parts may
// have been interrupted together.
func (w *wholeRequests) lost(size int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	smaller, ok := w.options.SmallerWholeRequest(size)
	if !ok || w.size > 0 && w.size <= smaller {
		return
	}
	if w.raised {
		w.required = min(2*w.required, maxPassed)
	}
	w.size, w.count, w.raised = smaller, 0, false
}

// passed records that the server acknowledged all of a request.
func (w *wholeRequests) passed(size int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.size == 0 || size < w.size {
		return
	}
	if w.raised {
		w.raised, w.required = false, minPassed
	}
	if w.count++; w.count < w.required {
		return
	}
	w.size, w.count, w.raised = 2*w.size, 0, true
	if w.size > maxWholeRequest {
		w.size = 0
	}
}
