package engine_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
)

// poorServer is a fakeServer that takes at most take bytes of each request.
type poorServer struct {
	fakeServer

	take   int64
	breaks bool // the connection breaks after them, so that only HEAD returns the offset

	requestSizes
}

// requestSizes records the sizes of PATCH requests.
type requestSizes struct {
	mu    sync.Mutex
	sizes []int64
}

// read reads at most n bytes of a request.
func (s *requestSizes) read(request tus.PatchRequest, n int64) (int64, error) {
	received, err := io.Copy(io.Discard, io.LimitReader(request.Body, n))
	if err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sizes = append(s.sizes, request.Size)
	return received, nil
}

func (s *poorServer) PatchWith(_ context.Context, request tus.PatchRequest) (tus.Status, error) {
	received, err := s.read(request, s.take)
	if err != nil {
		return tus.Status{}, err
	}
	offset := s.offset.Add(received)
	if s.breaks && received < request.Size {
		return tus.Status{}, fault.New(fault.Transient, fault.Patch, errors.New("connection reset"))
	}
	return tus.Status{Offset: offset, Length: -1}, nil
}

func TestServerThatTakesLittleOfEachRequest(t *testing.T) {
	const size = 3_000_000
	path := filepath.Join(t.TempDir(), "film.mov")
	if err := os.WriteFile(path, make([]byte, size), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		server                *poorServer
		maxRequests           int
		maxAnnounced, minDone int64
	}{
		"one byte":                        {&poorServer{take: 1}, 500, 30 << 20, 1},
		"one byte, then a reset":          {&poorServer{take: 1, breaks: true}, 100, 10 << 20, 1},
		"40 KB":                           {&poorServer{take: 40_000}, 100, 20 << 20, size},
		"40 KB, then a reset":             {&poorServer{take: 40_000, breaks: true}, 100, 20 << 20, size},
		"a tenth of the file at one time": {&poorServer{take: size / 10}, 11, 20 << 20, size},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, _, stop := startFake(t, test.server, uploader.DefaultSettings(), path)
				time.Sleep(time.Hour)
				stop()
				var announced int64
				for _, size := range test.server.sizes {
					announced += size
				}
				t.Logf("%d requests announced %d bytes, server has %d", len(test.server.sizes), announced, test.server.offset.Load())
				if len(test.server.sizes) > test.maxRequests || announced > test.maxAnnounced {
					t.Errorf("%d requests announced %d bytes in one hour, want at most %d and %d", len(test.server.sizes), announced, test.maxRequests, test.maxAnnounced)
				}
				if got := test.server.offset.Load(); got < test.minDone {
					t.Errorf("server has %d bytes after one hour, want at least %d", got, test.minDone)
				}
			})
		})
	}
}
