package engine_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// settled is settings that files need not wait for, changed.
func settled(change func(*uploader.Settings)) uploader.Settings {
	s := uploader.DefaultSettings()
	s.Settle, s.Connections = 0, 1
	change(&s)
	return s
}

// patchesOf counts the requests that carry bytes.
func patchesOf(requests []uploadtest.Request) int {
	n := 0
	for _, r := range requests {
		if r.Method == http.MethodPatch {
			n++
		}
	}
	return n
}

func TestALimitThatIsLiftedCutsNoConnection(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	b := newBench(t, server.Endpoint)
	b.do(uploader.Configure{Settings: settled(func(s *uploader.Settings) { s.Limit = 10_000 })})
	path := write(t, "film.mov", 5<<20) // more than eight minutes at that rate
	batch := b.add(path)
	b.until("the first bytes", func(s *uploader.Snapshot) bool { return s.Totals.Left < 5<<20 && s.Totals.Pending > 0 })
	b.do(uploader.Configure{Settings: settled(func(*uploader.Settings) {})})
	b.finished(batch)
	wantStored(t, server, path)
	if n := patchesOf(server.Requests()); n != 1 {
		t.Errorf("%d requests carried the file, want the one it began with", n)
	}
}

func TestAServersLimitHoldsBesideTheOthers(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	b := newBench(t, server.Endpoint)
	limited := uploader.Server{ID: theServer, Name: "studio", Endpoint: server.Endpoint, Profile: uploader.Profile{Limit: 10_000}}
	b.do(uploader.SaveServer{Server: limited})
	b.do(uploader.Configure{Settings: settled(func(s *uploader.Settings) { s.Limit = 1 << 30 })})
	path := write(t, "film.mov", 5<<20)
	batch := b.addWith(uploader.Options{Limit: 1 << 30}, path)
	b.until("the first bytes", func(s *uploader.Snapshot) bool { return s.Totals.Left < 5<<20 && s.Totals.Pending > 0 })
	if stored := server.Stored(t); len(stored) > 0 && stored[0].Size > 2<<20 {
		t.Errorf("%d bytes arrived already", stored[0].Size)
	}
	limited.Profile.Limit = 0
	b.do(uploader.SaveServer{Server: limited})
	b.finished(batch)
	wantStored(t, server, path)
}

func TestFewerFilesAtATimeHoldsForWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	b := newBench(t, server.Endpoint)
	slowly := func(simultaneous int) uploader.Configure {
		return uploader.Configure{Settings: settled(func(s *uploader.Settings) { s.Limit, s.Simultaneous = 100_000, simultaneous })}
	}
	b.do(slowly(3))
	paths := []string{write(t, "a.mov", 3<<20), write(t, "b.mov", 3<<20), write(t, "c.mov", 3<<20), write(t, "d.mov", 3<<20)}
	batch := b.add(paths...)
	b.until("three under way", func(s *uploader.Snapshot) bool { return s.Totals.Count[uploader.StateUploading] == 3 })
	b.do(slowly(1))
	s := b.until("one under way", func(s *uploader.Snapshot) bool {
		return s.Totals.Active == 1 && s.Totals.Count[uploader.StateWaiting] == 3
	})
	if first := s.Transfers[0]; first.State() != uploader.StateUploading {
		t.Errorf("the first in order is %v", first.State())
	}
	b.do(slowly(4))
	b.until("all under way", func(s *uploader.Snapshot) bool { return s.Totals.Active == 4 })
	b.do(uploader.Configure{Settings: settled(func(*uploader.Settings) {})})
	b.finished(batch)
	wantStored(t, server, paths...)
}

func TestAServerGetsNoMoreFilesAtATimeThanItsProfileSays(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	b := newBench(t, server.Endpoint)
	narrow := uploader.Server{ID: theServer, Name: "studio", Endpoint: server.Endpoint, Profile: uploader.Profile{Simultaneous: 2}}
	slowly := func(limit int64) uploader.Configure {
		return uploader.Configure{Settings: settled(func(s *uploader.Settings) { s.Limit, s.Simultaneous = limit, 4 })}
	}
	b.do(slowly(100_000))
	paths := []string{write(t, "a.mov", 3<<20), write(t, "b.mov", 3<<20), write(t, "c.mov", 3<<20), write(t, "d.mov", 3<<20)}
	batch := b.add(paths...)
	b.until("all under way", func(s *uploader.Snapshot) bool { return s.Totals.Count[uploader.StateUploading] == 4 })
	b.do(uploader.SaveServer{Server: narrow})
	b.until("two under way", func(s *uploader.Snapshot) bool { return s.Totals.Active == 2 })
	b.do(slowly(0))
	b.until("the end", func(s *uploader.Snapshot) bool {
		if s.Totals.Active > 2 {
			t.Errorf("%d at a time", s.Totals.Active)
		}
		return s.Totals.Count[uploader.StateDone] == 4
	})
	b.finished(batch)
	wantStored(t, server, paths...)
}

func TestFewerConnectionsHoldForPartsUnderWay(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	b := newBench(t, server.Endpoint)
	b.farAway()
	with := func(connections int, limit int64) uploader.Configure {
		return uploader.Configure{Settings: settled(func(s *uploader.Settings) { s.Connections, s.Limit = connections, limit })}
	}
	b.do(with(4, 4<<20))
	path := write(t, "film.mov", 64<<20)
	batch := b.add(path)
	b.until("two parts", func(*uploader.Snapshot) bool {
		began := func(f uploadtest.StoredFile) bool { return f.Size > 0 && f.Size < f.Length }
		return len(slices.DeleteFunc(server.Stored(t), func(f uploadtest.StoredFile) bool { return !began(f) })) >= 2
	})
	b.do(with(1, 0))
	if row := b.finished(batch)[0]; row.Phase != uploader.PhaseDone {
		t.Fatal(row.Fault)
	}
	wantStored(t, server, path)
}

func TestTheFingerprintThatIsChosenIsThatOfNewFiles(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	b := newBench(t, server.Endpoint)
	before := b.finished(b.add(write(t, "a.mov", 100)))[0]
	b.do(uploader.Configure{Settings: settled(func(s *uploader.Settings) { s.Fingerprint = "content" })})
	after := b.finished(b.add(write(t, "b.mov", 100)))[0]
	kind := func(t *uploader.Transfer) string { name, _, _ := strings.Cut(t.Fingerprint, ":"); return name }
	if kind(before) == kind(after) {
		t.Errorf("both are %q", kind(after))
	}
}
