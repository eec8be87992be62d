package uploader

import (
	"crypto/rand"
	"encoding/binary"
	"time"
)

// Command is something the user asks of the engine. The set is closed.
type Command interface{ command() }

// Add takes files and folders into the queue. The caller chooses the batch's ID
// (NewBatchID), so that saying the same Add twice adds once.
type Add struct {
	Batch  BatchID
	Server ServerID
	Paths  []string // absolute; folders are walked

	Options Options
}

// Pause holds transfers: nothing is sent, everything is kept, also over a restart.
type Pause struct{ Target Target }

// Resume lets held transfers, and those left from an earlier run, go on.
type Resume struct{ Target Target }

// StopFinding ends the search for a batch's files where it is. What was found
// stays.
type StopFinding struct{ Batch BatchID }

// Find looks for the files of a batch again: those it does not have yet.
type Find struct{ Batch BatchID }

// Check asks how it stands with transfers that an earlier run left and that wait
// for the user: what their servers hold, and whether their files are there.
// Nothing is sent. What goes no further by itself fails, the rest waits on.
// A server to which nothing goes at the moment (Snapshot.Held, Snapshot.Blocked) is
// not asked: what was known last has to do.
type Check struct{ Target Target }

// Retry tries failed and cancelled transfers again, and waiting ones now. What
// the server holds is continued; where it cannot be (the source changed, the
// Server forgot), the file is sent from its start. For one that asks about an
// earlier upload it means: upload it as a new file. Only a target that names it by
// its ID says so.
type Retry struct{ Target Target }

// Cancel gives transfers up and removes from the server what it holds of them.
type Cancel struct{ Target Target }

// Remove takes transfers off the list, cancelling the unfinished ones first.
type Remove struct{ Target Target }

// SignedIn goes on with everything that waits for the user to do something about
// a server (Snapshot.Blocked), once that is done: signed in, or whatever else
// the fault asks for.
type SignedIn struct{ Server ServerID }

// SaveServer adds a server (ID 0) or changes one. When an added server's
// endpoint is known already, that one is kept: it gets the new name, and the new
// access and profile where they say anything. When a known
// Server's endpoint changes, upload URLs below the old one move with it.
type SaveServer struct{ Server Server }

// RemoveServer forgets a server. It fails while unfinished transfers use it.
type RemoveServer struct{ ID ServerID }

// Configure puts settings into effect at once, also for what is under way.
type Configure struct{ Settings Settings }

// Move changes the user's order. Whole batches move among the batches, single
// transfers within their batch; those that are all there is of their batch move
// with it. Several keep their order among themselves.
type Move struct {
	Target Target
	To     Place
}

// Place is where Move takes something.
type Place uint8

// The places.
const (
	PlaceUp Place = iota // one further to the front
	PlaceDown
	PlaceTop
	PlaceBottom
)

// Continue answers a transfer that asks about an earlier upload of its file
// (Prior): the earlier one goes on with this file, and the asking one leaves the
// list. Retry is the other answer: upload it as a new file.
type Continue struct{ Target Target }

// Relocate says where the file of an unfinished transfer is now. What was sent of
// it is compared first, by whoever calls Engine.Do: that fails with a fault of
// kind SourceMissing when it is not there, of kind Mismatch for another file, and
// of kind Several when it cannot be told.
type Relocate struct {
	ID   TransferID
	Path string // of the file, or of the folder that was dropped with it or holds it
}

// Metering says whether the network is paid for by what goes over it.
type Metering struct{ Metered bool }

func (Add) command()          {}
func (Pause) command()        {}
func (Resume) command()       {}
func (StopFinding) command()  {}
func (Find) command()         {}
func (Check) command()        {}
func (Retry) command()        {}
func (Cancel) command()       {}
func (Remove) command()       {}
func (SignedIn) command()     {}
func (SaveServer) command()   {}
func (RemoveServer) command() {}
func (Configure) command()    {}
func (Move) command()         {}
func (Continue) command()     {}
func (Relocate) command()     {}
func (Metering) command()     {}

// Target says which transfers a command means. Transfers for which the command
// makes no sense (pausing a finished one) are passed over.
type Target struct {
	IDs   []TransferID
	Batch BatchID // All of one batch
	All   bool    // All there are
	Final bool    // Only finished, failed and cancelled ones of the above
}

// These makes a target of single transfers.
func These(ids ...TransferID) Target { return Target{IDs: ids} }

// Everything is the target of all transfers.
func Everything() Target { return Target{All: true} }

// NewBatchID returns an ID nobody else has: the time in microseconds, then
// Random bits, so that IDs sort by age.
func NewBatchID() BatchID {
	var b [2]byte
	_, _ = rand.Read(b[:]) // crypto/rand never fails: it crashes the program instead
	return BatchID(time.Now().UnixMicro()<<10 | int64(binary.BigEndian.Uint16(b[:])&0x3ff))
}

// Covers reports whether a target means a batch as a whole, with what is still to
// be found of it.
func (t Target) Covers(id BatchID) bool { return !t.Final && (t.All || t.Batch == id) }

// Named is what a target lists by itself.
func (t Target) Named() map[TransferID]bool {
	named := make(map[TransferID]bool, len(t.IDs))
	for _, id := range t.IDs {
		named[id] = true
	}
	return named
}
