package engine_test

import (
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// The rules of the protocol that are the engine's to keep, by their numbers.

func count(requests []uploadtest.Request, method string) int {
	n := 0
	for _, r := range requests {
		if r.Method == method {
			n++
		}
	}
	return n
}

func TestC17AnUploadOfAnotherFileIsNeverPatched(t *testing.T) {
	t.Parallel()
	const size = 12 << 20
	for _, c := range []struct {
		name           string
		offset, length int64
	}{
		{"the server holds more than the file has", size + 1, size},
		{"the server expects another length", 1 << 20, size + 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			var lies atomic.Bool
			server := uploadtest.NewTusd(t, uploadtest.Wrap(func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if !lies.Load() || r.Method != http.MethodHead {
						next.ServeHTTP(w, r)
						return
					}
					w.Header().Set("Tus-Resumable", "1.0.0")
					w.Header().Set("Upload-Offset", strconv.FormatInt(c.offset, 10))
					w.Header().Set("Upload-Length", strconv.FormatInt(c.length, 10))
				})
			}))
			proxy := uploadtest.NewProxy(t, server.Endpoint)
			b := newBench(t, proxy.URL(server.Endpoint))
			proxy.Slow(4 << 20)
			b.add(write(t, "film.mov", size))
			b.until("a part of it", func(s *uploader.Snapshot) bool {
				return len(s.Transfers) == 1 && s.Sent(s.Transfers[0]) > 2<<20
			})
			lies.Store(true)
			proxy.Cut()
			proxy.Heal(t)
			if failed := b.untilState(uploader.StateChanged); failed.Fault.Kind != fault.Mismatch {
				t.Errorf("failed with %v", failed.Fault)
			}
			if n := count(server.Requests(), http.MethodPatch); n != 1 {
				t.Errorf("%d PATCH requests", n)
			}
		})
	}
}

func TestC18WhatIsCompleteIsDoneWithoutAPatch(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	var lost atomic.Bool
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	b := newBench(t, proxy.URL(server.Endpoint))
	proxy.Slow(8 << 20)
	path := write(t, "film.mov", 6<<20)
	b.add(path)
	b.until("a part of it", func(s *uploader.Snapshot) bool {
		if len(s.Transfers) == 1 && s.Sent(s.Transfers[0]) > 1<<20 && !lost.Swap(true) {
			proxy.LoseAnswers(1)
		}
		return lost.Load()
	})
	b.untilState(uploader.StateDone)
	wantStored(t, server, path)
	patches, heads := count(server.Requests(), http.MethodPatch), count(server.Requests(), http.MethodHead)
	if patches != 1 || heads != 1 {
		t.Errorf("%d PATCH and %d HEAD requests, want the answer of one lost and asked for", patches, heads)
	}
}

func TestK6AFileThatIsTooLargeIsNotEvenAskedFor(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t, uploadtest.MaxSize(5<<20))
	b := newBench(t, server.Endpoint)
	row := b.finished(b.add(write(t, "film.mov", 6<<20)))[0]
	if row.Fault == nil || row.Fault.Kind != fault.TooLarge {
		t.Errorf("failed with %v", row.Fault)
	}
	if n := count(server.Requests(), http.MethodPost); n != 0 {
		t.Errorf("%d POST requests", n)
	}
}

func TestW1OnlyAServerThatOffersItGetsBytesWithTheCreation(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		offers  bool
		patches int
	}{{"offered", true, 0}, {"not offered", false, 1}} {
		t.Run(c.name, func(t *testing.T) {
			server := uploadtest.NewTusd(t, uploadtest.Wrap(func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.Method != http.MethodOptions || c.offers {
						next.ServeHTTP(w, r)
						return
					}
					w.Header().Set("Tus-Resumable", "1.0.0")
					w.Header().Set("Tus-Version", "1.0.0")
					w.Header().Set("Tus-Extension", "creation,termination")
				})
			}))
			b := newBench(t, server.Endpoint)
			path := write(t, "note.txt", 1000)
			b.finished(b.add(path))
			wantStored(t, server, path)
			if n := count(server.Requests(), http.MethodPatch); n != c.patches {
				t.Errorf("%d PATCH requests, want %d", n, c.patches)
			}
		})
	}
}

func TestC15NoExtensionIsUsedThatIsNotOffered(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t, uploadtest.Wrap(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodOptions {
				next.ServeHTTP(w, r)
				return
			}
			w.Header().Set("Tus-Resumable", "1.0.0")
			w.Header().Set("Tus-Version", "1.0.0")
			w.Header().Set("Tus-Extension", "creation")
		})
	}))
	b := newBench(t, server.Endpoint)
	small, large := write(t, "note.txt", 1000), write(t, "film.mov", 20<<20)
	b.finished(b.addWith(uploader.Options{Connections: 4}, small, large))
	wantStored(t, server, small, large)
	for _, r := range server.Requests() {
		if r.Method == http.MethodDelete || r.Method == http.MethodPost && r.Body > 0 || r.Header.Get("Upload-Concat") != "" ||
			r.Header.Get("Upload-Checksum") != "" || r.Header.Get("Upload-Defer-Length") != "" {
			t.Errorf("%s %s uses what was not offered: %v", r.Method, r.Path, r.Header)
		}
	}
}

func TestC19TheOffsetIsNeverAheadOfTheServers(t *testing.T) {
	t.Parallel()
	b, server, proxy, path := underWay(t)
	ahead := func(s *uploader.Snapshot) bool {
		row := s.Transfers[0]
		for _, held := range server.Stored(t) { // it only grows: what is read later is not less
			if row.Session.Offset > held.Size {
				t.Errorf("the offset is %d, the server holds %d", row.Session.Offset, held.Size)
			}
		}
		return row.Phase == uploader.PhaseDone
	}
	for range 3 {
		b.until("more of it", func(s *uploader.Snapshot) bool {
			return ahead(s) || s.Transfers[0].Phase == uploader.PhaseSending && s.Live[s.Transfers[0].ID].Sent > s.Transfers[0].Session.Offset
		})
		proxy.Cut()
	}
	proxy.Heal(t)
	b.until("its end", ahead)
	wantStored(t, server, path)
}

func TestE2WhatMayHaveExpiredIsAskedForBeforeAByteIsSent(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		holds   bool
		becomes uploader.State
	}{
		{"the server still holds it", true, uploader.StateDone},
		{"the server has let go of it", false, uploader.StateForgotten},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := uploadtest.NewTusd(t, uploadtest.Wrap(func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.Method == http.MethodPost {
						w.Header().Set("Upload-Expires", "Wed, 01 Jan 2020 00:00:00 GMT")
					}
					next.ServeHTTP(w, r)
				})
			}))
			proxy := uploadtest.NewProxy(t, server.Endpoint)
			b := newBench(t, proxy.URL(server.Endpoint))
			proxy.Slow(4 << 20)
			path := write(t, "film.mov", 12<<20)
			b.add(path)
			b.until("a part of it", func(*uploader.Snapshot) bool {
				held := server.Stored(t)
				return len(held) == 1 && held[0].Size > 2<<20
			})
			b.do(uploader.Pause{Target: uploader.Everything()})
			if paused := b.untilState(uploader.StatePaused); paused.Session.Expires.IsZero() {
				t.Error("the date is not known")
			}
			if !c.holds {
				forget(t, server)
			}
			proxy.Heal(t)
			seen := len(server.Requests())
			b.do(uploader.Resume{Target: uploader.Everything()})
			b.untilState(c.becomes)
			after := server.Requests()[seen:]
			if len(after) == 0 || after[0].Method != http.MethodHead {
				t.Errorf("it was not asked for first: %v", after)
			}
			if n := count(after, http.MethodPatch); n > 0 != c.holds {
				t.Errorf("%d PATCH requests", n)
			}
			if c.holds {
				wantStored(t, server, path)
			}
		})
	}
}

// Forget removes from a server everything it holds.
func forget(t *testing.T, server *uploadtest.Tusd) {
	t.Helper()
	for _, f := range server.Stored(t) {
		for _, file := range []string{f.Path, f.Path + ".info"} {
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestE3AnExpiredUploadIsToldAndSentAnew(t *testing.T) {
	t.Parallel()
	b, server, proxy, path := underWay(t)
	b.do(uploader.Pause{Target: uploader.Everything()})
	held := b.untilState(uploader.StatePaused).Session
	forget(t, server)
	proxy.Heal(t)
	b.do(uploader.Resume{Target: uploader.Everything()})
	if lost := b.untilState(uploader.StateForgotten); lost.Session.Offset != held.Offset {
		t.Errorf("%d bytes are told lost of %d", lost.Session.Offset, held.Offset)
	}
	b.do(uploader.Retry{Target: uploader.Everything()})
	if done := b.untilState(uploader.StateDone); done.Session.URL == held.URL {
		t.Error("the expired URL was used again")
	}
	wantStored(t, server, path)
}

func TestT1AServerWithoutTerminationIsNotAskedForIt(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t, uploadtest.NoTermination())
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	b := newBench(t, proxy.URL(server.Endpoint))
	proxy.Slow(4 << 20)
	b.add(write(t, "film.mov", 12<<20))
	b.until("a part of it", func(s *uploader.Snapshot) bool {
		return len(s.Transfers) == 1 && s.Sent(s.Transfers[0]) > 1<<20
	})
	b.do(uploader.Cancel{Target: uploader.Everything()})
	b.until("its end", func(s *uploader.Snapshot) bool { return s.Transfers[0].Phase == uploader.PhaseCancelled })
	if n := count(server.Requests(), http.MethodDelete); n != 0 {
		t.Errorf("%d DELETE requests", n)
	}
}

func TestT4ATerminatedUploadsURLIsNotUsedAgain(t *testing.T) {
	t.Parallel()
	b, server, proxy, path := underWay(t)
	url := b.only().Session.URL
	b.do(uploader.Cancel{Target: uploader.Everything()})
	b.until("its end", func(s *uploader.Snapshot) bool { return s.Transfers[0].Phase == uploader.PhaseCancelled })
	proxy.Heal(t)
	seen := len(server.Requests())
	b.do(uploader.Retry{Target: uploader.Everything()})
	b.untilState(uploader.StateDone)
	wantStored(t, server, path)
	for _, r := range server.Requests()[seen:] {
		if strings.HasSuffix(url, r.Path) {
			t.Errorf("%s of the terminated upload", r.Method)
		}
	}
}
