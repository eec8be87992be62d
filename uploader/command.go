package uploader

import (
	"crypto/rand"
	"encoding/binary"
	"time"
)

// Command is a request of the user to the engine. The set is closed.
type Command interface{ command() }

// Add adds files and folders to the queue. The caller chooses the ID of the batch with
// NewBatchID, so that repeating an Add adds nothing.
type Add struct {
	Batch  BatchID
	Server ServerID
	Paths  []string // absolute; folders are scanned

	Options BatchOptions
	Listing *Listing // of Paths, if they were listed before; it is not saved
}

// Pause stops sending transfers until they are resumed, also after a restart.
type Pause struct{ Target Target }

// Resume resumes paused transfers, and those interrupted in an earlier run.
type Resume struct{ Target Target }

// StopScan ends the scan of a batch. Files found so far stay.
type StopScan struct{ Batch BatchID }

// Scan scans a batch again for files that it does not have yet.
type Scan struct{ Batch BatchID }

// Check finds out the state of interrupted transfers that wait for the user: the
// offset on the server, and whether the file is there. Nothing is sent. Transfers that
// cannot be resumed fail, the others keep waiting. A server that is held or blocked
// (Snapshot.Holds, Snapshot.Blocked) is not queried.
type Check struct{ Target Target }

// Retry retries failed, cancelled and waiting transfers now. An upload that exists on
// the server is resumed; if that is not possible, because the source changed or the
// server removed it, the file is sent from the start. A transfer that needs a decision
// about an earlier upload of its file is uploaded as a new file, and one whose file cannot
// be compared with what was sent starts over, but only if the target lists its ID.
type Retry struct {
	Target Target

	// KeepUploads does not start over where the source changed: the file is compared
	// again, and what the server has is kept.
	KeepUploads bool
}

// UploadAsIs sends files that another program may still be writing as they are now,
// without waiting until they have been unchanged for the settle time. It applies to
// transfers that wait for that or failed because of it.
type UploadAsIs struct{ Target Target }

// EndFileWait fails the transfers that wait because another program uses their file.
type EndFileWait struct{ Target Target }

// Cancel cancels transfers and deletes their uploads from the server.
type Cancel struct{ Target Target }

// Remove removes transfers from the list. Unfinished ones are cancelled first; those that
// are done stay in the history.
type Remove struct{ Target Target }

// Restore puts transfers that were removed back into the list, where they were. Their
// batches are created again if they do not exist any more.
type Restore struct {
	Finished   []TransferID // return from the history; those that it does not have are skipped
	Unfinished []*Transfer  // as they were; new transfers without an upload, since that was deleted; those that were done nevertheless return from the history
	Batches    []Batch
}

// Forget removes transfers that are done from the history, and from the list unless their
// batch is being scanned. They are not recognised any more when their file is added again.
type Forget struct{ IDs []TransferID }

// Unblock resumes everything that waits for the user to resolve a fault of a server
// (Snapshot.Blocked), such as a required sign-in.
type Unblock struct{ Server ServerID }

// SaveServer adds a server (ID 0) or changes one. If a server with the endpoint of an
// added one exists, that server is changed instead: it takes over the name, and the
// access and the server options if they are not zero. When the endpoint of a server
// changes, upload URLs below the old endpoint move to the new one.
type SaveServer struct{ Server Server }

// UseServer makes this run use a server with the Options and the Access of Server, in place
// of those that are saved, until the program ends or the server is saved again. Nothing of
// it is saved. Limits of speed and of files at the same time stay the saved ones.
type UseServer struct{ Server Server }

// RemoveServer removes a server. It fails while unfinished transfers use it.
type RemoveServer struct{ ID ServerID }

// Configure applies settings at once, also to running transfers.
type Configure struct{ Settings Settings }

// Move changes the user's order. Whole batches move among the batches, single
// transfers within their batch. Transfers that are all of their batch move with it.
// Several keep their order among themselves.
type Move struct {
	Targets []Target
	To      MoveTo

	// Among are the batches among which MoveUp and MoveDown move batches by one; nil for all.
	// The others keep their places.
	Among []BatchID

	// Beside is what MoveBefore and MoveAfter move to: a batch for batches, one transfer for
	// transfers of its batch. If it does not exist or moves itself, nothing moves.
	Beside Target
}

// MoveTo is where Move moves transfers to.
type MoveTo uint8

// The places.
const (
	MoveUp   MoveTo = iota // by one towards the front
	MoveDown               // by one towards the end
	MoveTop
	MoveBottom
	MoveBefore // Move.Beside
	MoveAfter  // Move.Beside
)

// ContinueEarlier decides about a transfer whose file may have an earlier upload
// (Transfer.EarlierUpload): the earlier transfer resumes with this file, and this one
// is removed. Retry is the other decision, to upload it as a new file. A transfer of which
// not all that was sent can be compared with its file (Transfer.NotComparable) resumes
// with this file; there Retry starts over.
type ContinueEarlier struct{ Target Target }

// ResolveExists decides about files whose name exists on their server
// ([Transfer.NameExists]). With a target of a whole batch it also applies to its other
// unfinished files and to those that are still to be found. ExistsOverwrite is ignored for
// servers for which it is not known how ([ServerOptions.CanOverwrite]).
type ResolveExists struct {
	Target Target
	Policy ExistsPolicy // not ExistsAsk
}

// Relocate sets the path of the file of an unfinished transfer. The file is first
// compared with what was sent, on the goroutine that calls Engine.Do. That fails with
// a fault of kind SourceMissing if there is no file, Mismatch if it is another file,
// and AmbiguousMatch if not all that was sent can be compared.
type Relocate struct {
	ID   TransferID
	Path string // of the file, or of a folder that it was added with or is in
}

// SetMetered sets whether the network is metered.
type SetMetered struct{ Metered bool }

func (Add) command()             {}
func (Pause) command()           {}
func (Resume) command()          {}
func (StopScan) command()        {}
func (Scan) command()            {}
func (Check) command()           {}
func (Retry) command()           {}
func (UploadAsIs) command()      {}
func (EndFileWait) command()     {}
func (Cancel) command()          {}
func (Remove) command()          {}
func (Restore) command()         {}
func (Forget) command()          {}
func (Unblock) command()         {}
func (SaveServer) command()      {}
func (UseServer) command()       {}
func (RemoveServer) command()    {}
func (Configure) command()       {}
func (Move) command()            {}
func (ContinueEarlier) command() {}
func (ResolveExists) command()   {}
func (Relocate) command()        {}
func (SetMetered) command()      {}

// Target selects the transfers of a command. Transfers to which the command does not
// apply (pausing a finished one) are skipped.
type Target struct {
	IDs   []TransferID
	Batch BatchID // all of one batch
	All   bool
	Final bool // only the finished, failed and cancelled ones of the above
}

// TargetTransfers returns a target of single transfers.
func TargetTransfers(ids ...TransferID) Target { return Target{IDs: ids} }

// TargetAll returns the target of all transfers.
func TargetAll() Target { return Target{All: true} }

// CoversBatch reports whether the target includes a batch as a whole, with files that are
// still to be found.
func (t Target) CoversBatch(id BatchID) bool { return !t.Final && (t.All || t.Batch == id) }

// IDSet returns the set of the IDs that the target lists.
func (t Target) IDSet() map[TransferID]bool {
	named := make(map[TransferID]bool, len(t.IDs))
	for _, id := range t.IDs {
		named[id] = true
	}
	return named
}

// NewBatchID returns a unique ID: the time in microseconds, then ten random bits, so
// that IDs sort by age.
func NewBatchID() BatchID {
	var b [2]byte
	_, _ = rand.Read(b[:]) // never returns an error
	return BatchID(time.Now().UnixMicro()<<10 | int64(binary.BigEndian.Uint16(b[:])&0x3ff))
}
