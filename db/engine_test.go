package db_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ferryapp/ferry/db"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// engine runs an engine on a store until the returned function is called.
func startEngine(t *testing.T, store *db.DB) (e *engine.Engine, quit func()) {
	t.Helper()
	return engineTelling(t, store, slog.New(slog.DiscardHandler))
}

func engineTelling(t *testing.T, store *db.DB, log *slog.Logger) (e *engine.Engine, quit func()) {
	t.Helper()
	transport := http.DefaultTransport.(*http.Transport).Clone()
	e = engine.New(engine.Config{
		Store: store, Log: log,
		Connect: func(s uploader.Server) (uploader.Protocol, error) {
			return tus.New(tus.Config{Endpoint: s.Endpoint, HTTP: transport})
		},
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- e.Run(ctx) }()
	return e, func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		transport.CloseIdleConnections()
	}
}

func until(t *testing.T, e *engine.Engine, what string, want func(*uploader.Snapshot) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	changes := e.Watch(ctx)
	for !want(e.Snapshot()) {
		if _, open := <-changes; !open {
			s := e.Snapshot()
			t.Fatalf("%s never came; there is %v, trouble %v", what, s.Totals, s.Trouble)
		}
	}
}

// TestAFullDiskStopsNoUploadAndForgetsNothing fills the disk while one file is under
// way and a folder is being added.
func TestAFullDiskStopsNoUploadAndForgetsNothing(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	path := filepath.Join(t.TempDir(), "ferry.db")
	store := opened(t, path)
	e, quit := startEngine(t, store)
	do := func(c uploader.Command) {
		t.Helper()
		if err := e.Do(t.Context(), c); err != nil {
			t.Fatalf("%T: %v", c, err)
		}
	}
	do(uploader.SaveServer{Server: uploader.Server{Endpoint: proxy.URL(server.Endpoint)}})
	folder := t.TempDir()
	film := filepath.Join(folder, "film.mov")
	left(t, film, make([]byte, 8<<20))
	proxy.Slow(2 << 20)
	do(uploader.Add{Batch: uploader.NewBatchID(), Server: 2, Paths: []string{film}})
	until(t, e, "bytes", func(s *uploader.Snapshot) bool { return s.Totals.Count[uploader.StateUploading] == 1 })

	pages, err := db.Ask[int](store, "PRAGMA page_count")
	if err != nil {
		t.Fatal(err)
	}
	limit(t, store, pages+20)
	many := filepath.Join(folder, "many")
	if err := os.Mkdir(many, 0o700); err != nil {
		t.Fatal(err)
	}
	for i := range 1000 {
		left(t, filepath.Join(many, fmt.Sprint(i)), []byte("x"))
	}
	batch := uploader.NewBatchID()
	do(uploader.Add{Batch: batch, Server: 2, Paths: []string{many}})
	until(t, e, "a full disk", func(s *uploader.Snapshot) bool { return s.Trouble != nil })
	if trouble := e.Snapshot().Trouble; !errors.Is(trouble, db.ErrFull) {
		t.Errorf("the trouble is %v", trouble)
	}
	proxy.Heal(t)
	until(t, e, "the film", func(s *uploader.Snapshot) bool { return s.Totals.Count[uploader.StateDone] > 0 })
	if failed := e.Snapshot().Totals.Count[uploader.StateFailed]; failed > 0 {
		t.Errorf("%d transfers failed for want of room", failed)
	}

	limit(t, store, 1<<30)
	until(t, e, "everything across", func(s *uploader.Snapshot) bool {
		return s.Trouble == nil && s.Totals.Count[uploader.StateDone] == 1001
	})
	quit()
	closed(t, store)
	if got := count(t, path); got != 1001 {
		t.Errorf("%d of 1001 transfers are saved", got)
	}
	if stored := len(server.Stored(t)); stored != 1001 {
		t.Errorf("%d uploads were made of 1001 files", stored)
	}
}
