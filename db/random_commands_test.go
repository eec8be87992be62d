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

// randomServer is a tus server in memory that fails at random.
type randomServer struct {
	mu      sync.Mutex
	random  *rand.Rand
	uploads map[string][2]int64 // offset and length by URL
	created int
}

// randomFault returns nil for two of three requests and a fault for the others.
func (s *randomServer) randomFault(op fault.Op) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.random.IntN(3) > 0 {
		return nil
	}
	kinds := []fault.Kind{
		fault.Offline, fault.Transient, fault.Busy, fault.Conflict, fault.Gone, fault.Auth, fault.Refused, fault.TooLarge, fault.Quota,
	}
	f := fault.Newf(kinds[s.random.IntN(len(kinds))], op, "random fault")
	f.Status = 400 + s.random.IntN(112)
	return f
}

func (s *randomServer) Probe(context.Context) (tus.Capabilities, error) {
	return tus.Capabilities{Extensions: []string{tus.Creation, tus.CreationWithUpload, tus.Termination}}, s.randomFault(fault.Probe)
}

func (s *randomServer) Create(_ context.Context, request tus.CreateRequest) (tus.Upload, error) {
	if err := s.randomFault(fault.Create); err != nil {
		return tus.Upload{}, err
	}
	var got int64
	if request.Body != nil {
		got, _ = io.Copy(io.Discard, request.Body)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.created++
	url := fmt.Sprintf("http://random/%d", s.created)
	s.uploads[url] = [2]int64{got, request.Size}
	return tus.Upload{URL: url, Offset: got, Expires: time.Now().Add(time.Hour)}, nil
}

func (s *randomServer) Head(_ context.Context, url string) (tus.Status, error) {
	if err := s.randomFault(fault.Head); err != nil {
		return tus.Status{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	upload, found := s.uploads[url]
	if !found {
		return tus.Status{}, fault.Newf(fault.Gone, fault.Head, "no such upload")
	}
	return tus.Status{Offset: upload[0], Length: upload[1]}, nil
}

func (s *randomServer) PatchWith(_ context.Context, request tus.PatchRequest) (tus.Status, error) {
	got, _ := io.Copy(io.Discard, request.Body)
	s.mu.Lock()
	upload, found := s.uploads[request.URL]
	if found && upload[0] == request.Offset {
		upload[0] += got / (1 + s.random.Int64N(2))
		s.uploads[request.URL] = upload
	}
	s.mu.Unlock()
	if err := s.randomFault(fault.Patch); err != nil {
		return tus.Status{}, err
	}
	if !found || upload[0] < request.Offset {
		return tus.Status{}, fault.Newf(fault.Gone, fault.Patch, "no such upload")
	}
	return tus.Status{Offset: upload[0], Length: -1}, nil
}

func (s *randomServer) Concat(context.Context, tus.ConcatRequest) (tus.Upload, error) {
	return tus.Upload{}, fault.Newf(fault.Refused, fault.Concat, "concatenation is not supported")
}

func (s *randomServer) Terminate(_ context.Context, url string) error {
	if err := s.randomFault(fault.Terminate); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.uploads, url)
	return nil
}

// TestSnapshotMatchesDatabase runs random commands on an engine whose server fails at random,
// and that is restarted at times. After each of them, the snapshot is compared with what the
// database has.
func TestSnapshotMatchesDatabase(t *testing.T) {
	t.Parallel()
	for round := range 6 {
		seed := rand.Uint64()
		t.Run(fmt.Sprintf("round %d with seed %d", round, seed), func(t *testing.T) {
			t.Parallel()
			checkReloads(t, rand.New(rand.NewPCG(seed, 1)))
		})
	}
}

func checkReloads(t *testing.T, random *rand.Rand) {
	t.Helper()
	folder := t.TempDir()
	var files []string
	for i := range 6 {
		path := filepath.Join(folder, fmt.Sprintf("%d.bin", i))
		writeFile(t, path, make([]byte, 1+random.IntN(3<<20)))
		files = append(files, path)
	}
	server := &randomServer{random: rand.New(rand.NewPCG(random.Uint64(), 2)), uploads: map[string][2]int64{}}
	store := openDB(t, filepath.Join(t.TempDir(), "ferry.db"))
	defer closeDB(t, store)
	start := func() (e *engine.Engine, stop func()) {
		e = engine.New(engine.Config{
			Store: store, Log: slog.New(slog.DiscardHandler), First: 1, // most starts load the others later
			Connect: func(uploader.Server) (uploader.Protocol, error) { return server, nil },
		})
		ctx, cancel := context.WithCancel(t.Context())
		stopped := make(chan error, 1)
		go func() { stopped <- e.Run(ctx) }()
		return e, func() {
			cancel()
			if err := <-stopped; err != nil {
				t.Error(err)
			}
		}
	}
	e, stop := start()
	defer func() { stop() }()
	commands := []uploader.Command{uploader.SaveServer{Server: uploader.Server{Name: "random", Endpoint: "http://random/"}}}
	for range 40 {
		command := commands[0]
		if len(commands) > 1 {
			command = randomCommand(random, e.Snapshot(), files)
		}
		commands = append(commands, command)
		if err := e.Do(t.Context(), command); err != nil {
			t.Fatalf("%T: %v", command, err)
		}
		if random.IntN(8) == 0 {
			stop()
			e, stop = start()
			if err := e.Do(t.Context(), uploader.SetMetered{}); err != nil { // it has loaded then
				t.Fatal(err)
			}
		}
		waitReloaded(t, e, store, commands)
	}
}

// randomCommand returns a command that a user may give for the transfers in s.
func randomCommand(random *rand.Rand, s *uploader.Snapshot, files []string) uploader.Command {
	add := uploader.Add{Batch: uploader.NewBatchID(), Server: 2, Paths: []string{files[random.IntN(len(files))]}}
	if s.Transfers.Len() == 0 || random.IntN(4) == 0 {
		return add
	}
	target := uploader.TargetTransfers(s.Transfers.At(random.IntN(s.Transfers.Len())).ID)
	if random.IntN(5) == 0 {
		target = uploader.TargetAll()
	}
	switch random.IntN(11) {
	case 0, 1:
		return uploader.Pause{Target: target}
	case 2, 3:
		return uploader.Resume{Target: target}
	case 4:
		return uploader.Retry{Target: target}
	case 5:
		return uploader.Move{Targets: []uploader.Target{target}, To: uploader.MoveTo(random.IntN(4))}
	case 6:
		return uploader.Unblock{Server: 2}
	case 7:
		return uploader.Cancel{Target: target}
	case 8:
		return uploader.UploadAsIs{Target: target}
	case 9:
		return uploader.EndFileWait{Target: target}
	default:
		return uploader.Remove{Target: target}
	}
}

// waitReloaded waits until the snapshot and the database are equal.
func waitReloaded(t *testing.T, e *engine.Engine, store *db.DB, commands []uploader.Command) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	changes := e.Watch(ctx)
	for {
		snapshot := e.Snapshot()
		saved, err := store.Load(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		diff := diffReloaded(snapshot, saved)
		if diff == "" {
			return
		}
		if snapshot != e.Snapshot() {
			continue // it changed during the load
		}
		if _, open := <-changes; !open {
			t.Fatalf("after %d commands, the last a %T, snapshot and database differ (-snapshot +database):\n%s", len(commands), commands[len(commands)-1], diff)
		}
	}
}

// compareSaved ignores what is not saved: fractions of milliseconds and the error that a
// fault wraps.
var compareSaved = cmp.Options{
	cmpopts.IgnoreUnexported(fault.Fault{}),
	cmpopts.EquateEmpty(),
	cmp.Comparer(func(a, b time.Time) bool { return a.UnixMilli() == b.UnixMilli() }),
	cmp.Comparer(func(a, b time.Duration) bool { return a.Milliseconds() == b.Milliseconds() }),
}

func diffReloaded(snapshot *uploader.Snapshot, saved uploader.Saved) string {
	var current, reloaded []uploader.Transfer
	for t := range snapshot.Transfers.Values() {
		current = append(current, withoutRunState(*t))
	}
	for t := range saved.Transfers.Values() {
		reloaded = append(reloaded, withoutRunState(*t))
	}
	batches := map[uploader.BatchID]*uploader.Batch{}
	for i := range saved.Batches {
		batches[saved.Batches[i].ID] = &saved.Batches[i]
	}
	return cmp.Diff(current, reloaded, compareSaved) + cmp.Diff(snapshot.Batches, batches, compareSaved) + cmp.Diff(snapshot.Servers, saved.Servers, compareSaved)
}

// withoutRunState resets what the engine does not restore of an unfinished transfer: after a
// restart it is queued.
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
