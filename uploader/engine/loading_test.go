package engine_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// slowStore is a store whose methods that load transfers wait until they are released.
type slowStore struct {
	*uploadtest.Store
	release, releaseFirst chan struct{}
}

func (s slowStore) Load(ctx context.Context) (uploader.Saved, error) {
	select {
	case <-s.release:
		return s.Store.Load(ctx)
	case <-ctx.Done():
		return uploader.Saved{}, ctx.Err()
	}
}

func (s slowStore) LoadFirst(ctx context.Context, limit int) (uploader.Saved, error) {
	select {
	case <-s.releaseFirst:
		return s.Store.LoadFirst(ctx, limit)
	case <-ctx.Done():
		return uploader.Saved{}, ctx.Err()
	}
}

// startLoading starts an engine that is loading a server and a transfer. It returns its
// result as well.
func startLoading(t *testing.T) (*engine.Engine, slowStore, context.CancelFunc, <-chan error) {
	t.Helper()
	store := slowStore{uploadtest.NewStore(), make(chan struct{}), make(chan struct{})}
	err := store.Save(t.Context(), uploader.Changes{
		Servers:   []uploader.Server{{ID: 2, Name: "Studio", Endpoint: "http://127.0.0.1:1/"}},
		Transfers: []*uploader.Transfer{{ID: 1, Server: 2, Intent: uploader.IntentPause}},
	})
	if err != nil {
		t.Fatal(err)
	}
	e := engine.New(engine.Config{Store: store, Log: slog.New(slog.DiscardHandler)})
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	updates, ended := e.Watch(ctx), make(chan error, 1)
	go func() { ended <- e.Run(ctx) }()
	<-updates
	return e, store, cancel, ended
}

// TestServersAreShownWhileLoading also gives a command, which is carried out after loading.
func TestServersAreShownWhileLoading(t *testing.T) {
	t.Parallel()
	e, store, cancel, ended := startLoading(t)
	s := e.Snapshot()
	if _, known := s.Server(2); !known || !s.Loading || s.Seq != 0 || s.Transfers.Len() != 0 {
		t.Errorf("while loading: %+v", s)
	}
	done := make(chan error, 1)
	go func() { done <- e.Do(t.Context(), uploader.Cancel{Target: uploader.TargetAll()}) }()
	close(store.releaseFirst)
	if err := <-done; err != nil {
		t.Error(err)
	}
	if s = e.Snapshot(); s.Loading || s.Seq == 0 || s.Totals.Count[uploader.StateCancelled] != 1 {
		t.Errorf("after loading: %+v", s)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestStopWhileLoading checks that loading ends with the engine, and that commands do not
// wait for ever.
func TestStopWhileLoading(t *testing.T) {
	t.Parallel()
	e, _, cancel, ended := startLoading(t)
	done := make(chan error, 1)
	go func() { done <- e.Do(context.WithoutCancel(t.Context()), uploader.Pause{Target: uploader.TargetAll()}) }()
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if err := <-done; !errors.Is(err, engine.ErrStopped) {
		t.Errorf("error of the command %v", err)
	}
}

// gatedStore is a store of which Load waits until it is released, and which reports when a
// transfer is saved that is done.
type gatedStore struct {
	*uploadtest.Store
	release chan struct{}
	done    chan uploader.TransferID
	err     error // of Load
}

func (s gatedStore) Load(ctx context.Context) (uploader.Saved, error) {
	select {
	case <-s.release:
	case <-ctx.Done():
		return uploader.Saved{}, ctx.Err()
	}
	if s.err != nil {
		return uploader.Saved{}, s.err
	}
	return s.Store.Load(ctx)
}

func (s gatedStore) Save(ctx context.Context, changes uploader.Changes) error {
	err := s.Store.Save(ctx, changes)
	for _, t := range changes.Transfers {
		if err == nil && t.Phase == uploader.PhaseDone {
			s.done <- t.ID
		}
	}
	return err
}

// startFirst starts an engine with queued files, of which it has loaded the first one, and
// waits until that is uploaded.
func startFirst(t *testing.T, loadErr error) (h *harness, store gatedStore, server *uploadtest.Tusd, paths []string) {
	t.Helper()
	server = uploadtest.NewTusd(t)
	h = newHarness(t, server.Endpoint)
	h.do(uploader.Configure{Settings: withMetered(uploader.MeteredHold)})
	h.do(uploader.SetMetered{Metered: true})
	for i := range 3 {
		paths = append(paths, createFile(t, fmt.Sprintf("%d.bin", i), 1000+i))
	}
	h.add(paths...)
	h.waitCount(uploader.StateWaiting, len(paths))
	h.stop()
	store = gatedStore{h.store, make(chan struct{}), make(chan uploader.TransferID, 9), loadErr}
	h.configure = func(c *engine.Config) { c.Store, c.First = store, 1 }
	h.start()
	if id := <-store.done; id != 1 {
		t.Errorf("transfer %d was uploaded first, want the first one", id)
	}
	if s := h.engine.Snapshot(); !s.Loading || s.Transfers.Len() > 0 {
		t.Errorf("while the others are loaded: %+v", s)
	}
	return h, store, server, paths
}

func withMetered(metered uploader.Metered) uploader.Settings {
	settings := uploader.FallbackSettings()
	settings.Metered = metered
	return settings
}

// TestFirstTransferIsSentWhileOthersAreLoaded also adds a file meanwhile, which is already
// uploaded then.
func TestFirstTransferIsSentWhileOthersAreLoaded(t *testing.T) {
	t.Parallel()
	h, store, server, paths := startFirst(t, nil)
	wantStored(t, server, paths[0])
	added := uploader.NewBatchID()
	wait, err := h.engine.Submit(t.Context(), uploader.Add{Batch: added, Server: testServer, Paths: paths[:1]})
	if err != nil {
		t.Fatal(err)
	}
	close(store.release)
	if err := wait(t.Context()); err != nil {
		t.Error(err)
	}
	h.waitCount(uploader.StateDone, len(paths))
	h.waitFinal(added)
	wantStored(t, server, paths...)
}

// TestStopWhileOthersAreLoaded checks that what was uploaded meanwhile is saved, and what was
// not loaded or is added meanwhile is not lost.
func TestStopWhileOthersAreLoaded(t *testing.T) {
	t.Parallel()
	h, _, server, paths := startFirst(t, nil)
	paths = append(paths, createFile(t, "added.bin", 2000))
	wait, err := h.engine.Submit(t.Context(), uploader.Add{Batch: uploader.NewBatchID(), Server: testServer, Paths: paths[3:]})
	if err != nil {
		t.Fatal(err)
	}
	h.stop()
	if err := wait(t.Context()); err != nil {
		t.Errorf("adding: %v", err)
	}
	h.configure = nil
	h.start()
	h.waitCount(uploader.StateDone, len(paths))
	wantStored(t, server, paths...)
}

// TestEngineEndsIfOthersCannotBeLoaded checks the error, and that what was uploaded is saved.
func TestEngineEndsIfOthersCannotBeLoaded(t *testing.T) {
	t.Parallel()
	damaged := fault.Newf(fault.LocalDisk, fault.Load, "the disk is damaged")
	h, store, _, _ := startFirst(t, damaged)
	updates := h.engine.Watch(t.Context())
	close(store.release)
	for range updates { // until it has ended
	}
	if err := h.end(); !errors.Is(err, damaged) {
		t.Errorf("the engine ended with %v, want %v", err, damaged)
	}
	saved, err := store.Store.Load(t.Context())
	if err != nil || saved.Transfers.Find(1).Phase != uploader.PhaseDone {
		t.Errorf("the first transfer is saved as %+v, %v", saved.Transfers.Find(1), err)
	}
}
