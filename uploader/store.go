package uploader

import "context"

// Store keeps what must survive the program. Only the engine's loop calls Load
// and Save, one at a time; FindPrevious may be called from another goroutine
// meanwhile. Every error is a *fault.Fault of kind LocalDisk, or ctx's end.
type Store interface {
	// Load returns everything saved. The order of transfers is by Rank, then ID.
	Load(ctx context.Context) (Saved, error)

	// Save commits all of the changes or none of them. When it returns nil they
	// survive a power cut.
	Save(ctx context.Context, changes Changes) error

	// FindPrevious returns, for each fingerprint that has any, the saved
	// transfers with it that can still be continued (neither done nor
	// cancelled), oldest first.
	FindPrevious(ctx context.Context, fingerprints []string) (map[string][]Transfer, error)
}

// Saved is a profile's whole memory.
type Saved struct {
	Transfers []Transfer
	Batches   []Batch
	Servers   []Server   // never empty: the built-in one is always there
	NextID    TransferID // greater than any ID ever saved, removed ones included
	NextRank  int64      // greater than any rank saved
}

// Changes is one atomic change of a profile's memory. Transfers, Batches and
// Servers are inserted or wholly replaced by ID.
type Changes struct {
	Transfers        []*Transfer
	Batches          []Batch
	Servers          []Server
	RemovedTransfers []TransferID
	RemovedServers   []ServerID
}

// Empty reports whether there is nothing to save.
func (c Changes) Empty() bool {
	return len(c.Transfers) == 0 && len(c.Batches) == 0 && len(c.Servers) == 0 &&
		len(c.RemovedTransfers) == 0 && len(c.RemovedServers) == 0
}
