package engine_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// TestConnectionResetsLoseNoReceivedByte resets all connections of a file at random
// offsets, and restarts the engine after one of them. The server receives each byte
// once, over one connection and over several.
func TestConnectionResetsLoseNoReceivedByte(t *testing.T) {
	t.Parallel()
	const size, resets = 40 << 20, 5
	for _, connections := range []int{1, 4} {
		t.Run(fmt.Sprintf("connections=%d", connections), func(t *testing.T) {
			t.Parallel()
			seed := rand.Uint64()
			t.Logf("seed %d", seed)
			random := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // must be reproducible
			server := uploadtest.NewTusd(t)
			proxy := uploadtest.NewProxy(t, server.Endpoint)
			proxy.Slow(24 << 20)
			h := newHarness(t, proxy.URL(server.Endpoint))
			path := createFile(t, "film.mov", size)
			batch := h.addWithOptions(uploader.Options{Connections: connections}, path)
			var stored int64
			for i := range resets {
				after := 1 + random.Int64N(size/resets)
				target := proxy.Upstream() + after
				proxy.CutAfter(after)
				h.retryUntil("a connection reset", func(s *uploader.Snapshot) bool {
					return proxy.Upstream() >= target || s.Totals.Count[uploader.StateDone] > 0
				})
				if i == resets/2 {
					h.restart()
				}
				now := storedBytes(t, server)
				if now < stored {
					t.Errorf("after reset %d the server has %d bytes, had %d before", i, now, stored)
				}
				stored = now
			}
			proxy.Heal(t)
			h.retryUntil("1 done", func(s *uploader.Snapshot) bool { return s.Totals.Count[uploader.StateDone] > 0 })
			if row := h.waitFinal(batch)[0]; row.Phase != uploader.PhaseDone {
				t.Errorf("%v: %v", row.Phase, row.Fault)
			}
			wantStored(t, server, path)
			if sent := bodyBytes(server.Requests()); sent != size {
				t.Errorf("server received %d bytes, file has %d", sent, size)
			}
		})
	}
}

// storedBytes returns the number of bytes in all uploads of a server, without final
// uploads.
func storedBytes(t *testing.T, server tusdServer) (stored int64) {
	t.Helper()
	for _, f := range server.Stored(t) {
		if !f.Joined {
			stored += f.Size
		}
	}
	return stored
}

// retryUntil is like waitFor, and retries waiting transfers meanwhile.
func (h *harness) retryUntil(what string, want func(*uploader.Snapshot) bool) {
	h.t.Helper()
	h.waitFor(what, func(s *uploader.Snapshot) bool {
		for _, t := range s.Transfers {
			if t.Phase == uploader.PhaseWaiting {
				h.do(uploader.Retry{Target: uploader.Everything()})
			}
		}
		return want(s)
	})
}
