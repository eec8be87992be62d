package engine_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

func TestRemovingLimitKeepsConnection(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	h := newHarness(t, server.Endpoint)
	h.do(uploader.Configure{Settings: testSettings(func(s *uploader.Settings) { s.Limit = 10_000 })})
	path := createFile(t, "film.mov", 5<<20) // takes more than eight minutes at that rate
	batch := h.add(path)
	h.waitFor("the first bytes to be sent", func(s *uploader.Snapshot) bool { return s.Totals.Left < 5<<20 && s.Totals.Pending > 0 })
	h.do(uploader.Configure{Settings: testSettings(func(*uploader.Settings) {})})
	h.waitFinal(batch)
	wantStored(t, server, path)
	if n := countRequests(server.Requests(), http.MethodPatch); n != 1 {
		t.Errorf("%d PATCH requests, want 1", n)
	}
}

func TestServerLimitAppliesBesideOtherLimits(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	h := newHarness(t, server.Endpoint)
	limited := uploader.Server{ID: testServer, Name: "studio", Endpoint: server.Endpoint, Options: uploader.ServerOptions{Limit: 10_000}}
	h.do(uploader.SaveServer{Server: limited})
	h.do(uploader.Configure{Settings: testSettings(func(s *uploader.Settings) { s.Limit = 1 << 30 })})
	path := createFile(t, "film.mov", 5<<20)
	batch := h.addWithOptions(uploader.BatchOptions{Limit: 1 << 30}, path)
	h.waitFor("the first bytes to be sent", func(s *uploader.Snapshot) bool { return s.Totals.Left < 5<<20 && s.Totals.Pending > 0 })
	if stored := server.Stored(t); len(stored) > 0 && stored[0].Size > 2<<20 {
		t.Errorf("server has %d bytes already", stored[0].Size)
	}
	limited.Options.Limit = 0
	h.do(uploader.SaveServer{Server: limited})
	h.waitFinal(batch)
	wantStored(t, server, path)
}

func TestLoweringSimultaneousStopsRunningTransfers(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	h := newHarness(t, server.Endpoint)
	limited := func(simultaneous int) uploader.Configure {
		return uploader.Configure{Settings: testSettings(func(s *uploader.Settings) { s.Limit, s.MaxFiles = 100_000, simultaneous })}
	}
	h.do(limited(3))
	paths := []string{createFile(t, "a.mov", 3<<20), createFile(t, "b.mov", 3<<20), createFile(t, "c.mov", 3<<20), createFile(t, "d.mov", 3<<20)}
	batch := h.add(paths...)
	h.waitCount(uploader.StateUploading, 3)
	h.do(limited(1))
	s := h.waitFor("1 running and 3 waiting", func(s *uploader.Snapshot) bool {
		return s.Totals.Active == 1 && s.Totals.Count[uploader.StateWaiting] == 3
	})
	if first := s.Transfers.At(0); first.State() != uploader.StateUploading {
		t.Errorf("state of the first transfer is %v", first.State())
	}
	h.do(limited(4))
	h.waitFor("4 running", func(s *uploader.Snapshot) bool { return s.Totals.Active == 4 })
	h.do(uploader.Configure{Settings: testSettings(func(*uploader.Settings) {})})
	h.waitFinal(batch)
	wantStored(t, server, paths...)
}

func TestServerSimultaneousLimit(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	h := newHarness(t, server.Endpoint)
	limitedServer := uploader.Server{ID: testServer, Name: "studio", Endpoint: server.Endpoint, Options: uploader.ServerOptions{MaxFiles: 2}}
	limited := func(limit int64) uploader.Configure {
		return uploader.Configure{Settings: testSettings(func(s *uploader.Settings) { s.Limit, s.MaxFiles = limit, 4 })}
	}
	h.do(limited(100_000))
	paths := []string{createFile(t, "a.mov", 3<<20), createFile(t, "b.mov", 3<<20), createFile(t, "c.mov", 3<<20), createFile(t, "d.mov", 3<<20)}
	batch := h.add(paths...)
	h.waitCount(uploader.StateUploading, 4)
	h.do(uploader.SaveServer{Server: limitedServer})
	h.waitFor("2 running", func(s *uploader.Snapshot) bool { return s.Totals.Active == 2 })
	h.do(limited(0))
	h.waitFor("4 done", func(s *uploader.Snapshot) bool {
		if s.Totals.Active > 2 {
			t.Errorf("%d transfers are running, want at most 2", s.Totals.Active)
		}
		return s.Totals.Count[uploader.StateDone] == 4
	})
	h.waitFinal(batch)
	wantStored(t, server, paths...)
}

func TestFingerprintSettingAppliesToNewFiles(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	h := newHarness(t, server.Endpoint)
	first := h.waitFinal(h.add(createFile(t, "a.mov", 100)))[0]
	h.do(uploader.Configure{Settings: testSettings(func(s *uploader.Settings) { s.Fingerprint = "content" })})
	second := h.waitFinal(h.add(createFile(t, "b.mov", 100)))[0]
	kind := func(t *uploader.Transfer) string { name, _, _ := strings.Cut(t.Fingerprint, ":"); return name }
	if kind(first) == kind(second) {
		t.Errorf("both fingerprints are of kind %q", kind(second))
	}
}
