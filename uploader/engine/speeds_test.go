package engine_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// TestTheSpeedsOfAllAddUpToNoMoreThanTheWhole sends files of which the first
// bytes vanish into buffers much faster than the network is.
func TestTheSpeedsOfAllAddUpToNoMoreThanTheWhole(t *testing.T) {
	server := uploadtest.NewTusd(t)
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	b := newBench(t, proxy.URL(server.Endpoint))
	proxy.Slow(8 << 20)
	batch := b.add(write(t, "one.mov", 6<<20), write(t, "two.mov", 6<<20), write(t, "three.mov", 6<<20), write(t, "four.mov", 6<<20))
	measured := false
	b.until("its end", func(s *uploader.Snapshot) bool {
		sum := 0.0
		for _, live := range s.Live {
			sum += live.Rate
		}
		if s.Totals.Rate >= 1 && sum > s.Totals.Rate*1.001 {
			t.Errorf("together they move at %.0f bytes a second, the whole at %.0f", sum, s.Totals.Rate)
		}
		measured = measured || sum > 0
		return s.Totals.Count[uploader.StateDone] == 4
	})
	if !measured {
		t.Error("no speed was ever told")
	}
	b.finished(batch)
}

// TestAfterARestTheSpeedIsMeasuredAnew pauses for ten minutes, of which nothing is to
// be seen in the speed and the time left afterwards.
func TestAfterARestTheSpeedIsMeasuredAnew(t *testing.T) {
	path := write(t, "film.mov", 1<<20)
	synctest.Test(t, func(t *testing.T) {
		settings := settled(func(s *uploader.Settings) { s.Limit = 1000 })
		engine, do, quit := new(sink).sending(t, settings, path)
		after := func(d time.Duration) uploader.Totals {
			time.Sleep(d)
			synctest.Wait()
			return engine.Snapshot().Totals
		}
		after(10 * time.Second)
		do(uploader.Pause{Target: uploader.Everything()})
		after(10 * time.Minute)
		do(uploader.Resume{Target: uploader.Everything()})
		if now := after(1500 * time.Millisecond); now.Rate < 800 || now.ETA != 0 {
			t.Errorf("after the rest it moves at %.0f bytes a second, and takes another %v", now.Rate, now.ETA)
		}
		if now := after(6 * time.Second); now.Rate < 900 || now.ETA < 15*time.Minute || now.ETA > 20*time.Minute {
			t.Errorf("later it moves at %.0f bytes a second, and takes another %v", now.Rate, now.ETA)
		}
		quit()
	})
}
