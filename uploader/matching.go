package uploader

import (
	"cmp"
	"context"
	"slices"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
)

// answer is which earlier upload a found file belongs to. At most one field is set.
type answer struct {
	continues TransferID // this one goes on with it
	joins     TransferID // this one is across, and belongs to what is walked now
	several   TransferID // perhaps this one; the user is asked
	uploaded  TransferID // this one is across; the user is asked whether once more
}

// proof is what the content of a file says about an earlier upload.
type proof uint8

const (
	refuted  proof = iota // a byte differs from what was sent
	unproven              // what was sent cannot be compared, or not all of it
	proven
)

// matcher finds out which earlier upload a file belongs to. It reads files: it
// works on the walker's goroutine, never on the loop's.
type matcher struct {
	batch      Batch
	superseded map[BatchID]bool      // batches that this one was added over
	begun      map[int64][]*Transfer // unfinished ones that the server holds something of, by size
	unmade     map[string]TransferID // what failed before it began, by path
	gone       map[TransferID]bool   // whether their files are not where they were; as far as looked
	store      Store
	disk       source.Disk
}

// of weighs the earlier uploads with the file's fingerprint, oldest first, and
// those that are of its size. The strongest evidence is the path: what was sent
// of it is compared before anything follows, as always. A file that was moved here
// is known by its identity or by its content; a copy beside its original is a
// file of its own. It fails with the store's error or ctx's.
func (m *matcher) of(ctx context.Context, file source.File, alike []Transfer) (answer, error) {
	var across *Transfer
	var unfinished []*Transfer
	for i := range alike {
		c := &alike[i]
		switch {
		case c.Batch == m.batch.ID, c.Intent.GivenUp():
		case c.Phase == PhaseDone:
			across = c
		case c.Server != m.batch.Server: // which was at this address before
		default:
			unfinished = append(unfinished, c)
		}
	}
	if c := samePath(file, unfinished); c != nil {
		return answer{continues: c.ID}, nil
	}
	found, err := m.moved(ctx, file, unfinished)
	switch {
	case err != nil || found != answer{}:
		return found, err
	case across == nil:
		return answer{}, nil
	case across.Source.Path == file.Path && (m.superseded[across.Batch] || m.batch.Options.Again && m.since(across)):
		return answer{joins: across.ID}, nil
	case m.batch.Options.Again:
		return answer{}, nil
	default:
		return answer{uploaded: across.ID}, nil
	}
}

// since reports whether an upload that is across was not when the batch was added,
// which then meant this very one.
func (m *matcher) since(across *Transfer) bool {
	return across.Finished >= MomentOf(m.batch.Added) // both to the millisecond
}

// samePath picks the upload of the file at that very path, best one of which
// something was sent.
func samePath(file source.File, candidates []*Transfer) *Transfer {
	var best *Transfer
	for _, c := range candidates {
		if c.Source.Path == file.Path && (best == nil || c.Session.Offset > best.Session.Offset) {
			best = c
		}
	}
	return best
}

// moved looks for the upload of a file that is not where it was any more.
func (m *matcher) moved(ctx context.Context, file source.File, alike []*Transfer) (answer, error) {
	var waiting, certain, possible []*Transfer
	for _, c := range alike {
		if !c.Session.Begun() && m.isGone(c) {
			waiting = append(waiting, c)
		}
	}
	for _, c := range m.ofSize(file, alike) {
		weighed, err := m.weigh(ctx, file, c)
		switch {
		case err != nil:
			return answer{}, err
		case weighed == proven:
			certain = append(certain, c)
		case weighed == unproven:
			possible = append(possible, c)
		}
	}
	switch {
	case len(certain) == 1:
		return answer{continues: certain[0].ID}, nil
	case len(certain) > 1:
		return answer{several: furthestOf(certain).ID}, nil
	case len(possible) > 0:
		return answer{several: furthestOf(possible).ID}, nil
	case len(waiting) > 0: // nothing was sent, so that nothing can be mixed up
		return answer{continues: waiting[0].ID}, nil
	default:
		return answer{}, nil
	}
}

// ofSize lists the begun uploads that the file may belong to: those with its
// fingerprint, and those of its size.
func (m *matcher) ofSize(file source.File, alike []*Transfer) []*Transfer {
	var list []*Transfer
	known := map[TransferID]bool{}
	for _, c := range slices.Concat(alike, m.begun[file.Size]) {
		if !known[c.ID] && c.Session.Begun() && c.Source.Size == file.Size {
			known[c.ID] = true
			list = append(list, c)
		}
	}
	return list
}

// weigh says how sure it is that a begun upload is of the file.
func (m *matcher) weigh(ctx context.Context, file source.File, c *Transfer) (proof, error) {
	switch {
	case c.Source.Path != file.Path && !m.isGone(c):
		return refuted, nil
	case c.Session.Offset == 0 && !sameIdentity(file, c.Source) && c.Source.Path != file.Path && c.Source.Name() != file.Name():
		return refuted, nil // it has nothing in common but its size
	default:
		return compare(ctx, m.store, m.disk, c, file)
	}
}

// isGone reports whether the upload's file is not where it was, or not as it was
// so that the upload has stopped.
func (m *matcher) isGone(c *Transfer) bool {
	gone, looked := m.gone[c.ID]
	if !looked {
		_, err := m.disk.Stat(c.Source.Path)
		gone = fault.Is(err, fault.SourceMissing) || c.Phase == PhaseFailed && fault.Is(c.Fault, fault.SourceChanged)
		m.gone[c.ID] = gone
	}
	return gone
}

func sameIdentity(a, b source.File) bool { return a.Identity.Known() && a.Identity == b.Identity }

// sameFile reports whether the system itself says so.
func sameFile(a, b source.File) bool { return sameIdentity(a, b) && a.Same(b) }

func furthestOf(candidates []*Transfer) *Transfer {
	return slices.MaxFunc(candidates, func(a, b *Transfer) int { return cmp.Compare(a.Session.Offset, b.Session.Offset) })
}

// compare reads some of what was sent of a begun upload again in the file. What
// was sent after the last mark can be compared with nothing: for that the system's
// word is taken that it is the same file, and nothing else.
func compare(ctx context.Context, store Store, disk source.Disk, t *Transfer, file source.File) (proof, error) {
	saved, err := store.Proof(ctx, t.ID)
	if err != nil {
		return unproven, err
	}
	held := t.Session.Offset
	if t.Session.Parts > 0 {
		parts, err := store.Parts(ctx, t.ID)
		if err != nil {
			return unproven, err
		}
		held = furthest(parts)
	}
	marks := saved.Upto(held)
	opened, seen, err := disk.Open(file)
	if err != nil || !seen.Same(file) {
		return unproven, ctx.Err()
	}
	defer opened.Close()
	err = marks.Check(ctx, opened, sample(len(marks)))
	switch {
	case ctx.Err() != nil:
		return unproven, ctx.Err()
	case fault.Is(err, fault.SourceChanged):
		return refuted, nil
	case err != nil || marks.Covers() < held && !sameFile(file, t.Source):
		return unproven, nil
	default:
		return proven, nil
	}
}
