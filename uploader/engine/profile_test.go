package engine_test

import (
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// give changes the bench's server to one with that profile.
func (b *bench) give(profile uploader.Profile) {
	b.t.Helper()
	server, _ := b.engine.Snapshot().Server(theServer)
	server.Profile = profile
	b.do(uploader.SaveServer{Server: server})
}

func (b *bench) bodyMost() int64 {
	server, _ := b.engine.Snapshot().Server(theServer)
	return server.Profile.BodyMost
}

// refusing lets no request with a larger body through, as proxies in front of
// servers do. It counts those it refused.
func refusing(method string, most int64, refused *atomic.Int64) uploadtest.Option {
	return uploadtest.Wrap(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == method && r.ContentLength > most {
				refused.Add(1)
				w.WriteHeader(http.StatusRequestEntityTooLarge)
				_, _ = w.Write([]byte("<html><title>413 Request Entity Too Large</title></html>"))
				return
			}
			next.ServeHTTP(w, r)
		})
	})
}

func bodiesOf(requests []uploadtest.Request, method string) (sizes []int64) {
	for _, r := range requests {
		if r.Method == method {
			sizes = append(sizes, r.Body)
		}
	}
	return sizes
}

func TestAProfilesChunksCross(t *testing.T) {
	t.Parallel()
	const kib, mib = 1 << 10, 1 << 20
	for name, c := range map[string]struct {
		profile uploader.Profile
		size    int
		want    []int64
	}{
		"exactly 6 MB each":                    {uploader.Profile{ChunkMin: 6 * mib, ChunkMax: 6 * mib}, 13 * mib, []int64{6 * mib, 6 * mib, mib}},
		"at most 5 MiB, multiples of 256 KiB":  {uploader.Profile{ChunkMax: 5*mib + 1, ChunkMultiple: 256 * kib}, 11*mib + 7, []int64{5 * mib, 5 * mib, mib + 7}},
		"a minimum alone bounds nothing above": {uploader.Profile{ChunkMin: 5 * mib}, 11 * mib, []int64{11 * mib}},
	} {
		t.Run(name, func(t *testing.T) {
			server := uploadtest.NewTusd(t)
			b := newBench(t, server.Endpoint)
			b.give(c.profile)
			path := write(t, "film.mov", c.size)
			b.finished(b.add(path))
			wantStored(t, server, path)
			if diff := cmp.Diff(c.want, bodiesOf(server.Requests(), http.MethodPatch)); diff != "" {
				t.Error(diff)
			}
		})
	}
	t.Run("multiples also in parts, but for the file's last bytes", func(t *testing.T) {
		server := uploadtest.NewTusd(t)
		b := newBench(t, server.Endpoint)
		b.give(uploader.Profile{ChunkMultiple: 256 * kib, ChunkMax: 3 * mib, Connections: 3})
		path := write(t, "film.mov", 50*mib+12345)
		b.finished(b.add(path))
		odd := 0
		for _, size := range bodiesOf(server.Requests(), http.MethodPatch) {
			if size > 3*mib {
				t.Errorf("a request carried %d bytes", size)
			}
			if size%(256*kib) != 0 {
				odd++
			}
		}
		wantStored(t, server, path)
		if odd != 1 {
			t.Errorf("%d requests carried no multiple", odd)
		}
	})
}

// TestARequestThatIsTooLargeIsHalved is the row of 413 on PATCH.
func TestARequestThatIsTooLargeIsHalved(t *testing.T) {
	t.Parallel()
	const mib = 1 << 20
	for name, profile := range map[string]uploader.Profile{"in one piece": {}, "in parts": {Connections: 3}} {
		t.Run(name, func(t *testing.T) {
			var refused atomic.Int64
			server := uploadtest.NewTusd(t, refusing(http.MethodPatch, 3*mib, &refused))
			b := newBench(t, server.Endpoint)
			b.give(profile)
			path := write(t, "film.mov", 40*mib)
			for _, row := range b.finished(b.add(path)) {
				if row.Phase != uploader.PhaseDone || row.Attempt != 0 {
					t.Errorf("after %d tries: %v", row.Attempt, row.Fault)
				}
			}
			wantStored(t, server, path)
			if all := bodyBytes(server.Requests()); all != 40*mib {
				t.Errorf("%d bytes of %d were taken by the server", all, 40*mib)
			}
			if most := b.bodyMost(); most > 3*mib || most < 3*mib/2 {
				t.Errorf("the server is remembered to take %d bytes", most)
			}
			b.restart()
			before := refused.Load()
			b.finished(b.add(write(t, "next.mov", 10*mib)))
			if again := refused.Load() - before; again != 0 {
				t.Errorf("after a restart %d requests were too large", again)
			}
		})
	}
	t.Run("but not below what the server wants at least", func(t *testing.T) {
		var refused atomic.Int64
		server := uploadtest.NewTusd(t, refusing(http.MethodPatch, 3*mib, &refused))
		b := newBench(t, server.Endpoint)
		b.give(uploader.Profile{ChunkMin: 4 * mib})
		row := b.finished(b.add(write(t, "film.mov", 10*mib)))[0]
		if row.Phase != uploader.PhaseFailed || row.Fault.Kind != fault.TooLarge || refused.Load() != 3 {
			t.Errorf("after %d refusals it is %v: %v", refused.Load(), row.Phase, row.Fault)
		}
	})
}

func TestABodyThatIsTooLargeForAPOSTGoesAfterIt(t *testing.T) {
	t.Parallel()
	var refused atomic.Int64
	server := uploadtest.NewTusd(t, refusing(http.MethodPost, 0, &refused))
	b := newBench(t, server.Endpoint)
	first, second := write(t, "a.txt", 10<<10), write(t, "b.txt", 10<<10)
	b.finished(b.add(first))
	b.finished(b.add(second))
	wantStored(t, server, first, second)
	if n := refused.Load(); n != 1 {
		t.Errorf("%d requests were refused, of which the first told enough", n)
	}
}

func TestK6AFileThatIsTooLargeIsNotSent(t *testing.T) {
	t.Parallel()
	for name, option := range map[string]uploadtest.Option{
		"the server said how much it takes": uploadtest.MaxSize(1 << 20),
		"the server answers 413": uploadtest.Wrap(func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPost {
					w.Header().Set("Tus-Resumable", "1.0.0")
					w.WriteHeader(http.StatusRequestEntityTooLarge)
					return
				}
				next.ServeHTTP(w, r)
			})
		}),
	} {
		t.Run(name, func(t *testing.T) {
			server := uploadtest.NewTusd(t, option)
			b := newBench(t, server.Endpoint)
			row := b.finished(b.add(write(t, "film.mov", 2<<20)))[0]
			if row.Phase != uploader.PhaseFailed || row.Fault.Kind != fault.TooLarge || len(server.Stored(t)) != 0 {
				t.Errorf("%v: %v", row.Phase, row.Fault)
			}
		})
	}
}

func TestC4MethodsCanBeOverridden(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewReference(t)
	b := newBench(t, server.Endpoint)
	b.give(uploader.Profile{MethodOverride: true, Connections: 2})
	path := write(t, "film.mov", 20<<20)
	b.finished(b.add(path))
	methods := map[string]int{}
	for _, r := range server.Requests() {
		if over := r.Header.Get("X-HTTP-Method-Override"); over != "" || r.Method == http.MethodPatch || r.Method == http.MethodDelete {
			methods[r.Method+" "+over]++
		}
	}
	if diff := cmp.Diff(map[string]int{"POST PATCH": 2, "POST DELETE": 2}, methods); diff != "" {
		t.Error(diff)
	}
}
