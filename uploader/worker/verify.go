package worker

import (
	"context"
	"slices"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/source"
)

// verify verifies that what was sent is the beginning of this file, and prepares to
// hash the rest. acknowledged is the end of the furthest byte of the file that the
// server acknowledged.
func (s *sourceFile) verify(ctx context.Context, acknowledged int64) error {
	state, err := s.state(s.opened) // before anything is read
	if err != nil {
		return err
	}
	s.hasher = source.NewHasher(s.handle, s.opened.Size, nil)
	s.known = state
	var stale source.Proof
	if s.transfer.Session.Begun() {
		if stale, err = s.compareSent(ctx, acknowledged); err != nil {
			return err
		}
	}
	s.stale = len(stale) > 0 && s.saved.end == 0
	s.hashWhole()
	if verified := changeTimeToSave(state); verified != s.transfer.ChangeTime || len(stale) > 0 {
		s.reportVerified(verified, stale)
	}
	return nil
}

// reportVerified reports the change time at which what was sent is of the file. stale is
// the saved proof of what was not sent: it may be of the file as it was before, so it is
// replaced with the same commit. A later worker believes all of the proof if the change
// time is still the same.
func (s *sourceFile) reportVerified(verified source.ChangeTime, stale source.Proof) {
	compared := s.hasher.Proof()
	switch {
	case len(stale) == 0:
		s.report(lifecycle.SourceVerified{ChangeTime: verified})
	case len(compared) > 0:
		last := slices.Clone(compared[len(compared)-1:])
		s.report(lifecycle.BlocksHashed{Blocks: last}, lifecycle.SourceVerified{ChangeTime: verified})
	default: // nothing replaces it before the first block is hashed
		s.report(lifecycle.SourceVerified{})
	}
}

// compareSent compares all that was sent with the file, unless its change time shows
// that it did not change. The proof may end before what was sent: as the file was sent in
// parts, or by an earlier version of the program. Without a change time the rest cannot be
// compared, and the user decides. Neither is a block behind one that is missing, as after a
// repair of the profile. It returns the rest of the saved proof, which was not compared.
func (s *sourceFile) compareSent(ctx context.Context, end int64) (rest source.Proof, err error) {
	saved, err := s.loadProof(ctx, s.id)
	if err != nil {
		return nil, err
	}
	proof := saved.Intact()
	rest = saved[len(proof):]
	seen, unchanged := s.opened, s.unchanged()
	s.sentBefore = end
	if !unchanged || s.settings.ResumeCheck == uploader.ResumeCheckAll {
		sent := proof.Through(end)
		proof, rest = sent, saved[len(sent):]
		if err := proof.Check(ctx, s.handle); err != nil {
			return nil, s.differs(seen, err)
		}
	}
	if !unchanged && proof.Covers() < end {
		if !s.continued {
			return nil, s.differs(seen, notComparable(s.transfer.Source, seen))
		}
		s.sentBefore = 0
	}
	if !seen.Same(s.transfer.Source) || seen.Path != s.transfer.Source.Path || s.transfer.Fingerprint == "" {
		s.update(ctx, seen)
	}
	s.hasher = source.NewHasher(s.handle, seen.Size, proof)
	s.saved = savedProof{s.hasher.Blocks(), s.hasher.Hashed()}
	return rest, nil
}

// unchanged reports whether the file's change time shows that it is as it was when what
// was sent was last known to be of it.
func (s *sourceFile) unchanged() bool {
	saved := s.transfer.Source
	return s.known.Reliable && s.known.ChangeTime == s.transfer.ChangeTime &&
		saved.Identity.Known() && s.known.File.Identity == saved.Identity && s.known.File.Same(saved)
}

// differs returns the fault for a file that is not the one that was sent. A file that
// was found under another name counts as missing, not as changed.
func (s *sourceFile) differs(seen source.File, err error) error {
	if seen.Path == s.transfer.Source.Path || !fault.Is(err, fault.SourceChanged) {
		return err
	}
	return fault.Newf(fault.SourceMissing, fault.Open, "renamed file differs: %v", err)
}

// verifyComplete verifies that the file, all of which was sent, is what was sent. If its
// state changed since it was last compared, all of it is compared.
func (s *sourceFile) verifyComplete(ctx context.Context) error {
	now, err := s.state(s.transfer.Source)
	switch {
	case err != nil:
		return err
	case now.File.Size != s.transfer.Source.Size:
		return changedWhileSent()
	case now.Same(s.known):
		return nil
	case s.gate.hasUnproven():
		return notComparable(s.transfer.Source, now.File)
	}
	if err := s.hasher.Proof().Check(ctx, s.handle); err != nil {
		return err
	}
	if !now.File.Same(s.transfer.Source) {
		s.update(ctx, now.File)
	}
	s.known = now
	return nil
}

func changedWhileSent() error {
	return fault.Newf(fault.SourceChanged, fault.Stat, "file changed while it was being sent")
}

// notComparable returns the fault for a file that may be the one that was sent.
func notComparable(before, now source.File) error {
	f := sourceChanged(before, now)
	f.Code = fault.CodeNotComparable
	return f
}

func sourceChanged(before, now source.File) *fault.Fault {
	return fault.Newf(fault.SourceChanged, fault.Open, "file had %d bytes of %s, has %d bytes of %s",
		before.Size, before.ModTime.Format(time.RFC3339Nano), now.Size, now.ModTime.Format(time.RFC3339Nano))
}
