package engine_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/uploader/tus"
)

// congestedServer is a server over a connection on which every request stalls while
// there are more than capacity.
type congestedServer struct {
	fakeServer

	capacity int

	mu            sync.Mutex
	running, done int
	stalled       bool
	maxAfterStall int // requests at the same time that began after the first one stalled
	uploads       int
}

func (s *congestedServer) Create(context.Context, tus.CreateRequest) (tus.Upload, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.uploads++
	return tus.Upload{URL: fmt.Sprint("https://uploads.example/files/", s.uploads)}, nil
}

func (s *congestedServer) Head(context.Context, string) (tus.Status, error) {
	return tus.Status{Length: -1}, nil
}

func (s *congestedServer) PatchWith(_ context.Context, request tus.PatchRequest) (tus.Status, error) {
	s.mu.Lock()
	s.running++
	if s.stalled {
		s.maxAfterStall = max(s.maxAfterStall, s.running)
	}
	s.mu.Unlock()
	time.Sleep(time.Second) // others begin
	s.mu.Lock()
	stalls := s.running > s.capacity
	s.mu.Unlock()
	if stalls {
		time.Sleep(time.Minute)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running--
	if stalls {
		s.stalled = true
		return tus.Status{}, fault.New(fault.Transient, fault.Patch, fmt.Errorf("no response: %w", netx.ErrStalled))
	}
	s.done++
	n, err := io.Copy(io.Discard, request.Body)
	return tus.Status{Offset: request.Offset + n, Length: -1}, err
}

func TestStalledSmallFilesReduceConcurrency(t *testing.T) {
	const files = 40
	dir := filepath.Join(t.TempDir(), "photos")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for i := range files {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprint(i)), make([]byte, 1000+i), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		server := &congestedServer{capacity: 8}
		_, _, stop := startFake(t, server, uploader.DefaultSettings(), dir)
		time.Sleep(10 * time.Minute)
		stop()
		if server.done != files || !server.stalled {
			t.Errorf("%d of %d files are uploaded after ten minutes, stalled: %v", server.done, files, server.stalled)
		}
		if server.maxAfterStall > server.capacity+1 {
			t.Errorf("%d requests at the same time after requests stalled, want at most %d", server.maxAfterStall, server.capacity+1)
		}
	})
}
