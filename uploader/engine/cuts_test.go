package engine_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// TestNoConnectionThatIsCutCostsAByteThatArrived cuts all of a file's connections at
// Random moments, and quits at one of them. Whatever reached the server is kept,
// over many connections as over one: nothing is sent to it twice.
func TestNoConnectionThatIsCutCostsAByteThatArrived(t *testing.T) {
	t.Parallel()
	const size, cuts = 40 << 20, 5
	for _, connections := range []int{1, 4} {
		t.Run(fmt.Sprintf("over %d", connections), func(t *testing.T) {
			t.Parallel()
			seed := rand.Uint64()
			t.Logf("seed %d", seed)
			random := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // must be repeatable
			server := uploadtest.NewTusd(t)
			proxy := uploadtest.NewProxy(t, server.Endpoint)
			proxy.Slow(24 << 20)
			b := newBench(t, proxy.URL(server.Endpoint))
			path := write(t, "film.mov", size)
			batch := b.addWith(uploader.Options{Connections: connections}, path)
			var held int64
			for cut := range cuts {
				after := 1 + random.Int64N(size/cuts)
				reached := proxy.Upstream() + after
				proxy.CutAfter(after)
				b.hurriedUntil("a cut", func(s *uploader.Snapshot) bool {
					return proxy.Upstream() >= reached || s.Totals.Count[uploader.StateDone] > 0
				})
				if cut == cuts/2 {
					b.restart()
				}
				now := heldBy(t, server)
				if now < held {
					t.Errorf("after cut %d the server holds %d bytes, and held %d before", cut, now, held)
				}
				held = now
			}
			proxy.Heal(t)
			b.hurriedUntil("its end", func(s *uploader.Snapshot) bool { return s.Totals.Count[uploader.StateDone] > 0 })
			if row := b.finished(batch)[0]; row.Phase != uploader.PhaseDone {
				t.Errorf("%v: %v", row.Phase, row.Fault)
			}
			wantStored(t, server, path)
			if sent := bodyBytes(server.Requests()); sent != size {
				t.Errorf("%d bytes arrived of a file of %d", sent, size)
			}
		})
	}
}

// heldBy is how many bytes a server holds, in whatever uploads.
func heldBy(t *testing.T, server served) (held int64) {
	t.Helper()
	for _, f := range server.Stored(t) {
		if !f.Joined {
			held += f.Size
		}
	}
	return held
}

// hurriedUntil is until for somebody who presses Try now whenever something waits.
func (b *bench) hurriedUntil(what string, want func(*uploader.Snapshot) bool) {
	b.t.Helper()
	b.until(what, func(s *uploader.Snapshot) bool {
		for _, t := range s.Transfers {
			if t.Phase == uploader.PhaseWaiting {
				b.do(uploader.Retry{Target: uploader.Everything()})
			}
		}
		return want(s)
	})
}
