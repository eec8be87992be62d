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

// turnstile stands before a server and lets nobody in whose sign-in has expired,
// and nothing that is too large.
type turnstile struct {
	mu     sync.Mutex
	shut   bool
	most   int64 // bytes of one body; 0: any number
	turned map[string]int
}

func newTurnstile() *turnstile { return &turnstile{turned: map[string]int{}} }

func (g *turnstile) before(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if status := g.refusal(r); status != 0 {
			w.WriteHeader(status)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// refusal is the status for a request that does not come through; 0 for others.
func (g *turnstile) refusal(r *http.Request) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case r.Method == http.MethodOptions:
		return 0
	case g.shut:
		g.turned["401"]++
		return http.StatusUnauthorized
	case g.most > 0 && r.ContentLength > g.most:
		g.turned["413"]++
		return http.StatusRequestEntityTooLarge
	default:
		return 0
	}
}

func (g *turnstile) shuts(shut bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut = shut
}

func (g *turnstile) takes(most int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.most = most
}

// answered is how often it said what.
func (g *turnstile) answered() map[string]int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return maps.Clone(g.turned)
}

// brim is a disk that is full for a while.
type brim struct {
	mu      sync.Mutex
	full    bool
	refused int
}

func (b *brim) fills(full bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.full = full
}

func (b *brim) refuses() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.full {
		b.refused++
	}
	return b.full
}

func (b *brim) count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.refused
}

// brimming is a store on such a disk.
type brimming struct {
	uploader.Store
	disk *brim
}

// Save implements uploader.Store.
func (b brimming) Save(ctx context.Context, changes uploader.Changes) error {
	if b.disk.refuses() {
		return fault.New(fault.LocalDisk, fault.Save, db.ErrFull)
	}
	return b.Store.Save(ctx, changes)
}
