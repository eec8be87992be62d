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
