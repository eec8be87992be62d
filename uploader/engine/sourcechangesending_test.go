package engine_test

import (
	"context"
	"errors"
	"io"
	"os"
	"testing"
	"testing/synctest"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
)

// truncatingServer truncates the file while it receives it. A request with fewer bytes
// than announced fails, as in an HTTP client.
type truncatingServer struct {
	consistentLater
	path string
	to   int64
}

func (s *truncatingServer) PatchWith(_ context.Context, request tus.PatchRequest) (tus.Status, error) {
	first, err := io.CopyN(io.Discard, request.Body, 1<<20)
	if err != nil && !errors.Is(err, io.EOF) {
		return tus.Status{}, err
	}
	if err := os.Truncate(s.path, s.to); err != nil {
		return tus.Status{}, err
	}
	rest, err := io.Copy(io.Discard, request.Body)
	switch {
	case err != nil:
		return tus.Status{}, err
	case first+rest < request.Size:
		return tus.Status{}, fault.Newf(fault.Transient, fault.Patch, "body has %d bytes, want %d", first+rest, request.Size)
	}
	return tus.Status{Offset: request.Offset + first + rest, Length: -1}, nil
}

func TestFileTruncatedWhileItIsSent(t *testing.T) {
	for _, c := range []struct {
		name    string
		size    int
		options uploader.BatchOptions
		growth  uploader.FileGrowth
	}{
		{"single upload", 6 << 20, uploader.BatchOptions{}, uploader.GrowthNone},
		{"parts", 24 << 20, uploader.BatchOptions{Connections: 2}, uploader.GrowthNone},
		{"deferred length", 6 << 20, uploader.BatchOptions{}, uploader.GrowthActive},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := createFile(t, "film.mov", c.size)
			synctest.Test(t, func(t *testing.T) {
				server := &truncatingServer{path: path, to: 2 << 20}
				h := newLaterHarness(t, &server.consistentLater, func(config *engine.Config) {
					config.Connect = func(uploader.Server) (uploader.Protocol, error) { return server, nil }
					config.Growth = func(string) uploader.FileGrowth { return c.growth }
				})
				defer func() { h.stop() }()
				h.addWithOptions(c.options, path)
				h.waitFor("a fault", func(s *uploader.Snapshot) bool { return s.Transfers.Len() == 1 && s.Transfers.At(0).Fault != nil })
				if got := h.onlyTransfer(); got.State() != uploader.StateChanged || got.Attempt != 0 {
					t.Errorf("state %v after %d attempts: %v", got.State(), got.Attempt, got.Fault)
				}
			})
		})
	}
}
