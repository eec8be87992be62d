package worker

import (
	"context"
	"math"
	"sync"
)

// gate lets the requests of a section read it only as far as the proof of it is saved. So
// there is a proof of all that the server has, also after a crash.
//
// Its methods may be called from any goroutine.
type gate struct {
	wake chan<- struct{} // signals that the hash is to continue or its proof to be saved; capacity 1

	mu       sync.Mutex
	active   bool          // requests are being sent
	ahead    int64         // how far the hash is to be ahead, in bytes
	opened   int64         // requests may read up to this offset of the file
	raised   chan struct{} // closed when opened is raised
	hashed   int64
	position int64 // of the request that read last, or will read first
	wanted   int64 // end of the furthest byte that a request wanted to read

	saving    bool  // a proof of the section is being saved
	savedFrom int64 // position when that began
	lead      int64 // how many bytes requests are to have left when it begins the next time; 0: not known
}

// refillBelow returns how far the hash is ahead when it continues, if it is to be that far
// ahead. Fewer than two pieces at a time would wake it for nearly each read of a request.
func refillBelow(ahead int64) int64 { return ahead - max(ahead/8, min(ahead/2, 2*pieceSize)) }

// newGate returns a gate that is open.
func newGate(wake chan<- struct{}) *gate {
	return &gate{wake: wake, opened: math.MaxInt64, raised: make(chan struct{})}
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
	g.position, g.wanted = at, max(g.wanted, at+n)
	if !g.saving && g.opened-g.wanted < g.saveLead() || g.hashed-g.wanted < refillBelow(g.ahead) {
		g.signal()
	}
	if at < g.opened {
		return min(n, g.opened-at), nil
	}
	return 0, g.raised
}

// signal wakes the hash. mu is locked.
func (g *gate) signal() {
	select {
	case g.wake <- struct{}{}:
	default: // it was woken already
	}
}

// close closes the gate from an offset of the file on.
func (g *gate) close(from int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.opened, g.hashed = from, from
}

// begin records that requests are sent from now on, the first one from an offset of the file
// on.
func (g *gate) begin(position int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.active, g.position, g.wanted = true, position, position
	g.signal()
}

// end records that no request is sent for now.
func (g *gate) end() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.active = false
	g.signal()
}

func (g *gate) isActive() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.active
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

// setHashed records how far the file is hashed, and how far ahead the hash is to be. It
// returns the end of the furthest byte that a request wanted to read.
func (g *gate) setHashed(hashed, ahead int64) (wanted int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.hashed, g.ahead = hashed, ahead
	return g.wanted
}

// demand reports whether a request waits for the gate to open, and whether one will soon.
func (g *gate) demand() (waits, soon bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.wanted > g.opened, g.active && g.opened-g.wanted < g.saveLead()
}

// saveLead returns how many bytes requests are to have left when a save begins. mu is locked.
func (g *gate) saveLead() int64 {
	if g.lead == 0 {
		return g.ahead / 4
	}
	return min(max(g.lead, g.ahead/8), g.ahead/2)
}

// beginSave records that a proof of the section is being saved.
func (g *gate) beginSave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.saving, g.savedFrom = true, g.position
}

// endSave records that this has ended. The next save begins when requests have somewhat more
// bytes left than they took during this one, or twice as many if that was not enough.
func (g *gate) endSave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.saving = false
	taken := g.position - g.savedFrom
	if g.wanted > g.opened {
		g.lead = max(g.saveLead(), 2*taken)
	} else {
		g.lead = max(taken+taken/4, 1)
	}
}

// sentTo returns the offset of the file up to which nothing is to be sent, unless a request
// fails.
func (g *gate) sentTo() int64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.position
}
