package scan

import (
	"cmp"
	"hash/maphash"
	"slices"

	"github.com/ferryapp/ferry/uploader"
)

// Earlier finds the transfers with a fingerprint among those of one moment. It takes eight
// bytes for each of them. It is not safe for concurrent use.
type Earlier struct {
	rows uploader.Rows
	seed maphash.Seed

	// index has, of each transfer that may be found, the upper half of the hash of its
	// fingerprint and, in the lower half, its place in rows. It is sorted.
	index []uint64
}

// NewEarlier returns an Earlier of rows. They are visited at the first call of Find.
func NewEarlier(rows uploader.Rows) *Earlier { return &Earlier{rows: rows} }

// Find returns the transfers with a fingerprint, by ID: those that can be resumed and those
// that are done, but not the cancelled ones. An empty fingerprint finds nothing.
func (e *Earlier) Find(fingerprint string) []*uploader.Transfer {
	if e.index == nil {
		e.build()
	}
	if fingerprint == "" {
		return nil
	}
	const lower = 1<<32 - 1
	hash := e.hash(fingerprint)
	var found []*uploader.Transfer
	for at, _ := slices.BinarySearch(e.index, hash); at < len(e.index) && e.index[at]&^lower == hash; at++ {
		if t := e.rows.At(int(e.index[at] & lower)); t.Fingerprint == fingerprint {
			found = append(found, t)
		}
	}
	slices.SortFunc(found, func(a, b *uploader.Transfer) int { return cmp.Compare(a.ID, b.ID) })
	return found
}

func (e *Earlier) build() {
	e.seed, e.index = maphash.MakeSeed(), make([]uint64, 0, e.rows.Len())
	for place, t := range e.rows.All() {
		if t.Fingerprint != "" && t.Phase != uploader.PhaseCancelled {
			e.index = append(e.index, e.hash(t.Fingerprint)|uint64(place)) //nolint:gosec // memory holds fewer than 2^32 rows
		}
	}
	slices.Sort(e.index)
}

// hash returns a hash in the upper half.
func (e *Earlier) hash(fingerprint string) uint64 {
	return maphash.String(e.seed, fingerprint) &^ (1<<32 - 1)
}
