package engine_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

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
