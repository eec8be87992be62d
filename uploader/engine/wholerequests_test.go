package engine_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
)

// bufferedServer is a fakeServer behind an intermediary that passes on whole requests
// only, over connections that break after reach bytes.
type bufferedServer struct {
	fakeServer

	reach   int64
	created atomic.Int64

	requestSizes
}

// Create begins another upload, in place of the one before.
func (s *bufferedServer) Create(context.Context, tus.CreateRequest) (tus.Upload, error) {
	s.offset.Store(0)
	return tus.Upload{URL: fmt.Sprintf("https://uploads.example/files/%d", s.created.Add(1))}, nil
}

func (s *bufferedServer) PatchWith(_ context.Context, request tus.PatchRequest) (tus.Status, error) {
	received, err := s.read(request, s.reach)
	if err != nil {
		return tus.Status{}, err
	}
	if received < request.Size {
		return tus.Status{}, fault.New(fault.Transient, fault.Patch, errors.New("connection reset"))
	}
	return tus.Status{Offset: s.offset.Add(received), Length: -1}, nil
}

func TestC22UploadThroughBufferingProxyFinishes(t *testing.T) {
	const size, mib = 40_000_000, 1 << 20
	path := filepath.Join(t.TempDir(), "film.mov")
	if err := os.WriteFile(path, make([]byte, size), 0o600); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		server := &bufferedServer{reach: 6_000_000}
		e, do, stop := startFake(t, server, uploader.DefaultSettings(), path)
		time.Sleep(10 * time.Minute)
		if got := server.offset.Load(); got != size {
			t.Errorf("server has %d of %d bytes after ten minutes, requests of %d", got, size, server.sizes)
		}
		learned := e.Snapshot().Servers[1].Options.WholeRequests
		if learned < mib || learned > 2*server.reach {
			t.Errorf("limit of %d bytes is shown", learned)
		}

		server.sizes = nil
		again := filepath.Join(t.TempDir(), "again.mov")
		if err := os.WriteFile(again, make([]byte, size), 0o600); err != nil {
			t.Fatal(err)
		}
		do(uploader.Add{Batch: uploader.NewBatchID(), Server: testServer, Paths: []string{again}})
		time.Sleep(10 * time.Minute)
		stop()
		if len(server.sizes) == 0 || server.sizes[0] > learned {
			t.Errorf("requests of %d bytes for the next file, want at most %d at first", server.sizes, learned)
		}
	})
}

// TestC22OfflineIsNoReason checks that requests of which nothing was sent do not make
// others smaller.
func TestC22OfflineIsNoReason(t *testing.T) {
	path := filepath.Join(t.TempDir(), "film.mov")
	if err := os.WriteFile(path, make([]byte, 3_000_000), 0o600); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		server := &bufferedServer{}
		e, _, stop := startFake(t, server, uploader.DefaultSettings(), path)
		time.Sleep(time.Minute)
		stop()
		if learned := e.Snapshot().Servers[1].Options.WholeRequests; learned != 0 || len(server.sizes) < 2 {
			t.Errorf("limit of %d bytes after requests of %d bytes that were not sent", learned, server.sizes)
		}
	})
}
