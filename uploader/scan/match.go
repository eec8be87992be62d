package scan

import (
	"cmp"
	"context"
	"slices"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/worker"
)

// Match is the earlier upload that a file belongs to. At most one ID is set. A finished
// transfer may be one that is only in the history.
type Match struct {
	Resumes  uploader.TransferID // an unfinished transfer of this file: it resumes
	Moves    uploader.TransferID // a finished transfer of this file: it moves to the scanned batch
	Possible uploader.TransferID // an unfinished transfer that may be of this file: the user is asked
	Uploaded uploader.TransferID // a finished transfer of this file: the user is asked whether to upload it again
	Known    uploader.TransferID // a finished transfer of this file and batch, which is only in the history: nothing is left to do
	Repeats  uploader.TransferID // a finished transfer of this file, which the batch uploads again: it moves if it finished after the batch was added

	Finished uploader.Timestamp // when the transfer of Moves or Uploaded finished
}

// Comparison is the result of comparing a file with what was sent by an earlier upload.
type Comparison uint8

// The results.
const (
	Different    Comparison = iota // a byte differs
	Inconclusive                   // not all that was sent can be compared
	Equal                          // equal
)

// Matcher finds the earlier uploads that files belong to. It reads files, so it is
// used on the scan's goroutine only.
type Matcher struct {
	Batch   uploader.Batch
	Related map[uploader.BatchID]bool      // batches that this one supersedes or is superseded by
	Begun   map[int64][]*uploader.Transfer // unfinished transfers with an upload on the server, by file size
	Missing map[uploader.TransferID]bool   // cache: the transfer's file is missing
	Store   uploader.Store
	Disk    source.Disk
}

// match returns the earlier upload that a file belongs to, of those with the same
// fingerprint, oldest first, and those of the same size. A transfer of the same path
// matches first: its worker compares the content before it resumes. A file that was
// moved is recognised by its identity or its content. A copy next to its original
// matches nothing. It fails with the store's error or ctx's.
func (m *Matcher) match(ctx context.Context, file source.File, sameFingerprint []*uploader.Transfer) (Match, error) {
	var done *uploader.Transfer
	var unfinished []*uploader.Transfer
	for _, c := range sameFingerprint {
		switch {
		case c.Batch == m.Batch.ID && c.Phase == uploader.PhaseDone && c.Source.Path == file.Path:
			return Match{Known: c.ID}, nil
		case c.Batch == m.Batch.ID, c.Intent.Cancels():
		case c.Phase == uploader.PhaseDone:
			if done == nil || !m.uploadedByRelated(file, done) || m.uploadedByRelated(file, c) {
				done = c
			}
		case c.Server != m.Batch.Server: // another server that had the same endpoint before
		default:
			unfinished = append(unfinished, c)
		}
	}
	if c := samePath(file, unfinished); c != nil {
		return Match{Resumes: c.ID}, nil
	}
	found, err := m.matchMoved(ctx, file, unfinished)
	switch {
	case err != nil || found != Match{}:
		return found, err
	case done == nil:
		return Match{}, nil
	case done.Source.Path == file.Path && m.Batch.Options.UploadAgain:
		return Match{Repeats: done.ID}, nil
	case m.uploadedByRelated(file, done):
		return Match{Moves: done.ID, Finished: done.Finished}, nil
	case m.Batch.Options.UploadAgain:
		return Match{}, nil
	default:
		return Match{Uploaded: done.ID, Finished: done.Finished}, nil
	}
}

// uploadedByRelated reports whether a finished transfer uploaded the file with a
// related batch, so that this one need not. A batch that uploads files again decides by
// the time instead.
func (m *Matcher) uploadedByRelated(file source.File, done *uploader.Transfer) bool {
	return done.Source.Path == file.Path && m.Related[done.Batch] && !m.Batch.Options.UploadAgain
}

// samePath returns the transfer of the file's path with the highest offset, or nil.
func samePath(file source.File, candidates []*uploader.Transfer) *uploader.Transfer {
	var best *uploader.Transfer
	for _, c := range candidates {
		if c.Source.Path == file.Path && (best == nil || c.Session.Offset > best.Session.Offset) {
			best = c
		}
	}
	return best
}

// matchMoved finds the transfer of a file that was moved here.
func (m *Matcher) matchMoved(ctx context.Context, file source.File, sameFingerprint []*uploader.Transfer) (Match, error) {
	var unbegun, equal, possible []*uploader.Transfer
	for _, c := range sameFingerprint {
		if !c.Session.Begun() && m.isMissing(c) {
			unbegun = append(unbegun, c)
		}
	}
	for _, c := range m.begunCandidates(file, sameFingerprint) {
		result, err := m.compare(ctx, file, c)
		switch {
		case err != nil:
			return Match{}, err
		case result == Equal:
			equal = append(equal, c)
		case result == Inconclusive:
			possible = append(possible, c)
		}
	}
	switch {
	case len(equal) == 1:
		return Match{Resumes: equal[0].ID}, nil
	case len(equal) > 1:
		return Match{Possible: furthestOf(equal).ID}, nil
	case len(possible) > 0:
		return Match{Possible: furthestOf(possible).ID}, nil
	case len(unbegun) > 0: // nothing was sent, so no content can be mixed up
		return Match{Resumes: unbegun[0].ID}, nil
	default:
		return Match{}, nil
	}
}

// begunCandidates returns the transfers with an upload on the server that may be of
// the file: of the same size, and with its fingerprint or any other.
func (m *Matcher) begunCandidates(file source.File, sameFingerprint []*uploader.Transfer) []*uploader.Transfer {
	var list []*uploader.Transfer
	listed := map[uploader.TransferID]bool{}
	for _, c := range slices.Concat(sameFingerprint, m.Begun[file.Size]) {
		if !listed[c.ID] && c.Session.Begun() && c.Source.Size == file.Size {
			listed[c.ID] = true
			list = append(list, c)
		}
	}
	return list
}

// compare compares a file with a candidate of the same size.
func (m *Matcher) compare(ctx context.Context, file source.File, c *uploader.Transfer) (Comparison, error) {
	switch {
	case c.Source.Path != file.Path && !m.isMissing(c):
		return Different, nil
	case c.Session.Offset == 0 && !sameIdentity(file, c.Source) && c.Source.Path != file.Path && c.Source.Name() != file.Name():
		return Different, nil // only the size is the same
	default:
		return Compare(ctx, m.Store, m.Disk, c, file)
	}
}

// isMissing reports whether the file of a transfer is missing, or changed so that the
// transfer failed.
func (m *Matcher) isMissing(c *uploader.Transfer) bool {
	missing, cached := m.Missing[c.ID]
	if !cached {
		_, err := m.Disk.Stat(c.Source.Path)
		missing = fault.Is(err, fault.SourceMissing) || isDriveMissing(err) || c.Phase == uploader.PhaseFailed && fault.Is(c.Fault, fault.SourceChanged)
		m.Missing[c.ID] = missing
	}
	return missing
}

func isDriveMissing(err error) bool {
	return err != nil && fault.Of(err).Code == fault.CodeDriveMissing
}

func sameIdentity(a, b source.File) bool { return a.Identity.Known() && a.Identity == b.Identity }

func furthestOf(candidates []*uploader.Transfer) *uploader.Transfer {
	return slices.MaxFunc(candidates, func(a, b *uploader.Transfer) int { return cmp.Compare(a.Session.Offset, b.Session.Offset) })
}

// Compare compares all that was sent by an upload with a file. What was sent and is in no
// saved block cannot be compared; it counts as equal only if identity, size and
// modification time are the same. It fails with the store's error or ctx's.
func Compare(ctx context.Context, store uploader.Store, disk source.Disk, t *uploader.Transfer, file source.File) (Comparison, error) {
	saved, err := store.Proof(ctx, t.ID)
	if err != nil {
		return Inconclusive, err
	}
	var parts []uploader.Part
	if t.Session.Parts > 0 {
		if parts, err = store.Parts(ctx, t.ID); err != nil {
			return Inconclusive, err
		}
	}
	sent := worker.Acknowledged(t, parts)
	proof := saved.Intact().Of(sent...)
	opened, seen, err := disk.Open(file)
	if err != nil || !seen.Same(file) {
		return Inconclusive, ctx.Err()
	}
	defer opened.Close()
	err = proof.Check(ctx, opened)
	switch {
	case ctx.Err() != nil:
		return Inconclusive, ctx.Err()
	case fault.Is(err, fault.SourceChanged):
		return Different, nil
	case err != nil || len(proof.Gaps(sent...)) > 0 && !(sameIdentity(file, t.Source) && file.Same(t.Source)):
		return Inconclusive, nil
	default:
		return Equal, nil
	}
}
