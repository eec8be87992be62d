package endtoend_test

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/db"
	"github.com/ferryapp/ferry/uploader"
)

// engine is the engine in this process, on a real database, as the program puts
// it together. It can be stopped and started again.
type engineRunner struct {
	t        *testing.T
	database string // the file's path
	transport  http.RoundTripper
	disk     fullDisk               // that the database is on
	settings *uploader.Settings // nil: the engine's own
	askOnStart      bool               // what is left waits for the user at the next start
	engine   *uploader.Engine
	stop     func()
}

func newEngineRunner(t *testing.T, database string, transport http.RoundTripper) *engineRunner {
	t.Helper()
	b := &engineRunner{t: t, database: database, transport: transport}
	b.start()
	t.Cleanup(func() { b.stop() })
	return b
}

func (b *engineRunner) start() {
	b.t.Helper()
	store, err := db.Open(b.t.Context(), b.database)
	if err != nil {
		b.t.Fatal(err)
	}
	book := connect.NewBook(connect.Config{Network: func(*http.Transport) http.RoundTripper { return b.transport }})
	b.engine = uploader.New(uploader.Config{
		Store: fullDiskStore{store, &b.disk}, Connect: book.Connect, Log: slog.New(slog.DiscardHandler),
		Settings: b.settings, Ask: b.askOnStart,
	})
	ctx, cancel := context.WithCancel(b.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.engine.Run(ctx) }()
	b.stop = once(func() {
		cancel()
		if err := <-ended; err != nil {
			b.t.Errorf("run: %v", err)
		}
		if err := store.Close(); err != nil {
			b.t.Errorf("close database: %v", err)
		}
	})
	b.waitFor("what was saved", func(s *uploader.Snapshot) bool { return s.Seq > 0 })
}

// restartServer stops the engine in order and runs another on the same database.
func (b *engineRunner) restart() {
	b.t.Helper()
	b.stop()
	b.start()
}

func (b *engineRunner) do(command uploader.Command) {
	b.t.Helper()
	if err := b.engine.Do(b.t.Context(), command); err != nil {
		b.t.Fatalf("%T: %v", command, err)
	}
}

// addServer makes the server at that creation URL the destination.
func (b *engineRunner) addServer(endpoint string) uploader.ServerID {
	b.t.Helper()
	b.do(uploader.SaveServer{Server: uploader.Server{Name: "studio", Endpoint: endpoint}})
	for _, s := range b.engine.Snapshot().Servers {
		if s.Endpoint == endpoint {
			return s.ID
		}
	}
	b.t.Fatal("the server is not there")
	return 0
}

// waitFor waits for a snapshot of which want is true.
func (b *engineRunner) waitFor(what string, want func(*uploader.Snapshot) bool) *uploader.Snapshot {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), runTimeout)
	defer cancel()
	changes := b.engine.Watch(ctx)
	for {
		s := b.engine.Snapshot()
		if want(s) {
			return s
		}
		if _, open := <-changes; !open {
			b.t.Fatalf("never came: %s; there is:\n%s", what, describeUnfinished(s))
		}
	}
}

// waitFinal waits until the batch is walked and all of it is final. Whatever
// waits is tried again at once, as a person can who does not like to wait.
func (b *engineRunner) waitFinal(batch uploader.BatchID) []*uploader.Transfer {
	b.t.Helper()
	var rows []*uploader.Transfer
	b.waitFor("the end of the batch", func(s *uploader.Snapshot) bool {
		if entry := s.Batches[batch]; entry == nil || !entry.Expanded {
			return false
		}
		rows = rows[:0]
		var waiting []uploader.TransferID
		unfinished := 0
		for _, t := range s.Transfers {
			if t.Batch != batch {
				continue
			}
			rows = append(rows, t)
			if !t.Phase.Final() {
				unfinished++
			}
			if t.Phase == uploader.PhaseWaiting {
				waiting = append(waiting, t.ID)
			}
		}
		if len(waiting) > 0 {
			b.do(uploader.Retry{Target: uploader.These(waiting...)})
		}
		return unfinished == 0
	})
	return rows
}

// describeUnfinished says where everything stands that is not done.
func describeUnfinished(s *uploader.Snapshot) string {
	var lines []string
	for _, t := range s.Transfers {
		if t.Phase != uploader.PhaseDone {
			lines = append(lines, fmt.Sprintf("%d %s: %v %v %d of %d, try %d, next %v, %v",
				t.ID, t.Source.Path, t.Intent, t.Phase, t.Session.Offset, t.Source.Size, t.Attempt, t.NextTry, t.Fault))
		}
	}
	for id := range maps.Keys(s.Batches) {
		if !s.Batches[id].Expanded {
			lines = append(lines, fmt.Sprintf("batch %d is not walked", id))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// once makes a function that acts the first time only.
func once(f func()) func() {
	var first sync.Once
	return func() { first.Do(f) }
}
