package worker

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/source"
)

const (
	// saveBatch is from how many bytes on the proof is saved, unless a request waits for
	// it.
	saveBatch = 32 << 20

	// minSaveInterval limits how often the proof is saved where the network is faster than
	// the hash.
	minSaveInterval = 10 * time.Millisecond

	// firstHash is how much of a file is hashed before its upload is created, so that its
	// proof is saved together with the upload URL.
	firstHash = 4 << 20

	// stateInterval is how often the state of a file is read while it is sent.
	stateInterval = time.Second

	// maxSaveWait is how long a request waits for the proof to be saved. Without it, a
	// file would not be sent while the disk of the profile is full.
	maxSaveWait = 2 * time.Second
)

// errFile stops the requests that send a file that changed or cannot be read.
var errFile = errors.New("file changed or cannot be read")

// savedProof is how much of the proof the engine has.
type savedProof struct {
	blocks int   // finished ones
	end    int64 // in the file
}

// prover reads and hashes a file ahead of the requests that send it, has the proof saved,
// and compares the file with the proof when the file's state changed. It belongs to the
// goroutine of run.
type prover struct {
	file  *sourceFile
	keeps bool // what is read is kept for the requests, in the window
	ahead int64
	tick  <-chan time.Time

	filling bool // the hash is not yet far enough ahead

	saved     chan error  // the result of a running save; capacity 1
	saveBegan time.Time   // of the running or else of the last one
	saving    *savedProof // what the running save saves; nil for none

	compared  chan error    // the result of a running comparison; capacity 1
	comparing *source.State // of the file when the running comparison began; nil for none
}

// proveWhileSending hashes the file ahead of requests with the returned context, and
// lets them read it as far as the proof is saved. What is hashed is kept for them, unless
// they send parts, which begin anywhere in the file. If the file differs from what was sent
// or cannot be read, it ends the context. The function stop ends that and reports the
// rest of the proof. It returns the fault of the file if there is one, otherwise err.
//
// The goroutine uses hasher, known, saved and adopted of the file, which nothing else
// may use before stop has returned.
func (s *sourceFile) proveWhileSending(parent context.Context, inParts bool) (ctx context.Context, stop func(err error) error) {
	ctx, cancel := context.WithCancelCause(parent)
	ticker := time.NewTicker(stateInterval)
	p := newProver(s, inParts, ticker.C)
	s.gate.close(s.saved.end, p.ahead, s.transfer.Session.Offset, s.sentBefore)
	ended := make(chan error, 1)
	go func() {
		err := CatchPanic(func() error { return p.run(ctx) })
		if err != nil {
			cancel(errFile)
		}
		ended <- err
	}()
	return ctx, func(err error) error {
		cancel(nil)
		failed := <-ended
		ticker.Stop()
		s.window.clear()
		s.takeOver()
		if failed != nil && !fault.IsCanceled(failed) && parent.Err() == nil {
			return source.EndsEarly(s.handle, s.opened, failed)
		}
		if s.transfer.Session.URL == "" || s.transfer.Session.Offset < s.opened.Size { // a complete upload needs no proof
			s.reportProof()
		}
		return err
	}
}

func newProver(file *sourceFile, inParts bool, tick <-chan time.Time) *prover {
	p := &prover{file: file, keeps: !inParts, ahead: windowSize, tick: tick, filling: true, saved: make(chan error, 1), compared: make(chan error, 1)}
	if inParts {
		p.ahead = hashAhead
	}
	return p
}

// run hashes until ctx ends. It returns a fault if the file differs from what was sent
// or cannot be read.
func (p *prover) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer p.wait()
	defer cancel()
	ready := make(chan struct{})
	close(ready)
	for {
		next := p.next()
		p.save(ctx)
		more := ready
		if next == p.file.hasher.Hashed() {
			more = nil
		}
		var err error
		select {
		case <-ctx.Done():
			return nil
		case <-p.file.gate.wake:
		case <-more:
			err = p.hash(ctx, next)
		case err = <-p.saved:
			p.endSave(err)
			err = nil // the gate opens when it is overdue
		case err = <-p.compared:
			err = p.endComparison(ctx, err)
		case <-p.tick:
			err = p.check(ctx)
		}
		if err != nil {
			return err
		}
	}
}

// next returns the offset up to which the file is to be hashed now.
func (p *prover) next() int64 {
	hashed, size := p.file.hasher.Hashed(), p.file.opened.Size
	wanted, _ := p.file.gate.setHashed(hashed)
	switch {
	case hashed >= min(size, wanted+p.ahead), p.keeps && !p.file.window.hasRoom(p.file.gate.sentTo()):
		p.filling = false
	case hashed < wanted+p.ahead/2:
		p.filling = true
	}
	if !p.filling {
		return hashed
	}
	return min(size, (hashed/pieceSize+1)*pieceSize)
}

// hash hashes the file up to offset next, which is in the same piece.
func (p *prover) hash(ctx context.Context, next int64) error {
	if p.keeps && next > p.file.gate.sentTo() { // otherwise the server has it: there was no proof of it
		return p.file.readAhead(next)
	}
	return p.file.hasher.HashTo(ctx, next)
}

// save starts to save the proof, if it is worthwhile or a request waits for it.
func (p *prover) save(ctx context.Context) {
	s := p.file
	hashed := s.hasher.Hashed()
	_, waits := s.gate.setHashed(hashed)
	switch fresh := hashed - s.saved.end; {
	case p.saving != nil, fresh <= 0:
		return
	case !p.filling:
	case waits && time.Since(p.saveBegan) >= minSaveInterval:
	case fresh < saveBatch:
		return
	}
	blocks, saving, ok := s.unsavedProof()
	if !ok {
		return
	}
	p.saving, p.saveBegan = &saving, time.Now()
	go func() {
		p.saved <- CatchPanic(func() error { return s.save(ctx, s.id, blocks) })
	}()
}

func (p *prover) endSave(err error) {
	if err == nil {
		p.file.saved = *p.saving
		p.file.gate.open(p.saving.end)
	}
	p.saving = nil
}

// check compares the file with the proof, on another goroutine, if its state changed
// or if an earlier change may have been made without another change time.
func (p *prover) check(ctx context.Context) error {
	s := p.file
	if p.saving != nil && time.Since(p.saveBegan) >= maxSaveWait {
		s.gate.open(s.hasher.Hashed())
	}
	now, err := s.state(s.opened)
	if err != nil || p.comparing != nil {
		return nil //nolint:nilerr // the requests meet it as well
	}
	same := now.Same(s.known)
	if same {
		s.gate.proven(s.hasher.Hashed())
	}
	switch unproven := s.gate.hasUnproven(); {
	case now.File.Size != s.opened.Size:
		return changedWhileSent()
	case same && (unproven || s.known.Reliable || !now.Reliable), !same && !now.Settled:
		return nil
	case unproven:
		return notComparable(s.known.File, now.File)
	}
	p.comparing = &now
	proof := s.hasher.Proof()
	go func() {
		p.compared <- CatchPanic(func() error { return proof.Check(ctx, s.handle) })
	}()
	return nil
}

func (p *prover) endComparison(ctx context.Context, err error) error {
	now := *p.comparing
	p.comparing = nil
	if err != nil {
		return err
	}
	p.file.adoptWhileSending(ctx, now)
	return nil
}

// wait waits for the goroutines of save and check, whose context has ended.
func (p *prover) wait() {
	if p.saving != nil {
		p.endSave(<-p.saved)
	}
	if p.comparing != nil {
		<-p.compared //nolint:errcheck // of a context that ended
	}
}

// adoptWhileSending takes over a state of the file that matches what was sent.
func (s *sourceFile) adoptWhileSending(ctx context.Context, now source.State) {
	var inputs []lifecycle.Input
	if !now.File.Same(s.known.File) {
		fingerprint, err := s.fingerprintOf(ctx, now.File)
		if err != nil {
			fingerprint = "" // the next worker computes it
		}
		inputs = append(inputs, lifecycle.FileUpdated{File: now.File, Fingerprint: fingerprint})
	}
	verified := changeTimeToSave(now)
	if s.stale && s.saved.end == 0 {
		verified = 0 // a later worker must not believe it
	}
	inputs = append(inputs, lifecycle.SourceVerified{ChangeTime: verified})
	s.emit(s.id, inputs...)
	s.known, s.adopted = now, append(s.adopted, inputs...)
}

// takeOver steps the worker's copy of the transfer with what was reported while
// sending.
func (s *sourceFile) takeOver() {
	for _, in := range s.adopted {
		s.transfer, _ = lifecycle.Step(s.transfer, in, time.Now())
	}
	s.adopted = nil
}

// readAhead reads and hashes the file up to offset end, at most pieceSize bytes, and keeps
// them for the request that sends them.
func (s *sourceFile) readAhead(end int64) error {
	start := s.hasher.Hashed()
	piece := newPiece(start, end-start)
	n, err := source.ReadFull(s.handle, piece.bytes, start)
	if err != nil {
		s.hasher.Add(piece.bytes[:n])
		piece.discard()
		return err
	}
	s.hasher.Add(piece.bytes)
	s.window.add(piece)
	return nil
}

// hashFirst hashes the beginning of the file before its upload is created, and returns
// the proof of it, to be saved with the upload URL.
func (s *sourceFile) hashFirst(ctx context.Context) ([]lifecycle.Input, error) {
	for end := min(s.opened.Size, firstHash); s.hasher.Hashed() < end; {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := s.readAhead(min(end, s.hasher.Hashed()+pieceSize)); err != nil {
			return nil, source.EndsEarly(s.handle, s.opened, err)
		}
	}
	blocks, saved, ok := s.unsavedProof()
	if !ok || saved.end == 0 {
		return nil, nil
	}
	s.saved = saved
	return []lifecycle.Input{blocks}, nil
}

// provenSmall reports whether the file is small and the proof of all of it is saved. Such
// a file needs nobody who hashes it while it is sent, and is compared at the end if it
// changed.
func (s *sourceFile) provenSmall() bool {
	return uploader.IsSmall(s.opened) && s.saved.end == s.opened.Size
}

// reportProof reports what is hashed and not saved.
func (s *sourceFile) reportProof() {
	if s.hasher.Hashed() <= s.saved.end {
		return
	}
	if blocks, saved, ok := s.unsavedProof(); ok {
		s.report(blocks)
		s.saved = saved
	}
}

// unsavedProof returns the proof that the engine does not have, and what it has with
// that. A block that was saved before it was finished is part of it. It reports false if
// bytes were sent before they were hashed and the file changed: the hash may not be that of
// what was sent.
func (s *sourceFile) unsavedProof() (lifecycle.BlocksHashed, savedProof, bool) {
	if s.gate.hasUnproven() {
		now, err := s.state(s.opened)
		if err != nil || !now.Same(s.known) {
			return lifecycle.BlocksHashed{}, savedProof{}, false
		}
		s.gate.proven(s.hasher.Hashed())
	}
	proof := s.hasher.Proof()
	unsaved := slices.Clone(proof[s.saved.blocks:])
	return lifecycle.BlocksHashed{Blocks: unsaved}, savedProof{s.hasher.Blocks(), s.hasher.Hashed()}, true
}

// forgetSaved records that the proof is no longer saved: it was removed with the upload.
func (s *sourceFile) forgetSaved() { s.saved, s.sentBefore = savedProof{}, 0 }

// changeTimeToSave returns the change time by which a later change of the file is noticed
// after a restart, or 0.
func changeTimeToSave(state source.State) source.ChangeTime {
	if !state.Reliable || uploader.IsSmall(state.File) { // a small file is compared at once
		return 0
	}
	return state.ChangeTime
}
