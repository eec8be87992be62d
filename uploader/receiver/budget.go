package receiver

import (
	"io"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/tus/tusd/v2/pkg/handler"
)

// maxUnfinished is the number of unfinished uploads. Each has two files and some memory.
const maxUnfinished = 100_000

var (
	errTotal       = handler.NewError("ERR_TOTAL_SIZE", "the receiver accepts no more data", http.StatusInsufficientStorage)
	errUnfinished  = handler.NewError("ERR_UNFINISHED_UPLOADS", "the receiver has too many unfinished uploads", http.StatusInsufficientStorage)
	errMetadata    = handler.NewError("ERR_METADATA_SIZE", "the metadata is too large", http.StatusRequestHeaderFieldsTooLarge)
	errRepeatedIDs = handler.NewError("ERR_REPEATED_PARTS", "a part is repeated in the concatenation", http.StatusBadRequest)
)

// budget counts the bytes that the receiver has stored, and bounds them. It may be used
// from any goroutine.
type budget struct {
	max      int64         // of received and stored; 0: no limit
	received *atomic.Int64 // bytes of finished uploads since Open

	mu      sync.Mutex
	stored  int64 // bytes of unfinished uploads
	uploads int   // unfinished uploads
}

// create adds an upload with this size, of which nothing is stored yet.
func (b *budget) create(size int64) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.uploads >= maxUnfinished {
		return errUnfinished
	}
	if b.max > 0 && size > b.left() {
		return errTotal
	}
	b.uploads++
	return nil
}

// restore adds an unfinished upload of an earlier run.
func (b *budget) restore(stored int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.uploads++
	b.stored += stored
}

// take adds up to n bytes and returns how many.
func (b *budget) take(n int64) int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.max > 0 {
		n = min(n, b.left())
	}
	b.stored += n
	return n
}

// release subtracts bytes that were not stored.
func (b *budget) release(n int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stored -= n
}

// remove subtracts an unfinished upload.
func (b *budget) remove(stored int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.uploads--
	b.stored -= stored
}

// finish counts an unfinished upload as received.
func (b *budget) finish(stored int64) {
	b.remove(stored)
	b.received.Add(stored)
}

// left returns the bytes that may still be stored. b.mu must be locked.
func (b *budget) left() int64 { return max(0, b.max-b.stored-b.received.Load()) }

// budgetReader reads what the budget allows.
type budgetReader struct {
	io.Reader

	budget *budget
	read   int64 // bytes taken from the budget
}

// Read implements [io.Reader]. It fails with errTotal when the budget is used up.
func (r *budgetReader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return r.Reader.Read(p)
	}
	taken := r.budget.take(int64(len(p)))
	if taken == 0 {
		return 0, errTotal
	}
	n, err := r.Reader.Read(p[:taken])
	r.budget.release(taken - int64(n))
	r.read += int64(n)
	return n, err
}
