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

// Match is which earlier upload a found file belongs to. At most one field is set.
type Match struct {
	Continues uploader.TransferID // this one goes on with it
	Joins     uploader.TransferID // this one is across, and belongs to what is walked now
	Possible  uploader.TransferID // perhaps this one; the user is asked
	Uploaded  uploader.TransferID // this one is across; the user is asked whether once more
}

// Evidence is what the content of a file says about an earlier upload.
type Evidence uint8

const (
	Different Evidence = iota // a byte differs from what was sent
	Unproven                  // what was sent cannot be compared, or not all of it
	Proven
)

// Matcher finds out which earlier upload a file belongs to. It reads files: it
// works on the walker's goroutine, never on the loop's.
type Matcher struct {
	Batch      uploader.Batch
	Superseded map[uploader.BatchID]bool      // batches that this one was added over
	Begun      map[int64][]*uploader.Transfer // unfinished ones that the server holds something of, by size
	Unmade     map[string]uploader.TransferID // what failed before it began, by path
	Gone       map[uploader.TransferID]bool   // whether their files are not where they were; as far as looked
	Store      uploader.Store
	Disk       source.Disk
}

// of weighs the earlier uploads with the file's fingerprint, oldest first, and
// those that are of its size. The strongest evidence is the path: what was sent
// of it is compared before anything follows, as always. A file that was moved here
// is known by its identity or by its content; a copy beside its original is a
// File of its own. It fails with the store's error or ctx's.
func (m *Matcher) of(ctx context.Context, file source.File, alike []uploader.Transfer) (Match, error) {
	var across *uploader.Transfer
	var unfinished []*uploader.Transfer
	for i := range alike {
		c := &alike[i]
		switch {
		case c.Batch == m.Batch.ID, c.Intent.GivenUp():
		case c.Phase == uploader.PhaseDone:
			across = c
		case c.Server != m.Batch.Server: // which was at this address before
		default:
			unfinished = append(unfinished, c)
		}
	}
	if c := samePath(file, unfinished); c != nil {
		return Match{Continues: c.ID}, nil
	}
	found, err := m.moved(ctx, file, unfinished)
	switch {
	case err != nil || found != Match{}:
		return found, err
	case across == nil:
		return Match{}, nil
	case across.Source.Path == file.Path && (m.Superseded[across.Batch] || m.Batch.Options.Again && m.since(across)):
		return Match{Joins: across.ID}, nil
	case m.Batch.Options.Again:
		return Match{}, nil
	default:
		return Match{Uploaded: across.ID}, nil
	}
}

// since reports whether an upload that is across was not when the batch was added,
// which then meant this very one.
func (m *Matcher) since(across *uploader.Transfer) bool {
	return across.Finished.After(m.Batch.Added)
}

// samePath picks the upload of the file at that very path, best one of which
// something was sent.
func samePath(file source.File, candidates []*uploader.Transfer) *uploader.Transfer {
	var best *uploader.Transfer
	for _, c := range candidates {
		if c.Source.Path == file.Path && (best == nil || c.Session.Offset > best.Session.Offset) {
			best = c
		}
	}
	return best
}

// TotalSent looks for the upload of a file that is not where it was any more.
func (m *Matcher) moved(ctx context.Context, file source.File, alike []*uploader.Transfer) (Match, error) {
	var waiting, certain, possible []*uploader.Transfer
	for _, c := range alike {
		if !c.Session.Begun() && m.isGone(c) {
			waiting = append(waiting, c)
		}
	}
	for _, c := range m.ofSize(file, alike) {
		weighed, err := m.weigh(ctx, file, c)
		switch {
		case err != nil:
			return Match{}, err
		case weighed == Proven:
			certain = append(certain, c)
		case weighed == Unproven:
			possible = append(possible, c)
		}
	}
	switch {
	case len(certain) == 1:
		return Match{Continues: certain[0].ID}, nil
	case len(certain) > 1:
		return Match{Possible: furthestOf(certain).ID}, nil
	case len(possible) > 0:
		return Match{Possible: furthestOf(possible).ID}, nil
	case len(waiting) > 0: // nothing was sent, so that nothing can be mixed up
		return Match{Continues: waiting[0].ID}, nil
	default:
		return Match{}, nil
	}
}

// ofSize lists the begun uploads that the file may belong to: those with its
// Fingerprint, and those of its size.
func (m *Matcher) ofSize(file source.File, alike []*uploader.Transfer) []*uploader.Transfer {
	var list []*uploader.Transfer
	known := map[uploader.TransferID]bool{}
	for _, c := range slices.Concat(alike, m.Begun[file.Size]) {
		if !known[c.ID] && c.Session.Begun() && c.Source.Size == file.Size {
			known[c.ID] = true
			list = append(list, c)
		}
	}
	return list
}

// weigh says how sure it is that a begun upload is of the file.
func (m *Matcher) weigh(ctx context.Context, file source.File, c *uploader.Transfer) (Evidence, error) {
	switch {
	case c.Source.Path != file.Path && !m.isGone(c):
		return Different, nil
	case c.Session.Offset == 0 && !sameIdentity(file, c.Source) && c.Source.Path != file.Path && c.Source.Name() != file.Name():
		return Different, nil // it has nothing in common but its size
	default:
		return Compare(ctx, m.Store, m.Disk, c, file)
	}
}

// isGone reports whether the upload's file is not where it was, or not as it was
// so that the upload has stopped.
func (m *Matcher) isGone(c *uploader.Transfer) bool {
	gone, looked := m.Gone[c.ID]
	if !looked {
		_, err := m.Disk.Stat(c.Source.Path)
		gone = fault.Is(err, fault.SourceMissing) || c.Phase == uploader.PhaseFailed && fault.Is(c.Fault, fault.SourceChanged)
		m.Gone[c.ID] = gone
	}
	return gone
}

func sameIdentity(a, b source.File) bool { return a.Identity.Known() && a.Identity == b.Identity }

// sameFile reports whether the system itself says so.
func sameFile(a, b source.File) bool { return sameIdentity(a, b) && a.Same(b) }

func furthestOf(candidates []*uploader.Transfer) *uploader.Transfer {
	return slices.MaxFunc(candidates, func(a, b *uploader.Transfer) int { return cmp.Compare(a.Session.Offset, b.Session.Offset) })
}

// Compare reads some of what was sent of a begun upload again in the file. What
// was sent after the last mark can be compared with nothing: for that the system's
// word is taken that it is the same file, and nothing else.
func Compare(ctx context.Context, store uploader.Store, disk source.Disk, t *uploader.Transfer, file source.File) (Evidence, error) {
	saved, err := store.Proof(ctx, t.ID)
	if err != nil {
		return Unproven, err
	}
	held := t.Session.Offset
	if t.Session.Parts > 0 {
		parts, err := store.Parts(ctx, t.ID)
		if err != nil {
			return Unproven, err
		}
		held = worker.Furthest(parts)
	}
	marks := saved.Upto(held)
	opened, seen, err := disk.Open(file)
	if err != nil || !seen.Same(file) {
		return Unproven, ctx.Err()
	}
	defer opened.Close()
	err = marks.Check(ctx, opened, worker.Sample(len(marks)))
	switch {
	case ctx.Err() != nil:
		return Unproven, ctx.Err()
	case fault.Is(err, fault.SourceChanged):
		return Different, nil
	case err != nil || marks.Covers() < held && !sameFile(file, t.Source):
		return Unproven, nil
	default:
		return Proven, nil
	}
}
