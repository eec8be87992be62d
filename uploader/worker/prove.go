package worker

import (
	"context"
	"errors"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/source"
)

const (
	// saveBatch is from how many bytes on the proof is saved, unless a request waits for
	// it or will soon.
	saveBatch = windowSize / 8 * 7

	// minSaveInterval limits how often the proof is saved where the network is faster than
	// the hash.
	minSaveInterval = 25 * time.Millisecond

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

// prover reads and hashes the sections of a file ahead of the requests that send them, has
// the proof saved, and compares the file with the proof when the file's state changed. It
// belongs to the goroutine of run.
type prover struct {
	file *sourceFile
	tick <-chan time.Time
	turn int // index of the section that was hashed last

	saved     chan error              // the result of a running save; capacity 1
	saveBegan time.Time               // of the running or else of the last one
	saving    map[*section]savedProof // what the running save saves; nil for none

	compared  chan error    // the result of a running comparison; capacity 1
	comparing *source.State // of the file when the running comparison began; nil for none
}

// proveWhileSending hashes the file ahead of requests with the returned context, which are
// between begin and end of the gate of their section, and lets them read it as far as the
// proof is saved. What is hashed is kept for them. If the file differs from what was sent
// or cannot be read, it ends the context. The function stop ends that and reports the
// rest of the proof. It returns the fault of the file if there is one, otherwise err.
//
// The goroutine uses known, adopted and the sections of the file except for their gates and
// windows, which nothing else may use before stop has returned.
func (s *sourceFile) proveWhileSending(parent context.Context) (ctx context.Context, stop func(err error) error) {
	ctx, cancel := context.WithCancelCause(parent)
	ticker := time.NewTicker(stateInterval)
	p := newProver(s, ticker.C)
	for _, section := range s.sections {
		section.gate.close(section.saved.end)
	}
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
		s.clearWindows()
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

func newProver(file *sourceFile, tick <-chan time.Time) *prover {
	return &prover{file: file, tick: tick, saved: make(chan error, 1), compared: make(chan error, 1)}
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
		section, end := p.next()
		p.save(ctx, section == nil)
		more := ready
		if section == nil {
			more = nil
		}
		var err error
		select {
		case <-ctx.Done():
			return nil
		case <-p.file.wake:
		case <-more:
			err = p.hash(ctx, section, end)
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

// next returns the section that is to be hashed now, and up to which offset of the file: in
// turn those that requests send, and then those that were sent before. It returns nil if
// none is to be hashed.
func (p *prover) next() (next *section, end int64) {
	sections, active := p.file.sections, 0
	for _, section := range sections {
		if section.gate.isActive() {
			active++
		}
	}
	for i := range sections {
		turn := (p.turn + 1 + i) % len(sections)
		if section := sections[turn]; section.wantsMore(maxPieces / max(active, 1)) {
			p.turn = turn
			return section, section.pieceEnd()
		}
	}
	for _, gap := range p.file.gaps {
		if !gap.isHashed() {
			return gap, gap.pieceEnd()
		}
	}
	return nil, 0
}

// wantsMore reports whether the section is to be hashed further for its requests, which
// may have that many pieces read ahead.
func (s *section) wantsMore(pieces int) bool {
	if !s.gate.isActive() {
		s.window.clear()
		s.filling = false
		return false
	}
	pieces = max(pieces, minPieces)
	ahead, hashed := int64(pieces)*pieceSize, s.hasher.Hashed()
	switch wanted := s.gate.setHashed(hashed, ahead); {
	case s.isHashed(), hashed >= wanted+ahead, !s.window.hasRoom(s.gate.sentTo(), pieces):
		s.filling = false
	case hashed < wanted+refillBelow(ahead):
		s.filling = true
	}
	return s.filling
}

// pieceEnd returns the offset of the file up to which the section is to be hashed at once.
func (s *section) pieceEnd() int64 { return min(s.end, (s.hasher.Hashed()/pieceSize+1)*pieceSize) }

// hash hashes a section up to an offset of the file, which is in the same piece.
func (p *prover) hash(ctx context.Context, section *section, end int64) error {
	if section.gate.isActive() && end > section.gate.sentTo() { // otherwise the server has it
		return p.file.readAhead(section, end)
	}
	return section.hasher.HashTo(ctx, end)
}

// save starts to save the proof, if that is due. idle tells whether nothing is to be hashed now.
func (p *prover) save(ctx context.Context, idle bool) {
	if p.saving != nil || !p.isSaveDue(idle) {
		return
	}
	blocks, saving := p.file.unsavedProof()
	if len(saving) == 0 {
		return
	}
	p.saving, p.saveBegan = saving, time.Now()
	for section := range saving {
		section.gate.beginSave()
	}
	go func() {
		p.saved <- CatchPanic(func() error { return p.file.save(ctx, p.file.id, blocks) })
	}()
}

// isSaveDue reports whether the proof is to be saved now: if there is much of it, or if a
// request waits for it or will soon.
func (p *prover) isSaveDue(idle bool) bool {
	var unsaved int64
	wanted := false
	_ = p.file.eachSection(func(section *section) error { // never fails
		if section.hasUnsaved() {
			unsaved += section.hasher.Hashed() - section.saved.end
			waits, soon := section.gate.demand()
			wanted = wanted || waits || soon && !section.filling
		}
		return nil
	})
	return unsaved >= saveBatch || wanted && (idle || time.Since(p.saveBegan) >= minSaveInterval)
}

func (p *prover) endSave(err error) {
	for section := range p.saving {
		section.gate.endSave()
	}
	if err == nil {
		setSaved(p.saving)
		for section, saved := range p.saving {
			section.gate.open(saved.end)
		}
	}
	p.saving = nil
}

// check compares the file with the proof, on another goroutine, if its state changed
// or if an earlier change may have been made without another change time.
func (p *prover) check(ctx context.Context) error {
	s := p.file
	if p.saving != nil && time.Since(p.saveBegan) >= maxSaveWait {
		for _, section := range s.sections {
			section.gate.open(section.hasher.Hashed())
		}
	}
	now, err := s.state(s.opened)
	if err != nil || p.comparing != nil {
		return nil //nolint:nilerr // the requests meet it as well
	}
	same := now.Same(s.known)
	if same {
		s.confirm()
	}
	switch unproven := s.hasUnproven(); {
	case now.File.Size != s.opened.Size:
		return changedWhileSent()
	case same && (unproven || s.known.Reliable || !now.Reliable), !same && !now.Settled:
		return nil
	case unproven:
		return notComparable(s.known.File, now.File)
	}
	p.comparing = &now
	proof := s.contentProof()
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
	inputs = append(inputs, lifecycle.SourceVerified{ChangeTime: changeTimeToSave(now)})
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

// readAhead reads and hashes a section up to an offset of the file, at most pieceSize bytes, and
// keeps them for the request that sends them.
func (s *sourceFile) readAhead(section *section, end int64) error {
	start := section.hasher.Hashed()
	piece := newPiece(start, end-start)
	n, err := source.ReadFull(s.handle, piece.bytes, start)
	if err != nil {
		section.hasher.Add(piece.bytes[:n])
		piece.discard()
		return err
	}
	section.hasher.Add(piece.bytes)
	section.window.add(piece)
	return nil
}

// hashFirst hashes the beginning of the file before its upload is created, and returns
// the proof of it, to be saved with the upload URL.
func (s *sourceFile) hashFirst(ctx context.Context) ([]lifecycle.Input, error) {
	first := s.sections[0]
	for end := min(first.end, firstHash); first.hasher.Hashed() < end; {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := s.readAhead(first, min(end, first.pieceEnd())); err != nil {
			return nil, source.EndsEarly(s.handle, s.opened, err)
		}
	}
	blocks, saved := s.unsavedProof()
	if len(saved) == 0 {
		return nil, nil
	}
	setSaved(saved)
	return []lifecycle.Input{blocks}, nil
}

// provenSmall reports whether the file is small and the proof of all of it is saved. Such
// a file needs nobody who hashes it while it is sent, and is compared at the end if it
// changed.
func (s *sourceFile) provenSmall() bool {
	return uploader.IsSmall(s.opened) && len(s.gaps) == 0 && s.sections[0].saved.end == s.opened.Size
}

// changeTimeToSave returns the change time by which a later change of the file is noticed
// after a restart, or 0.
func changeTimeToSave(state source.State) source.ChangeTime {
	if !state.Reliable || uploader.IsSmall(state.File) { // a small file is compared at once
		return 0
	}
	return state.ChangeTime
}
