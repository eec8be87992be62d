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
	"github.com/ferryapp/ferry/uploader/engine"
)

// bench is the engine in this process, on a real database, as the program puts
// it together. It can be stopped and started again.
type bench struct {
	t        *testing.T
	database string // the file's path
	network  http.RoundTripper
	disk     brim               // that the database is on
	settings *uploader.Settings // nil: the engine's own
	ask      bool               // what is left waits for the user at the next start
	engine   *engine.Engine
	quit     func()
}

func newBench(t *testing.T, database string, network http.RoundTripper) *bench {
	t.Helper()
	b := &bench{t: t, database: database, network: network}
	b.start()
	t.Cleanup(func() { b.quit() })
	return b
}

func (b *bench) start() {
	b.t.Helper()
	store, err := db.Open(b.t.Context(), b.database)
	if err != nil {
		b.t.Fatal(err)
	}
	book := connect.NewBook(connect.Config{Network: func(*http.Transport) http.RoundTripper { return b.network }})
	b.engine = engine.New(engine.Config{
		Store: brimming{store, &b.disk}, Connect: book.Connect, Log: slog.New(slog.DiscardHandler),
		Settings: b.settings, Ask: b.ask,
	})
	ctx, cancel := context.WithCancel(b.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.engine.Run(ctx) }()
	b.quit = once(func() {
		cancel()
		if err := <-ended; err != nil {
			b.t.Errorf("run: %v", err)
		}
		if err := store.Close(); err != nil {
			b.t.Errorf("close database: %v", err)
		}
	})
	b.until("what was saved", func(s *uploader.Snapshot) bool { return s.Seq > 0 })
}

// restart stops the engine in order and runs another on the same database.
func (b *bench) restart() {
	b.t.Helper()
	b.quit()
	b.start()
}

func (b *bench) do(command uploader.Command) {
	b.t.Helper()
	if err := b.engine.Do(b.t.Context(), command); err != nil {
		b.t.Fatalf("%T: %v", command, err)
	}
}

// serve makes the server at that creation URL the destination.
func (b *bench) serve(endpoint string) uploader.ServerID {
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

// until waits for a snapshot of which want is true.
func (b *bench) until(what string, want func(*uploader.Snapshot) bool) *uploader.Snapshot {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), patience)
	defer cancel()
	kicks := b.engine.Watch(ctx)
	for {
		s := b.engine.Snapshot()
		if want(s) {
			return s
		}
		if _, open := <-kicks; !open {
			b.t.Fatalf("never came: %s; there is:\n%s", what, describe(s))
		}
	}
}

// impatient waits until the batch is walked and all of it is final. Whatever
// waits is tried again at once, as a person can who does not like to wait.
func (b *bench) impatient(batch uploader.BatchID) []*uploader.Transfer {
	b.t.Helper()
	var rows []*uploader.Transfer
	b.until("the end of the batch", func(s *uploader.Snapshot) bool {
		if known := s.Batches[batch]; known == nil || !known.Expanded {
			return false
		}
		rows = rows[:0]
		var waiting []uploader.TransferID
		open := 0
		for _, t := range s.Transfers {
			if t.Batch != batch {
				continue
			}
			rows = append(rows, t)
			if !t.Phase.Final() {
				open++
			}
			if t.Phase == uploader.PhaseWaiting {
				waiting = append(waiting, t.ID)
			}
		}
		if len(waiting) > 0 {
			b.do(uploader.Retry{Target: uploader.These(waiting...)})
		}
		return open == 0
	})
	return rows
}

// describe says where everything stands that is not done.
func describe(s *uploader.Snapshot) string {
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
func once(act func()) func() {
	var first sync.Once
	return func() { first.Do(act) }
}
