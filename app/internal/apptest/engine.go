package apptest

import (
	"context"
	"slices"
	"sync"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/tus"
)

// Engine is an engine that carries out commands at once and sends nothing.
type Engine struct {
	mu        sync.Mutex
	current   *uploader.Snapshot
	sent      []uploader.Command
	Err       error
	history   []uploader.Event
	news      chan struct{}
	Wake      func() // wakes the UI's goroutine of the test
	ProbeFunc func(ctx context.Context, endpoint string) (tus.Capabilities, error)
}

// NewEngine returns an engine with transfers.
func NewEngine(transfers ...*uploader.Transfer) *Engine {
	return NewEngineAt(Snapshot(transfers...))
}

// NewEngineAt returns an engine with a snapshot.
func NewEngineAt(s *uploader.Snapshot) *Engine {
	return &Engine{news: make(chan struct{}, 1), current: Summed(s)}
}

// Snapshot is part of bridge.Engine.
func (e *Engine) Snapshot() *uploader.Snapshot {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.current
}

// Watch is part of bridge.Engine.
func (e *Engine) Watch(context.Context) <-chan struct{} { return e.news }

// Probe is part of bridge.Engine.
func (e *Engine) Probe(ctx context.Context, endpoint string) (tus.Capabilities, error) {
	return e.ProbeFunc(ctx, endpoint)
}

// Events is part of bridge.Engine.
func (e *Engine) Events(context.Context, uploader.TransferID) ([]uploader.Event, error) {
	return e.history, nil
}

// Parts is part of bridge.Engine.
func (e *Engine) Parts(context.Context, uploader.TransferID) ([]uploader.Part, error) {
	return nil, nil
}

// Publish makes a snapshot the newest one.
func (e *Engine) Publish(s *uploader.Snapshot) {
	e.mu.Lock()
	e.current = Summed(s)
	e.mu.Unlock()
	select {
	case e.news <- struct{}{}:
	default:
	}
}

// Submit records the command, and publishes a snapshot with its visible effect.
func (e *Engine) Submit(_ context.Context, command uploader.Command) (func(context.Context) error, error) {
	e.mu.Lock()
	e.sent = append(e.sent, command)
	refuse, old := e.Err, e.current
	e.mu.Unlock()
	if refuse == nil {
		e.Publish(carriedOut(old, command))
	}
	return func(context.Context) error { return refuse }, nil
}

// Commands returns the commands so far.
func (e *Engine) Commands() []uploader.Command {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.sent)
}

func carriedOut(old *uploader.Snapshot, command uploader.Command) *uploader.Snapshot {
	transfers := slices.Clone(old.Transfers)
	servers := slices.Clone(old.Servers)
	switch c := command.(type) {
	case uploader.Add:
		for _, path := range c.Paths {
			t := &uploader.Transfer{ID: uploader.TransferID(len(transfers) + 1), Server: c.Server, Batch: c.Batch}
			t.Source.Path, t.Source.Size = path, 1000
			transfers = append(transfers, t)
		}
	case uploader.Pause:
		change(transfers, c.Target, func(t *uploader.Transfer) { t.Intent = uploader.IntentPause })
	case uploader.Resume:
		change(transfers, c.Target, func(t *uploader.Transfer) { t.Intent = uploader.IntentRun })
	case uploader.Retry:
		change(transfers, c.Target, func(t *uploader.Transfer) { t.Intent, t.Phase, t.Fault = uploader.IntentRun, uploader.PhaseQueued, nil })
	case uploader.Cancel:
		change(transfers, c.Target, func(t *uploader.Transfer) { t.Intent, t.Phase = uploader.IntentCancel, uploader.PhaseCancelled })
	case uploader.Remove:
		transfers = slices.DeleteFunc(transfers, func(t *uploader.Transfer) bool { return meant(c.Target, t) })
	case uploader.SaveServer:
		c.Server.ID = uploader.ServerID(len(servers) + 1)
		servers = append(servers, c.Server)
	}
	next := Snapshot(transfers...)
	next.Servers, next.Batches = servers, old.Batches
	return next
}

func change(transfers []*uploader.Transfer, target uploader.Target, how func(*uploader.Transfer)) {
	for i, t := range transfers {
		if meant(target, t) {
			next := *t
			how(&next)
			transfers[i] = &next
		}
	}
}

func meant(target uploader.Target, t *uploader.Transfer) bool {
	return target.All || target.Batch != 0 && target.Batch == t.Batch || slices.Contains(target.IDs, t.ID)
}

// EngineAnswering returns an engine whose Probe returns these results.
func EngineAnswering(can tus.Capabilities, err error) *Engine {
	engine := NewEngine()
	engine.ProbeFunc = func(context.Context, string) (tus.Capabilities, error) { return can, err }
	return engine
}
