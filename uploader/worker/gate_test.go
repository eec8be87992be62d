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
		name  string
		at, n int64
		want  int64 // 0: waits
	}{
		{"all of it", 0, mib, mib},
		{"up to the end of the proof", 3 * mib, 2 * mib, mib},
		{"nothing beyond the proof", 4 * mib, mib, 0},
		{"nothing far beyond the proof", 1 << 40, mib, 0},
		{"nothing of nothing", 9 * mib, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newGate(make(chan struct{}, 1))
			g.close(4 * mib)
			if got, _ := g.try(c.at, c.n); got != c.want {
				t.Errorf("admitted %d bytes, want %d", got, c.want)
			}
		})
	}
}

// TestGateTellsWhatRequestsNeed reads a section of which 40 bytes are proven, and for which the
// hash is to be 20 ahead.
func TestGateTellsWhatRequestsNeed(t *testing.T) {
	for _, c := range []struct {
		name        string
		wanted      int64
		waits, soon bool
	}{
		{"there is enough", 35, false, false},
		{"the end of the proof is near", 36, false, true},
		{"a request waits", 41, true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			wake := make(chan struct{}, 1)
			g := newGate(wake)
			g.close(40)
			g.begin(0)
			<-wake
			g.setHashed(60, 20)
			g.try(0, c.wanted)
			if waits, soon := g.demand(); waits != c.waits || soon != c.soon {
				t.Errorf("waits: %v, soon: %v", waits, soon)
			}
			if woken := len(wake) > 0; woken != (c.waits || c.soon) {
				t.Errorf("woken: %v", woken)
			}
			if g.end(); g.isActive() || len(wake) == 0 {
				t.Error("the end of the requests was not signalled")
			}
		})
	}
}

func TestGateWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wake := make(chan struct{}, 1)
		g := newGate(wake)
		g.close(0)
		g.begin(0)
		<-wake
		admitted := make(chan int64)
		go func() {
			n, _ := g.admit(t.Context(), 10, 10)
			admitted <- n
		}()
		synctest.Wait()
		<-wake // the hash is told that a request waits
		wanted := g.setHashed(15, windowSize)
		if waits, _ := g.demand(); wanted != 20 || !waits {
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

// TestGateAsksForSavesInTime saves proofs of a section for which the hash is 800 bytes ahead,
// and sends 300 bytes while one is saved.
func TestGateAsksForSavesInTime(t *testing.T) {
	g := newGate(make(chan struct{}, 1))
	g.close(0)
	g.begin(0)
	g.setHashed(800, 800)
	save := func(readTo int64, wanted, opened int64) {
		g.beginSave()
		g.try(readTo, wanted-readTo)
		g.endSave()
		g.open(opened)
	}
	for _, c := range []struct {
		name                   string
		readTo, wanted, opened int64
		lead                   int64 // of the save after it
	}{
		{"a request waits that took nothing", 0, 100, 800, 200},
		{"requests take 300", 300, 310, 1000, 375},
		{"a request waits after 200 more", 500, 1001, 2000, 400},
		{"requests take 80", 580, 600, 2000, 100},
		{"requests take nothing", 580, 600, 2000, 100},
		{"a request waits for the hash", 580, 2001, 4000, 100},
	} {
		if save(c.readTo, c.wanted, c.opened); g.saveLead() != c.lead {
			t.Errorf("%s: the next save begins with %d bytes left, want %d", c.name, g.saveLead(), c.lead)
		}
	}
}
