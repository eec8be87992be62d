package uploader

import "github.com/ferryapp/ferry/uploader/source"

// Changes is one atomic change of what a [Store] holds. Transfers, Batches and Servers
// are inserted, or replaced as a whole by ID.
type Changes struct {
	Transfers        []*Transfer
	Before           map[TransferID]*Transfer // saved values of Transfers, where they are certain
	Batches          []Batch
	Servers          []Server
	Cookies          map[ServerID]string // of each server, as [CookieKeeper] returns them; "" removes them
	RemovedTransfers []TransferID
	RemovedBatches   []BatchID
	RemovedServers   []ServerID

	// Statuses are transfers whose saved values differ from these at most in their status
	// ([OnlyStatusDiffers]), or that are not saved any more. None of them is in Transfers.
	Statuses []*Transfer

	Commands     []SavedCommand // inserted
	Applied      CommandID      // Transfers and Statuses have the effect of all commands up to this one
	DoneCommands CommandID      // commands up to this one are removed

	// History are transfers that are done and are removed from the list; the history gets
	// what HistoryEntry returns of each, or replaces it by ID. Forgotten are removed from
	// the history.
	History   []*Transfer
	Forgotten []TransferID

	// Proofs change the proofs of content: of each transfer, the saved blocks that overlap
	// these are replaced by these ([source.Proof.Replace]). The proof of a transfer that is
	// done, not begun or removed is deleted.
	Proofs map[TransferID]source.Proof

	// Parts are inserted, or replaced as a whole by transfer and index. They are
	// deleted as proofs are, and when the session has no parts.
	Parts map[TransferID][]Part

	// Events are appended to those of their transfers. The newest MaxEvents of a
	// transfer are kept, until it is removed.
	Events map[TransferID][]Event
}

// Empty reports whether there is nothing to save.
func (c Changes) Empty() bool {
	return len(c.Statuses) == 0 && len(c.Commands) == 0 && c.DoneCommands == 0 && len(c.RemovedBatches) == 0 && len(c.Transfers) == 0 && len(c.Batches) == 0 && len(c.Servers) == 0 &&
		len(c.RemovedTransfers) == 0 && len(c.RemovedServers) == 0 && len(c.Cookies) == 0 && len(c.Proofs) == 0 && len(c.Parts) == 0 && len(c.Events) == 0 &&
		len(c.History) == 0 && len(c.Forgotten) == 0
}
