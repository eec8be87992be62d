package uploader_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
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

func TestMetadataOfTheUsersOwn(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	b := newBench(t, server.Endpoint)
	b.give(uploader.Profile{Metadata: "bucketName raw files\nobjectName in/{path}\n\nfiletype application/x-own\nempty\nabout {name} {size} {type}"})
	b.finished(b.add(write(t, "clip.mp4", 1000)))
	got := server.Stored(t)[0].Metadata
	delete(got, "mtime")
	want := map[string]string{
		"filename": "clip.mp4", "filetype": "application/x-own", "bucketName": "raw files", "objectName": "in/clip.mp4", "empty": "",
		"about": "clip.mp4 1000 video/mp4",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, bad := range []string{"a,b c", "a 1\na 2", "ключ 1", "a\tb"} {
		if _, err := uploader.ParseMetadata(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

func FuzzParseMetadata(f *testing.F) {
	f.Add("a b\nc {name}")
	f.Add(",\n\x00")
	f.Fuzz(func(t *testing.T, template string) {
		pairs, err := uploader.ParseMetadata(template)
		seen := map[string]bool{}
		for _, p := range pairs {
			if err != nil || p.Key == "" || seen[p.Key] || strings.ContainsAny(p.Key+p.Value, "\n") {
				t.Errorf("%q gives %q, %v", template, pairs, err)
			}
			seen[p.Key] = true
		}
	})
}

// given makes an upload at a server as somebody else would, and returns its URL.
func given(t *testing.T, endpoint, size string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, endpoint, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Tus-Resumable", "1.0.0")
	request.Header.Set("Upload-Length", size)
	answer, err := http.DefaultClient.Do(request)
	if err != nil || answer.StatusCode != http.StatusCreated {
		t.Fatalf("%v, %v", answer, err)
	}
	_ = answer.Body.Close()
	return answer.Header.Get("Location")
}

func TestAGivenUploadURLIsForOneFile(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	url := given(t, server.Endpoint, "3000000")
	b := newBench(t, url)
	b.give(uploader.Profile{Given: true, ChunkMax: 1 << 20})
	path, second := write(t, "film.mov", 3_000_000), write(t, "other.mov", 3_000_000)
	rows := b.finished(b.add(path, second))
	if rows[0].Phase != uploader.PhaseDone || rows[0].Session.URL != url {
		t.Errorf("the first is %v at %s: %v", rows[0].Phase, rows[0].Session.URL, rows[0].Fault)
	}
	if f := rows[1].Fault; rows[1].Phase != uploader.PhaseFailed || f.Code != fault.CodeGivenTaken {
		t.Errorf("the second is %v: %v", rows[1].Phase, f)
	}
	wantStored(t, server, path)
	if n := count(server.Requests(), http.MethodPost); n != 1 {
		t.Errorf("%d uploads were created, of which one by this test", n)
	}
	if third := b.finished(b.add(write(t, "third.mov", 10)))[0]; third.Fault == nil || third.Fault.Code != fault.CodeGivenTaken {
		t.Errorf("a later one is %v: %v", third.Phase, third.Fault)
	}
}

func TestAGivenUploadIsContinuedAndNeverRemoved(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	url := given(t, server.Endpoint, "6000000")
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	proxy.Slow(4 << 20)
	b := newBench(t, proxy.URL(url))
	b.give(uploader.Profile{Given: true})
	path := write(t, "film.mov", 6_000_000)
	b.add(path)
	b.until("a part of it", func(s *uploader.Snapshot) bool { return len(s.Transfers) == 1 && s.Sent(s.Transfers[0]) > 1<<20 })
	b.restart()
	proxy.Heal(t)
	b.untilState(uploader.StateDone)
	wantStored(t, server, path)
	if all := bodyBytes(server.Requests()); all >= 12_000_000 {
		t.Errorf("%d bytes crossed", all)
	}

	t.Run("what somebody else began is not continued", func(t *testing.T) {
		b.do(uploader.Remove{Target: uploader.Everything()})
		b.until("an empty list", func(s *uploader.Snapshot) bool { return len(s.Transfers) == 0 })
		if row := b.finished(b.add(path))[0]; row.Fault == nil || row.Fault.Code != fault.CodeGivenBegun {
			t.Errorf("%v: %v", row.Phase, row.Fault)
		}
		if n := count(server.Requests(), http.MethodDelete); n != 0 {
			t.Errorf("%d uploads were removed", n)
		}
	})
	t.Run("one of another size is not this file's", func(t *testing.T) {
		b := newBench(t, given(t, server.Endpoint, "5"))
		b.give(uploader.Profile{Given: true})
		if row := b.finished(b.add(write(t, "six.bin", 6)))[0]; row.Fault == nil || row.Fault.Kind != fault.Mismatch {
			t.Errorf("%v: %v", row.Phase, row.Fault)
		}
	})
}

// checking is a bench at a Reference behind a handler of the test's own.
func checking(t *testing.T, profile uploader.Profile, in func(http.Handler) http.Handler) (*bench, *uploadtest.Reference) {
	t.Helper()
	reference := uploadtest.NewReference(t)
	server := httptest.NewServer(in(reference))
	t.Cleanup(server.Close)
	b := newBench(t, server.URL+"/files/")
	profile.Checksums = true
	b.give(profile)
	return b, reference
}

func asItIs(next http.Handler) http.Handler { return next }

// without takes words out of what the server says of itself.
func without(words ...string) func(*uploadtest.Answer) {
	return func(a *uploadtest.Answer) {
		for _, word := range words {
			a.Header["Tus-Extension"] = strings.ReplaceAll(a.Header["Tus-Extension"], word+",", "")
		}
	}
}

func TestX1NoChecksumWithoutTheExtension(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	b := newBench(t, server.Endpoint)
	b.give(uploader.Profile{Checksums: true})
	path := write(t, "film.mov", 3<<20)
	b.finished(b.add(path))
	wantStored(t, server, path)
	for _, r := range server.Requests() {
		if r.Header.Get("Upload-Checksum") != "" {
			t.Errorf("%s carries %s", r.Method, r.Header.Get("Upload-Checksum"))
		}
	}
}

func TestX2EveryBodyCarriesItsChecksum(t *testing.T) {
	t.Parallel()
	b, server := checking(t, uploader.Profile{ChunkMax: 1 << 20, Connections: 2}, asItIs)
	server.Twist(1, http.MethodOptions, without("checksum-trailer"))
	paths := []string{write(t, "parts.mov", 20<<20), write(t, "whole.mov", 3<<20), write(t, "small.txt", 1000)}
	b.finished(b.add(paths...))
	for _, r := range server.Requests() {
		if r.Body > 0 && !strings.HasPrefix(r.Header.Get("Upload-Checksum"), "sha256 ") {
			t.Errorf("%s with %d bytes carries %q", r.Method, r.Body, r.Header.Get("Upload-Checksum"))
		}
	}
	for _, f := range server.Stored(t) {
		if f.Size != f.Length {
			t.Errorf("%d of %d bytes", f.Size, f.Length)
		}
	}
}

func TestX3DamagedBytesAreReadAndSentAgain(t *testing.T) {
	t.Parallel()
	for name, words := range map[string]string{"checked ahead": "checksum-trailer", "checked by a trailer": "checksum"} {
		t.Run(name, func(t *testing.T) {
			b, server := checking(t, uploader.Profile{ChunkMax: 1 << 20}, asItIs)
			server.Twist(1, http.MethodOptions, without(words))
			server.Corrupt(2)
			path := write(t, "film.mov", 4<<20)
			row := b.finished(b.add(path))[0]
			if row.Phase != uploader.PhaseDone || row.Attempt != 0 {
				t.Errorf("%v after %d tries: %v", row.Phase, row.Attempt, row.Fault)
			}
			wantStored(t, server, path)
			if n := count(server.Requests(), http.MethodPatch); n != 6 {
				t.Errorf("%d requests for 4 pieces, of which 2 were damaged", n)
			}
		})
	}
}

func TestX4ARefusedAlgorithmIsReplacedByAnotherOrNone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ refuse, want string }{
		"the best one":  {"sha256", "sha1"},
		"every one":     {"", ""},
		"all but crc32": {"sha", "crc32"},
	} {
		t.Run(name, func(t *testing.T) {
			b, server := checking(t, uploader.Profile{ChunkMax: 1 << 20}, func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if sum := r.Header.Get("Upload-Checksum"); sum != "" && strings.HasPrefix(sum, c.refuse) {
						w.Header().Set("Tus-Resumable", "1.0.0")
						w.WriteHeader(http.StatusBadRequest)
						return
					}
					next.ServeHTTP(w, r)
				})
			})
			server.Twist(1, http.MethodOptions, without("checksum-trailer"))
			path := write(t, "film.mov", 3<<20)
			b.finished(b.add(path))
			wantStored(t, server, path)
			for _, r := range server.Requests() {
				if algorithm, _, _ := strings.Cut(r.Header.Get("Upload-Checksum"), " "); r.Method == http.MethodPatch && algorithm != c.want {
					t.Errorf("a request carries %q", algorithm)
				}
			}
		})
	}
}

func TestX5WhatIsCheckedIsFinite(t *testing.T) {
	t.Parallel()
	b, server := checking(t, uploader.Profile{}, asItIs)
	path := write(t, "film.mov", 64<<20+1)
	b.finished(b.add(path))
	wantStored(t, server, path)
	if diff := cmp.Diff([]int64{64 << 20, 1}, bodiesOf(server.Requests(), http.MethodPatch)); diff != "" {
		t.Error(diff)
	}
}

func TestY1AChecksumMayFollowTheBody(t *testing.T) {
	t.Parallel()
	var trailers atomic.Int64
	b, server := checking(t, uploader.Profile{}, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, r)
			if strings.HasPrefix(r.Trailer.Get("Upload-Checksum"), "sha256 ") {
				trailers.Add(1)
			}
		})
	})
	path := write(t, "film.mov", 3<<20)
	b.finished(b.add(path))
	wantStored(t, server, path)
	if n := trailers.Load(); n != 1 || count(server.Requests(), http.MethodPatch) != 1 {
		t.Errorf("%d trailers, %d requests", n, count(server.Requests(), http.MethodPatch))
	}
}
