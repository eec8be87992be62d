package uploader

import (
	"time"

	"github.com/ferryapp/ferry/uploader/fault"
)

// Snapshot is everything there is to show at one moment. It is immutable and may be
// read from any goroutine. [Rows.Changes] and [Rows.Differing] find the transfers that changed
// from one snapshot to the next.
type Snapshot struct {
	Seq         uint64                  // increases with every snapshot; 0 until the store is loaded
	Loading     bool                    // the store is being loaded: there are only Servers
	Transfers   Rows                    // in the user's order
	Progress    map[TransferID]Progress // of the transfers with a worker
	Batches     map[BatchID]*Batch
	BatchTotals map[BatchID]BatchTotals
	Servers     []Server            // as they are saved
	InUse       map[ServerID]Server // those that this run uses otherwise than they are saved; nil for none
	Totals      Totals
	Blocked     map[ServerID]*fault.Fault // servers that wait for the user, such as for a sign-in
	Checking    int                       // transfers whose Check is not done
	Holds       map[ServerID]Hold         // servers to which nothing new is sent for a while
	Drives      map[uint64]*fault.Fault   // drives whose files are not started at the moment, by source.Identity.Volume
	ScanFaults  map[BatchID]*fault.Fault  // batches whose scan does not continue at the moment, such as for its drive
	StoreFault  *fault.Fault              // why the store cannot save or be searched; nil if it can
}

// Progress is the current progress of a transfer.
type Progress struct {
	Sent int64         // bytes handed to the network; at least Session.Offset
	Read int64         // bytes hashed so far, before anything is sent; 0 if the file is not hashed
	Rate float64       // bytes per second, a moving average; 0 if not known yet
	ETA  time.Duration // for the rest of the file; 0 if not known yet
	Wait *fault.Fault  // why the worker does not continue at the moment: its drive does not respond; nil if it does
}

// FolderOf returns the folder on the server for the batch of a transfer
// ([BatchOptions.Folder]); "" for none, and for a batch that is no longer in the list.
func (s *Snapshot) FolderOf(t *Transfer) string {
	if batch := s.Batches[t.Batch]; batch != nil {
		return batch.Options.Folder
	}
	return ""
}

// Wait returns why a transfer does not continue at the moment although nothing failed: the
// drive of its file does not respond or is not connected. It returns nil otherwise.
func (s *Snapshot) Wait(t *Transfer) *fault.Fault {
	switch {
	case t.Phase.Final() || t.Intent != IntentRun:
		return nil
	case t.Phase == PhaseQueued:
		return s.Drives[t.Source.Identity.Volume]
	default:
		return s.Progress[t.ID].Wait
	}
}

// BatchTotals are the totals of a batch.
type BatchTotals struct {
	Count [NumStates]int // by State
	Files int
	Bytes int64        // of all files
	Sent  int64        // of Bytes
	Rate  float64      // bytes per second right now
	Wait  *fault.Fault // Progress.Wait of one of its transfers; nil if none has it
}

// Unfinished reports whether some transfers of the batch are neither done nor cancelled,
// and need no decision about an earlier upload.
func (s BatchTotals) Unfinished() bool {
	return s.Files > s.Count[StateDone]+s.Count[StateCancelled]+s.Count[StateNeedsDecision]
}

// Totals are the totals of all transfers.
type Totals struct {
	Count   map[State]int
	Active  int           // transfers with a worker
	Pending int           // transfers that are neither final nor paused
	Bytes   int64         // of the pending ones
	Left    int64         // of Bytes, not sent yet
	Rate    float64       // bytes per second
	ETA     time.Duration // until nothing is pending; 0 if not known
}

// Hold is why nothing new is sent to a server at the moment. It ends without action by
// the user.
type Hold struct {
	Reason HoldReason
	Fault  *fault.Fault // the latest fault, for HeldByServer
	Until  time.Time    // zero if not known
}

// HoldReason is the reason for a Hold.
type HoldReason uint8

// The reasons.
const (
	HeldByServer   HoldReason = iota // every transfer would get the same fault
	HeldBySchedule                   // Settings.Schedule allows nothing to be sent at this time
	HeldByMetering                   // Settings.Metered allows nothing to be sent over this network
)

// Transfer returns the transfer with that ID, or nil.
func (s *Snapshot) Transfer(id TransferID) *Transfer {
	return s.Transfers.Find(id)
}

// Server returns the server with that ID, and whether there is one.
func (s *Snapshot) Server(id ServerID) (Server, bool) {
	for _, server := range s.Servers {
		if server.ID == id {
			return server, true
		}
	}
	return Server{}, false
}

// ServerInUse is Server with the options and the access that this run uses.
func (s *Snapshot) ServerInUse(id ServerID) (Server, bool) {
	if used, ok := s.InUse[id]; ok {
		return used, true
	}
	return s.Server(id)
}

// Sent returns how many bytes of a transfer to show: while it has a worker those that
// were sent, and otherwise those that the server acknowledged.
func (s *Snapshot) Sent(t *Transfer) int64 {
	if live, ok := s.Progress[t.ID]; ok {
		return max(live.Sent, t.Session.Offset)
	}
	return t.Acknowledged()
}

// SentOfRow is Sent for a row of Transfers.
func (s *Snapshot) SentOfRow(r Row) int64 {
	if _, running := s.Progress[r.ID()]; running {
		return s.Sent(r.Transfer())
	}
	return r.Acknowledged()
}

// AtRisk returns how many bytes the server may hold of a transfer, acknowledged or
// not: what is lost when it is cancelled.
func (s *Snapshot) AtRisk(t *Transfer) int64 {
	return max(s.Sent(t), t.Session.Sent)
}
