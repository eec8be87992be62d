package engine

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/worker"
)

// flight is one busy worker, as the loop sees it.
type flight struct {
	halt   context.CancelCauseFunc
	remote *worker.Remote // that it was launched with
	moves  []move         // of its server since then
	tally  *worker.Counters
	meter  meter
}

// admit starts workers as long as the queue lets some go. Where a command is on its
// way over what is in line, no turn goes through more of that than a portion.
func (l *loop) admit(work context.Context) {
	for l.caught < sweepPortion {
		item, ok := l.queue.Admit(l.room)
		if !ok {
			return
		}
		l.catchUp(uploader.TransferID(item.ID))
		l.launch(work, uploader.TransferID(item.ID))
	}
}

func (l *loop) launch(work context.Context, id uploader.TransferID) {
	t := l.table.Get(id)
	if t == nil || t.Phase != uploader.PhaseQueued || t.Intent != uploader.IntentRun {
		l.queue.Release(int64(id))
		return
	}
	looks := l.checks[id]
	if looks {
		l.feed(id, lifecycle.CheckStarted{})
	} else {
		l.feed(id, lifecycle.WorkerStarted{})
	}
	if taken := l.givenTaken(t); taken != nil && !looks {
		l.hear(id, lifecycle.WorkerEnded{Fault: taken})
		return
	}
	random := rand.Float64() //nolint:gosec // jitter, not a secret
	remote, err := l.connect(t.Server)
	if err != nil && looks {
		l.hear(id, lifecycle.CheckEnded{Fault: fault.Of(err)})
		return
	}
	if err != nil {
		l.hear(id, lifecycle.WorkerEnded{Fault: fault.Of(err), Random: random})
		return
	}
	ctx, halt := context.WithCancelCause(work)
	f := &flight{halt: halt, tally: &worker.Counters{}, remote: remote}
	f.tally.Position.Store(t.Session.Offset)
	now := time.Now()
	f.meter.sample(0, now)
	l.endRest(now)
	l.flights[id] = f
	config := worker.Config{
		Transfer:  *l.table.Get(id),
		Remote:    remote,
		Disk:      l.engine.config.Disk,
		Growth:    l.engine.config.Growth,
		Settings:  l.settings,
		Verified:  l.attested[id],
		Counters:  f.tally,
		TotalSent: &l.moved,
		Report:    l.report,
		Save:      l.saveFirst,
		LoadProof: l.store.Proof,

		LoadParts:   l.store.Parts,
		Fingerprint: l.fingerprint(l.servers[t.Server]),
	}
	config.BodyLimited = func(most int64) { l.send(func() { l.learnBody(t.Server, most) }) }
	l.fit(&config)
	w := worker.New(config)
	l.tasks.Go(func() {
		defer halt(nil)
		if looks {
			w.Check(ctx)
			return
		}
		w.Run(ctx, random)
	})
}

// Fingerprint derives the fingerprints of files on their way to a server. The
// returned function may be called from any goroutine.
func (l *loop) fingerprint(server uploader.Server) func(context.Context, source.File) (string, error) {
	strategy, destination := l.engine.config.Fingerprint, worker.Destination(server)
	if strategy == nil {
		strategy = l.settings.FingerprintStrategy()
	}
	return func(ctx context.Context, file source.File) (string, error) {
		return strategy(ctx, l.engine.config.Disk, file, destination)
	}
}

// Report takes a worker's inputs into the loop.
func (l *loop) report(id uploader.TransferID, inputs ...lifecycle.Input) {
	l.send(func() {
		for _, in := range inputs {
			l.hear(id, in)
		}
	})
}

// saveFirst is report for inputs that must be safe before the worker goes on. One
// that is to end does not wait for a disk that cannot be written.
func (l *loop) saveFirst(ctx context.Context, id uploader.TransferID, in lifecycle.Input) error {
	safe := make(chan struct{})
	l.send(func() {
		l.hear(id, in)
		l.after = append(l.after, func(context.Context) { close(safe) })
	})
	select {
	case <-safe:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-l.gone:
		return worker.ErrShutdown
	}
}

// hear is feed for what comes from workers, with what that tells of servers.
func (l *loop) hear(id uploader.TransferID, in lifecycle.Input) {
	f := l.flights[id]
	switch in.(type) {
	case lifecycle.CheckEnded, lifecycle.WorkerEnded:
		l.land(id)
	}
	t := l.table.Get(id)
	if t == nil {
		return
	}
	if f != nil {
		in = f.rebased(in)
	}
	switch in.(type) {
	case lifecycle.UploadCreated, lifecycle.Acknowledged, lifecycle.PartChanged:
		l.answers(t.Server)
	}
	switch in := in.(type) {
	case lifecycle.FileUpdated:
		if in.File.Path != t.Source.Path {
			l.log.Info("a file was renamed, and goes on", "transfer", id)
		}
	case lifecycle.SourceVerified:
		l.attested[id] = in.State
		return
	case lifecycle.BlocksHashed:
		l.keepProof(id, in.Marks)
	case lifecycle.PartsPlanned:
		l.keepParts(id, in.Parts...)
	case lifecycle.PartChanged:
		l.keepParts(id, in.Part)
	case lifecycle.CheckEnded:
		l.concluded(id, in, f != nil && f.isLate(l, t.Server, in.Fault))
		return
	case lifecycle.WorkerEnded:
		l.log.Debug("worker ended", "transfer", id, "fault", in.Fault, "halted", in.Stopped)
	}
	l.feed(id, in)
	if next := l.table.Get(id); next == nil || next.Phase.Final() {
		delete(l.attested, id)
	}
	end, isEnd := in.(lifecycle.WorkerEnded)
	switch {
	case !isEnd || end.Fault == nil:
	case f != nil && f.isLate(l, t.Server, end.Fault):
		l.feed(id, lifecycle.RetriedByUser{})
	default:
		l.judge(l.table.Get(id), end.Fault)
	}
}

// land takes note that a worker is gone.
func (l *loop) land(id uploader.TransferID) {
	delete(l.flights, id)
	l.queue.Release(int64(id))
	l.urgent = l.urgent || len(l.flights) == 0 // whoever waits for the end learns it now
}

// isLate reports whether a worker met what was done away with meanwhile.
func (f *flight) isLate(l *loop, server uploader.ServerID, met *fault.Fault) bool {
	return f.remote != l.remotes[server] && closes(met)
}

// connect returns the server as this run knows it.
func (l *loop) connect(id uploader.ServerID) (*worker.Remote, error) {
	if r := l.remotes[id]; r != nil {
		return r, nil
	}
	server, known := l.servers[id]
	if !known {
		return nil, fault.Newf(fault.Refused, fault.Create, "there is no server %d any more", id)
	}
	if server.Endpoint == "" {
		return nil, fault.Newf(fault.Unreachable, fault.Create, "%q is not there", server.Name)
	}
	protocol, err := l.engine.config.Connect(server)
	if err != nil {
		return nil, err
	}
	r := worker.NewRemote(server, protocol)
	l.remotes[id] = r
	return r, nil
}

// keepProof adds marks to what the next commit saves.
func (l *loop) keepProof(id uploader.TransferID, marks source.Proof) {
	if l.pending.Proofs == nil {
		l.pending.Proofs = map[uploader.TransferID]source.Proof{}
	}
	l.pending.Proofs[id] = append(l.pending.Proofs[id].Upto(marks[0].At-1), marks...)
}

// keepParts takes parts into what the next commit saves.
func (l *loop) keepParts(id uploader.TransferID, parts ...uploader.Part) {
	if l.pending.Parts == nil {
		l.pending.Parts = map[uploader.TransferID][]uploader.Part{}
	}
	l.pending.Parts[id] = append(l.pending.Parts[id], parts...)
}
