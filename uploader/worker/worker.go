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
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/tus"
)

const (
	// stopTimeout limits the requests that are sent or finished after a worker was
	// stopped. Their responses are useful, but not needed: resuming queries the offset.
	stopTimeout = 3 * time.Second

	// maxFruitless is after how many requests in a row of which the server
	// acknowledged nothing an attempt fails.
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
	TotalSent *atomic.Int64       // bytes handed to the network by all workers since the program started
	Verified  lifecycle.FileState // the file when a worker of this run last verified it; zero for none
	Options   uploader.BatchOptions
	Limits    []*netx.Limiter                       // all of them apply
	Growth    func(path string) uploader.FileGrowth // nil: no file is being written by a known program

	// Report passes inputs to the engine. Save also waits until they are saved.
	Report func(uploader.TransferID, ...lifecycle.Input)
	Save   func(context.Context, uploader.TransferID, lifecycle.Input) error

	LoadProof      func(context.Context, uploader.TransferID) (source.Proof, error)
	LoadParts      func(context.Context, uploader.TransferID) ([]uploader.Part, error)
	Fingerprint    func(context.Context, source.File) (string, error)
	Connections    func() int           // how many parts may be sent at the same time, right now
	PartsRequested bool                 // the server's or the batch's options ask for parts
	BodyLimited    func(bodyMost int64) // called when the server refused a request as too large
}

// Worker sends one transfer.
type Worker struct {
	Config

	deferring bool // reports are kept in deferred until the worker ends
	deferred  []lifecycle.Input

	file     source.OpenFile
	opened   source.File // the file as it was when it was opened
	prover   *source.Hasher
	reported int             // blocks of the prover that the engine has
	whole    *partCounter    // counts the file when it is not sent in parts
	parts    []uploader.Part // nil when the session has none
}

// New makes a worker. It does nothing before Run or Check.
func New(config Config) *Worker {
	w := &Worker{Config: config, whole: &partCounter{counters: config.Counters}}
	w.whole.at.Store(config.Transfer.Session.Offset)
	return w
}

// Run works until the upload is complete, a fault ends it, or ctx is cancelled.
// random in [0, 1) is the jitter of the next retry.
func (w *Worker) Run(ctx context.Context, random float64) {
	began := time.Now()
	err := CatchPanic(func() error { return w.upload(ctx) })
	end := lifecycle.WorkerEnded{Active: time.Since(began), Random: random}
	switch {
	case err == nil:
	case ctx.Err() != nil:
		end.Stopped = true
	default:
		end.Fault = w.faultOf(err)
	}
	w.Report(w.Transfer.ID, append(w.deferred, end)...)
}

func (w *Worker) upload(ctx context.Context) error {
	if follow, err := w.checkGrowth(ctx); err != nil {
		return err
	} else if follow {
		return w.follow(ctx)
	}
	file, seen, err := w.open(ctx)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := w.uploadFile(ctx, file, seen); err != nil {
		if stoppedByUser(ctx) && !errors.Is(context.Cause(ctx), ErrCancelled) {
			w.queryOffsetAfterStop(ctx, file)
		}
		return w.sourceFault(file, err)
	}
	w.report(lifecycle.PhaseEntered{Phase: uploader.PhaseVerifying})
	if err := w.finishHash(ctx); err != nil {
		return err
	}
	return unchanged(file, w.Transfer.Source)
}

// uploadFile resumes or creates the upload and sends what the server does not have.
func (w *Worker) uploadFile(ctx context.Context, file source.OpenFile, seen source.File) error {
	complete, err := w.queryOffset(ctx)
	if err != nil {
		return err
	}
	if err := w.verifySource(ctx, file, seen); err != nil {
		return err
	}
	if !w.Transfer.Session.Begun() {
		if complete, err = w.create(ctx, file); err != nil {
			return err
		}
	}
	switch {
	case complete:
		return nil
	case w.Transfer.Session.URL != "":
		return w.send(ctx, file)
	}
	err = w.sendParts(ctx, file)
	if w.partsRefused(err) {
		return w.sendWhole(ctx, file)
	}
	return err
}

// queryOffset asks the server for the offset of an upload that was begun. It reports
// whether the upload is complete.
func (w *Worker) queryOffset(ctx context.Context) (complete bool, err error) {
	if !w.Transfer.Session.Begun() {
		return false, nil
	}
	w.report(lifecycle.PhaseEntered{Phase: uploader.PhaseChecking})
	switch {
	case w.Transfer.Session.URL == "":
		return false, w.queryParts(ctx)
	case w.Transfer.Session.Parts > 0:
		return w.checkJoined(ctx)
	}
	status, err := w.Remote.protocol.Head(ctx, w.Transfer.Session.URL)
	if err != nil {
		return false, err
	}
	return w.acceptOffset(status)
}

// send sends the rest of the file, in as few requests as the server accepts.
func (w *Worker) send(ctx context.Context, file source.OpenFile) error {
	w.report(lifecycle.PhaseEntered{Phase: uploader.PhaseSending})
	defer w.hashWhileSending(ctx)()
	for fruitless := 0; ; {
		before := w.Transfer.Session.Offset
		complete, err := w.sendNext(ctx, file)
		if err != nil || complete {
			return err
		}
		if w.Transfer.Session.Offset > before {
			fruitless = 0
		} else if fruitless++; fruitless >= maxFruitless {
			return unacknowledged(fruitless, before)
		}
	}
}

// sendNext sends the next bytes of the file in one request.
func (w *Worker) sendNext(ctx context.Context, file source.OpenFile) (complete bool, err error) {
	size := w.Transfer.Source.Size
	status, err := w.patch(ctx, file, remainder{
		url: w.Transfer.Session.URL, offset: w.Transfer.Session.Offset, length: size, counter: w.whole,
	})
	if err != nil {
		return false, err
	}
	status.Length = size // a PATCH response has the offset only
	return w.acceptOffset(status)
}

// acceptOffset takes over the offset that the server reported, unless it contradicts
// the size of the file.
func (w *Worker) acceptOffset(status tus.Status) (complete bool, err error) {
	size := w.Transfer.Source.Size
	if size != uploader.SizeUnknown && (status.Offset > size || status.Length >= 0 && status.Length != size) {
		return false, SizeMismatch(max(status.Offset, status.Length), size)
	}
	w.report(acknowledged(status))
	w.whole.set(status.Offset)
	return status.Offset == size, nil
}

func acknowledged(status tus.Status) lifecycle.Acknowledged {
	return lifecycle.Acknowledged{Session: uploader.Session{Offset: status.Offset, Expires: uploader.TimestampOf(status.Expires)}}
}

// queryOffsetAfterStop asks for the offset after the user stopped the transfer, and
// hashes the file up to there. Errors are ignored: they recur when the user resumes.
func (w *Worker) queryOffsetAfterStop(ctx context.Context, file source.OpenFile) {
	if w.prover == nil || w.Transfer.Phase != uploader.PhaseSending {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	if _, err := w.queryOffset(ctx); err != nil {
		return
	}
	end := w.acknowledgedEnd()
	w.prover = source.NewHasher(file, w.Transfer.Source.Size, w.prover.Proof().Prefix(end))
	w.reported = min(w.reported, w.prover.Blocks())
	if w.prover.HashTo(ctx, end) == nil {
		w.reportBlocks(w.Transfer.ID)
	}
}

// report steps the worker's copy of the transfer and reports the input.
func (w *Worker) report(in lifecycle.Input) {
	w.Transfer, _ = lifecycle.Step(w.Transfer, in, time.Now())
	if w.deferring {
		w.deferred = append(w.deferred, in)
		return
	}
	w.Report(w.Transfer.ID, in)
}

// deferReports keeps what is reported from now on until the worker ends. It is for a
// worker that is about to end: with many small files each report that wakes the
// engine costs time.
func (w *Worker) deferReports() { w.deferring = true }

// reportAndSave is report for what must be saved before the worker continues.
func (w *Worker) reportAndSave(ctx context.Context, in lifecycle.Input) error {
	w.Transfer, _ = lifecycle.Step(w.Transfer, in, time.Now())
	return w.Save(ctx, w.Transfer.ID, in)
}

func unacknowledged(requests int, offset int64) error {
	return fault.Newf(fault.Transient, fault.Patch, "server acknowledged nothing of %d requests at offset %d", requests, offset)
}

// SizeMismatch returns the fault for a server whose upload does not fit a file of
// that many bytes.
func SizeMismatch(reported, size int64) error {
	return fault.Newf(fault.Mismatch, fault.Head, "server reports %d bytes, file has %d", reported, size)
}
