package endtoend_test

import (
	"context"
	"maps"
	"net/http"
	"sync"

	"github.com/ferryapp/ferry/db"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// filter stands before a server and lets nobody in whose sign-in has expired,
// and nothing that is too large.
type requestFilter struct {
	mu     sync.Mutex
	unauthorized   bool
	maxBody   int64 // bytes of one body; 0: any number
	rejected map[string]int
}

func newRequestFilter() *requestFilter { return &requestFilter{rejected: map[string]int{}} }

func (g *requestFilter) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if status := g.rejectStatus(r); status != 0 {
			w.WriteHeader(status)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// rejectStatus is the status for a request that does not come through; 0 for others.
func (g *requestFilter) rejectStatus(r *http.Request) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case r.Method == http.MethodOptions:
		return 0
	case g.unauthorized:
		g.rejected["401"]++
		return http.StatusUnauthorized
	case g.maxBody > 0 && r.ContentLength > g.maxBody:
		g.rejected["413"]++
		return http.StatusRequestEntityTooLarge
	default:
		return 0
	}
}

func (g *requestFilter) setUnauthorized(on bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.unauthorized = on
}

func (g *requestFilter) setMaxBody(bytes int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.maxBody = bytes
}

// rejections is how often it said what.
func (g *requestFilter) rejections() map[string]int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return maps.Clone(g.rejected)
}

// fullDisk is a disk that is full for a while.
type fullDisk struct {
	mu      sync.Mutex
	full    bool
	rejected int
}

func (b *fullDisk) setFull(full bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.full = full
}

func (b *fullDisk) rejectSave() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.full {
		b.rejected++
	}
	return b.full
}

func (b *fullDisk) rejectedSaves() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.rejected
}

// fullDiskStore is a store on such a disk.
type fullDiskStore struct {
	uploader.Store
	disk *fullDisk
}

// Save implements uploader.Store.
func (b fullDiskStore) Save(ctx context.Context, changes uploader.Changes) error {
	if b.disk.rejectSave() {
		return fault.New(fault.LocalDisk, fault.Save, db.ErrFull)
	}
	return b.Store.Save(ctx, changes)
}
