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

// startEngine runs an engine on a store until stop is called.
func startEngine(t *testing.T, store *db.DB) (e *engine.Engine, stop func()) {
	t.Helper()
	return startEngineWithLog(t, store, slog.New(slog.DiscardHandler))
}

func startEngineWithLog(t *testing.T, store *db.DB, log *slog.Logger) (e *engine.Engine, stop func()) {
	t.Helper()
	transport := http.DefaultTransport.(*http.Transport).Clone()
	e = engine.New(engine.Config{
		Store: store, Log: log,
		Connect: func(s uploader.Server) (uploader.Protocol, error) {
			return tus.New(tus.Config{Endpoint: s.Endpoint, HTTP: transport})
		},
	})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	return e, func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		transport.CloseIdleConnections()
	}
}

// waitUntil waits for a snapshot that meets the condition. what describes it.
func waitUntil(t *testing.T, e *engine.Engine, what string, condition func(*uploader.Snapshot) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	changes := e.Watch(ctx)
	for !condition(e.Snapshot()) {
		if _, open := <-changes; !open {
			s := e.Snapshot()
			t.Fatalf("timed out waiting for %s: totals %v, store error %v", what, s.Totals, s.StoreFault)
		}
	}
}

// TestEngineWithFullDatabase makes the database full while one file is uploaded and a
// folder is being added.
func TestEngineWithFullDatabase(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	path := filepath.Join(t.TempDir(), "ferry.db")
	store := openDB(t, path)
	e, stop := startEngine(t, store)
	do := func(c uploader.Command) {
		t.Helper()
		if err := e.Do(t.Context(), c); err != nil {
			t.Fatalf("%T: %v", c, err)
		}
	}
	do(uploader.SaveServer{Server: uploader.Server{Endpoint: proxy.URL(server.Endpoint)}})
	folder := t.TempDir()
	large := filepath.Join(folder, "large.mov")
	writeFile(t, large, make([]byte, 8<<20))
	proxy.Throttle(2 << 20)
	do(uploader.Add{Batch: uploader.NewBatchID(), Server: 2, Paths: []string{large}})
	waitUntil(t, e, "the upload to start", func(s *uploader.Snapshot) bool { return s.Totals.Count[uploader.StateUploading] == 1 })

	pages, err := db.QueryValue[int](store, "PRAGMA page_count")
	if err != nil {
		t.Fatal(err)
	}
	limitPages(t, store, pages+20)
	many := filepath.Join(folder, "many")
	if err := os.Mkdir(many, 0o700); err != nil {
		t.Fatal(err)
	}
	for i := range 1000 {
		writeFile(t, filepath.Join(many, fmt.Sprint(i)), []byte("x"))
	}
	batch := uploader.NewBatchID()
	do(uploader.Add{Batch: batch, Server: 2, Paths: []string{many}})
	waitUntil(t, e, "a store error", func(s *uploader.Snapshot) bool { return s.StoreFault != nil })
	if err := e.Snapshot().StoreFault; !errors.Is(err, db.ErrFull) {
		t.Errorf("store error %v, want %v", err, db.ErrFull)
	}
	proxy.Restore(t)
	waitUntil(t, e, "the large upload", func(s *uploader.Snapshot) bool { return s.Totals.Count[uploader.StateDone] > 0 })
	if failed := e.Snapshot().Totals.Count[uploader.StateFailed]; failed > 0 {
		t.Errorf("%d transfers failed, want 0", failed)
	}

	limitPages(t, store, 1<<30)
	waitUntil(t, e, "all uploads", func(s *uploader.Snapshot) bool {
		return s.StoreFault == nil && s.Totals.Count[uploader.StateDone] == 1001
	})
	stop()
	closeDB(t, store)
	if got := countTransfers(t, path); got != 1001 {
		t.Errorf("%d transfers saved, want 1001", got)
	}
	if stored := len(server.Stored(t)); stored != 1001 {
		t.Errorf("%d uploads stored for 1001 files", stored)
	}
}
