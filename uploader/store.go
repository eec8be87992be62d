package uploader

import (
	"context"
	"errors"

	"github.com/ferryapp/ferry/uploader/source"
)

// Store keeps what must survive the program. Only the engine's loop calls Load
// and Save, one at a time; the others may be called from other goroutines
// meanwhile. Every error is a *fault.Fault of kind LocalDisk, or ctx's end.
type Store interface {
	// Load returns everything saved, as Saved.Arrange has it.
	Load(ctx context.Context) (Saved, error)

	// Save commits all of the changes or none of them. When it returns nil they
	// survive a power cut.
	Save(ctx context.Context, changes Changes) error

	// FindPrevious returns, for each fingerprint that has any, the saved
	// transfers with it but for the cancelled ones, oldest first: those that can
	// still be continued, and those that are done.
	FindPrevious(ctx context.Context, fingerprints []string) (map[string][]Transfer, error)

	// Proof returns what is saved of a transfer's proof of content; nil when
	// nothing is. Like FindPrevious it may be called from other goroutines.
	Proof(ctx context.Context, id TransferID) (source.Proof, error)

	// Parts returns the saved parts of a transfer in the order of their index.
	// It may be called from other goroutines, too.
	Parts(ctx context.Context, id TransferID) ([]Part, error)

	// Events returns what is saved of a transfer's events, oldest first: the
	// newest EventsKept of them. It may be called from other goroutines, too.
	Events(ctx context.Context, id TransferID) ([]Event, error)
}

// ErrUnavailable is inside of a Store's error that is not about what was to be
// saved: at the moment nothing can be, such as on a full disk.
var ErrUnavailable = errors.New("nothing can be saved at the moment")

// Saved is a profile's whole memory.
type Saved struct {
	Transfers  []Transfer
	Batches    []Batch
	Servers    []Server   // never empty: the built-in one is always there
	NextID     TransferID // greater than any ID ever saved, removed ones included
	NextServer ServerID   // likewise
	NextRank   int64      // greater than any rank saved
}

// Changes is one atomic change of a profile's memory. Transfers, Batches and
// Servers are inserted or wholly replaced by ID.
type Changes struct {
	Transfers        []*Transfer
	Before           map[TransferID]*Transfer // those of the transfers as they are saved, where that is certain
	Batches          []Batch
	Servers          []Server
	RemovedTransfers []TransferID
	RemovedBatches   []BatchID
	RemovedServers   []ServerID

	// Proofs add to the proofs of content: for each transfer, its saved marks at
	// or behind the first of these are replaced by these. A proof goes with its
	// session: a saved transfer that is done or not begun has none, nor has a
	// removed one.
	Proofs map[TransferID]source.Proof

	// Parts are inserted or wholly replaced by transfer and index. They go as
	// proofs do, where a session without parts has none.
	Parts map[TransferID][]Part

	// Events are appended to those of their transfers, of which the newest
	// EventsKept stay. They go with the transfer.
	Events map[TransferID][]Event
}

// Empty reports whether there is nothing to save.
func (c Changes) Empty() bool {
	return len(c.RemovedBatches) == 0 && len(c.Transfers) == 0 && len(c.Batches) == 0 && len(c.Servers) == 0 &&
		len(c.RemovedTransfers) == 0 && len(c.RemovedServers) == 0 && len(c.Proofs) == 0 && len(c.Parts) == 0 && len(c.Events) == 0
}
