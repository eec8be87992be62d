package engine_test

import (
	"context"
	"io"
	"log/slog"
	"sync/atomic"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// fakeServer is a server that discards what it receives, and counts bytes and PATCH
// requests.
type fakeServer struct {
	offset  atomic.Int64
	patches atomic.Int64
}

func (s *fakeServer) Probe(context.Context) (tus.Capabilities, error) { return tus.Capabilities{}, nil }

func (s *fakeServer) Create(context.Context, tus.CreateRequest) (tus.Upload, error) {
	return tus.Upload{URL: "https://uploads.example/files/1"}, nil
}

func (s *fakeServer) Head(context.Context, string) (tus.Status, error) {
	return tus.Status{Offset: s.offset.Load(), Length: -1}, nil
}

func (s *fakeServer) PatchWith(ctx context.Context, request tus.PatchRequest) (tus.Status, error) {
	s.patches.Add(1)
	buffer := make([]byte, 4096)
	for {
		n, err := request.Body.Read(buffer)
		received := s.offset.Add(int64(n))
		switch {
		case err == io.EOF:
			return tus.Status{Offset: received, Length: -1}, nil
		case err != nil:
			return tus.Status{}, context.Cause(ctx)
		}
	}
}

func (s *fakeServer) Concat(context.Context, tus.ConcatRequest) (tus.Upload, error) {
	return tus.Upload{}, nil
}

func (s *fakeServer) Terminate(context.Context, string) error { return nil }

// start runs an engine that uploads a file to the server. It is called in a synctest
// bubble.
func (s *fakeServer) start(t *testing.T, settings uploader.Settings, path string) (e *engine.Engine, do func(uploader.Command), stop func()) {
	t.Helper()
	return startFake(t, s, settings, path)
}

// startFake is [fakeServer.start] for any server.
func startFake(t *testing.T, server uploader.Protocol, settings uploader.Settings, path string) (e *engine.Engine, do func(uploader.Command), stop func()) {
	t.Helper()
	e = engine.New(engine.Config{
		Store: uploadtest.NewStore(), Settings: &settings, Log: slog.New(slog.DiscardHandler),
		Connect: func(uploader.Server) (uploader.Protocol, error) { return server, nil },
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- e.Run(ctx) }()
	do = func(c uploader.Command) {
		if err := e.Do(ctx, c); err != nil {
			t.Fatal(err)
		}
	}
	do(uploader.SaveServer{Server: uploader.Server{Name: "fake", Endpoint: "https://uploads.example/files/"}})
	do(uploader.Add{Batch: uploader.NewBatchID(), Server: testServer, Paths: []string{path}})
	return e, do, func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}
