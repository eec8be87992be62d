// Package worker sends one transfer to its server.
//
// A [Worker] opens the file, finds out what the server has of it, creates an upload
// where there is none, sends the rest, and verifies that the file did not change. It
// makes one attempt: retries, queueing and saving are the engine's. It reports what
// happens as inputs of package lifecycle, and works on its own copy of the transfer,
// which it steps with the same inputs.
//
// Invariants: an upload URL and a plan of parts are saved before data follows, so
// that a crash loses no upload. No byte is sent after the offset of a resumed upload
// before what was sent has been compared with the file.
//
// [Test] finds out whether a server accepts uploads before it is added.
//
// A worker runs on one goroutine. It starts others only while a method runs: one that
// hashes what is sent, and one for each part that is being sent. Functions of
// [Config] may be called from any of them. A [Remote] is shared by the workers of a
// server and is safe for concurrent use.
//
// Errors are [fault.Fault] values, or the error of a context that ended. They end
// the worker and are reported once, in [lifecycle.WorkerEnded].
package worker

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/uploader/source"
)

const (
	// stopTimeout limits the requests that are sent or finished after a worker was
	// stopped. Their responses are useful, but not needed: resuming queries the offset.
	stopTimeout = 3 * time.Second

	// maxFruitless is after how many requests in a row of which the server
	// acknowledged nothing or very little an attempt fails.
	maxFruitless = 3
)

// The causes with which the engine cancels the context of a worker.
var (
	ErrStopped         = errors.New("stopped by the user")
	ErrCancelled       = errors.New("cancelled by the user")
	ErrOverLimit       = errors.New("more uploads running than allowed")
	ErrEndpointChanged = errors.New("server endpoint changed")
	ErrClockJump       = errors.New("computer was suspended or its clock was set")
	ErrShutdown        = errors.New("shutting down")
)

// Config is what a worker needs.
type Config struct {
	Transfer  uploader.Transfer // the worker's own copy
	Remote    *Remote
	Disk      source.Disk
	Settings  uploader.Settings // read only
	Counters  *Counters
	TotalSent *atomic.Int64 // bytes handed to the network by all workers since the program started
	Continued bool          // the user decided that the file is the one that was sent
	Options   uploader.BatchOptions
	Limits    []*netx.Limiter                       // all of them apply
	Growth    func(path string) uploader.FileGrowth // nil: no file is being written by a known program

	// Report passes inputs to the engine. Save also waits until they are saved.
	Report func(uploader.TransferID, ...lifecycle.Input)
	Save   func(context.Context, uploader.TransferID, ...lifecycle.Input) error

	PerFile uploader.PerFileFunc // nil for a server without such a service

	LoadProof      func(context.Context, uploader.TransferID) (source.Proof, error)
	LoadParts      func(context.Context, uploader.TransferID) ([]uploader.Part, error)
	Fingerprint    func(context.Context, source.File) (string, error)
	Connections    func() int        // how many parts may be sent at the same time, right now
	PartsRequested bool              // the server's or the batch's options request parts
	BodyLimited    func(bytes int64) // called when the server refused a request as too large

	Slow func(bytesPerSecond float64) // called when a request of a small file is slow; nil for none
}

// Worker sends one transfer.
type Worker struct {
	*record

	remote  *Remote
	file    *sourceFile
	slow    func(bytesPerSecond float64) // Config.Slow
	request uploader.PerFileFunc         // Config.PerFile
	patcher *patcher
	parts   *concatenation
	growing *follower
}

// New makes a worker. It does nothing before Run or Check.
func New(c Config) *Worker {
	r := newRecord(&c)
	file := newSourceFile(&c, r)
	p := &patcher{remote: c.Remote, chunkMax: c.Options.ChunkMax, limits: c.Limits, totalSent: c.TotalSent, bodyLimited: c.BodyLimited}
	return &Worker{
		record:  r,
		remote:  c.Remote,
		slow:    c.Slow,
		request: c.PerFile,
		file:    file,
		patcher: p,
		parts: &concatenation{
			record: r, file: file, remote: c.Remote, patcher: p,
			connections: c.Connections, requested: c.PartsRequested, load: c.LoadParts,
		},
		growing: &follower{record: r, file: file, remote: c.Remote, patcher: p, length: uploader.SizeUnknown},
	}
}

// Run works until the upload is complete, a fault ends it, or ctx is cancelled.
// random in [0, 1) is the jitter of the next retry.
func (w *Worker) Run(ctx context.Context, random float64) {
	began := time.Now()
	err := CatchPanic(func() error { return w.upload(ctx) })
	end := lifecycle.WorkerEnded{Active: time.Since(began), Random: random}
	switch {
	case err == nil:
		w.remote.uploadEnded(w.transfer.Session.URL)
	case ctx.Err() != nil:
		end.Stopped = true
		w.reportSent()
	default:
		w.reportSent()
		w.file.restartDamaged(err)
		end.Fault = w.perFile.fault(w.remote.faultOf(err), w.transfer.Session)
	}
	w.emit(w.id, append(w.deferred, end)...)
}

func (w *Worker) upload(ctx context.Context) error {
	follow, err := w.growing.check(ctx)
	if err != nil {
		return err
	}
	if ctx, err = w.requestPerFile(ctx); err != nil {
		return err
	}
	if follow {
		return w.growing.upload(ctx)
	}
	if err := w.file.open(ctx); err != nil {
		return err
	}
	defer w.file.close()
	if w.slow != nil && uploader.IsSmall(w.transfer.Source) {
		ctx = netx.WithSlowNotice(ctx, w.slow)
	}
	if err := w.uploadFile(ctx); err != nil {
		if stoppedByUser(ctx) && !errors.Is(context.Cause(ctx), ErrCancelled) {
			w.queryOffsetAfterStop(ctx)
		}
		return w.file.cause(err)
	}
	w.report(lifecycle.PhaseEntered{Phase: uploader.PhaseVerifying})
	if err = w.file.finish(ctx); err == nil {
		err = w.file.stateDigest(ctx, w.remote)
	}
	if err != nil {
		w.file.reportProof() // the next worker compares the file with it
	}
	return err
}

// uploadFile resumes or creates the upload and sends what the server does not have.
func (w *Worker) uploadFile(ctx context.Context) error {
	complete, err := w.queryOffset(ctx)
	if err != nil {
		return err
	}
	if err := w.file.verify(ctx, w.parts.extents()); err != nil {
		return err
	}
	if !w.transfer.Session.Begun() {
		if complete, err = w.create(ctx); err != nil {
			return err
		}
	}
	switch {
	case complete:
		return nil
	case w.transfer.Session.URL != "":
		return w.send(ctx)
	}
	err = w.parts.send(ctx)
	if w.parts.refused(err) {
		return w.sendWhole(ctx)
	}
	return err
}

// queryOffset queries the offset of an upload that was begun. It reports
// whether the upload is complete.
func (w *Worker) queryOffset(ctx context.Context) (complete bool, err error) {
	if !w.transfer.Session.Begun() {
		return false, nil
	}
	w.report(lifecycle.PhaseEntered{Phase: uploader.PhaseChecking})
	switch {
	case w.transfer.Session.Complete(), w.isHidden():
		return true, nil
	case w.transfer.Session.URL == "":
		return false, w.parts.query(ctx)
	case w.transfer.Session.Parts > 0:
		return w.parts.checkJoined(ctx)
	}
	status, err := w.remote.protocol.Head(ctx, w.transfer.Session.URL)
	if err != nil {
		return false, w.responseLost(notVisible(err, w.transfer.Session.Unconfirmed))
	}
	complete, err = w.acceptOffset(status)
	return complete && !w.needsEmptyPatch(), err
}

// send sends the rest of the file, in as few requests as the server accepts.
func (w *Worker) send(ctx context.Context) error {
	w.report(lifecycle.PhaseEntered{Phase: uploader.PhaseSending})
	if w.file.provenSmall() {
		return w.sendRest(ctx)
	}
	w.file.sections[0].gate.begin(w.transfer.Session.Offset)
	ctx, stop := w.file.proveWhileSending(ctx)
	return stop(w.sendRest(ctx))
}

func (w *Worker) sendRest(ctx context.Context) error {
	for fruitless := 0; ; {
		before := w.transfer.Session.Offset
		complete, err := w.sendNext(ctx)
		if err != nil || complete {
			return err
		}
		if w.transfer.Session.Offset > before && !w.poor {
			fruitless = 0
		} else if fruitless++; fruitless >= maxFruitless {
			return unacknowledged(fruitless, w.transfer.Session.Offset)
		}
	}
}

// sendNext sends the next bytes of the file in one request.
func (w *Worker) sendNext(ctx context.Context) (complete bool, err error) {
	size := w.transfer.Source.Size
	status, err := w.patcher.patch(ctx, w.file.handle, w.remainder())
	if err != nil {
		return false, notVisible(err, w.transfer.Session.Unconfirmed)
	}
	status.Length = size // a PATCH response has the offset only
	return w.acceptOffset(status)
}

// remainder returns what the server does not have of the file.
func (w *Worker) remainder() remainder {
	return remainder{
		url: w.transfer.Session.URL, offset: w.transfer.Session.Offset, length: w.transfer.Source.Size, section: w.file.sections[0], counter: w.whole,
	}
}

// sendWhole restarts the upload without parts, which the server refused.
func (w *Worker) sendWhole(ctx context.Context) error {
	w.parts.disable()
	if err := w.parts.discard(ctx); err != nil {
		return err
	}
	if complete, err := w.create(ctx); err != nil || complete {
		return err
	}
	return w.send(ctx)
}

// queryOffsetAfterStop queries the offset after the user stopped the transfer, and
// hashes the file up to there. Errors are ignored: they recur when the user resumes.
func (w *Worker) queryOffsetAfterStop(ctx context.Context) {
	if w.file.sections == nil || w.transfer.Phase != uploader.PhaseSending {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	if _, err := w.queryOffset(ctx); err != nil {
		return
	}
	w.file.prove(ctx, acknowledgedRanges(w.parts.extents()))
}
