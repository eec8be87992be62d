package engine_test

import (
	"net/http"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// TestScheduleHoldsAndLimits uploads a file of 6,000,000 bytes at 1000 bytes per
// second. The schedule holds uploads from minute 20 to minute 50 and allows 2000
// bytes per second for the ten minutes after.
func TestScheduleHoldsAndLimits(t *testing.T) {
	path := createFile(t, "film.mov", 6_000_000)
	synctest.Test(t, func(t *testing.T) {
		now := time.Now()
		midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
		timeOfDay := func(d time.Duration) time.Duration { return now.Add(d).Sub(midnight) % (24 * time.Hour) }
		settings := testSettings(func(s *uploader.Settings) {
			s.Limit = 1000
			s.Schedule = uploader.Schedule{
				{Days: everyDay, From: timeOfDay(20 * time.Minute), Until: timeOfDay(50 * time.Minute), Limit: uploader.SendNothing},
				{Days: everyDay, From: timeOfDay(50 * time.Minute), Until: timeOfDay(60 * time.Minute), Limit: 2000},
			}
		})
		server := &fakeServer{}
		e, _, stop := server.start(t, settings, path)
		after := func(d time.Duration) (state uploader.State, hold uploader.Hold, sent int64) {
			time.Sleep(time.Until(now.Add(d)))
			synctest.Wait()
			s := e.Snapshot()
			return s.Transfers.At(0).State(), s.Holds[testServer], server.offset.Load()
		}
		near := func(got, want int64) bool { return got >= want*98/100 && got <= want*102/100 }

		if state, hold, sent := after(time.Second); state != uploader.StateUploading || hold != (uploader.Hold{}) || sent > 1100 {
			t.Errorf("after 1 s: %v, %v, %d bytes", state, hold, sent)
		}
		_, _, before := after(19 * time.Minute)
		if !near(before, 19*60*1000) {
			t.Errorf("after 19 min at 1000 B/s: %d bytes", before)
		}
		state, hold, atHold := after(21 * time.Minute)
		if until := now.Add(50 * time.Minute); state != uploader.StateWaiting || hold.Reason != uploader.HeldBySchedule || !hold.Until.Equal(until) {
			t.Errorf("during the hold: %v, %+v, want a hold until %v", state, hold, until)
		}
		if _, _, stillHeld := after(49 * time.Minute); stillHeld != atHold || !near(atHold, 20*60*1000) {
			t.Errorf("%d bytes sent at the start of the hold, %d at its end", atHold, stillHeld)
		}
		state, _, afterHold := after(55 * time.Minute)
		if state != uploader.StateUploading || !near(afterHold-atHold, 5*60*2000) {
			t.Errorf("after the hold: %v, %d bytes in 5 min at 2000 B/s", state, afterHold-atHold)
		}
		after(59 * time.Minute)
		patches := server.patches.Load()
		if _, _, final := after(70 * time.Minute); !near(final-atHold, 10*60*2000+10*60*1000) {
			t.Errorf("%d bytes in 10 min at 2000 B/s and 10 min at 1000 B/s", final-atHold)
		}
		if n := server.patches.Load(); n != patches {
			t.Errorf("%d more PATCH requests after the limit changed, want 0", n-patches)
		}
		stop()
	})
}

func TestMeteredNetworkHoldsUploads(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	h := newHarness(t, server.Endpoint)
	with := func(metered uploader.Metered, limit int64) uploader.Configure {
		return uploader.Configure{Settings: testSettings(func(s *uploader.Settings) { s.Metered, s.Limit = metered, limit })}
	}
	h.do(with(uploader.MeteredHold, 10_000))
	path := createFile(t, "film.mov", 3<<20)
	batch := h.add(path)
	h.waitState(uploader.StateUploading)
	h.do(uploader.SetMetered{Metered: true})
	h.waitState(uploader.StateWaiting)
	if hold := h.engine.Snapshot().Holds[testServer]; hold.Reason != uploader.HeldByMetering {
		t.Errorf("hold is %+v, want HeldByMetering", hold)
	}
	if _, found := h.engine.Snapshot().Holds[uploader.BuiltinServer]; found {
		t.Error("built-in server is held")
	}
	h.do(with(uploader.MeteredUpload, 10_000))
	h.waitState(uploader.StateUploading)
	h.do(with(uploader.MeteredHold, 0))
	h.waitState(uploader.StateWaiting)
	h.do(uploader.SetMetered{Metered: false})
	h.waitFinal(batch)
	wantStored(t, server, path)
}

func TestConcurrencyIsReducedOn503(t *testing.T) {
	t.Parallel()
	const maxConcurrent = 2
	var running, maxRunning, refusals atomic.Int64
	server := uploadtest.NewTusd(t, intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method != http.MethodPost {
			next.ServeHTTP(w, r)
			return
		}
		n := running.Add(1)
		defer running.Add(-1)
		maxRunning.Store(max(maxRunning.Load(), n))
		if n > maxConcurrent {
			refusals.Add(1)
			w.Header().Set("Tus-Resumable", "1.0.0")
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		next.ServeHTTP(w, r)
	}))
	h := newHarness(t, server.Endpoint)
	folder := t.TempDir()
	var paths []string
	for i := range 60 {
		name := string(rune('a'+i%26)) + string(rune('a'+i/26))
		createFiles(t, folder, name)
		paths = append(paths, filepath.Join(folder, name))
	}
	h.waitFinal(h.add(folder))
	wantStored(t, server, paths...)
	if n := refusals.Load(); n > 60 {
		t.Errorf("%d responses with 503 for 60 files, at most %d concurrent", n, maxRunning.Load())
	}
}
