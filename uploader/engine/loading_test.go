package engine_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// slowStore is a store whose Load waits until it is released.
type slowStore struct {
	*uploadtest.Store
	release chan struct{}
}

func (s slowStore) Load(ctx context.Context) (uploader.Saved, error) {
	select {
	case <-s.release:
		return s.Store.Load(ctx)
	case <-ctx.Done():
		return uploader.Saved{}, ctx.Err()
	}
}

// startLoading starts an engine that is loading a server and a transfer. It returns its
// result as well.
func startLoading(t *testing.T) (*engine.Engine, slowStore, context.CancelFunc, <-chan error) {
	t.Helper()
	store := slowStore{uploadtest.NewStore(), make(chan struct{})}
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
	close(store.release)
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
