package engine_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

func BenchmarkOneLargeFile(b *testing.B) {
	folder := b.TempDir()
	path := filepath.Join(folder, "large.bin")
	const size = 512 << 20
	if err := os.WriteFile(path, make([]byte, size), 0o600); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(size)
	benchmarkSend(b, folder)
}

func BenchmarkThousandSmallFiles(b *testing.B) {
	folder := b.TempDir()
	for i := range 1000 {
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprint(i)), make([]byte, 10<<10), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	benchmarkSend(b, folder)
	b.ReportMetric(1000*float64(b.N)/b.Elapsed().Seconds(), "files/s")
}

// benchmarkSend uploads a folder to a tusd binary, with an empty store each time.
func benchmarkSend(b *testing.B, folder string) {
	for b.Loop() {
		b.StopTimer()
		server := uploadtest.NewTusdBinary(b)
		store := uploadtest.NewStore()
		transport := netx.Transport(netx.Config{})
		engine := engine.New(engine.Config{
			Store: store,
			Log:   slog.New(slog.DiscardHandler),
			Connect: func(s uploader.Server) (uploader.Protocol, error) {
				return tus.New(tus.Config{Endpoint: s.Endpoint, HTTP: transport})
			},
		})
		ctx, cancel := context.WithCancel(b.Context())
		ended := make(chan error, 1)
		go func() { ended <- engine.Run(ctx) }()
		if err := engine.Do(ctx, uploader.SaveServer{Server: uploader.Server{Endpoint: server.Endpoint}}); err != nil {
			b.Fatal(err)
		}
		changes := engine.Watch(ctx)
		b.StartTimer()

		batch := uploader.NewBatchID()
		if err := engine.Do(ctx, uploader.Add{Batch: batch, Server: testServer, Paths: []string{folder}}); err != nil {
			b.Fatal(err)
		}
		for s := engine.Snapshot(); !s.Batches[batch].Scanned || s.Totals.Pending > 0; s = engine.Snapshot() {
			<-changes
		}

		b.StopTimer()
		for state, n := range engine.Snapshot().Totals.Count {
			if state != uploader.StateDone {
				b.Fatalf("%d transfers are %v", n, state)
			}
		}
		cancel()
		if err := <-ended; err != nil {
			b.Fatal(err)
		}
		transport.CloseIdleConnections()
		server.Kill(b)
		if err := os.RemoveAll(server.Dir); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}
