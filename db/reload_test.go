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
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
)

// randomServer is a server in memory that answers as it likes.
type randomServer struct {
	mu     sync.Mutex
	random *rand.Rand
	uploads   map[string][2]int64 // offset and length by URL
	created   int
}

// randomFault is the answer it gives instead of the right one; nil for the right one.
func (m *randomServer) randomFault(op fault.Op) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.random.IntN(3) > 0 {
		return nil
	}
	kinds := []fault.Kind{
		fault.Offline, fault.Transient, fault.Busy, fault.Conflict, fault.Gone, fault.Auth, fault.Refused, fault.TooLarge, fault.Quota,
	}
	f := fault.Newf(kinds[m.random.IntN(len(kinds))], op, "as it likes")
	f.Status = 400 + m.random.IntN(112)
	return f
}

func (m *randomServer) Probe(context.Context) (tus.Capabilities, error) {
	return tus.Capabilities{Extensions: []string{tus.Creation, tus.CreationWithUpload, tus.Termination}}, m.randomFault(fault.Probe)
}

func (m *randomServer) Create(_ context.Context, request tus.CreateRequest) (tus.Upload, error) {
	if err := m.randomFault(fault.Create); err != nil {
		return tus.Upload{}, err
	}
	var got int64
	if request.Body != nil {
		got, _ = io.Copy(io.Discard, request.Body)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.created++
	url := fmt.Sprintf("http://moody/%d", m.created)
	m.uploads[url] = [2]int64{got, request.Size}
	return tus.Upload{URL: url, Offset: got, Expires: time.Now().Add(time.Hour)}, nil
}

func (m *randomServer) Head(_ context.Context, url string) (tus.Status, error) {
	if err := m.randomFault(fault.Head); err != nil {
		return tus.Status{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	held, there := m.uploads[url]
	if !there {
		return tus.Status{}, fault.Newf(fault.Gone, fault.Head, "no such upload")
	}
	return tus.Status{Offset: held[0], Length: held[1]}, nil
}

func (m *randomServer) PatchWith(_ context.Context, request tus.PatchRequest) (tus.Status, error) {
	got, _ := io.Copy(io.Discard, request.Body)
	m.mu.Lock()
	held, there := m.uploads[request.URL]
	if there && held[0] == request.Offset {
		held[0] += got / (1 + m.random.Int64N(2))
		m.uploads[request.URL] = held
	}
	m.mu.Unlock()
	if err := m.randomFault(fault.Patch); err != nil {
		return tus.Status{}, err
	}
	if !there || held[0] < request.Offset {
		return tus.Status{}, fault.Newf(fault.Gone, fault.Patch, "no such upload")
	}
	return tus.Status{Offset: held[0], Length: -1}, nil
}

func (m *randomServer) Concat(context.Context, tus.ConcatRequest) (tus.Upload, error) {
	return tus.Upload{}, fault.Newf(fault.Refused, fault.Concat, "it joins nothing")
}

func (m *randomServer) Terminate(_ context.Context, url string) error {
	if err := m.randomFault(fault.Terminate); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.uploads, url)
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
			checkReloads(t, rand.New(rand.NewPCG(seed, 1))) //nolint:gosec // must be repeatable
		})
	}
}

func checkReloads(t *testing.T, chance *rand.Rand) {
	t.Helper()
	folder := t.TempDir()
	var files []string
	for i := range 6 {
		path := filepath.Join(folder, fmt.Sprintf("%d.bin", i))
		writeFile(t, path, make([]byte, 1+chance.IntN(3<<20)))
		files = append(files, path)
	}
	server := &randomServer{random: rand.New(rand.NewPCG(chance.Uint64(), 2)), uploads: map[string][2]int64{}} //nolint:gosec // must be repeatable
	store := openDB(t, filepath.Join(t.TempDir(), "ferry.db"))
	defer closeDB(t, store)
	e := uploader.New(uploader.Config{
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
			command = randomCommand(chance, e.Snapshot(), files)
		}
		said = append(said, command)
		if err := e.Do(t.Context(), command); err != nil {
			t.Fatalf("%T: %v", command, err)
		}
		waitReloaded(t, e, store, said)
	}
}

// randomCommand is what a user may say of what is there.
func randomCommand(chance *rand.Rand, s *uploader.Snapshot, files []string) uploader.Command {
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

// waitReloaded waits for a moment in which nothing changes, and compares.
func waitReloaded(t *testing.T, e *uploader.Engine, store *db.DB, said []uploader.Command) {
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
		diff := diffReloaded(shown, saved)
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

// compareSaved compares what is shown with what is saved: fractions of milliseconds and
// the cause of a fault are not kept.
var compareSaved = cmp.Options{
	cmpopts.IgnoreUnexported(fault.Fault{}),
	cmpopts.EquateEmpty(),
	cmp.Comparer(func(a, b time.Time) bool { return a.UnixMilli() == b.UnixMilli() }),
	cmp.Comparer(func(a, b time.Duration) bool { return a.Milliseconds() == b.Milliseconds() }),
}

func diffReloaded(shown *uploader.Snapshot, saved uploader.Saved) string {
	var now, again []uploader.Transfer
	for _, t := range shown.Transfers {
		now = append(now, withoutRunState(*t))
	}
	for _, t := range saved.Transfers {
		again = append(again, withoutRunState(t))
	}
	batches := map[uploader.BatchID]*uploader.Batch{}
	for i := range saved.Batches {
		batches[saved.Batches[i].ID] = &saved.Batches[i]
	}
	return cmp.Diff(now, again, compareSaved) + cmp.Diff(shown.Batches, batches, compareSaved) + cmp.Diff(shown.Servers, saved.Servers, compareSaved)
}

// withoutRunState leaves out where the engine stands with what it is not done with: the
// next run begins that from the queue.
func withoutRunState(t uploader.Transfer) uploader.Transfer {
	if t.Phase.Final() {
		return t
	}
	t.Phase, t.NextTry, t.Fault = uploader.PhaseQueued, 0, nil
	if !t.Session.Begun() {
		t.Started = 0
	}
	return t
}
