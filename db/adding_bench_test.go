package db_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/tus"
)

// BenchmarkCount measures counting the files of a folder, as before adding very many.
func BenchmarkCount(b *testing.B) {
	for _, files := range []int{100_000, 1_000_000} {
		b.Run(fmt.Sprint(files), func(b *testing.B) {
			folder := folderOfFiles(b, files)
			for b.Loop() {
				counted := 0
				for _, err := range (source.Disk{}).Scan(b.Context(), []string{folder}, source.ScanOptions{}) {
					if err != nil {
						b.Fatal(err)
					}
					counted++
				}
				if counted != files {
					b.Fatalf("counted %d of %d files", counted, files)
				}
			}
			b.ReportMetric(float64(files*b.N)/b.Elapsed().Seconds(), "files/s")
		})
	}
}

// BenchmarkAdd measures adding a folder to an engine with a database: files queued per
// second, the time until the server receives the first request for a file, and the longest
// time that another command takes meanwhile. The server answers no such request, so that
// nothing else is measured.
func BenchmarkAdd(b *testing.B) {
	for _, test := range []struct {
		name    string
		files   int
		counted bool // before, as the window does
	}{{"100000", 100_000, false}, {"100000 counted", 100_000, true}, {"1000000", 1_000_000, false}} {
		files := test.files
		b.Run(test.name, func(b *testing.B) {
			folder := folderOfFiles(b, files)
			for b.Loop() {
				b.StopTimer()
				first, ended := make(chan time.Time, 1), make(chan struct{})
				server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set("Tus-Resumable", "1.0.0")
					w.Header().Set("Tus-Version", "1.0.0")
					w.Header().Set("Tus-Extension", "creation,creation-with-upload")
					if r.Method == http.MethodPost {
						select {
						case first <- time.Now():
						default:
						}
						<-ended
					}
				}))
				e, stop := startBenchmarkEngine(b)
				if err := e.Do(b.Context(), uploader.SaveServer{Server: uploader.Server{Endpoint: server.URL}}); err != nil {
					b.Fatal(err)
				}
				batch := uploader.NewBatchID()
				var listing *uploader.Listing
				if test.counted {
					listing = list(b, folder)
				}
				b.StartTimer()
				began := time.Now()
				if err := e.Do(b.Context(), uploader.Add{Batch: batch, Server: 2, Paths: []string{folder}, Listing: listing}); err != nil {
					b.Fatal(err)
				}
				longest := time.Duration(0)
				for !e.Snapshot().Batches[batch].Scanned {
					sent := time.Now()
					if err := e.Do(b.Context(), uploader.SetMetered{}); err != nil {
						b.Fatal(err)
					}
					longest = max(longest, time.Since(sent))
					time.Sleep(20 * time.Millisecond)
				}
				b.ReportMetric(float64(files)/time.Since(began).Seconds(), "files/s")
				b.ReportMetric(float64((<-first).Sub(began).Milliseconds()), "first-ms")
				b.ReportMetric(float64(longest.Milliseconds()), "command-max-ms")
				b.StopTimer()
				if rows := e.Snapshot().Transfers.Len(); rows != files {
					b.Fatalf("%d of %d files are queued", rows, files)
				}
				close(ended)
				stop()
				server.Close()
				b.StartTimer()
			}
		})
	}
}

// list returns a listing of a folder.
func list(b *testing.B, folder string) *uploader.Listing {
	b.Helper()
	options := source.ScanOptions{Ignore: uploader.DefaultSettings().Ignore, Hidden: uploader.DefaultSettings().IncludeHidden}
	listing := uploader.NewListing([]string{folder}, options, false)
	for file, err := range (source.Disk{}).Scan(b.Context(), []string{folder}, options) {
		listing.Add(file, err)
	}
	listing.End(time.Now())
	return listing
}

// startBenchmarkEngine runs an engine with a new database until stop is called.
func startBenchmarkEngine(b *testing.B) (e *engine.Engine, stop func()) {
	b.Helper()
	store := openDB(b, filepath.Join(b.TempDir(), "ferry.db"))
	transport := http.DefaultTransport.(*http.Transport).Clone()
	settings := uploader.DefaultSettings()
	settings.SettleTime = 0
	e = engine.New(engine.Config{
		Store: store, Log: slog.New(slog.DiscardHandler), Settings: &settings,
		Connect: func(s uploader.Server) (uploader.Protocol, error) {
			return tus.New(tus.Config{Endpoint: s.Endpoint, HTTP: transport})
		},
	})
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	return e, func() {
		cancel()
		if err := <-done; err != nil {
			b.Error(err)
		}
		transport.CloseIdleConnections()
		closeDB(b, store)
	}
}

// folderOfFiles creates a folder with so many files of ten bytes, 1,000 in each subfolder.
func folderOfFiles(b *testing.B, files int) string {
	b.Helper()
	top := filepath.Join(b.TempDir(), "top")
	for i := range files {
		folder := filepath.Join(top, fmt.Sprintf("folder-%05d", i/1000))
		if i%1000 == 0 {
			if err := os.MkdirAll(folder, 0o700); err != nil {
				b.Fatal(err)
			}
		}
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("IMG_%07d.CR3", i)), []byte("ten bytes."), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	return top
}
