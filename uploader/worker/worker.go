package worker

import (
	"context"
	"errors"
	"net/http"
	"runtime/debug"
	"slices"
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
	// Time to learn what the server holds after a pause, so that what is shown is
	// true. It is only an extra: resuming asks again.
	lastLook = 3 * time.Second

	// A server that acknowledges nothing new so many times in a row is not going
	// to take the rest.
	fruitlessPatches = 3
)

// The reasons for which the loop ends a worker.
var (
	ErrStopped     = errors.New("halted by the user")
	ErrGivenUp     = errors.New("given up by the user")
	ErrHeld        = errors.New("more is under way than may be")
	ErrServerMoved = errors.New("the server has another address")
	ErrClockJump   = errors.New("the computer slept")
	ErrShutdown    = errors.New("shutting down")
)

// Config is what a worker needs. Its functions are called from the worker's
// goroutines.
type Config struct {
	Transfer  uploader.Transfer // the worker's own copy
	Remote    *Remote
	Disk      source.Disk
	Settings  uploader.Settings   // is not changed
	Counters  *Counters           // Read by the engine while the worker runs
	TotalSent *atomic.Int64       // bytes handed to the network by all workers since the start
	Verified  lifecycle.FileState // of this run, about what an earlier worker sent
	Options   uploader.Options
	Limits    []*netx.Limit                     // All of them apply
	Growth    func(path string) uploader.Growth // nil: no file is known to be growing

	Report         func(uploader.TransferID, ...lifecycle.Input)
	Save           func(context.Context, uploader.TransferID, lifecycle.Input) error // Report, and wait until it is saved
	LoadProof      func(context.Context, uploader.TransferID) (source.Proof, error)
	LoadParts      func(context.Context, uploader.TransferID) ([]uploader.Part, error)
	Fingerprint    func(context.Context, source.File) (string, error)
	Connections    func() int // Parts that may be sent at a time, right now
	PartsRequested bool       // Parts were asked for, of this server or this batch
	BodyLimited    func(bodyMost int64)
}

// New makes a worker; nothing happens before it runs.
func New(config Config) *Worker {
	w := &Worker{Config: config, whole: &partCounter{tally: config.Counters}}
	w.whole.at.Store(config.Transfer.Session.Offset)
	return w
}

// Worker carries one transfer as far as it goes. It runs on its own goroutine
// with its own copy, and tells the loop what happened by report.
type Worker struct {
	Config

	ending bool              // what is told waits for the end
	untold []lifecycle.Input // what does

	file     source.Opened
	declared source.File // as the file was when it was opened
	prover   *source.Prover
	proven   int             // Marks that the loop has
	whole    *partCounter    // the file as one stretch
	parts    []uploader.Part // when the session has any
}

// Run works until the transfer is across, a fault ends it, or ctx does.
func (w *Worker) Run(ctx context.Context, random float64) {
	began := time.Now()
	err := CatchPanic(func() error { return w.carry(ctx) })
	end := lifecycle.WorkerEnded{Active: time.Since(began), Random: random}
	switch {
	case err == nil:
	case ctx.Err() != nil:
		end.Stopped = true
	default:
		end.Fault = fault.Of(err)
	}
	w.Report(w.Transfer.ID, append(w.untold, end)...)
}

// CatchPanic turns a panic, which is always a mistake of this program, into a fault of
// what was being done. Every goroutine that works on files or requests runs in it.
func CatchPanic(work func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fault.Newf(fault.Bug, fault.Run, "panic: %v\n%s", p, debug.Stack())
		}
	}()
	return work()
}

func (w *Worker) carry(ctx context.Context) error {
	if follow, err := w.grown(ctx); err != nil {
		return err
	} else if follow {
		return w.follow(ctx)
	}
	file, seen, err := w.open(ctx)
	if err != nil {
		return err
	}
	defer file.Close()
	complete, err := w.resume(ctx)
	if err == nil {
		err = w.attest(ctx, file, seen)
	}
	if err == nil && !w.Transfer.Session.Begun() {
		complete, err = w.create(ctx, file)
	}
	switch {
	case err != nil || complete:
	case w.Transfer.Session.URL == "":
		err = w.sendParts(ctx, file)
		if w.refusesParts(err) {
			err = w.sendUnparted(ctx, file)
		}
	default:
		err = w.send(ctx, file)
	}
	if err != nil && stoppedByUser(ctx) && !errors.Is(context.Cause(ctx), ErrGivenUp) {
		w.lookOnceMore(ctx, file)
	}
	if err != nil {
		return w.blame(file, err)
	}
	w.tell(lifecycle.PhaseEntered{Phase: uploader.PhaseVerifying})
	if err := w.conclude(ctx); err != nil {
		return err
	}
	return unchanged(file, w.Transfer.Source)
}

// resume learns the offset the server holds of an upload that was begun, which
// is the truth. It reports whether everything is across already.
func (w *Worker) resume(ctx context.Context) (complete bool, err error) {
	if !w.Transfer.Session.Begun() {
		return false, nil
	}
	w.tell(lifecycle.PhaseEntered{Phase: uploader.PhaseChecking})
	switch {
	case w.Transfer.Session.URL == "":
		return w.askParts(ctx)
	case w.Transfer.Session.Parts > 0:
		return w.askJoined(ctx)
	}
	status, err := w.Remote.protocol.Head(ctx, w.Transfer.Session.URL)
	if err != nil {
		return false, err
	}
	return w.take(status)
}

// send brings the rest of the file across, in as few requests as the server takes.
func (w *Worker) send(ctx context.Context, file source.Opened) error {
	w.tell(lifecycle.PhaseEntered{Phase: uploader.PhaseSending})
	defer w.proveBeside(ctx)()
	for fruitless := 0; ; {
		before := w.Transfer.Session.Offset
		complete, err := w.advance(ctx, file)
		if err != nil || complete {
			return err
		}
		if w.Transfer.Session.Offset > before {
			fruitless = 0
		} else if fruitless++; fruitless >= fruitlessPatches {
			return unacknowledged(fruitless, before)
		}
	}
}

// create makes an upload for the file, and sends a small one along. The URL is
// saved before anything else follows.
func (w *Worker) create(ctx context.Context, file source.Opened) (complete bool, err error) {
	if w.Remote.Server.Profile.Given {
		return false, w.takeGiven(ctx)
	}
	caps, err := w.Remote.Capabilities(ctx)
	if err != nil {
		return false, err
	}
	size := w.Transfer.Source.Size
	if caps.MaxSize > 0 && size > caps.MaxSize {
		return false, fault.Newf(fault.TooLarge, fault.Create, "the server takes at most %d bytes, the file has %d", caps.MaxSize, size)
	}
	if err := w.declare(ctx, file); err != nil {
		return false, err
	}
	w.tell(lifecycle.PhaseEntered{Phase: uploader.PhaseCreating})
	if inParts, err := w.part(ctx, caps); inParts || err != nil {
		return false, err
	}
	patient, end := withGracePeriod(ctx)
	defer end()
	upload, err := w.createAt(patient, file, caps)
	if err != nil {
		return false, err
	}
	if upload.Offset > size {
		return false, SizeMismatch(upload.Offset, size)
	}
	session := uploader.Session{URL: upload.URL, Offset: upload.Offset, Sent: upload.Offset, Expires: uploader.MomentOf(upload.Expires)}
	if session.Offset == size {
		w.tellAtEnd() // nothing follows that could need the URL first
		w.tell(lifecycle.UploadCreated{Session: session})
		return true, nil
	}
	w.whole.set(session.Offset)
	return false, w.keep(ctx, lifecycle.UploadCreated{Session: session})
}

// createAt asks the server for an upload. A server that refuses the body that
// comes along is asked without.
func (w *Worker) createAt(ctx context.Context, file source.Opened, caps tus.Capabilities) (tus.Upload, error) {
	size := w.Transfer.Source.Size
	request := tus.CreateRequest{Size: size, Metadata: w.metadata()}
	if w.sendsAlong(caps) {
		request.Body, request.BodySize = w.reader(ctx, file, 0, size, w.whole, 0), size
		upload, err := w.Remote.protocol.Create(ctx, request)
		if f := fault.Of(err); err == nil || f.Kind != fault.TooLarge || f.Status != http.StatusRequestEntityTooLarge {
			return upload, err
		}
		w.Remote.plain.Store(true)
		w.whole.set(0)
		request.Body, request.BodySize = nil, 0
	}
	return w.Remote.protocol.Create(ctx, request)
}

// sendsAlong reports whether the file crosses with the request that creates its
// upload.
func (w *Worker) sendsAlong(caps tus.Capabilities) bool {
	size, profile := w.Transfer.Source.Size, w.Remote.profile()
	return size > 0 && uploader.IsSmall(w.Transfer.Source) && slices.Contains(caps.Extensions, tus.CreationWithUpload) &&
		profile.RequestSize(size, w.Options.Chunk) == size && !profile.Checksums && !w.Remote.plain.Load()
}

// advance sends the next bytes of the file in one request.
func (w *Worker) advance(ctx context.Context, file source.Opened) (complete bool, err error) {
	size := w.Transfer.Source.Size
	status, err := w.patch(ctx, file, rest{
		url: w.Transfer.Session.URL, offset: w.Transfer.Session.Offset, length: size, count: w.whole,
	})
	if err != nil {
		return false, err
	}
	status.Length = size // PATCH answers the offset only
	return w.take(status)
}

// take believes what the server said it holds, as far as it can be true.
func (w *Worker) take(status tus.Status) (complete bool, err error) {
	size := w.Transfer.Source.Size
	if size != uploader.SizeUnknown && (status.Offset > size || status.Length >= 0 && status.Length != size) {
		return false, SizeMismatch(max(status.Offset, status.Length), size)
	}
	w.tell(lifecycle.Acknowledged{Session: uploader.Session{Offset: status.Offset, Expires: uploader.MomentOf(status.Expires)}})
	w.whole.set(status.Offset)
	return status.Offset == size, nil
}

// lookOnceMore asks what the server holds after the user stopped the transfer,
// and proves the file as far as that.
func (w *Worker) lookOnceMore(ctx context.Context, file source.Opened) {
	if w.prover == nil || w.Transfer.Phase != uploader.PhaseSending {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastLook)
	defer cancel()
	if _, err := w.resume(ctx); err != nil {
		return // whatever it is, it is met again when the user resumes
	}
	held := w.Transfer.Session.Offset
	if w.Transfer.Session.Parts > 0 {
		held = Furthest(w.parts)
	}
	w.prover = source.NewProver(file, w.Transfer.Source.Size, w.prover.Proof().Upto(held))
	w.proven = min(w.proven, w.prover.Blocks())
	if w.prover.Advance(ctx, held) == nil {
		w.handProof(w.Transfer.ID)
	}
}

// tell reports an input and keeps the worker's own copy in step.
func (w *Worker) tell(in lifecycle.Input) {
	w.Transfer, _ = lifecycle.Step(w.Transfer, in, time.Now())
	if w.ending {
		w.untold = append(w.untold, in)
		return
	}
	w.Report(w.Transfer.ID, in)
}

// tellAtEnd has what is told from now on wait for the end, which is a moment away:
// with many small files each report that wakes the loop counts.
func (w *Worker) tellAtEnd() { w.ending = true }

// keep is tell for what must be saved before the worker goes on.
func (w *Worker) keep(ctx context.Context, in lifecycle.Input) error {
	w.Transfer, _ = lifecycle.Step(w.Transfer, in, time.Now())
	return w.Save(ctx, w.Transfer.ID, in)
}

func unacknowledged(requests int, offset int64) error {
	return fault.Newf(fault.Transient, fault.Patch, "the server acknowledged nothing of %d requests at offset %d", requests, offset)
}

func SizeMismatch(theirs, ours int64) error {
	return fault.Newf(fault.Mismatch, fault.Head, "the server speaks of %d bytes, the file has %d", theirs, ours)
}
