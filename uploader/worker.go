package uploader

import (
	"context"
	"errors"
	"net/http"
	"runtime/debug"
	"slices"
	"sync/atomic"
	"time"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/tus"
)

const (
	// smallFile is up to what size a file goes in one request with its creation.
	// A lost answer to such a request costs sending the file again, so it must be
	// cheap to send.
	smallFile = 1 << 20

	// Time to learn what the server holds after a pause, so that what is shown is
	// true. It is only an extra: resuming asks again.
	lastLook = 3 * time.Second

	// A server that acknowledges nothing new so many times in a row is not going
	// to take the rest.
	fruitlessPatches = 3
)

// The reasons for which the loop ends a worker.
var (
	errHalted   = errors.New("halted by the user")
	errGivenUp  = errors.New("given up by the user")
	errHeld     = errors.New("more is under way than may be")
	errMoved    = errors.New("the server has another address")
	errWoken    = errors.New("the computer slept")
	errShutdown = errors.New("shutting down")
)

// workerConfig is what a worker needs. Its functions are called from the worker's
// goroutines.
type workerConfig struct {
	transfer Transfer // the worker's own copy
	remote   *remote
	disk     source.Disk
	settings Settings      // is not changed
	tally    *tally        // read by the engine while the worker runs
	moved    *atomic.Int64 // bytes handed to the network by all workers since the start
	attested testimony     // of this run, about what an earlier worker sent
	options  Options
	limits   []*netx.Limit            // all of them apply
	grows    func(path string) Growth // nil: no file is known to be growing

	report      func(TransferID, ...input)
	save        func(context.Context, TransferID, input) error // report, and wait until it is saved
	recall      func(context.Context, TransferID) (source.Proof, error)
	recallParts func(context.Context, TransferID) ([]Part, error)
	fingerprint func(context.Context, source.File) (string, error)
	connections func() int // parts that may be sent at a time, right now
	inParts     bool       // parts were asked for, of this server or this batch
	learn       func(bodyMost int64)
}

// newWorker makes a worker; nothing happens before it runs.
func newWorker(config workerConfig) *worker {
	w := &worker{workerConfig: config, whole: &stretch{tally: config.tally}}
	w.whole.at.Store(config.transfer.Session.Offset)
	return w
}

// worker carries one transfer as far as it goes. It runs on its own goroutine
// with its own copy, and tells the loop what happened by report.
type worker struct {
	workerConfig

	ending bool    // what is told waits for the end
	untold []input // what does

	file     source.Opened
	declared source.File // as the file was when it was opened
	prover   *source.Prover
	proven   int      // marks that the loop has
	whole    *stretch // the file as one stretch
	parts    []Part   // when the session has any
}

// run works until the transfer is across, a fault ends it, or ctx does.
func (w *worker) run(ctx context.Context, random float64) {
	began := time.Now()
	err := guard(func() error { return w.carry(ctx) })
	end := ended{active: time.Since(began), random: random}
	switch {
	case err == nil:
	case ctx.Err() != nil:
		end.halted = true
	default:
		end.fault = fault.Of(err)
	}
	w.report(w.transfer.ID, append(w.untold, end)...)
}

// guard turns a panic, which is always a mistake of this program, into a fault of
// what was being done. Every goroutine that works on files or requests runs in it.
func guard(work func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fault.Newf(fault.Bug, fault.Run, "panic: %v\n%s", p, debug.Stack())
		}
	}()
	return work()
}

func (w *worker) carry(ctx context.Context) error {
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
	if err == nil && !w.transfer.Session.Begun() {
		complete, err = w.create(ctx, file)
	}
	switch {
	case err != nil || complete:
	case w.transfer.Session.URL == "":
		err = w.sendParts(ctx, file)
		if w.refusesParts(err) {
			err = w.sendUnparted(ctx, file)
		}
	default:
		err = w.send(ctx, file)
	}
	if err != nil && stoppedByUser(ctx) && !errors.Is(context.Cause(ctx), errGivenUp) {
		w.lookOnceMore(ctx, file)
	}
	if err != nil {
		return w.blame(file, err)
	}
	w.tell(entered{PhaseVerifying})
	if err := w.conclude(ctx); err != nil {
		return err
	}
	return unchanged(file, w.transfer.Source)
}

// resume learns the offset the server holds of an upload that was begun, which
// is the truth. It reports whether everything is across already.
func (w *worker) resume(ctx context.Context) (complete bool, err error) {
	if !w.transfer.Session.Begun() {
		return false, nil
	}
	w.tell(entered{PhaseChecking})
	switch {
	case w.transfer.Session.URL == "":
		return w.askParts(ctx)
	case w.transfer.Session.Parts > 0:
		return w.askJoined(ctx)
	}
	status, err := w.remote.protocol.Head(ctx, w.transfer.Session.URL)
	if err != nil {
		return false, err
	}
	return w.take(status)
}

// send brings the rest of the file across, in as few requests as the server takes.
func (w *worker) send(ctx context.Context, file source.Opened) error {
	w.tell(entered{PhaseSending})
	defer w.proveBeside(ctx)()
	for fruitless := 0; ; {
		before := w.transfer.Session.Offset
		complete, err := w.advance(ctx, file)
		if err != nil || complete {
			return err
		}
		if w.transfer.Session.Offset > before {
			fruitless = 0
		} else if fruitless++; fruitless >= fruitlessPatches {
			return unacknowledged(fruitless, before)
		}
	}
}

// create makes an upload for the file, and sends a small one along. The URL is
// saved before anything else follows.
func (w *worker) create(ctx context.Context, file source.Opened) (complete bool, err error) {
	if w.remote.server.Profile.Given {
		return false, w.takeGiven(ctx)
	}
	caps, err := w.remote.capabilities(ctx)
	if err != nil {
		return false, err
	}
	size := w.transfer.Source.Size
	if caps.MaxSize > 0 && size > caps.MaxSize {
		return false, fault.Newf(fault.TooLarge, fault.Create, "the server takes at most %d bytes, the file has %d", caps.MaxSize, size)
	}
	if err := w.declare(ctx, file); err != nil {
		return false, err
	}
	w.tell(entered{PhaseCreating})
	if inParts, err := w.part(ctx, caps); inParts || err != nil {
		return false, err
	}
	patient, end := gently(ctx)
	defer end()
	upload, err := w.createAt(patient, file, caps)
	if err != nil {
		return false, err
	}
	if upload.Offset > size {
		return false, mismatch(upload.Offset, size)
	}
	session := Session{URL: upload.URL, Offset: upload.Offset, Sent: upload.Offset, Expires: MomentOf(upload.Expires)}
	if session.Offset == size {
		w.tellAtEnd() // nothing follows that could need the URL first
		w.tell(created{session})
		return true, nil
	}
	w.whole.set(session.Offset)
	return false, w.keep(ctx, created{session})
}

// createAt asks the server for an upload. A server that refuses the body that
// comes along is asked without.
func (w *worker) createAt(ctx context.Context, file source.Opened, caps tus.Capabilities) (tus.Upload, error) {
	size := w.transfer.Source.Size
	request := tus.CreateRequest{Size: size, Metadata: w.metadata()}
	if w.sendsAlong(caps) {
		request.Body, request.BodySize = w.reader(ctx, file, 0, size, w.whole, 0), size
		upload, err := w.remote.protocol.Create(ctx, request)
		if f := fault.Of(err); err == nil || f.Kind != fault.TooLarge || f.Status != http.StatusRequestEntityTooLarge {
			return upload, err
		}
		w.remote.plain.Store(true)
		w.whole.set(0)
		request.Body, request.BodySize = nil, 0
	}
	return w.remote.protocol.Create(ctx, request)
}

// sendsAlong reports whether the file crosses with the request that creates its
// upload.
func (w *worker) sendsAlong(caps tus.Capabilities) bool {
	size, profile := w.transfer.Source.Size, w.remote.profile()
	return size > 0 && isSmall(w.transfer.Source) && slices.Contains(caps.Extensions, tus.CreationWithUpload) &&
		profile.portion(size, w.options.Chunk) == size && !profile.Checksums && !w.remote.plain.Load()
}

// advance sends the next bytes of the file in one request.
func (w *worker) advance(ctx context.Context, file source.Opened) (complete bool, err error) {
	size := w.transfer.Source.Size
	status, err := w.patch(ctx, file, rest{
		url: w.transfer.Session.URL, offset: w.transfer.Session.Offset, length: size, count: w.whole,
	})
	if err != nil {
		return false, err
	}
	status.Length = size // PATCH answers the offset only
	return w.take(status)
}

// take believes what the server said it holds, as far as it can be true.
func (w *worker) take(status tus.Status) (complete bool, err error) {
	size := w.transfer.Source.Size
	if size != SizeUnknown && (status.Offset > size || status.Length >= 0 && status.Length != size) {
		return false, mismatch(max(status.Offset, status.Length), size)
	}
	w.tell(acked{Session{Offset: status.Offset, Expires: MomentOf(status.Expires)}})
	w.whole.set(status.Offset)
	return status.Offset == size, nil
}

// lookOnceMore asks what the server holds after the user stopped the transfer,
// and proves the file as far as that.
func (w *worker) lookOnceMore(ctx context.Context, file source.Opened) {
	if w.prover == nil || w.transfer.Phase != PhaseSending {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastLook)
	defer cancel()
	if _, err := w.resume(ctx); err != nil {
		return // whatever it is, it is met again when the user resumes
	}
	held := w.transfer.Session.Offset
	if w.transfer.Session.Parts > 0 {
		held = furthest(w.parts)
	}
	w.prover = source.NewProver(file, w.transfer.Source.Size, w.prover.Proof().Upto(held))
	w.proven = min(w.proven, w.prover.Blocks())
	if w.prover.Advance(ctx, held) == nil {
		w.handProof(w.transfer.ID)
	}
}

// tell reports an input and keeps the worker's own copy in step.
func (w *worker) tell(in input) {
	w.transfer, _ = step(w.transfer, in, time.Now())
	if w.ending {
		w.untold = append(w.untold, in)
		return
	}
	w.report(w.transfer.ID, in)
}

// tellAtEnd has what is told from now on wait for the end, which is a moment away:
// with many small files each report that wakes the loop counts.
func (w *worker) tellAtEnd() { w.ending = true }

// keep is tell for what must be saved before the worker goes on.
func (w *worker) keep(ctx context.Context, in input) error {
	w.transfer, _ = step(w.transfer, in, time.Now())
	return w.save(ctx, w.transfer.ID, in)
}

func isSmall(f source.File) bool { return f.Size != SizeUnknown && f.Size <= smallFile }

func unacknowledged(requests int, offset int64) error {
	return fault.Newf(fault.Transient, fault.Patch, "the server acknowledged nothing of %d requests at offset %d", requests, offset)
}

func mismatch(theirs, ours int64) error {
	return fault.Newf(fault.Mismatch, fault.Head, "the server speaks of %d bytes, the file has %d", theirs, ours)
}
