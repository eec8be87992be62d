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

// newChecksumHarness returns a harness at a reference server behind the handler that
// wrap returns, with checksums enabled.
func newChecksumHarness(t *testing.T, options uploader.ServerOptions, wrap func(http.Handler) http.Handler) (*harness, *uploadtest.Reference) {
	t.Helper()
	reference := uploadtest.NewReference(t)
	server := httptest.NewServer(wrap(reference))
	t.Cleanup(server.Close)
	h := newHarness(t, server.URL+"/files/")
	options.Checksums = true
	h.setServerOptions(options)
	return h, reference
}

// unwrapped returns the handler itself.
func unwrapped(next http.Handler) http.Handler { return next }

// withoutExtensions removes extensions from Tus-Extension.
func withoutExtensions(extensions ...string) func(*uploadtest.Response) {
	return func(a *uploadtest.Response) {
		for _, extension := range extensions {
			a.Header["Tus-Extension"] = strings.ReplaceAll(a.Header["Tus-Extension"], extension+",", "")
		}
	}
}

func TestX1NoChecksumWithoutTheExtension(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	h := newHarness(t, server.Endpoint)
	h.setServerOptions(uploader.ServerOptions{Checksums: true})
	path := createFile(t, "film.mov", 3<<20)
	h.waitFinal(h.add(path))
	wantStored(t, server, path)
	for _, r := range server.Requests() {
		if r.Header.Get("Upload-Checksum") != "" {
			t.Errorf("%s has checksum %s", r.Method, r.Header.Get("Upload-Checksum"))
		}
	}
}

func TestX2EveryBodyHasChecksum(t *testing.T) {
	t.Parallel()
	h, server := newChecksumHarness(t, uploader.ServerOptions{ChunkMax: 1 << 20, Connections: 2}, unwrapped)
	server.ModifyResponses(1, http.MethodOptions, withoutExtensions("checksum-trailer"))
	paths := []string{createFile(t, "parts.mov", 20<<20), createFile(t, "whole.mov", 3<<20), createFile(t, "small.txt", 1000)}
	h.waitFinal(h.add(paths...))
	for _, r := range server.Requests() {
		if r.Body > 0 && !strings.HasPrefix(r.Header.Get("Upload-Checksum"), "sha256 ") {
			t.Errorf("%s with %d bytes has checksum %q", r.Method, r.Body, r.Header.Get("Upload-Checksum"))
		}
	}
	for _, f := range server.Stored(t) {
		if f.Size != f.Length {
			t.Errorf("stored %d of %d bytes", f.Size, f.Length)
		}
	}
}

func TestX3CorruptChunkIsResent(t *testing.T) {
	t.Parallel()
	for name, extension := range map[string]string{"checksum in header": "checksum-trailer", "checksum in trailer": "checksum"} {
		t.Run(name, func(t *testing.T) {
			h, server := newChecksumHarness(t, uploader.ServerOptions{ChunkMax: 1 << 20}, unwrapped)
			server.ModifyResponses(1, http.MethodOptions, withoutExtensions(extension))
			server.CorruptBodies(2)
			path := createFile(t, "film.mov", 4<<20)
			transfer := h.waitFinal(h.add(path))[0]
			if transfer.Phase != uploader.PhaseDone || transfer.Attempt != 0 {
				t.Errorf("phase %v, attempt %d: %v", transfer.Phase, transfer.Attempt, transfer.Fault)
			}
			wantStored(t, server, path)
			if n := countRequests(server.Requests(), http.MethodPatch); n != 6 {
				t.Errorf("%d requests, want 6 for 4 chunks of which 2 were corrupted", n)
			}
		})
	}
}

func TestX4RefusedAlgorithmFallsBack(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ refuse, want string }{
		"preferred one refused": {"sha256", "sha1"},
		"all refused":           {"", ""},
		"all but crc32 refused": {"sha", "crc32"},
	} {
		t.Run(name, func(t *testing.T) {
			h, server := newChecksumHarness(t, uploader.ServerOptions{ChunkMax: 1 << 20}, func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if sum := r.Header.Get("Upload-Checksum"); sum != "" && strings.HasPrefix(sum, c.refuse) {
						w.Header().Set("Tus-Resumable", "1.0.0")
						w.WriteHeader(http.StatusBadRequest)
						return
					}
					next.ServeHTTP(w, r)
				})
			})
			server.ModifyResponses(1, http.MethodOptions, withoutExtensions("checksum-trailer"))
			path := createFile(t, "film.mov", 3<<20)
			h.waitFinal(h.add(path))
			wantStored(t, server, path)
			for _, r := range server.Requests() {
				if algorithm, _, _ := strings.Cut(r.Header.Get("Upload-Checksum"), " "); r.Method == http.MethodPatch && algorithm != c.want {
					t.Errorf("request has algorithm %q", algorithm)
				}
			}
		})
	}
}

func TestX5ChecksummedChunkIsBounded(t *testing.T) {
	t.Parallel()
	h, server := newChecksumHarness(t, uploader.ServerOptions{}, unwrapped)
	path := createFile(t, "film.mov", 64<<20+1)
	h.waitFinal(h.add(path))
	wantStored(t, server, path)
	if diff := cmp.Diff([]int64{64 << 20, 1}, bodySizes(server.Requests(), http.MethodPatch)); diff != "" {
		t.Error("body sizes (-want +got):\n" + diff)
	}
}

func TestY1ChecksumInTrailer(t *testing.T) {
	t.Parallel()
	var trailers atomic.Int64
	h, server := newChecksumHarness(t, uploader.ServerOptions{}, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, r)
			if strings.HasPrefix(r.Trailer.Get("Upload-Checksum"), "sha256 ") {
				trailers.Add(1)
			}
		})
	})
	path := createFile(t, "film.mov", 3<<20)
	h.waitFinal(h.add(path))
	wantStored(t, server, path)
	if n := trailers.Load(); n != 1 || countRequests(server.Requests(), http.MethodPatch) != 1 {
		t.Errorf("%d trailers, %d requests", n, countRequests(server.Requests(), http.MethodPatch))
	}
}
