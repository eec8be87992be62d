package worker

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
)

func TestGateAdmitsWhatIsProven(t *testing.T) {
	const mib = 1 << 20
	for _, c := range []struct {
		name     string
		at, n    int64
		want     int64 // 0: waits
		unproven bool
	}{
		{"all of it", 0, mib, mib, false},
		{"up to the end of the proof", 3 * mib, 2 * mib, mib, false},
		{"nothing beyond the proof", 4 * mib, mib, 0, false},
		{"nothing where the hash is soon", 4*mib + maxGateWait, mib, 0, false},
		{"a part that begins far ahead", 5*mib + maxGateWait, mib, mib, true},
		{"nothing of nothing", 9 * mib, 0, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newGate()
			g.close(4*mib, hashAhead, 0)
			got, _ := g.try(c.at, c.n)
			if got != c.want || g.hasUnproven() != c.unproven {
				t.Errorf("admitted %d bytes, want %d; unproven: %v", got, c.want, g.hasUnproven())
			}
		})
	}
}

func TestGateWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		g.close(0, hashAhead, 0)
		admitted := make(chan int64)
		go func() {
			n, _ := g.admit(t.Context(), 10, 10)
			admitted <- n
		}()
		synctest.Wait()
		<-g.wake // the hash is told that a request waits
		if wanted, waits := g.setHashed(15); wanted != 20 || !waits {
			t.Errorf("wanted %d, waits: %v", wanted, waits)
		}
		select {
		case n := <-admitted:
			t.Errorf("admitted %d bytes that are hashed and not saved", n)
		default:
		}
		g.open(15)
		if n := <-admitted; n != 5 {
			t.Errorf("admitted %d bytes, want 5", n)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := g.admit(ctx, 15, 1); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
	})
}

func TestGateKnowsWhatIsUnproven(t *testing.T) {
	g := newGate()
	g.close(10, hashAhead, 30)
	if g.proven(29); !g.hasUnproven() {
		t.Error("proven before it was hashed")
	}
	if g.proven(30); g.hasUnproven() {
		t.Error("unproven after it was hashed")
	}
}
