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
	// growthEvery is how often a growing file is looked at.
	growthEvery = 100 * time.Millisecond

	// What there is of a growing file goes out as soon as it is so much, or so old:
	// a request for every few bytes would cost more than it brings.
	growthLeast = 1 << 20
	growthLag   = time.Second

	// endPatience is how long the end of a growing file is waited for whose server
	// must know the size first, before others have their turn.
	endPatience = 5 * time.Second
)

// Growth says what the worker's file is right now.
func (w *Worker) growth() uploader.Growth {
	if w.Growth == nil {
		return uploader.GrowthNone
	}
	return w.Growth(w.Transfer.Source.Path)
}

// grown takes a file as one that is still being written when it is. It reports
// whether it has to be followed.
func (w *Worker) grown(ctx context.Context) (follow bool, err error) {
	begun := w.Transfer.Session.Begun()
	switch w.growth() {
	case uploader.GrowthCut:
		return false, cut()
	case uploader.Growing:
		if begun {
			return true, nil
		}
		file := w.Transfer.Source
		file.Size = uploader.SizeUnknown
		w.tell(lifecycle.FileUpdated{File: file, Fingerprint: ""})
		follow, err = w.defers(ctx)
		if err == nil && !follow {
			err = w.awaitEnd(ctx)
		}
		return follow, err
	}
	return begun && w.Transfer.Source.Size == uploader.SizeUnknown, nil
}

// defers reports whether the server takes a file without knowing its size.
func (w *Worker) defers(ctx context.Context) (bool, error) {
	caps, err := w.Remote.Capabilities(ctx)
	return slices.Contains(caps.Extensions, tus.CreationDefer) && !w.Remote.Server.Profile.Given, err
}

// awaitEnd is for a server that wants to know the size first.
func (w *Worker) awaitEnd(ctx context.Context) error {
	for began := time.Now(); ; {
		state := w.growth()
		switch {
		case state == uploader.GrowthCut:
			return cut()
		case state != uploader.Growing:
			return nil
		case time.Since(began) >= endPatience:
			return fault.Newf(fault.SourceBusy, fault.Open, "the stream has not ended yet, and the server wants to know its size first")
		}
		if err := netx.Wait(ctx, growthEvery); err != nil {
			return err
		}
	}
}

func cut() error {
	return fault.Newf(fault.SourceCut, fault.Read, "what wrote the stream ended before the stream did")
}

// follow brings a file across while it is being written (tus 1.0.0,
// Creation-Defer-Length): what there is of it, again and again, and its length
// once it is whole. Its size counts as not known until the server knows it too.
func (w *Worker) follow(ctx context.Context) error {
	file, seen, err := w.Disk.Open(w.Transfer.Source)
	if err != nil {
		return err
	}
	defer file.Close()
	if w.Transfer.Session.Begun() && seen.Identity != w.Transfer.Source.Identity {
		return changed(w.Transfer.Source, seen)
	}
	f := &follower{worker: w, file: file, length: uploader.SizeUnknown}
	if err := f.begin(ctx); err != nil {
		return err
	}
	w.tell(lifecycle.PhaseEntered{Phase: uploader.PhaseSending})
	for complete := false; !complete; {
		if complete, err = f.advance(ctx); err != nil {
			return err
		}
	}
	w.restate(ctx, f.now)
	w.tell(lifecycle.PhaseEntered{Phase: uploader.PhaseVerifying})
	w.prover = source.NewProver(file, f.now.Size, nil)
	if err := w.conclude(ctx); err != nil {
		return err
	}
	return unchanged(file, w.Transfer.Source)
}

// follower is one following of a growing file.
type follower struct {
	worker    *Worker
	file      source.Opened
	now       source.File // as it was last seen
	length    int64       // of the upload, as the server knows it; SizeUnknown until it was told
	sent      time.Time   // when something was, last
	fruitless int         // requests in a row of which nothing was acknowledged
}

// begin makes the upload, or asks what the server holds of it.
func (f *follower) begin(ctx context.Context) error {
	w := f.worker
	if w.Transfer.Session.Begun() {
		w.tell(lifecycle.PhaseEntered{Phase: uploader.PhaseChecking})
		return f.ask(ctx)
	}
	w.tell(lifecycle.PhaseEntered{Phase: uploader.PhaseCreating})
	patient, end := withGracePeriod(ctx)
	defer end()
	upload, err := w.Remote.protocol.Create(patient, tus.CreateRequest{Deferred: true, Metadata: w.metadata()})
	if err != nil {
		return err
	}
	return w.keep(ctx, lifecycle.UploadCreated{Session: uploader.Session{URL: upload.URL, Expires: uploader.MomentOf(upload.Expires)}})
}

func (f *follower) ask(ctx context.Context) error {
	status, err := f.worker.Remote.protocol.Head(ctx, f.worker.Transfer.Session.URL)
	if err != nil {
		return err
	}
	f.length = status.Length
	f.take(status)
	return nil
}

// advance sends what has been written since, or waits for more.
func (f *follower) advance(ctx context.Context) (complete bool, err error) {
	w := f.worker
	state := w.growth() // Before the size: what is whole grows no more
	if state == uploader.GrowthCut {
		return false, cut()
	}
	if f.now, err = source.Restat(f.file, w.Transfer.Source); err != nil {
		return false, err
	}
	whole, offset := state != uploader.Growing, w.Transfer.Session.Offset
	switch {
	case offset > f.now.Size, f.length >= 0 && (!whole || f.length != f.now.Size):
		return false, SizeMismatch(max(offset, f.length), f.now.Size)
	case f.length == f.now.Size && offset == f.now.Size:
		return true, nil
	case whole:
		return false, f.send(ctx, f.now.Size, f.length < 0)
	}
	end := offset + w.Remote.profile().CompleteChunks(f.now.Size-offset)
	if end == offset || end-offset < growthLeast && time.Since(f.sent) < growthLag {
		return false, netx.Wait(ctx, growthEvery)
	}
	return false, f.send(ctx, end, false)
}

// send brings the next bytes across as far as end, and tells with the last of them
// that the file ends there, if it does.
func (f *follower) send(ctx context.Context, end int64, ends bool) error {
	w := f.worker
	offset := w.Transfer.Session.Offset
	f.sent = time.Now()
	status, err := w.patch(ctx, f.file, rest{url: w.Transfer.Session.URL, offset: offset, length: end, ends: ends, count: w.whole})
	if err != nil {
		return err
	}
	f.take(status)
	switch {
	case ends && status.Offset == end:
		f.length = end
	case status.Offset > offset:
		f.fruitless = 0
	default:
		if f.fruitless++; f.fruitless >= fruitlessPatches {
			return unacknowledged(f.fruitless, offset)
		}
	}
	if ends && status.Offset != end {
		return f.ask(ctx) // whether it was told already, only the server knows
	}
	return nil
}

func (f *follower) take(status tus.Status) {
	f.worker.tell(lifecycle.Acknowledged{Session: uploader.Session{Offset: status.Offset, Expires: uploader.MomentOf(status.Expires)}})
	f.worker.whole.set(status.Offset)
}
