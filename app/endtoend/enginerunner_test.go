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
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// engineRunner runs the engine in this process on a real database, configured as in
// the program. It can be stopped and started again.
type engineRunner struct {
	t          *testing.T
	database   string // path of the file
	transport  http.RoundTripper
	disk       fullDisk           // of the database
	drive      uploadtest.Disk    // of the files
	settings   *uploader.Settings // nil: default settings
	askOnStart bool               // interrupted uploads wait for the user after the next start
	engine     *engine.Engine
	stop       func()
}

func newEngineRunner(t *testing.T, database string, transport http.RoundTripper) *engineRunner {
	t.Helper()
	r := &engineRunner{t: t, database: database, transport: transport}
	r.start()
	t.Cleanup(func() { r.stop() })
	return r
}

func (r *engineRunner) start() {
	r.t.Helper()
	store, err := db.Open(r.t.Context(), r.database)
	if err != nil {
		r.t.Fatal(err)
	}
	book := connect.New(connect.Config{WrapTransport: func(*http.Transport) http.RoundTripper { return r.transport }})
	r.engine = engine.New(engine.Config{
		Store: fullDiskStore{store, &r.disk}, Disk: source.NewDisk(&r.drive), Connect: book.Connect, Log: slog.New(slog.DiscardHandler),
		Settings: r.settings, AskBeforeResume: r.askOnStart,
	})
	ctx, cancel := context.WithCancel(r.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.engine.Run(ctx) }()
	r.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			r.t.Errorf("run: %v", err)
		}
		if err := store.Close(); err != nil {
			r.t.Errorf("close database: %v", err)
		}
	})
	r.waitFor("the first snapshot", func(s *uploader.Snapshot) bool { return s.Seq > 0 })
}

// restart stops the engine and starts another on the same database.
func (r *engineRunner) restart() {
	r.t.Helper()
	r.stop()
	r.start()
}

func (r *engineRunner) do(command uploader.Command) {
	r.t.Helper()
	if err := r.engine.Do(r.t.Context(), command); err != nil {
		r.t.Fatalf("%T: %v", command, err)
	}
}

// addServer adds a server and returns its ID. The endpoint is the creation URL.
func (r *engineRunner) addServer(endpoint string) uploader.ServerID {
	r.t.Helper()
	r.do(uploader.SaveServer{Server: uploader.Server{Name: "studio", Endpoint: endpoint}})
	for _, s := range r.engine.Snapshot().Servers {
		if s.Endpoint == endpoint {
			return s.ID
		}
	}
	r.t.Fatal("the server was not added")
	return 0
}

// waitFor waits for a snapshot that satisfies want and returns it.
func (r *engineRunner) waitFor(what string, want func(*uploader.Snapshot) bool) *uploader.Snapshot {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), runTimeout)
	defer cancel()
	changes := r.engine.Watch(ctx)
	for {
		s := r.engine.Snapshot()
		if want(s) {
			return s
		}
		if _, open := <-changes; !open {
			r.t.Fatalf("timeout waiting for %s; unfinished:\n%s", what, describeUnfinished(s))
		}
	}
}

// waitFinal waits until the batch is scanned and all of its transfers are final, and
// returns them. It retries waiting transfers at once.
func (r *engineRunner) waitFinal(batch uploader.BatchID) []*uploader.Transfer {
	r.t.Helper()
	var rows []*uploader.Transfer
	r.waitFor("the end of the batch", func(s *uploader.Snapshot) bool {
		if entry := s.Batches[batch]; entry == nil || !entry.Scanned {
			return false
		}
		rows = rows[:0]
		var waiting []uploader.TransferID
		unfinished := 0
		for t := range s.Transfers.Values() {
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
			r.do(uploader.Retry{Target: uploader.TargetTransfers(waiting...)})
		}
		return unfinished == 0
	})
	return rows
}

// describeUnfinished returns the state of every transfer and scan that is not done.
func describeUnfinished(s *uploader.Snapshot) string {
	var lines []string
	for t := range s.Transfers.Values() {
		if t.Phase != uploader.PhaseDone {
			lines = append(lines, fmt.Sprintf("%d %s: %v %v %d of %d, try %d, next %v, %v",
				t.ID, t.Source.Path, t.Intent, t.Phase, t.Session.Offset, t.Source.Size, t.Attempt, t.NextTry, t.Fault))
		}
	}
	for id := range maps.Keys(s.Batches) {
		if !s.Batches[id].Scanned {
			lines = append(lines, fmt.Sprintf("batch %d is not scanned", id))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}
