package db_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
)

// BenchmarkCommandsForMillion measures commands for all of a million queued files, and the
// longest time that another command takes in that time.
func BenchmarkCommandsForMillion(b *testing.B) {
	const rows = 1_000_000
	for b.Loop() {
		b.StopTimer()
		e := startQueuedEngine(b, rows)
		b.StartTimer()
		for _, c := range []struct {
			name    string
			command uploader.Command
		}{
			{"pause", uploader.Pause{Target: uploader.TargetAll()}},
			{"resume", uploader.Resume{Target: uploader.TargetAll()}},
			{"cancel", uploader.Cancel{Target: uploader.TargetAll()}},
			{"retry", uploader.Retry{Target: uploader.TargetAll()}},
			{"remove", uploader.Remove{Target: uploader.TargetAll()}},
		} {
			start := time.Now()
			longest := longestCommandDuring(b, e, c.command)
			b.ReportMetric(time.Since(start).Seconds(), c.name+"-s")
			b.ReportMetric(float64(longest.Milliseconds()), c.name+"-max-ms")
		}
	}
}

// longestCommandDuring runs a command, and ten others a second until it is done. It returns
// the longest time that one of those took.
func longestCommandDuring(b *testing.B, e *engine.Engine, command uploader.Command) time.Duration {
	b.Helper()
	done := make(chan error, 1)
	go func() { done <- e.Do(b.Context(), command) }()
	var longest time.Duration
	for tick := time.NewTicker(100 * time.Millisecond); ; {
		select {
		case err := <-done:
			if err != nil {
				b.Error(err)
			}
			return longest
		case <-tick.C:
			start := time.Now()
			if err := e.Do(b.Context(), uploader.SetMetered{Metered: true}); err != nil {
				b.Error(err)
			}
			longest = max(longest, time.Since(start))
		}
	}
}

// startQueuedEngine starts an engine with so many queued files, to a server to which nothing
// is sent because the network is metered.
func startQueuedEngine(b *testing.B, rows int) *engine.Engine {
	b.Helper()
	store := openDB(b, b.TempDir()+"/ferry.db")
	transfers := sampleTransfers(0, rows)
	for _, t := range transfers {
		t.Server, t.Phase, t.Session = 2, uploader.PhaseQueued, uploader.Session{}
	}
	save(b, store, uploader.Changes{
		Servers:   []uploader.Server{{ID: 2, Name: "remote", Endpoint: "http://127.0.0.1:1/files/"}},
		Batches:   []uploader.Batch{{ID: 1, Server: 2, Rank: 1, Scanned: true}},
		Transfers: transfers,
	})
	settings := uploader.DefaultSettings()
	settings.Metered = uploader.MeteredHold
	e := engine.New(engine.Config{Store: store, Log: slog.New(slog.DiscardHandler), Settings: &settings, AskBeforeResume: true})
	ctx, cancel := context.WithCancel(context.Background())
	stopped := make(chan error, 1)
	go func() { stopped <- e.Run(ctx) }()
	b.Cleanup(func() {
		cancel()
		if err := <-stopped; err != nil {
			b.Error(err)
		}
		closeDB(b, store)
	})
	if err := e.Do(b.Context(), uploader.SetMetered{Metered: true}); err != nil {
		b.Fatal(err)
	}
	return e
}
