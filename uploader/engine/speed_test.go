package engine_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// TestSumOfRatesDoesNotExceedTotal uploads files whose first bytes fill buffers much
// faster than the network sends them.
func TestSumOfRatesDoesNotExceedTotal(t *testing.T) {
	server := uploadtest.NewTusd(t)
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	h := newHarness(t, proxy.URL(server.Endpoint))
	proxy.Throttle(8 << 20)
	batch := h.add(createFile(t, "one.mov", 6<<20), createFile(t, "two.mov", 6<<20), createFile(t, "three.mov", 6<<20), createFile(t, "four.mov", 6<<20))
	measured := false
	h.waitFor("4 done", func(s *uploader.Snapshot) bool {
		sum := 0.0
		for _, live := range s.Progress {
			sum += live.Rate
		}
		if s.Totals.Rate >= 1 && sum > s.Totals.Rate*1.001 {
			t.Errorf("rates sum to %.0f B/s, total is %.0f B/s", sum, s.Totals.Rate)
		}
		measured = measured || sum > 0
		return s.Totals.Count[uploader.StateDone] == 4
	})
	if !measured {
		t.Error("no rate was reported")
	}
	h.waitFinal(batch)
}

// TestRateRestartsAfterPause pauses for ten minutes, which must not affect the rate and
// the remaining time afterwards.
func TestRateRestartsAfterPause(t *testing.T) {
	path := createFile(t, "film.mov", 1<<20)
	synctest.Test(t, func(t *testing.T) {
		settings := testSettings(func(s *uploader.Settings) { s.Limit = 1000 })
		e, do, stop := new(fakeServer).start(t, settings, path)
		after := func(d time.Duration) uploader.Totals {
			time.Sleep(d)
			synctest.Wait()
			return e.Snapshot().Totals
		}
		after(10 * time.Second)
		do(uploader.Pause{Target: uploader.TargetAll()})
		after(10 * time.Minute)
		do(uploader.Resume{Target: uploader.TargetAll()})
		if totals := after(1500 * time.Millisecond); totals.Rate < 800 || totals.ETA != 0 {
			t.Errorf("after the pause: rate %.0f B/s, ETA %v", totals.Rate, totals.ETA)
		}
		if totals := after(6 * time.Second); totals.Rate < 900 || totals.ETA < 15*time.Minute || totals.ETA > 20*time.Minute {
			t.Errorf("6 s later: rate %.0f B/s, ETA %v", totals.Rate, totals.ETA)
		}
		stop()
	})
}

// TestFiguresOfASingleUploadAreTheTotals: the rate and the remaining time of the only upload are those
// of all, also after a short pause, over which the speed of all uploads is measured on.
func TestFiguresOfASingleUploadAreTheTotals(t *testing.T) {
	path := createFile(t, "film.mov", 1<<20)
	synctest.Test(t, func(t *testing.T) {
		e, do, stop := new(fakeServer).start(t, testSettings(func(s *uploader.Settings) { s.Limit = 20_000 }), path)
		measured := 0
		for i := range 120 {
			switch i {
			case 40:
				do(uploader.Pause{Target: uploader.TargetAll()})
			case 44:
				do(uploader.Resume{Target: uploader.TargetAll()})
			}
			time.Sleep(250 * time.Millisecond)
			synctest.Wait()
			s := e.Snapshot()
			for _, live := range s.Progress {
				if live.Rate >= 1 {
					measured++
				}
				if s.Totals.Rate != live.Rate || s.Totals.ETA != live.ETA {
					t.Errorf("upload: %.0f B/s, %v left; all: %.0f B/s, %v left", live.Rate, live.ETA, s.Totals.Rate, s.Totals.ETA)
				}
			}
		}
		if measured < 10 {
			t.Errorf("only %d rates", measured)
		}
		stop()
	})
}
