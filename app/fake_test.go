package app

import (
	"context"
	"slices"
	"sync"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/tus"
)

// fakeEngine is an engine that obeys at once and sends nothing.
type fakeEngine struct {
	mu       sync.Mutex
	snapshot *uploader.Snapshot
	commands []uploader.Command
	refuse   error
	events   []uploader.Event
	news     chan struct{}
	nudge    func() // wakes the UI's goroutine of the test
	probe    func(ctx context.Context, endpoint string) (tus.Capabilities, error)
}

func newFakeEngine(transfers ...*uploader.Transfer) *fakeEngine {
	return newFakeEngineAt(snapshotOf(transfers...))
}

func newFakeEngineAt(s *uploader.Snapshot) *fakeEngine {
	return &fakeEngine{news: make(chan struct{}, 1), snapshot: summed(s)}
}

// snapshotOf is a snapshot of transfers with its totals right.
func snapshotOf(transfers ...*uploader.Transfer) *uploader.Snapshot {
	s := &uploader.Snapshot{
		Transfers: transfers,
		Live:      map[uploader.TransferID]uploader.Live{},
		Batches:   map[uploader.BatchID]*uploader.Batch{},
		Servers:   []uploader.Server{{ID: uploader.BuiltinServer}, {ID: 2, Name: "Studio", Endpoint: "https://studio.example.com/files/"}},
		Totals:    uploader.Totals{Count: map[uploader.State]int{}},
	}
	for _, t := range transfers {
		s.Totals.Count[t.State()]++
		if !t.Phase.Final() && t.Intent == uploader.IntentRun {
			s.Totals.Pending++
			s.Totals.Bytes += t.Source.Size
			s.Totals.Left += t.Source.Size - s.Sent(t)
		}
	}
	return s
}

func (e *fakeEngine) Snapshot() *uploader.Snapshot {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.snapshot
}

func (e *fakeEngine) Watch(context.Context) <-chan struct{} { return e.news }

func (e *fakeEngine) Probe(ctx context.Context, endpoint string) (tus.Capabilities, error) {
	return e.probe(ctx, endpoint)
}

func (e *fakeEngine) Events(context.Context, uploader.TransferID) ([]uploader.Event, error) {
	return e.events, nil
}

func (e *fakeEngine) Parts(context.Context, uploader.TransferID) ([]uploader.Part, error) {
	return nil, nil
}

// publish makes a snapshot the newest.
func (e *fakeEngine) publish(s *uploader.Snapshot) {
	e.mu.Lock()
	e.snapshot = summed(s)
	e.mu.Unlock()
	select {
	case e.news <- struct{}{}:
	default:
	}
}

// Give remembers the command and does what a person would see of it.
func (e *fakeEngine) Give(_ context.Context, command uploader.Command) (func(context.Context) error, error) {
	e.mu.Lock()
	e.commands = append(e.commands, command)
	refuse, old := e.refuse, e.snapshot
	e.mu.Unlock()
	if refuse == nil {
		e.publish(carriedOut(old, command))
	}
	return func(context.Context) error { return refuse }, nil
}

// heard returns the commands so far.
func (e *fakeEngine) heard() []uploader.Command {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.commands)
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
		change(transfers, c.Target, func(t *uploader.Transfer) { t.Intent = uploader.IntentHold })
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
	next := snapshotOf(transfers...)
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

// summed gives a snapshot the sums of its batches, where it has none.
func summed(s *uploader.Snapshot) *uploader.Snapshot {
	if s.Sums != nil {
		return s
	}
	s.Sums = map[uploader.BatchID]uploader.Sum{}
	for _, t := range s.Transfers {
		sum := s.Sums[t.Batch]
		sum.Files++
		sum.Count[t.State()]++
		sum.Bytes += t.Source.Size
		sum.Sent += s.Sent(t)
		sum.Rate += s.Live[t.ID].Rate
		s.Sums[t.Batch] = sum
	}
	return s
}
