package worker

import (
	"context"
	"math"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/source"
)

// verify verifies that what was sent is of this file, and prepares to hash the rest of the
// uploads that it consists of.
func (s *sourceFile) verify(ctx context.Context, extents []extent) error {
	state, err := s.state(s.opened) // before anything is read
	if err != nil {
		return err
	}
	s.known, s.proof = state, nil
	if state.File.Size == s.opened.Size { // another size is noticed when all is sent
		s.opened = state.File // it may have been edited since it was opened
	}
	stale, unproven := false, false
	switch {
	case s.transfer.Session.Begun():
		if stale, unproven, err = s.compareSent(ctx, acknowledgedRanges(extents)); err != nil {
			return err
		}
	case !s.opened.Same(s.transfer.Source):
		s.update(ctx, s.opened)
	}
	s.divide(extents, unproven)
	if verified := changeTimeToSave(state); verified != s.transfer.ChangeTime || stale {
		s.reportVerified(verified, stale)
	}
	return nil
}

// reportVerified reports the change time at which what was sent is of the file. If stale, a
// part of the saved proof was not compared: it may be of the file as it was before, and is
// removed with the same commit. A later worker uses all of the proof if the change time is
// still the same.
func (s *sourceFile) reportVerified(verified source.ChangeTime, stale bool) {
	var inputs []lifecycle.Input
	if stale {
		all := source.Forgotten(source.Range{End: math.MaxInt64})
		inputs = append(inputs, lifecycle.BlocksHashed{Blocks: append(source.Proof{all}, s.proof...)})
	}
	s.report(append(inputs, lifecycle.SourceVerified{ChangeTime: verified})...)
}

// compareSent compares all that was sent with the file, unless its change time shows
// that it did not change. There may be no proof of some of it: if it was sent by an earlier
// version of the program, by another program, or while the proof could not be saved, or after a
// repair of the profile. Without a change time that cannot be compared, and the user decides.
//
// It takes over what is known to be of the file of the saved proof. It reports whether that is
// not all of it, and whether what was sent and is not in the proof may be of other content.
func (s *sourceFile) compareSent(ctx context.Context, sent []source.Range) (stale, unproven bool, err error) {
	saved, err := s.loadProof(ctx, s.id)
	if err != nil {
		return false, false, err
	}
	proof := saved.Intact()
	seen, unchanged := s.opened, s.unchanged()
	if !unchanged || s.settings.ResumeCheck == uploader.ResumeCheckAll {
		proof = proof.Of(sent...)
		if err := proof.Check(ctx, s.handle); err != nil {
			return false, false, s.differs(seen, err)
		}
	}
	if !unchanged && !s.continued && len(proof.Gaps(sent...)) > 0 {
		return false, false, s.differs(seen, notComparable(s.transfer.Source, seen))
	}
	if !seen.Same(s.transfer.Source) || seen.Path != s.transfer.Source.Path || s.transfer.Fingerprint == "" {
		s.update(ctx, seen)
	}
	s.proof = proof
	return len(proof) < len(saved), unchanged, nil
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
	case s.hasUnproven():
		return notComparable(s.transfer.Source, now.File)
	}
	if err := s.contentProof().Check(ctx, s.handle); err != nil {
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
