package uploader

import (
	"context"
	"errors"

	"github.com/ferryapp/ferry/uploader/source"
)

// Store saves the engine's state. Save is called by the engine's goroutine only, Servers and
// LoadFirst before the first Save. The other methods may be called from other goroutines at
// the same time. Every error is a *fault.Fault of kind LocalDisk, or the error of ctx.
type Store interface {
	// Servers returns the saved servers, including the built-in one, ordered by ID.
	Servers(ctx context.Context) ([]Server, error)

	// Load returns everything saved, arranged by Saved.Sort.
	Load(ctx context.Context) (Saved, error)

	// LoadFirst returns what Load returns, but not all of the transfers if there are more
	// than limit: Saved.Partial is set then, and Transfers and Applied have only
	//   - those that are not done or cancelled and have an upload on the server,
	//   - of the others that are to be sent the first limit ones in the user's order, and
	//   - of those that failed and are not to be removed one for each server, kind, code, operation and status of the fault.
	LoadFirst(ctx context.Context, limit int) (Saved, error)

	// Save commits all of the changes or none. When it returns nil, they survive a
	// power failure.
	Save(ctx context.Context, changes Changes) error

	// FindPreviousInHistory returns the entries of removed transfers with the given
	// fingerprints, by fingerprint, oldest first.
	FindPreviousInHistory(ctx context.Context, fingerprints []string) (map[string][]Transfer, error)

	// FindHistory returns a page of the history, in the order of the query: the newest
	// first. It has the saved transfers that are done and have a time at which they
	// finished, as HistoryEntry returns them, and the entries of removed ones.
	FindHistory(ctx context.Context, query HistoryQuery) ([]Transfer, error)

	// HistorySurplus returns the oldest entries of removed transfers, at most limit:
	// those beyond the newest keep of them, and those that finished before a time, which
	// is zero for none. keep below 0 is no limit.
	HistorySurplus(ctx context.Context, keep int, before Timestamp, limit int) ([]TransferID, error)

	// Proof returns the saved proof of content of a transfer; nil if there is none.
	Proof(ctx context.Context, id TransferID) (source.Proof, error)

	// Parts returns the saved parts of a transfer, ordered by index.
	Parts(ctx context.Context, id TransferID) ([]Part, error)

	// Events returns the saved events of a transfer, oldest first, at most
	// MaxEvents.
	Events(ctx context.Context, id TransferID) ([]Event, error)
}

// ErrUnavailable is wrapped by the error of a Store that cannot save anything at the
// moment, such as on a full disk.
var ErrUnavailable = errors.New("store unavailable")
