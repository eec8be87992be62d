package db_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
)

// BenchmarkSweepMillion gives commands for everything to an engine with a million
// files in line, and others meanwhile: how long the whole takes, and how long one of
// the others at most.
func BenchmarkSweepMillion(b *testing.B) {
	const rows = 1_000_000
	for b.Loop() {
		b.StopTimer()
		e := lined(b, rows)
		b.StartTimer()
		for _, c := range []struct {
			name    string
			command uploader.Command
		}{
			{"pause", uploader.Pause{Target: uploader.Everything()}},
			{"resume", uploader.Resume{Target: uploader.Everything()}},
			{"cancel", uploader.Cancel{Target: uploader.Everything()}},
			{"retry", uploader.Retry{Target: uploader.Everything()}},
			{"remove", uploader.Remove{Target: uploader.Everything()}},
		} {
			began := time.Now()
			longest := meanwhile(b, e, c.command)
			b.ReportMetric(time.Since(began).Seconds(), c.name+"-s")
			b.ReportMetric(float64(longest.Milliseconds()), c.name+"-most-ms")
		}
	}
}

// meanwhile gives a command, and ten others a second until it is answered. It
// returns how long the longest of those waited.
func meanwhile(b *testing.B, e *engine.Engine, command uploader.Command) time.Duration {
	b.Helper()
	answered := make(chan error, 1)
	go func() { answered <- e.Do(b.Context(), command) }()
	var longest time.Duration
	for tick := time.NewTicker(100 * time.Millisecond); ; {
		select {
		case err := <-answered:
			if err != nil {
				b.Error(err)
			}
			return longest
		case <-tick.C:
			given := time.Now()
			if err := e.Do(b.Context(), uploader.Metering{Metered: true}); err != nil {
				b.Error(err)
			}
			longest = max(longest, time.Since(given))
		}
	}
}

// lined is an engine with so many files in line, to a server to which nothing goes.
func lined(b *testing.B, rows int) *engine.Engine {
	b.Helper()
	store := opened(b, b.TempDir()+"/ferry.db")
	transfers := sample(0, rows)
	for _, t := range transfers {
		t.Server, t.Phase, t.Session = 2, uploader.PhaseQueued, uploader.Session{}
	}
	saved(b, store, uploader.Changes{
		Servers:   []uploader.Server{{ID: 2, Name: "far away", Endpoint: "http://127.0.0.1:1/files/"}},
		Batches:   []uploader.Batch{{ID: 1, Server: 2, Rank: 1, Expanded: true}},
		Transfers: transfers,
	})
	settings := uploader.DefaultSettings()
	settings.Metered = uploader.MeteredHold
	e := engine.New(engine.Config{Store: store, Log: slog.New(slog.DiscardHandler), Settings: &settings, Ask: true})
	ctx, quit := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- e.Run(ctx) }()
	b.Cleanup(func() {
		quit()
		if err := <-ended; err != nil {
			b.Error(err)
		}
		closed(b, store)
	})
	if err := e.Do(b.Context(), uploader.Metering{Metered: true}); err != nil {
		b.Fatal(err)
	}
	return e
}
