package worker

import (
	"context"
	"slices"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/tus"
)

const (
	// growthPoll is how often a file that is being written is checked.
	growthPoll = 100 * time.Millisecond

	// New data of a file that is being written is sent when it has minGrowth bytes or
	// nothing was sent for maxGrowthDelay: small requests cost more than they send.
	minGrowth      = 1 << 20
	maxGrowthDelay = time.Second

	// growthTimeout is how long a worker waits for the end of a file whose server must
	// know the length first. After that, the transfer waits without a worker.
	growthTimeout = 5 * time.Second
)

// growth reports whether the worker's file is being written.
func (w *Worker) growth() uploader.FileGrowth {
	if w.Growth == nil {
		return uploader.GrowthNone
	}
	return w.Growth(w.Transfer.Source.Path)
}

// checkGrowth sets the size of a file that is being written to unknown. It reports
// whether the file is to be sent while it is written.
func (w *Worker) checkGrowth(ctx context.Context) (follow bool, err error) {
	begun := w.Transfer.Session.Begun()
	switch w.growth() {
	case uploader.GrowthTruncated:
		return false, sourceCut()
	case uploader.GrowthActive:
		if begun {
			return true, nil
		}
		file := w.Transfer.Source
		file.Size = uploader.SizeUnknown
		w.report(lifecycle.FileUpdated{File: file, Fingerprint: ""})
		follow, err = w.canDeferLength(ctx)
		if err == nil && !follow {
			err = w.awaitComplete(ctx)
		}
		return follow, err
	}
	return begun && w.Transfer.Source.Size == uploader.SizeUnknown, nil
}

// canDeferLength reports whether the server accepts an upload of unknown length.
func (w *Worker) canDeferLength(ctx context.Context) (bool, error) {
	caps, err := w.Remote.Capabilities(ctx)
	return slices.Contains(caps.Extensions, tus.CreationDeferLength) && !w.Remote.Server.Options.GivenURL, err
}

// awaitComplete waits until the file is no longer being written.
func (w *Worker) awaitComplete(ctx context.Context) error {
	for began := time.Now(); ; {
		state := w.growth()
		switch {
		case state == uploader.GrowthTruncated:
			return sourceCut()
		case state != uploader.GrowthActive:
			return nil
		case time.Since(began) >= growthTimeout:
			return fault.Newf(fault.SourceBusy, fault.Open, "file is still being written, and server requires its length")
		}
		if err := netx.Sleep(ctx, growthPoll); err != nil {
			return err
		}
	}
}

func sourceCut() error {
	return fault.Newf(fault.SourceTruncated, fault.Read, "program writing the file ended early")
}

// follow uploads a file while it is being written (tus 1.0.0, Creation Defer Length):
// the data as it is written, and the length once the file is complete. The size of
// the transfer is unknown until the server knows the length.
func (w *Worker) follow(ctx context.Context) error {
	file, seen, err := w.Disk.Open(w.Transfer.Source)
	if err != nil {
		return err
	}
	defer file.Close()
	if w.Transfer.Session.Begun() && seen.Identity != w.Transfer.Source.Identity {
		return sourceChanged(w.Transfer.Source, seen)
	}
	f := &follower{worker: w, file: file, length: uploader.SizeUnknown}
	if err := f.begin(ctx); err != nil {
		return err
	}
	w.report(lifecycle.PhaseEntered{Phase: uploader.PhaseSending})
	for complete := false; !complete; {
		if complete, err = f.advance(ctx); err != nil {
			return err
		}
	}
	w.updateFile(ctx, f.now)
	w.report(lifecycle.PhaseEntered{Phase: uploader.PhaseVerifying})
	w.prover = source.NewHasher(file, f.now.Size, nil)
	if err := w.finishHash(ctx); err != nil {
		return err
	}
	return unchanged(file, w.Transfer.Source)
}

// follower is the upload of a file while it is being written.
type follower struct {
	worker    *Worker
	file      source.OpenFile
	now       source.File // as last seen
	length    int64       // of the upload, as the server knows it; SizeUnknown before
	sentAt    time.Time   // of the last request
	fruitless int         // requests in a row of which nothing was acknowledged
}

// begin creates the upload, or queries its offset.
func (f *follower) begin(ctx context.Context) error {
	w := f.worker
	if w.Transfer.Session.Begun() {
		w.report(lifecycle.PhaseEntered{Phase: uploader.PhaseChecking})
		return f.queryOffset(ctx)
	}
	w.report(lifecycle.PhaseEntered{Phase: uploader.PhaseCreating})
	graceful, end := withGracePeriod(ctx)
	defer end()
	upload, err := w.Remote.protocol.Create(graceful, tus.CreateRequest{Deferred: true, Metadata: w.metadata()})
	if err != nil {
		return err
	}
	return w.reportAndSave(ctx, lifecycle.UploadCreated{Session: uploader.Session{URL: upload.URL, Expires: uploader.TimestampOf(upload.Expires)}})
}

func (f *follower) queryOffset(ctx context.Context) error {
	status, err := f.worker.Remote.protocol.Head(ctx, f.worker.Transfer.Session.URL)
	if err != nil {
		return err
	}
	f.length = status.Length
	f.acceptOffset(status)
	return nil
}

// advance sends what was written since the last request, or waits for more.
func (f *follower) advance(ctx context.Context) (complete bool, err error) {
	w := f.worker
	state := w.growth() // before the size: a complete file does not grow
	if state == uploader.GrowthTruncated {
		return false, sourceCut()
	}
	if f.now, err = source.StatOpen(f.file, w.Transfer.Source); err != nil {
		return false, err
	}
	written, offset := state != uploader.GrowthActive, w.Transfer.Session.Offset
	switch {
	case offset > f.now.Size, f.length >= 0 && (!written || f.length != f.now.Size):
		return false, SizeMismatch(max(offset, f.length), f.now.Size)
	case f.length == f.now.Size && offset == f.now.Size:
		return true, nil
	case written:
		return false, f.send(ctx, f.now.Size, f.length < 0)
	}
	end := offset + w.Remote.options().CompleteChunks(f.now.Size-offset)
	if end == offset || end-offset < minGrowth && time.Since(f.sentAt) < maxGrowthDelay {
		return false, netx.Sleep(ctx, growthPoll)
	}
	return false, f.send(ctx, end, false)
}

// send sends the bytes up to end in one request; if final, with the length.
func (f *follower) send(ctx context.Context, end int64, final bool) error {
	w := f.worker
	offset := w.Transfer.Session.Offset
	f.sentAt = time.Now()
	status, err := w.patch(ctx, f.file, remainder{url: w.Transfer.Session.URL, offset: offset, length: end, final: final, counter: w.whole})
	if err != nil {
		return err
	}
	f.acceptOffset(status)
	switch {
	case final && status.Offset == end:
		f.length = end
	case status.Offset > offset && !w.poor:
		f.fruitless = 0
	default:
		if f.fruitless++; f.fruitless >= maxFruitless {
			return unacknowledged(f.fruitless, offset)
		}
	}
	if final && status.Offset != end {
		return f.queryOffset(ctx) // the server may have the length or not
	}
	return nil
}

func (f *follower) acceptOffset(status tus.Status) {
	f.worker.acknowledge(status)
}
