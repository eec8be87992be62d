package worker

import (
	"context"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/source"
)

// extent is the bytes of a file that are one upload: all of it, or a part.
type extent struct {
	source.Range

	acknowledged int64 // offset of the file up to which the server has them
}

// acknowledgedRanges returns the bytes that the server has of the extents.
func acknowledgedRanges(extents []extent) []source.Range {
	var ranges []source.Range
	for _, e := range extents {
		if e.acknowledged > e.Start {
			ranges = append(ranges, source.Range{Start: e.Start, End: e.acknowledged})
		}
	}
	return ranges
}

// Acknowledged returns the bytes of the file of a transfer that the server acknowledged.
// parts are those of the transfer, if it has any.
func Acknowledged(t *uploader.Transfer, parts []uploader.Part) []source.Range {
	return acknowledgedRanges(extentsOf(t, parts))
}

// extentsOf returns the uploads that a transfer consists of.
func extentsOf(t *uploader.Transfer, parts []uploader.Part) []extent {
	if t.Session.Parts == 0 || !covers(parts, t.Source.Size) { // or the parts are joined already
		return []extent{{source.Range{End: t.Source.Size}, t.Session.Offset}}
	}
	extents := make([]extent, len(parts))
	for i, p := range parts {
		extents[i] = extent{source.Range{Start: p.Start, End: p.Start + p.Length}, p.Start + p.Offset}
	}
	return extents
}

// section is bytes of a file that one worker hashes in order: those of an extent that have no
// proof yet, which requests send, or those that were sent before and have none.
type section struct {
	start  int64 // in the file
	end    int64 // in the file
	hasher *source.Hasher
	saved  savedProof

	gate   *gate
	window *window

	filling  bool // the hash is not yet far enough ahead of the requests
	unproven bool // of bytes that were sent before: only the file not changing until they are hashed shows that they are of it
}

// savedProof is how much of the proof that a section's hasher makes the engine has.
type savedProof struct {
	blocks int   // finished ones
	end    int64 // in the file
}

func (s *sourceFile) newSection(start, end int64) *section {
	return &section{
		start: start, end: end, hasher: source.NewHasher(s.handle, s.blocksFor, start), saved: savedProof{end: start},
		gate: newGate(s.wake), window: &window{}, filling: true,
	}
}

func (s *section) isHashed() bool { return s.hasher.Hashed() >= s.end }

// hasUnsaved reports whether something is hashed that is not saved.
func (s *section) hasUnsaved() bool { return s.hasher.Hashed() > s.saved.end }

// divide makes the sections that are to be hashed of the extents: what the saved proof does
// not cover. unproven tells whether what was sent and has no proof may be of other content.
func (s *sourceFile) divide(extents []extent, unproven bool) {
	s.sections, s.gaps, s.whole = nil, nil, wholeFile{}
	for _, e := range extents {
		start := min(s.proof.CoveredTo(e.acknowledged), e.End)
		s.sections = append(s.sections, s.newSection(start, e.End))
		for _, gap := range s.proof.Gaps(source.Range{Start: e.Start, End: e.acknowledged}) {
			section := s.newSection(gap.Start, gap.End)
			section.unproven = unproven
			s.gaps = append(s.gaps, section)
		}
	}
	s.hashWhole()
}

// eachSection calls do with each section, until it fails.
func (s *sourceFile) eachSection(do func(*section) error) error {
	for _, sections := range [][]*section{s.sections, s.gaps} {
		for _, section := range sections {
			if err := do(section); err != nil {
				return err
			}
		}
	}
	return nil
}

// contentProof returns the proof of all that is hashed, by this worker or before.
func (s *sourceFile) contentProof() source.Proof {
	var hashed source.Proof
	_ = s.eachSection(func(section *section) error { // never fails
		hashed = append(hashed, section.hasher.Proof()...)
		return nil
	})
	return s.proof.Replace(hashed)
}

// hasUnproven reports whether bytes were sent of which nothing shows yet that they are those
// of the file.
func (s *sourceFile) hasUnproven() bool {
	for _, gap := range s.gaps {
		if gap.unproven {
			return true
		}
	}
	return false
}

// confirm records that the file is in the state in which it was opened: what is hashed of it is
// what was sent.
func (s *sourceFile) confirm() {
	for _, gap := range s.gaps {
		if gap.isHashed() {
			gap.unproven = false
		}
	}
}

// unsavedProof returns the proof that the engine does not have, and what it has of each section
// with that. A block that was saved before it was finished is part of it. The proof of
// unproven bytes is part of it only if the file did not change.
func (s *sourceFile) unsavedProof() (blocks lifecycle.BlocksHashed, saved map[*section]savedProof) {
	same := true
	if s.hasUnproven() {
		now, err := s.state(s.opened)
		if same = err == nil && now.Same(s.known); same {
			defer s.confirm()
		}
	}
	saved = map[*section]savedProof{}
	_ = s.eachSection(func(section *section) error { // never fails
		if section.hasUnsaved() && (same || !section.unproven) {
			blocks.Blocks = append(blocks.Blocks, section.hasher.Proof()[section.saved.blocks:]...)
			saved[section] = savedProof{section.hasher.Blocks(), section.hasher.Hashed()}
		}
		return nil
	})
	return blocks, saved
}

// setSaved records what the engine has of the sections.
func setSaved(saved map[*section]savedProof) {
	for section, to := range saved {
		section.saved = to
	}
}

// reportProof reports what is hashed and not saved.
func (s *sourceFile) reportProof() {
	if blocks, saved := s.unsavedProof(); len(saved) > 0 {
		s.report(blocks)
		setSaved(saved)
	}
}

// forgetSaved records that the proof is no longer saved: it was removed with the upload.
func (s *sourceFile) forgetSaved() {
	s.proof = nil
	_ = s.eachSection(func(section *section) error { // never fails
		section.saved = savedProof{end: section.start}
		return nil
	})
}

// restart prepares to hash the file from its start, for another upload. The proof was removed
// with the one before.
func (s *sourceFile) restart() {
	s.proof = nil
	s.divide([]extent{{Range: source.Range{End: s.opened.Size}}}, false)
}

// hashTo hashes the sections up to an offset of the file, or to their end before.
func (s *sourceFile) hashTo(ctx context.Context, end int64) error {
	return s.eachSection(func(section *section) error {
		return section.hasher.HashTo(ctx, min(section.end, end))
	})
}
