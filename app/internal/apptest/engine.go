package apptest

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// Engine is a bridge.Engine that executes commands immediately and sends no requests.
type Engine struct {
	mu        sync.Mutex
	current   *uploader.Snapshot
	sent      []uploader.Command
	History   []uploader.Transfer // what FindHistory returns beside the finished transfers of the snapshot
	Err       error               // the result of commands, which then have no effect
	changes   chan struct{}
	Wake      func() // wakes the UI goroutine of the test; see UI.Wake
	ProbeFunc func(ctx context.Context, endpoint string) (tus.Capabilities, error)
}

// NewEngine returns an engine whose snapshot has these transfers.
func NewEngine(transfers ...*uploader.Transfer) *Engine {
	return NewEngineAt(Snapshot(transfers...))
}

// NewEngineAt returns an engine with this snapshot.
func NewEngineAt(s *uploader.Snapshot) *Engine {
	return &Engine{changes: make(chan struct{}, 1), current: Summed(s)}
}

// Snapshot implements bridge.Engine.
func (e *Engine) Snapshot() *uploader.Snapshot {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.current
}

// Watch implements bridge.Engine.
func (e *Engine) Watch(context.Context) <-chan struct{} { return e.changes }

// Events implements bridge.Engine.
func (e *Engine) Events(context.Context, uploader.TransferID) ([]uploader.Event, error) {
	return nil, nil
}

// Parts implements bridge.Engine.
func (e *Engine) Parts(context.Context, uploader.TransferID) ([]uploader.Part, error) {
	return nil, nil
}

// FindHistory implements bridge.Engine, as a store does.
func (e *Engine) FindHistory(ctx context.Context, query uploader.HistoryQuery) ([]uploader.Transfer, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	store := uploadtest.NewStore()
	changes := uploader.Changes{Transfers: slices.Collect(e.current.Transfers.Values())}
	for i := range e.History {
		changes.History = append(changes.History, &e.History[i])
	}
	if err := store.Save(ctx, changes); err != nil {
		return nil, err
	}
	return store.FindHistory(ctx, query)
}

// Publish makes a snapshot the newest one.
func (e *Engine) Publish(s *uploader.Snapshot) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.publish(s)
}

// publish is Publish for a caller that holds mu.
func (e *Engine) publish(s *uploader.Snapshot) {
	e.current = Summed(s)
	select {
	case e.changes <- struct{}{}:
	default:
	}
}

// Submit records the command and, unless Err is set, publishes a snapshot with its effect.
// Who sees the command in Commands does not publish before that.
func (e *Engine) Submit(_ context.Context, command uploader.Command) (func(context.Context) error, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.sent = append(e.sent, command)
	err := e.Err
	if err == nil {
		e.publish(execute(e.current, command))
	}
	return func(context.Context) error { return err }, nil
}

// Commands returns the commands that were submitted so far.
func (e *Engine) Commands() []uploader.Command {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.sent)
}

// execute returns the snapshot after a command.
func execute(old *uploader.Snapshot, command uploader.Command) *uploader.Snapshot {
	transfers := slices.Collect(old.Transfers.Values())
	servers := slices.Clone(old.Servers)
	batches := maps.Clone(old.Batches)
	switch c := command.(type) {
	case uploader.Add:
		batches[c.Batch] = &uploader.Batch{ID: c.Batch, Server: c.Server, Roots: c.Paths}
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
	case uploader.UploadAsIs:
		change(transfers, c.Target, func(t *uploader.Transfer) { t.Phase, t.Fault, t.AsIs = uploader.PhaseQueued, nil, true })
	case uploader.Cancel:
		change(transfers, c.Target, func(t *uploader.Transfer) { t.Intent, t.Phase = uploader.IntentCancel, uploader.PhaseCancelled })
	case uploader.Remove:
		transfers = slices.DeleteFunc(transfers, func(t *uploader.Transfer) bool { return matches(c.Target, t) })
	case uploader.SaveServer:
		c.Server.ID = uploader.ServerID(len(servers) + 1)
		servers = append(servers, c.Server)
	}
	next := Snapshot(transfers...)
	next.Servers, next.Batches = servers, batches
	return next
}

func change(transfers []*uploader.Transfer, target uploader.Target, edit func(*uploader.Transfer)) {
	for i, t := range transfers {
		if matches(target, t) {
			next := *t
			edit(&next)
			transfers[i] = &next
		}
	}
}

func matches(target uploader.Target, t *uploader.Transfer) bool {
	return target.All || target.Batch != 0 && target.Batch == t.Batch || slices.Contains(target.IDs, t.ID)
}

// EngineAnswering returns an engine whose Probe returns this result.
func EngineAnswering(can tus.Capabilities, err error) *Engine {
	engine := NewEngine()
	engine.ProbeFunc = func(context.Context, string) (tus.Capabilities, error) { return can, err }
	return engine
}
