package db_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ferryapp/ferry/db"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
)

// moody is a server in memory that answers as it likes.
type moody struct {
	mu     sync.Mutex
	chance *rand.Rand
	held   map[string][2]int64 // offset and length by URL
	made   int
}

// mood is the answer it gives instead of the right one; nil for the right one.
func (m *moody) mood(op fault.Op) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.chance.IntN(3) > 0 {
		return nil
	}
	kinds := []fault.Kind{
		fault.Offline, fault.Transient, fault.Busy, fault.Conflict, fault.Gone, fault.Auth, fault.Refused, fault.TooLarge, fault.Quota,
	}
	f := fault.Newf(kinds[m.chance.IntN(len(kinds))], op, "as it likes")
	f.Status = 400 + m.chance.IntN(112)
	return f
}

func (m *moody) Probe(context.Context) (tus.Capabilities, error) {
	return tus.Capabilities{Extensions: []string{tus.Creation, tus.CreationWithUpload, tus.Termination}}, m.mood(fault.Probe)
}

func (m *moody) Create(_ context.Context, request tus.CreateRequest) (tus.Upload, error) {
	if err := m.mood(fault.Create); err != nil {
		return tus.Upload{}, err
	}
	var got int64
	if request.Body != nil {
		got, _ = io.Copy(io.Discard, request.Body)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.made++
	url := fmt.Sprintf("http://moody/%d", m.made)
	m.held[url] = [2]int64{got, request.Size}
	return tus.Upload{URL: url, Offset: got, Expires: time.Now().Add(time.Hour)}, nil
}

func (m *moody) Head(_ context.Context, url string) (tus.Status, error) {
	if err := m.mood(fault.Head); err != nil {
		return tus.Status{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	held, there := m.held[url]
	if !there {
		return tus.Status{}, fault.Newf(fault.Gone, fault.Head, "no such upload")
	}
	return tus.Status{Offset: held[0], Length: held[1]}, nil
}

func (m *moody) PatchWith(_ context.Context, request tus.PatchRequest) (tus.Status, error) {
	got, _ := io.Copy(io.Discard, request.Body)
	m.mu.Lock()
	held, there := m.held[request.URL]
	if there && held[0] == request.Offset {
		held[0] += got / (1 + m.chance.Int64N(2))
		m.held[request.URL] = held
	}
	m.mu.Unlock()
	if err := m.mood(fault.Patch); err != nil {
		return tus.Status{}, err
	}
	if !there || held[0] < request.Offset {
		return tus.Status{}, fault.Newf(fault.Gone, fault.Patch, "no such upload")
	}
	return tus.Status{Offset: held[0], Length: -1}, nil
}

func (m *moody) Concat(context.Context, tus.ConcatRequest) (tus.Upload, error) {
	return tus.Upload{}, fault.Newf(fault.Refused, fault.Concat, "it joins nothing")
}

func (m *moody) Terminate(_ context.Context, url string) error {
	if err := m.mood(fault.Terminate); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.held, url)
	return nil
}

// TestWhatIsShownIsWhatAReloadGives gives any commands to an engine whose server
// answers anything. After each of them the snapshot is what the database holds.
func TestWhatIsShownIsWhatAReloadGives(t *testing.T) {
	t.Parallel()
	for round := range 6 {
		seed := rand.Uint64()
		t.Run(fmt.Sprintf("round %d with seed %d", round, seed), func(t *testing.T) {
			t.Parallel()
			reloads(t, rand.New(rand.NewPCG(seed, 1))) //nolint:gosec // must be repeatable
		})
	}
}

func reloads(t *testing.T, chance *rand.Rand) {
	t.Helper()
	folder := t.TempDir()
	var files []string
	for i := range 6 {
		path := filepath.Join(folder, fmt.Sprintf("%d.bin", i))
		left(t, path, make([]byte, 1+chance.IntN(3<<20)))
		files = append(files, path)
	}
	server := &moody{chance: rand.New(rand.NewPCG(chance.Uint64(), 2)), held: map[string][2]int64{}} //nolint:gosec // must be repeatable
	store := opened(t, filepath.Join(t.TempDir(), "ferry.db"))
	defer closed(t, store)
	e := engine.New(engine.Config{
		Store: store, Log: slog.New(slog.DiscardHandler),
		Connect: func(uploader.Server) (uploader.Protocol, error) { return server, nil },
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- e.Run(ctx) }()
	defer func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()
	said := []uploader.Command{uploader.SaveServer{Server: uploader.Server{Name: "moody", Endpoint: "http://moody/"}}}
	for range 40 {
		command := said[0]
		if len(said) > 1 {
			command = anyCommand(chance, e.Snapshot(), files)
		}
		said = append(said, command)
		if err := e.Do(t.Context(), command); err != nil {
			t.Fatalf("%T: %v", command, err)
		}
		wantReloaded(t, e, store, said)
	}
}

// anyCommand is what a user may say of what is there.
func anyCommand(chance *rand.Rand, s *uploader.Snapshot, files []string) uploader.Command {
	add := uploader.Add{Batch: uploader.NewBatchID(), Server: 2, Paths: []string{files[chance.IntN(len(files))]}}
	if len(s.Transfers) == 0 || chance.IntN(4) == 0 {
		return add
	}
	target := uploader.These(s.Transfers[chance.IntN(len(s.Transfers))].ID)
	if chance.IntN(5) == 0 {
		target = uploader.Everything()
	}
	switch chance.IntN(9) {
	case 0, 1:
		return uploader.Pause{Target: target}
	case 2, 3:
		return uploader.Resume{Target: target}
	case 4:
		return uploader.Retry{Target: target}
	case 5:
		return uploader.Move{Target: target, To: uploader.Place(chance.IntN(4))}
	case 6:
		return uploader.SignedIn{Server: 2}
	case 7:
		return uploader.Cancel{Target: target}
	default:
		return uploader.Remove{Target: target}
	}
}

// wantReloaded waits for a moment in which nothing changes, and compares.
func wantReloaded(t *testing.T, e *engine.Engine, store *db.DB, said []uploader.Command) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	changes := e.Watch(ctx)
	for {
		shown := e.Snapshot()
		saved, err := store.Load(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		diff := reloaded(shown, saved)
		if diff == "" {
			return
		}
		if shown != e.Snapshot() {
			continue // it was shown anew meanwhile
		}
		if _, open := <-changes; !open {
			t.Fatalf("after %d commands, the last a %T: shown (-) and saved (+) differ:\n%s", len(said), said[len(said)-1], diff)
		}
	}
}

// kept compares what is shown with what is saved: fractions of milliseconds and
// the cause of a fault are not kept.
var kept = cmp.Options{
	cmpopts.IgnoreUnexported(fault.Fault{}),
	cmpopts.EquateEmpty(),
	cmp.Comparer(func(a, b time.Time) bool { return a.UnixMilli() == b.UnixMilli() }),
	cmp.Comparer(func(a, b time.Duration) bool { return a.Milliseconds() == b.Milliseconds() }),
}

func reloaded(shown *uploader.Snapshot, saved uploader.Saved) string {
	var now, again []uploader.Transfer
	for _, t := range shown.Transfers {
		now = append(now, lasting(*t))
	}
	for _, t := range saved.Transfers {
		again = append(again, lasting(t))
	}
	batches := map[uploader.BatchID]*uploader.Batch{}
	for i := range saved.Batches {
		batches[saved.Batches[i].ID] = &saved.Batches[i]
	}
	return cmp.Diff(now, again, kept) + cmp.Diff(shown.Batches, batches, kept) + cmp.Diff(shown.Servers, saved.Servers, kept)
}

// lasting leaves out where the engine stands with what it is not done with: the
// next run begins that from the queue.
func lasting(t uploader.Transfer) uploader.Transfer {
	if t.Phase.Final() {
		return t
	}
	t.Phase, t.NextTry, t.Fault = uploader.PhaseQueued, 0, nil
	if !t.Session.Begun() {
		t.Started = 0
	}
	return t
}
