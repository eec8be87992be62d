package uploader

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/ferryapp/ferry/uploader/fault"
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
	errShutdown = errors.New("shutting down")
)

// worker carries one transfer as far as it goes. It runs on its own goroutine
// with its own copy, and tells the loop what happened by report.
type worker struct {
	transfer Transfer
	remote   *remote
	tally    *tally
	moved    *atomic.Int64 // bytes handed to the network by all workers since the start
	report   func(TransferID, input)
	save     func(TransferID, input) error // report, and wait until it is saved
	recall   func(context.Context, TransferID) (source.Proof, error)

	prover *source.Prover
	proven int // marks that the loop has
}

// run works until the transfer is across, a fault ends it, or ctx does.
func (w *worker) run(ctx context.Context, random float64) {
	began := time.Now()
	err := w.guarded(ctx)
	end := ended{active: time.Since(began), random: random}
	switch {
	case err == nil:
	case ctx.Err() != nil:
		end.halted = true
	default:
		end.fault = fault.Of(err)
	}
	w.report(w.transfer.ID, end)
}

// guarded turns a panic, which is always a mistake of this program, into a
// fault of this one transfer.
func (w *worker) guarded(ctx context.Context) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fault.Newf(fault.Bug, fault.Run, "panic: %v\n%s", p, debug.Stack())
		}
	}()
	return w.carry(ctx)
}

func (w *worker) carry(ctx context.Context) error {
	file, seen, err := w.open()
	if err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // only read from
	complete, err := w.resume(ctx)
	if err == nil {
		err = w.attest(ctx, file, seen)
	}
	if err == nil && !complete && w.transfer.Session.URL == "" {
		complete, err = w.create(ctx, file)
	}
	if err == nil && !complete {
		err = w.send(ctx, file)
	}
	if err != nil && errors.Is(context.Cause(ctx), errHalted) {
		w.lookOnceMore(ctx, file)
	}
	if err != nil {
		return w.blame(file, err)
	}
	w.tell(entered{PhaseVerifying})
	if err := w.conclude(ctx); err != nil {
		return err
	}
	return w.unchanged(file)
}

// open opens the source. Before anything was sent, a file that changed since it
// was added is simply taken as it is now; afterwards one of another size cannot
// be the same.
func (w *worker) open() (*os.File, source.File, error) {
	file, seen, err := source.Open(w.transfer.Source)
	if err != nil {
		return nil, source.File{}, err
	}
	switch {
	case w.transfer.Session.URL == "":
		if seen != w.transfer.Source {
			w.tell(restated{seen})
		}
	case seen.Size != w.transfer.Source.Size:
		_ = file.Close()
		return nil, source.File{}, changed(w.transfer.Source, seen)
	}
	return file, seen, nil
}

// resume learns the offset the server holds of an upload that was begun, which
// is the truth. It reports whether everything is across already.
func (w *worker) resume(ctx context.Context) (complete bool, err error) {
	if w.transfer.Session.URL == "" {
		return false, nil
	}
	w.tell(entered{PhaseChecking})
	status, err := w.remote.protocol.Head(ctx, w.transfer.Session.URL)
	if err != nil {
		return false, err
	}
	return w.take(status)
}

// send brings the rest of the file across, in as few requests as the server takes.
func (w *worker) send(ctx context.Context, file *os.File) error {
	w.tell(entered{PhaseSending})
	defer w.proveBeside(ctx)()
	for fruitless := 0; ; {
		before := w.transfer.Session.Offset
		complete, err := w.patch(ctx, file)
		if err != nil || complete {
			return err
		}
		if w.transfer.Session.Offset > before {
			fruitless = 0
		} else if fruitless++; fruitless >= fruitlessPatches {
			return fault.Newf(fault.Transient, fault.Patch, "the server acknowledged nothing of %d requests at offset %d", fruitless, before)
		}
	}
}

// create makes an upload for the file, and sends a small one along. The URL is
// saved before anything else follows.
func (w *worker) create(ctx context.Context, file *os.File) (complete bool, err error) {
	caps, err := w.remote.capabilities(ctx)
	if err != nil {
		return false, err
	}
	size := w.transfer.Source.Size
	if caps.MaxSize > 0 && size > caps.MaxSize {
		return false, fault.Newf(fault.TooLarge, fault.Create, "the server takes at most %d bytes, the file has %d", caps.MaxSize, size)
	}
	w.tell(entered{PhaseCreating})
	request := tus.CreateRequest{Size: size, Metadata: metadata(w.transfer.Source)}
	if size > 0 && isSmall(w.transfer.Source) && slices.Contains(caps.Extensions, tus.CreationWithUpload) {
		request.Body, request.BodySize = w.body(file, 0, size), size
	}
	upload, err := w.remote.protocol.Create(ctx, request)
	if err != nil {
		return false, err
	}
	if upload.Offset > size {
		return false, mismatch(upload.Offset, size)
	}
	session := Session{URL: upload.URL, Offset: upload.Offset, Sent: upload.Offset, Expires: upload.Expires}
	if session.Offset == size {
		w.tell(created{session}) // nothing follows that could need the URL first
		return true, nil
	}
	w.transfer.Session = session
	w.tally.position.Store(session.Offset)
	return false, w.save(w.transfer.ID, created{session})
}

// patch sends everything from the acknowledged offset on in one request.
func (w *worker) patch(ctx context.Context, file *os.File) (complete bool, err error) {
	offset, size := w.transfer.Session.Offset, w.transfer.Source.Size
	status, err := w.remote.protocol.Patch(ctx, w.transfer.Session.URL, offset, w.body(file, offset, size-offset), size-offset)
	if err != nil {
		return false, err
	}
	status.Length = size // PATCH answers the offset only
	return w.take(status)
}

// take believes what the server said it holds, as far as it can be true.
func (w *worker) take(status tus.Status) (complete bool, err error) {
	size := w.transfer.Source.Size
	if status.Offset > size || status.Length >= 0 && status.Length != size {
		return false, mismatch(max(status.Offset, status.Length), size)
	}
	w.tell(acked{Session{Offset: status.Offset, Expires: status.Expires}})
	w.tally.position.Store(status.Offset)
	return status.Offset == size, nil
}

// unchanged makes sure that what was sent is what the file still is.
func (w *worker) unchanged(file *os.File) error {
	seen, err := source.Restat(file, w.transfer.Source)
	if err != nil {
		return err
	}
	if !seen.Same(w.transfer.Source) {
		return fault.Newf(fault.SourceChanged, fault.Stat, "the file changed while it was being sent")
	}
	return nil
}

// blame looks whether the source is the reason for a failed request: a file that
// shrinks or cannot be read breaks the request that carries it.
func (w *worker) blame(file *os.File, err error) error {
	if fault.Stopped(err) {
		return err
	}
	if changed := w.unchanged(file); changed != nil && w.transfer.Session.URL != "" {
		return changed
	}
	return err
}

// lookOnceMore asks what the server holds after the user stopped the transfer,
// and proves just that.
func (w *worker) lookOnceMore(ctx context.Context, file *os.File) {
	if w.prover == nil || w.transfer.Phase != PhaseSending {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastLook)
	defer cancel()
	status, err := w.remote.protocol.Head(ctx, w.transfer.Session.URL)
	if err != nil {
		return
	}
	if _, err := w.take(status); err != nil {
		return // a lie is met again, and handled, when the user resumes
	}
	held := w.transfer.Session.Offset
	w.prover = source.NewProver(file, w.transfer.Source.Size, w.prover.Proof().Upto(held))
	w.proven = min(w.proven, w.prover.Blocks())
	if w.prover.Advance(ctx, held) == nil {
		w.handProof(w.transfer.ID)
	}
}

// tell reports an input and keeps the worker's own copy in step.
func (w *worker) tell(in input) {
	w.transfer, _ = step(w.transfer, in, time.Now())
	w.report(w.transfer.ID, in)
}

func (w *worker) body(file *os.File, offset, size int64) io.ReadSeeker {
	w.tally.position.Store(offset)
	return &body{section: io.NewSectionReader(file, offset, size), offset: offset, tally: w.tally, moved: w.moved}
}

// body counts what the network takes. The HTTP transport may read it on after
// the request has failed, so that everything it touches is safe for that.
type body struct {
	section *io.SectionReader
	offset  int64
	tally   *tally
	moved   *atomic.Int64
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.section.Read(p)
	b.tally.position.Add(int64(n))
	b.tally.handed.Add(int64(n))
	b.moved.Add(int64(n))
	if err != nil && !errors.Is(err, io.EOF) {
		return n, fault.New(fault.LocalDisk, fault.Read, err)
	}
	return n, err
}

// Seek lets a request be sent once more after a redirect.
func (b *body) Seek(offset int64, whence int) (int64, error) {
	at, err := b.section.Seek(offset, whence)
	if err != nil {
		return at, fmt.Errorf("seek source: %w", err)
	}
	b.tally.position.Store(b.offset + at)
	return at, nil
}

// metadata is what the server is told of the file. Names are bytes on some
// systems; Upload-Metadata carries them as they are.
func metadata(f source.File) []tus.Pair {
	pairs := []tus.Pair{
		{Key: "filename", Value: f.Name()},
		{Key: "filetype", Value: source.MediaType(f.Name())},
		{Key: "mtime", Value: strconv.FormatInt(f.ModTime.UnixMilli(), 10)},
	}
	if f.RelPath != "" {
		pairs = append(pairs, tus.Pair{Key: "relativePath", Value: f.RelPath})
	}
	return pairs
}

func isSmall(f source.File) bool { return f.Size <= smallFile }

func mismatch(theirs, ours int64) error {
	return fault.Newf(fault.Mismatch, fault.Head, "the server speaks of %d bytes, the file has %d", theirs, ours)
}
