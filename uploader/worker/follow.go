package worker

import (
	"context"
	"math"
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

	// expectedGrowth is the size, in bytes, for which the blocks of the proof of a file are
	// chosen while it is being written.
	expectedGrowth = 64 << 30

	// growthTimeout is how long a worker waits for the end of a file whose server must
	// know the length first. After that, the transfer waits without a worker.
	growthTimeout = 5 * time.Second
)

// follower is the upload of a file while it is being written (tus 1.0.0, Creation
// Defer Length): the data as it is written, and the length once the file is complete.
// The size of the transfer is unknown until the server has the length.
type follower struct {
	*record

	file    *sourceFile
	remote  *Remote
	patcher *patcher

	now       source.File // as last seen
	length    int64       // of the upload, as the server has it; SizeUnknown before
	sentAt    time.Time   // of the last request
	fruitless int         // requests in a row of which nothing was acknowledged
}

// check sets the size of a file that is being written to unknown. It reports whether
// the file is to be sent while it is written; otherwise it waits until the file is
// complete.
func (f *follower) check(ctx context.Context) (follow bool, err error) {
	begun := f.transfer.Session.Begun()
	switch f.file.growth() {
	case uploader.GrowthTruncated:
		return false, sourceCut()
	case uploader.GrowthActive:
		if begun {
			return true, nil
		}
		file := f.transfer.Source
		file.Size = uploader.SizeUnknown
		f.report(lifecycle.FileUpdated{File: file, Fingerprint: ""})
		follow, err = f.canDeferLength(ctx)
		if err == nil && !follow {
			err = f.awaitComplete(ctx)
		}
		return follow, err
	}
	return begun && f.transfer.Source.Size == uploader.SizeUnknown, nil
}

// canDeferLength reports whether the server accepts an upload of unknown length. One that
// gets the hash of the file does not.
func (f *follower) canDeferLength(ctx context.Context) (bool, error) {
	if f.remote.Server.Options.GivenURL || f.remote.hashInMetadata(false, f.file.batch) {
		return false, nil
	}
	caps, err := f.remote.Capabilities(ctx)
	return slices.Contains(caps.Extensions, tus.CreationDeferLength), err
}

// awaitComplete waits until the file is no longer being written.
func (f *follower) awaitComplete(ctx context.Context) error {
	for began := time.Now(); ; {
		state := f.file.growth()
		switch {
		case state == uploader.GrowthTruncated:
			return sourceCut()
		case state != uploader.GrowthActive:
			return nil
		case time.Since(began) >= growthTimeout:
			f := fault.Newf(fault.SourceBusy, fault.Open, "file is still being written, and server requires its length")
			f.Code = fault.CodeLengthPending
			return f
		}
		if err := netx.Sleep(ctx, growthPoll); err != nil {
			return err
		}
	}
}

func sourceCut() error {
	return fault.Newf(fault.SourceTruncated, fault.Read, "program writing the file ended early")
}

// upload sends the file until it is complete, and verifies it.
func (f *follower) upload(ctx context.Context) error {
	if err := f.file.openGrowing(); err != nil {
		return err
	}
	defer f.file.close()
	if err := f.begin(ctx); err != nil {
		return err
	}
	f.report(lifecycle.PhaseEntered{Phase: uploader.PhaseSending})
	for {
		if complete, err := f.advance(ctx); err != nil {
			return f.cause(err)
		} else if complete {
			break
		}
	}
	f.file.update(ctx, f.now)
	f.report(lifecycle.PhaseEntered{Phase: uploader.PhaseVerifying})
	if err := f.file.finish(ctx); err != nil {
		return err
	}
	return f.file.stateDigest(ctx, f.remote)
}

// begin creates the upload, or queries its offset and compares what was sent. The change
// time of a file that is being written shows nothing.
func (f *follower) begin(ctx context.Context) error {
	if f.transfer.Session.Begun() {
		f.report(lifecycle.PhaseEntered{Phase: uploader.PhaseChecking})
		if err := f.queryOffset(ctx); err != nil {
			return err
		}
		return f.file.compareGrown(ctx, f.transfer.Session.Offset)
	}
	f.file.divideGrowing(0)
	f.report(lifecycle.PhaseEntered{Phase: uploader.PhaseCreating})
	graceful, end := withGracePeriod(ctx)
	defer end()
	var upload tus.Upload
	err := f.remote.inFolder(graceful, &f.transfer, f.file.batch.Folder, func(path []string) (err error) {
		request := tus.CreateRequest{
			Deferred: true, Path: path, Metadata: f.perFile.apply(f.file.withDigest(f.remote.metadata(&f.transfer, f.file.handle, false, f.file.batch))),
			Overwrite: f.transfer.Exists == uploader.ExistsOverwrite,
		}
		upload, err = f.remote.protocol.Create(graceful, request)
		return err
	})
	if err != nil {
		return err
	}
	session := uploader.Session{URL: upload.URL, Expires: uploader.TimestampOf(upload.Expires), Unconfirmed: createdNow()}
	return f.reportAndSave(ctx, lifecycle.UploadCreated{Session: session, Result: uploader.Result(upload.Result)})
}

func (f *follower) queryOffset(ctx context.Context) error {
	status, err := f.remote.protocol.Head(ctx, f.transfer.Session.URL)
	if err != nil {
		return notVisible(err, f.transfer.Session.Unconfirmed)
	}
	f.length = status.Length
	f.acknowledge(status)
	return nil
}

// advance sends what was written since the last request, or waits for more.
func (f *follower) advance(ctx context.Context) (complete bool, err error) {
	state := f.file.growth() // before the size: a complete file does not grow
	if state == uploader.GrowthTruncated {
		return false, sourceCut()
	}
	if err := f.look(); err != nil {
		return false, err
	}
	written, offset := state != uploader.GrowthActive, f.transfer.Session.Offset
	switch {
	case offset > f.now.Size, f.length >= 0 && (!written || f.length != f.now.Size):
		return false, SizeMismatch(max(offset, f.length), f.now.Size)
	case f.length == f.now.Size && offset == f.now.Size:
		return true, nil
	case written:
		return false, f.send(ctx, f.now.Size, f.length < 0)
	}
	end := offset + f.remote.options().CompleteChunks(f.now.Size-offset)
	if end == offset || end-offset < minGrowth && time.Since(f.sentAt) < maxGrowthDelay {
		return false, netx.Sleep(ctx, growthPoll)
	}
	return false, f.send(ctx, end, false)
}

// look updates the state of the file. It returns a fault if the file shrank, as one that
// is being written does not.
func (f *follower) look() error {
	now, err := source.StatOpen(f.file.handle, f.transfer.Source)
	if err != nil {
		return err
	}
	if now.Size < f.now.Size {
		return fault.Newf(fault.SourceChanged, fault.Stat, "file had %d bytes while it was being sent, has %d", f.now.Size, now.Size)
	}
	f.now = now
	return nil
}

// cause returns the fault of the file if it is the reason for err, as
// [sourceFile.cause] does.
func (f *follower) cause(err error) error {
	if fault.IsCanceled(err) || fault.Is(err, fault.SourceChanged) {
		return err
	}
	if changed := f.look(); changed != nil {
		return changed
	}
	return err
}

// send sends the bytes up to end in one request; if final, with the length.
func (f *follower) send(ctx context.Context, end int64, final bool) error {
	offset := f.transfer.Session.Offset
	if err := f.file.saveGrown(ctx, end); err != nil {
		return err
	}
	f.sentAt = time.Now()
	status, err := f.patcher.patch(ctx, f.file.handle, remainder{url: f.transfer.Session.URL, offset: offset, length: end, final: final, section: f.file.sections[0], counter: f.whole})
	if err != nil {
		return notVisible(err, f.transfer.Session.Unconfirmed)
	}
	f.acknowledge(status)
	switch {
	case final && status.Offset == end:
		f.length = end
	case status.Offset > offset && !f.poor:
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

// compareGrown compares all that was sent of a file that is being written.
func (s *sourceFile) compareGrown(ctx context.Context, end int64) error {
	proof, err := s.loadProof(ctx, s.id)
	if err != nil {
		return err
	}
	sent := source.Range{End: end}
	proof = proof.Intact().Of(sent)
	if err := proof.Check(ctx, s.handle); err != nil {
		return err
	}
	if len(proof.Gaps(sent)) > 0 && !s.continued {
		return notComparable(s.transfer.Source, s.opened)
	}
	s.proof = proof
	s.divideGrowing(end)
	return nil
}

// divideGrowing prepares to hash a file that is being written, of which the server has the
// bytes up to an offset.
func (s *sourceFile) divideGrowing(acknowledged int64) {
	s.divide([]extent{{source.Range{End: math.MaxInt64}, acknowledged}}, false)
}

// saveGrown hashes a file that is being written up to end, and saves the proof before the
// bytes are sent. It does not wait longer than maxSaveWait.
func (s *sourceFile) saveGrown(ctx context.Context, end int64) error {
	if err := s.sections[0].hasher.HashTo(ctx, end); err != nil || !s.sections[0].hasUnsaved() {
		return err
	}
	blocks, saving := s.unsavedProof()
	limited, cancel := context.WithTimeout(ctx, maxSaveWait)
	defer cancel()
	switch err := s.save(limited, s.id, blocks); {
	case err == nil:
		setSaved(saving)
	case limited.Err() == nil || ctx.Err() != nil:
		return err
	}
	return nil
}
