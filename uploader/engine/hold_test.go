package engine_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// sink is a server that takes everything, at any time, and counts its requests.
type sink struct {
	at      atomic.Int64
	patches atomic.Int64
}

func (s *sink) Probe(context.Context) (tus.Capabilities, error) { return tus.Capabilities{}, nil }
func (s *sink) Create(context.Context, tus.CreateRequest) (tus.Upload, error) {
	return tus.Upload{URL: "https://sink.example/files/1"}, nil
}

func (s *sink) Head(context.Context, string) (tus.Status, error) {
	return tus.Status{Offset: s.at.Load(), Length: -1}, nil
}

func (s *sink) PatchWith(ctx context.Context, request tus.PatchRequest) (tus.Status, error) {
	s.patches.Add(1)
	buffer := make([]byte, 4096)
	for {
		n, err := request.Body.Read(buffer)
		at := s.at.Add(int64(n))
		switch {
		case err == io.EOF:
			return tus.Status{Offset: at, Length: -1}, nil
		case err != nil:
			return tus.Status{}, context.Cause(ctx)
		}
	}
}

func (s *sink) Concat(context.Context, tus.ConcatRequest) (tus.Upload, error) {
	return tus.Upload{}, nil
}
func (s *sink) Terminate(context.Context, string) error { return nil }

// sending runs an engine that sends a file to the server, inside of a bubble.
func (s *sink) sending(t *testing.T, settings uploader.Settings, path string) (e *engine.Engine, do func(uploader.Command), quit func()) {
	t.Helper()
	e = engine.New(engine.Config{
		Store: uploadtest.NewStore(), Settings: &settings, Log: slog.New(slog.DiscardHandler),
		Connect: func(uploader.Server) (uploader.Protocol, error) { return s, nil },
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- e.Run(ctx) }()
	do = func(c uploader.Command) {
		if err := e.Do(ctx, c); err != nil {
			t.Fatal(err)
		}
	}
	do(uploader.SaveServer{Server: uploader.Server{Name: "sink", Endpoint: "https://sink.example/files/"}})
	do(uploader.Add{Batch: uploader.NewBatchID(), Server: theServer, Paths: []string{path}})
	return e, do, func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

// TestTheScheduleIsKept sends a file of 6,000,000 bytes at 1,000 a second, which is
// to rest from the twentieth to the fiftieth minute of an hour that is in no hurry.
func TestTheScheduleIsKept(t *testing.T) {
	path := write(t, "film.mov", 6_000_000)
	synctest.Test(t, func(t *testing.T) {
		now := time.Now()
		midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
		clock := func(d time.Duration) time.Duration { return now.Add(d).Sub(midnight) % (24 * time.Hour) }
		settings := settled(func(s *uploader.Settings) {
			s.Limit = 1000
			s.Schedule = uploader.Schedule{
				{Days: on("SMTWTFS"), From: clock(20 * time.Minute), Until: clock(50 * time.Minute), Limit: uploader.Nothing},
				{Days: on("SMTWTFS"), From: clock(50 * time.Minute), Until: clock(60 * time.Minute), Limit: 2000},
			}
		})
		server := &sink{}
		e, _, quit := server.sending(t, settings, path)
		at := func(d time.Duration) (state uploader.State, hold uploader.Hold, sent int64) {
			time.Sleep(time.Until(now.Add(d)))
			synctest.Wait()
			s := e.Snapshot()
			return s.Transfers[0].State(), s.Held[theServer], server.at.Load()
		}
		near := func(got, want int64) bool { return got >= want*98/100 && got <= want*102/100 }

		if state, hold, sent := at(time.Second); state != uploader.StateUploading || hold != (uploader.Hold{}) || sent > 1100 {
			t.Errorf("in the first second: %v, %v, %d bytes", state, hold, sent)
		}
		_, _, before := at(19 * time.Minute)
		if !near(before, 19*60*1000) {
			t.Errorf("%d bytes in 19 minutes at 1000 a second", before)
		}
		state, hold, held := at(21 * time.Minute)
		if until := now.Add(50 * time.Minute); state != uploader.StateWaiting || hold.Reason != uploader.HeldBySchedule || !hold.Until.Equal(until) {
			t.Errorf("in the hours of rest: %v, %+v, want it to last until %v", state, hold, until)
		}
		if _, _, later := at(49 * time.Minute); later != held || !near(held, 20*60*1000) {
			t.Errorf("%d bytes are across at the beginning, %d at the end of the rest", held, later)
		}
		state, _, woken := at(55 * time.Minute)
		if state != uploader.StateUploading || !near(woken-held, 5*60*2000) {
			t.Errorf("after the rest: %v, %d bytes in five minutes at 2000 a second", state, woken-held)
		}
		at(59 * time.Minute)
		patches := server.patches.Load()
		if _, _, end := at(70 * time.Minute); !near(end-held, 10*60*2000+10*60*1000) {
			t.Errorf("%d bytes in ten minutes at 2000 and ten at 1000 a second", end-held)
		}
		if n := server.patches.Load(); n != patches {
			t.Errorf("%d more requests, because the limit changed", n-patches)
		}
		quit()
	})
}

func TestAMeteredNetworkIsWaitedOutWhereTheUserWantsThat(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	b := newBench(t, server.Endpoint)
	with := func(metered uploader.Metered, limit int64) uploader.Configure {
		return uploader.Configure{Settings: settled(func(s *uploader.Settings) { s.Metered, s.Limit = metered, limit })}
	}
	b.do(with(uploader.MeteredHold, 10_000))
	path := write(t, "film.mov", 3<<20)
	batch := b.add(path)
	b.untilState(uploader.StateUploading)
	b.do(uploader.Metering{Metered: true})
	b.untilState(uploader.StateWaiting)
	if hold := b.engine.Snapshot().Held[theServer]; hold.Reason != uploader.HeldByMetering {
		t.Errorf("it waits for %+v", hold)
	}
	if _, held := b.engine.Snapshot().Held[uploader.BuiltinServer]; held {
		t.Error("this computer is taken for a network")
	}
	b.do(with(uploader.MeteredGoOn, 10_000))
	b.untilState(uploader.StateUploading)
	b.do(with(uploader.MeteredHold, 0))
	b.untilState(uploader.StateWaiting)
	b.do(uploader.Metering{Metered: false})
	b.finished(batch)
	wantStored(t, server, path)
}

func TestAServerThatIsAskedForTooMuchGetsLessAtATime(t *testing.T) {
	t.Parallel()
	const takes = 2
	var underWay, most, refusals atomic.Int64
	server := uploadtest.NewTusd(t, uploadtest.Wrap(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodPost {
				next.ServeHTTP(w, r)
				return
			}
			n := underWay.Add(1)
			defer underWay.Add(-1)
			most.Store(max(most.Load(), n))
			if n > takes {
				refusals.Add(1)
				w.Header().Set("Tus-Resumable", "1.0.0")
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			next.ServeHTTP(w, r)
		})
	}))
	b := newBench(t, server.Endpoint)
	folder := t.TempDir()
	var paths []string
	for i := range 60 {
		name := string(rune('a'+i%26)) + string(rune('a'+i/26))
		fillFolder(t, folder, name)
		paths = append(paths, filepath.Join(folder, name))
	}
	b.finished(b.add(folder))
	wantStored(t, server, paths...)
	if n := refusals.Load(); n > 60 {
		t.Errorf("%d refusals for 60 files, of at most %d at a time", n, most.Load())
	}
}
