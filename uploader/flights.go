package uploader

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
)

// flight is one busy worker, as the loop sees it.
type flight struct {
	halt   context.CancelCauseFunc
	remote *remote // that it was launched with
	moves  []move  // of its server since then
	tally  *tally
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
		l.catchUp(TransferID(item.ID))
		l.launch(work, TransferID(item.ID))
	}
}

func (l *loop) launch(work context.Context, id TransferID) {
	t := l.table.get(id)
	if t == nil || t.Phase != PhaseQueued || t.Intent != IntentRun {
		l.queue.Release(int64(id))
		return
	}
	looks := l.checks[id]
	if looks {
		l.feed(id, looking{})
	} else {
		l.feed(id, taken{})
	}
	if taken := l.givenTaken(t); taken != nil && !looks {
		l.hear(id, ended{fault: taken})
		return
	}
	random := rand.Float64() //nolint:gosec // jitter, not a secret
	remote, err := l.connect(t.Server)
	if err != nil && looks {
		l.hear(id, checked{fault: fault.Of(err)})
		return
	}
	if err != nil {
		l.hear(id, ended{fault: fault.Of(err), random: random})
		return
	}
	ctx, halt := context.WithCancelCause(work)
	f := &flight{halt: halt, tally: &tally{}, remote: remote}
	f.tally.position.Store(t.Session.Offset)
	now := time.Now()
	f.meter.sample(0, now)
	l.endRest(now)
	l.flights[id] = f
	config := workerConfig{
		transfer: *l.table.get(id),
		remote:   remote,
		disk:     l.engine.config.Disk,
		grows:    l.engine.config.Growth,
		settings: l.settings,
		attested: l.attested[id],
		tally:    f.tally,
		moved:    &l.moved,
		report:   l.report,
		save:     l.saveFirst,
		recall:   l.store.Proof,

		recallParts: l.store.Parts,
		fingerprint: l.fingerprint(l.servers[t.Server]),
	}
	config.learn = func(most int64) { l.send(func() { l.learnBody(t.Server, most) }) }
	l.fit(&config)
	w := newWorker(config)
	l.tasks.Go(func() {
		defer halt(nil)
		if looks {
			w.look(ctx)
			return
		}
		w.run(ctx, random)
	})
}

// fingerprint derives the fingerprints of files on their way to a server. The
// returned function may be called from any goroutine.
func (l *loop) fingerprint(server Server) func(context.Context, source.File) (string, error) {
	strategy, destination := l.engine.config.Fingerprint, destination(server)
	if strategy == nil {
		strategy = l.settings.strategy()
	}
	return func(ctx context.Context, file source.File) (string, error) {
		return strategy(ctx, l.engine.config.Disk, file, destination)
	}
}

// report takes a worker's inputs into the loop.
func (l *loop) report(id TransferID, inputs ...input) {
	l.send(func() {
		for _, in := range inputs {
			l.hear(id, in)
		}
	})
}

// saveFirst is report for inputs that must be safe before the worker goes on. One
// that is to end does not wait for a disk that cannot be written.
func (l *loop) saveFirst(ctx context.Context, id TransferID, in input) error {
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
		return errShutdown
	}
}

// hear is feed for what comes from workers, with what that tells of servers.
func (l *loop) hear(id TransferID, in input) {
	f := l.flights[id]
	switch in.(type) {
	case checked, ended:
		l.land(id)
	}
	t := l.table.get(id)
	if t == nil {
		return
	}
	if f != nil {
		in = f.rebased(in)
	}
	switch in.(type) {
	case created, acked, partly:
		l.answers(t.Server)
	}
	switch in := in.(type) {
	case restated:
		if in.file.Path != t.Source.Path {
			l.log.Info("a file was renamed, and goes on", "transfer", id)
		}
	case attested:
		l.attested[id] = in.now
		return
	case proved:
		l.keepProof(id, in.marks)
	case parted:
		l.keepParts(id, in.parts...)
	case partly:
		l.keepParts(id, in.part)
	case checked:
		l.concluded(id, in, f != nil && f.isLate(l, t.Server, in.fault))
		return
	case ended:
		l.log.Debug("worker ended", "transfer", id, "fault", in.fault, "halted", in.halted)
	}
	l.feed(id, in)
	if next := l.table.get(id); next == nil || next.Phase.Final() {
		delete(l.attested, id)
	}
	end, isEnd := in.(ended)
	switch {
	case !isEnd || end.fault == nil:
	case f != nil && f.isLate(l, t.Server, end.fault):
		l.feed(id, retriedByUser{})
	default:
		l.judge(l.table.get(id), end.fault)
	}
}

// land takes note that a worker is gone.
func (l *loop) land(id TransferID) {
	delete(l.flights, id)
	l.queue.Release(int64(id))
	l.urgent = l.urgent || len(l.flights) == 0 // whoever waits for the end learns it now
}

// isLate reports whether a worker met what was done away with meanwhile.
func (f *flight) isLate(l *loop, server ServerID, met *fault.Fault) bool {
	return f.remote != l.remotes[server] && closes(met)
}

// connect returns the server as this run knows it.
func (l *loop) connect(id ServerID) (*remote, error) {
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
	r := newRemote(server, protocol)
	l.remotes[id] = r
	return r, nil
}

// keepProof adds marks to what the next commit saves.
func (l *loop) keepProof(id TransferID, marks source.Proof) {
	if l.pending.Proofs == nil {
		l.pending.Proofs = map[TransferID]source.Proof{}
	}
	l.pending.Proofs[id] = append(l.pending.Proofs[id].Upto(marks[0].At-1), marks...)
}

// keepParts takes parts into what the next commit saves.
func (l *loop) keepParts(id TransferID, parts ...Part) {
	if l.pending.Parts == nil {
		l.pending.Parts = map[TransferID][]Part{}
	}
	l.pending.Parts[id] = append(l.pending.Parts[id], parts...)
}
