package worker

import (
	"context"
	"crypto/sha256"
	"hash"
	"io"

	"github.com/ferryapp/ferry/uploader/digest"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/source"
)

// hashProgressStep is after how many bytes the progress of hashing is updated.
const hashProgressStep = 4 << 20

// wholeFile is the hashes of a whole file. A file that is sent from its start in one attempt,
// and not in parts, is hashed in the pass that makes its proof, otherwise it is read once more
// at the end.
type wholeFile struct {
	sha256 hash.Hash      // nil if it is not computed in that pass
	digest *digest.Hasher // the same until sumDigest has computed it
}

// hashWhole has the hashes of the whole file computed that are known to be wanted.
func (s *sourceFile) hashWhole() {
	if s.wantsSHA256 || s.transfer.SHA256 != "" {
		s.addSHA256()
	}
	if s.measured != nil || s.stated {
		s.addDigest()
	}
}

// addSHA256 has the SHA-256 of the file computed together with its proof, if that begins
// at the start of the file.
func (s *sourceFile) addSHA256() {
	if sum := sha256.New(); s.whole.sha256 == nil && s.tee(sum) {
		s.whole.sha256 = sum
	}
}

// addDigest does the same for the digest.
func (s *sourceFile) addDigest() {
	if sum := digest.New(); s.whole.digest == nil && s.tee(sum) {
		s.whole.digest = &sum
	}
}

// tee has all bytes of the file written to w in the pass that makes its proof. It reports false
// if that does not read all of the file in order.
func (s *sourceFile) tee(w io.Writer) bool {
	return len(s.sections) == 1 && s.sections[0].hasher.Tee(w)
}

// sumSHA256 returns the SHA-256 of the file, all of which is hashed.
func (s *sourceFile) sumSHA256(ctx context.Context) (string, error) {
	sum := s.whole.sha256
	if sum == nil {
		sum = sha256.New()
		if err := source.WriteSection(ctx, sum, s.handle, 0, s.transfer.Source.Size); err != nil {
			return "", err
		}
	}
	return string(sum.Sum(nil)), nil
}

// sumDigest returns the digest of the file, all of which is hashed.
func (s *sourceFile) sumDigest(ctx context.Context) (digest.Digest, error) {
	if s.whole.digest == nil {
		sum := digest.New()
		if err := source.WriteSection(ctx, sum, s.handle, 0, s.transfer.Source.Size); err != nil {
			return digest.Digest{}, err
		}
		s.whole.digest = &sum
	}
	return s.whole.digest.Digest(), nil
}

// hashBeforeSending hashes the whole file for the metadata of its upload, if that is to
// have the hash.
func (s *sourceFile) hashBeforeSending(ctx context.Context, inMetadata bool) error {
	if !inMetadata {
		if s.transfer.SHA256 != "" {
			s.report(lifecycle.FileHashed{}) // it was in the metadata of an earlier attempt
		}
		return nil
	}
	s.addSHA256()
	size, sum := s.transfer.Source.Size, sha256.New()
	for at := int64(0); at < size; {
		next := min(at+hashProgressStep, size)
		if err := source.WriteSection(ctx, sum, s.handle, at, next); err != nil {
			return err
		}
		at = next
		s.counters.Read.Store(at)
	}
	s.report(lifecycle.FileHashed{SHA256: string(sum.Sum(nil))})
	return nil
}

// finish hashes the rest of the file and verifies that it is what was sent. It reports the
// SHA-256 of the file if it is wanted or in the metadata, where it must be the same. Nothing
// is read of the file after that: a later change is none of what was sent.
func (s *sourceFile) finish(ctx context.Context) error {
	if err := s.hashRest(ctx); err != nil {
		return source.EndsEarly(s.handle, s.opened, err)
	}
	return s.verifyComplete(ctx)
}

// hashRest hashes the rest of the file, and computes the hashes of all of it that are
// compared or stated.
func (s *sourceFile) hashRest(ctx context.Context) error {
	if err := s.hashTo(ctx, s.transfer.Source.Size); err != nil {
		return err
	}
	if s.statesDigest() {
		if _, err := s.sumDigest(ctx); err != nil {
			return err
		}
	}
	return s.compareWhole(ctx)
}

// compareWhole compares the hashes of the whole file with those that are known of it.
func (s *sourceFile) compareWhole(ctx context.Context) error {
	if declared := s.transfer.SHA256; declared != "" || s.wantsSHA256 {
		sum, err := s.sumSHA256(ctx)
		if err != nil {
			return err
		}
		if declared != "" && declared != sum {
			return fault.Newf(fault.SourceChanged, fault.Read, "file has SHA-256 %x, metadata has %x", sum, declared)
		}
		s.report(lifecycle.FileHashed{SHA256: sum})
	}
	if s.measured != nil {
		sum, err := s.sumDigest(ctx)
		if err != nil {
			return err
		}
		if sum != *s.measured {
			return fault.Newf(fault.SourceChanged, fault.Read, "file has digest %s, had %s when its size was determined", sum, *s.measured)
		}
	}
	return nil
}

// prove hashes all of the file that was acknowledged, and reports the proof.
func (s *sourceFile) prove(ctx context.Context, acknowledged []source.Range) {
	err := s.eachSection(func(section *section) error {
		for _, r := range acknowledged {
			if r.Start <= section.start && section.start < r.End {
				return section.hasher.HashTo(ctx, min(section.end, r.End))
			}
		}
		return nil
	})
	if err == nil {
		s.reportProof()
	}
}
