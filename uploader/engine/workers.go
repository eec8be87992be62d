package engine

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/admission"
	"github.com/ferryapp/ferry/uploader/deletion"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/uploader/queue"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/speed"
	"github.com/ferryapp/ferry/uploader/table"
	"github.com/ferryapp/ferry/uploader/worker"
)

// workers starts workers and receives what they report.
type workers struct {
	state     *state
	config    *Config
	servers   *servers
	admission *admission.Control
	deleter   *deletion.Deleter
	checks    *checks
	drives    *drives
	log       *slog.Logger
	tasks     *sync.WaitGroup
	send      func(func()) // runs a function on the loop's goroutine
	closed    <-chan struct{}

	limitBody    func(uploader.ServerID, int64)
	saveObserved func(uploader.ServerID)
	totalSent    atomic.Int64 // bytes sent by all workers since the start

	uploadURLs table.UploadURLs
}

// runningWorker is what the loop has of a worker.
type runningWorker struct {
	stop     context.CancelCauseFunc
	remote   *worker.Remote          // what it was started with
	moves    []worker.EndpointChange // of its server since then
	counters *worker.Counters
	calls    source.Calls // of the file system
	volume   uint64       // of its file when it was started; 0 if unknown
	blocked  *fault.Fault // why its drive does not respond; nil while it does
	aside    bool         // it does not count against the limits of the queue
	speed    speed.Meter
	rejected bool // what it reports is ignored
}

// admit starts workers as long as the queue admits transfers. While a bulk command is
// unfinished, a turn catches up with at most a portion of it.
func (w *workers) admit(work context.Context) {
	s := w.state
	for s.bulk.caughtUp < bulkPortion {
		item, ok := s.queue.Admit(func(server int64) int { return w.admission.Capacity(uploader.ServerID(server)) })
		if !ok {
			return
		}
		s.catchUp(uploader.TransferID(item.ID))
		if t := s.table.Get(uploader.TransferID(item.ID)); t != nil && w.drives.park(t) {
			continue
		}
		w.start(work, uploader.TransferID(item.ID))
	}
}

// start starts the worker of a transfer: for a check, or to send it.
func (w *workers) start(work context.Context, id uploader.TransferID) {
	s := w.state
	t := s.table.Get(id)
	if t == nil || t.Phase != uploader.PhaseQueued || t.Intent != uploader.IntentRun {
		s.queue.Release(int64(id))
		return
	}
	isCheck := s.checks[id]
	if isCheck {
		s.apply(id, lifecycle.CheckStarted{})
	} else {
		s.apply(id, lifecycle.WorkerStarted{})
		if inUse := w.uploadURLInUse(t); inUse != nil {
			w.receive(id, lifecycle.WorkerEnded{Fault: inUse})
			return
		}
	}
	random := rand.Float64() //nolint:gosec // jitter, not a secret
	remote, err := w.servers.connect(t.Server)
	switch {
	case err != nil && isCheck:
		w.receive(id, lifecycle.CheckEnded{Fault: fault.Of(err)})
		return
	case err != nil:
		w.receive(id, lifecycle.WorkerEnded{Fault: fault.Of(err), Random: random})
		return
	}
	ctx, stop := context.WithCancelCause(work)
	running := &runningWorker{stop: stop, counters: &worker.Counters{}, volume: t.Source.Identity.Volume, remote: remote}
	running.counters.Position.Store(t.Session.Offset)
	running.speed.Sample(0, time.Now())
	s.running[id] = running
	run := worker.New(w.workerConfig(t, running))
	w.tasks.Go(func() {
		defer stop(nil)
		if isCheck {
			run.Check(ctx)
			return
		}
		run.Run(ctx, random)
	})
}

func (w *workers) workerConfig(t *uploader.Transfer, running *runningWorker) worker.Config {
	settings := w.admission.Settings()
	settings.SettleTime = w.state.settleTime(t, settings)
	batch := w.state.batches[t.Batch]
	bounds := w.admission.Bounds(t.Server, batch)
	disk := w.config.diskOf(batch).Record(&running.calls)
	return worker.Config{
		Transfer:       *w.state.table.Get(t.ID),
		Remote:         running.remote,
		Disk:           disk,
		Settings:       settings,
		Counters:       running.counters,
		TotalSent:      &w.totalSent,
		Continued:      w.state.continued[t.ID],
		Options:        bounds.Options,
		Limits:         bounds.Limits,
		Growth:         w.config.Growth,
		Report:         w.report,
		Save:           w.save,
		PerFile:        w.config.perFile(w.servers.byID[t.Server]),
		LoadProof:      w.config.Store.Proof,
		LoadParts:      w.config.Store.Parts,
		Fingerprint:    w.config.fingerprinter(disk, settings, w.servers.byID[t.Server]),
		Connections:    bounds.Connections,
		PartsRequested: bounds.PartsRequested,
		BodyLimited:    func(bytes int64) { w.send(func() { w.limitBody(t.Server, bytes) }) },
		Slow:           func(rate float64) { w.send(func() { w.slow(t.Server, rate) }) },
	}
}

// uploadURLInUse returns a fault if the transfer's server is an upload URL that another
// transfer uses: it is for one file, the first one.
func (w *workers) uploadURLInUse(t *uploader.Transfer) *fault.Fault {
	server := w.servers.byID[t.Server]
	if !server.Options.GivenURL {
		return nil
	}
	for other := range w.state.table.All() {
		if other.Server != t.Server || other.ID == t.ID {
			continue
		}
		if other = w.state.current(other.ID); other == nil || other.Intent.Cancels() {
			continue
		}
		if other.Session.URL == server.Endpoint || other.ID < t.ID && other.Unfinished() {
			f := fault.Newf(fault.Refused, fault.Create, "the upload URL is for one file and used by transfer %d", other.ID)
			f.Code = fault.CodeUploadURLInUse
			return f
		}
	}
	return nil
}

// release records that a worker has ended.
func (w *workers) release(id uploader.TransferID, running *runningWorker) {
	if running != nil {
		w.drives.release(id, running)
	}
	delete(w.state.running, id)
	w.state.queue.Release(int64(id))
	w.state.publishNow = w.state.publishNow || len(w.state.running) == 0
}

// isStale reports whether a worker met a fault of connections that were replaced since,
// such as those without a sign-in.
func (w *workers) isStale(running *runningWorker, server uploader.ServerID, f *fault.Fault) bool {
	return running.remote != w.servers.remotes[server] && admission.NeedsUser(f)
}

// failed logs the fault of a transfer, and blocks its server if the fault concerns more
// than this transfer. A nil transfer is ignored.
func (w *workers) failed(t *uploader.Transfer, f *fault.Fault) {
	if t == nil {
		return
	}
	w.saveObserved(t.Server)
	level := slog.LevelWarn
	if t.WaitsForFile() && t.Phase == uploader.PhaseWaiting {
		level = slog.LevelDebug // again every few seconds, for as long as another program writes
	}
	w.log.Log(context.Background(), level, "transfer stopped", "transfer", t.ID, "server", t.Server, "next", t.NextTry, "fault", f.Error())
	if admission.IsOverload(f) || isCongestion(t, f) {
		w.refused(t.Server)
	}
	switch {
	case t.Phase == uploader.PhaseFailed && admission.NeedsUser(f):
		w.admission.Block(t.Server, f)
	case t.Phase != uploader.PhaseWaiting:
	case f.Kind == fault.Offline, f.Kind == fault.Unreachable, f.Code == fault.CodeReceiverDisk, admission.IsOverload(f):
		w.admission.HoldUntil(t.Server, f, t.NextTry.Time()) // the next try of this transfer ends it
	}
	w.checks.endWithoutCapacity()
}

// limitFiles applies the limits of simultaneous files to the queue.
func (w *workers) limitFiles() {
	w.state.queue.SetLimits(queue.Limits{Large: w.admission.Settings().MaxFiles, Small: w.admission.SmallFiles()})
}

// isCongestion reports whether a small file got no response in time, as on a slow
// connection that too many share.
func isCongestion(t *uploader.Transfer, f *fault.Fault) bool {
	return errors.Is(f, netx.ErrStalled) && uploader.IsSmall(t.Source)
}

// accepted records that a server accepted something.
func (w *workers) accepted(server uploader.ServerID) {
	if limit, changed := w.admission.Accepted(server, time.Now()); changed {
		w.log.Info("more simultaneous transfers to a server", "server", server, "max", limit)
	}
	w.deleter.Reachable()
	w.saveObserved(server)
}

// refused records that a server refused a request as one too many.
func (w *workers) refused(server uploader.ServerID) {
	running := w.state.queue.RunningOn(int64(server)) + 1 // the refused one has ended
	if limit, changed := w.admission.Refused(server, running, time.Now()); changed {
		w.log.Info("fewer simultaneous transfers to a server", "server", server, "max", limit)
		w.limitFiles()
	}
}

// slow records that a small file is sent to a server at that rate.
func (w *workers) slow(server uploader.ServerID, bytesPerSecond float64) {
	underWay := w.state.queue.RunningOn(int64(server))
	if limit, changed := w.admission.Slow(server, underWay, bytesPerSecond, time.Now()); changed {
		w.log.Info("fewer simultaneous transfers on a slow connection", "server", server, "max", limit, "rate", int64(bytesPerSecond))
		w.limitFiles()
	}
}

// sample reads the workers' counters. With checkpoint it also updates the transfers.
func (w *workers) sample(now time.Time, checkpoint bool) {
	for id, running := range w.state.running {
		running.speed.Sample(running.counters.Sent.Load(), now)
		w.drives.observe(id, running, now)
		if checkpoint {
			w.state.apply(id, lifecycle.BytesSent{Sent: running.counters.Position.Load()})
		}
	}
}

// stopHeld stops the workers to servers that are held by the user's choice. Those to a
// server that is held because of a fault meet the fault themselves.
func (w *workers) stopHeld() {
	for id, running := range w.state.running {
		t := w.state.table.Get(id)
		if t == nil {
			continue
		}
		if hold, held := w.admission.Hold(t.Server); held && hold.Reason != uploader.HeldByServer {
			running.stop(worker.ErrOverLimit)
		}
	}
}

// stopExcess stops the workers that exceed the limits.
func (w *workers) stopExcess() {
	maxFiles := func(server int64) int { return w.admission.MaxFiles(uploader.ServerID(server)) }
	for _, id := range w.state.queue.OverLimit(maxFiles) {
		if running := w.state.running[uploader.TransferID(id)]; running != nil {
			running.stop(worker.ErrOverLimit)
		}
	}
}

// urlConflict returns a fault and the other transfer when the server gave the URL of an
// upload to another file before: bytes sent to it would overwrite that file. A finished
// file of the same name is not another one: some servers name uploads by their files.
// Uploads without a URL cannot be told apart, and nothing is sent to them any more.
func (w *workers) urlConflict(t *uploader.Transfer, url string, part int) (*fault.Fault, uploader.TransferID) {
	if url == "" || w.servers.byID[t.Server].Options.GivenURL {
		return nil, 0
	}
	before := w.uploadURLs.Put(url, table.URLOwner{ID: t.ID, Part: part})
	other := w.state.table.Get(before.ID)
	switch {
	case other == nil || other.Intent.Cancels() || other.Phase == uploader.PhaseCancelled:
		return nil, 0
	case other.ID == t.ID && part == table.WholeFile:
		return nil, 0 // it was created again, or its parts were joined
	case part == table.WholeFile && before.Part == table.WholeFile && other.Session.URL != url:
		return nil, 0 // it has another upload now
	case !other.Unfinished() && (part != table.WholeFile || other.Source.Name() == t.Source.Name()):
		return nil, 0
	}
	w.uploadURLs.Put(url, before)
	f := fault.Newf(fault.Refused, fault.Create, "the server returned the upload URL of transfer %d", other.ID)
	f.Code = fault.CodeUploadURLReused
	return f, other.ID
}
