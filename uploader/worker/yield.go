package worker

import "sync"

const (
	// minYield is the part of the bytes that a request announced that the server must
	// have acknowledged: a tenth. A request with less is poor: it counts as a failed
	// attempt, and the next one is smaller.
	minYield = 10

	// goodYield is how many acknowledged bytes are always enough not to count as a
	// failed attempt.
	goodYield = 1 << 20

	// minSmallerRequest is the smallest limit that poor requests lead to.
	minSmallerRequest = 64 << 10
)

// yields records what requests brought, by the URL of the upload. An upload that is
// not in it had no request in this run, or one that was good. It is safe for
// concurrent use.
type yields struct {
	whole *wholeRequests // of the server

	mu      sync.Mutex
	uploads map[string]yield
}

type yield struct {
	offset, size int64 // of the last request; a size of 0 if its result is known
	limit        int64 // for the size of the next one; 0 for none
}

// sending records a request.
func (y *yields) sending(url string, offset, size int64) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.uploads == nil {
		y.uploads = map[string]yield{}
	}
	y.uploads[url] = yield{offset, size, y.uploads[url].limit}
}

// acknowledged records the offset that the server reported. It reports whether the request
// before counts as a failed attempt; false without a request.
func (y *yields) acknowledged(url string, offset int64) (failed bool) {
	y.mu.Lock()
	defer y.mu.Unlock()
	last, ok := y.uploads[url]
	if !ok || last.size == 0 {
		return false
	}
	gained := offset - last.offset
	switch {
	case gained <= 0:
		y.whole.lost(last.size)
		y.uploads[url] = yield{limit: last.limit}
		return true
	case gained >= last.size:
		y.whole.passed(last.size)
	}
	if gained >= last.size/minYield {
		if last.limit == 0 {
			delete(y.uploads, url)
			return false
		}
		if gained == last.size {
			last.limit *= 2
		}
		y.uploads[url] = yield{limit: last.limit}
		return false
	}
	y.uploads[url] = yield{limit: max(last.size/4, 2*gained, minSmallerRequest)}
	return gained < goodYield
}

// notSent records that nothing of the last request was sent, as without a connection, so
// that its result means nothing.
func (y *yields) notSent(url string) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if last, ok := y.uploads[url]; ok {
		y.uploads[url] = yield{limit: last.limit}
	}
}

// forget removes an upload: it is complete, or its request was canceled, so that it
// means nothing how much that brought.
func (y *yields) forget(url string) {
	y.mu.Lock()
	defer y.mu.Unlock()
	delete(y.uploads, url)
}

// limit returns the limit for the size of the next request; 0 for none.
func (y *yields) limit(url string) int64 {
	y.mu.Lock()
	defer y.mu.Unlock()
	return y.uploads[url].limit
}
