package worker

import (
	"context"
	"math"
	"sync"
)

const (
	// hashAhead is how far the parts of a file are hashed ahead of the requests, in bytes.
	// It is what the network takes while the proof of it is hashed and saved.
	hashAhead = 128 << 20

	// maxGateWait is the largest gap, in bytes, that a request waits for the hash to
	// close. The parts of a file begin further ahead.
	maxGateWait = 256 << 20
)

// gate lets requests read the file only as far as the proof of it is saved. So there is
// a proof of all that the server has, also after a crash. A part of the file that begins
// further ahead than maxGateWait is sent without: waiting for the hash of all that is
// before it would take too long. It is proven later by the file not changing.
//
// Its methods may be called from any goroutine.
type gate struct {
	wake chan struct{} // signals that the hash is to continue; capacity 1

	mu       sync.Mutex
	ahead    int64         // how far the hash is ahead when it may pause, in bytes
	opened   int64         // requests may read up to here
	raised   chan struct{} // closed when opened is raised
	hashed   int64
	wanted   int64 // end of the furthest byte that a request wanted to read
	unproven int64 // end of the furthest byte that was read before it was hashed; 0 for none
}

// newGate returns a gate that is open.
func newGate() *gate {
	return &gate{wake: make(chan struct{}, 1), opened: math.MaxInt64, raised: make(chan struct{})}
}

// admit waits until at least one of the n bytes at an offset of the file may be read, and
// returns how many may. It fails with ctx's error.
func (g *gate) admit(ctx context.Context, at, n int64) (int64, error) {
	for {
		admitted, raised := g.try(at, n)
		if admitted > 0 || n == 0 {
			return admitted, nil
		}
		select {
		case <-raised:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

func (g *gate) try(at, n int64) (admitted int64, raised <-chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.wanted = max(g.wanted, at+n)
	if g.wanted > g.opened || g.hashed-g.wanted < g.ahead/2 {
		select {
		case g.wake <- struct{}{}:
		default: // it was woken already
		}
	}
	switch {
	case at < g.opened:
		return min(n, g.opened-at), nil
	case at-g.opened > maxGateWait:
		g.unproven = max(g.unproven, at+n)
		return n, nil
	default:
		return 0, g.raised
	}
}

// close closes the gate from an offset of the file on, for a hash that runs ahead of the
// requests by that many bytes. unproven is the end of what was sent before without a proof.
func (g *gate) close(from, ahead, unproven int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.opened, g.hashed, g.wanted, g.ahead = from, from, from, ahead
	if unproven > from {
		g.unproven = max(g.unproven, unproven)
	}
}

// open opens the gate up to an offset of the file.
func (g *gate) open(to int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if to > g.opened {
		g.opened = to
		close(g.raised)
		g.raised = make(chan struct{})
	}
}

// setHashed records how far the file is hashed, and returns how far requests want to
// read it, and whether one waits.
func (g *gate) setHashed(hashed int64) (wanted int64, waits bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.hashed = hashed
	return g.wanted, g.wanted > g.opened
}

// proven records that the file did not change until it was hashed up to an offset.
func (g *gate) proven(hashed int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if hashed >= g.unproven {
		g.unproven = 0
	}
}

// hasUnproven reports whether bytes were sent that the hash read later, if at all.
func (g *gate) hasUnproven() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.unproven > 0
}
