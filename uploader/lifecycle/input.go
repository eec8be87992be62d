package lifecycle

import (
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
)

// Input is something that happened to a transfer. The set is closed.
type Input interface{ input() }

// Inputs from the start of the program and from the user.
type (
	// Restored: the program started and loaded the transfer. With Ask it waits for
	// the user instead of resuming.
	Restored struct{ Ask bool }

	PausedByUser    struct{}
	ResumedByUser   struct{}
	RetriedByUser   struct{}
	CancelledByUser struct{}
	RemovedByUser   struct{}

	// AddedAgain: the user added the transfer's file again, maybe from another path.
	AddedAgain struct {
		File        source.File
		Fingerprint string // "": computed by the next worker
		Batch       uploader.BatchID
		UploadAgain bool // upload the file again without asking
	}

	// MovedToBatch: the file was added again with another batch, and needs no upload.
	MovedToBatch struct{ Batch uploader.BatchID }

	RankChanged struct{ Rank int64 }
)

// Inputs from a worker.
type (
	WorkerStarted struct{}
	PhaseEntered  struct{ Phase uploader.Phase }

	// FileUpdated: the file's size, time or name changed, but not what was sent of it.
	FileUpdated struct {
		File        source.File
		Fingerprint string
	}

	// UploadCreated: the server created an upload, or joined the parts into one.
	UploadCreated struct{ Session uploader.Session }

	PartsPlanned struct{ Parts []uploader.Part } // the file is uploaded in these parts
	PartChanged  struct{ Part uploader.Part }    // its URL or offset

	// Acknowledged: the server reported the offset. Session.URL is ignored.
	Acknowledged struct{ Session uploader.Session }

	BytesSent      struct{ Sent int64 }          // bytes handed to the network
	BlocksHashed   struct{ Blocks source.Proof } // for the store only
	SourceVerified struct{ State FileState }     // what was sent matches the file; for the engine only
	FileHashed     struct{ SHA256 string }       // of the whole file; "" for none

	// WorkerEnded: the worker's goroutine is done.
	WorkerEnded struct {
		Fault   *fault.Fault // nil when the upload is complete or the worker was stopped
		Stopped bool         // the engine stopped it
		Active  time.Duration
		Random  float64 // in [0, 1), for the jitter of a wait
	}

	CheckStarted struct{} // a worker queries the server and sends nothing

	// CheckEnded: the check that CheckStarted began is done.
	CheckEnded struct {
		Fault      *fault.Fault
		AwaitsUser bool // the transfer waits for the user
	}
)

// Inputs from the engine.
type (
	WaitEnded     struct{}                           // NextTry was reached
	Rejected      struct{ Fault *fault.Fault }       // the store refused the transfer, or it must not be sent
	UploadDeleted struct{ Session uploader.Session } // a cancelled upload was deleted, or is left to expire
	URLChanged    struct{ URL string }               // the upload URL moved with the server's endpoint
)

func (Restored) input()        {}
func (PausedByUser) input()    {}
func (ResumedByUser) input()   {}
func (RetriedByUser) input()   {}
func (CancelledByUser) input() {}
func (RemovedByUser) input()   {}
func (AddedAgain) input()      {}
func (MovedToBatch) input()    {}
func (RankChanged) input()     {}
func (WorkerStarted) input()   {}
func (PhaseEntered) input()    {}
func (FileUpdated) input()     {}
func (UploadCreated) input()   {}
func (PartsPlanned) input()    {}
func (PartChanged) input()     {}
func (Acknowledged) input()    {}
func (BytesSent) input()       {}
func (BlocksHashed) input()    {}
func (SourceVerified) input()  {}
func (FileHashed) input()      {}
func (WorkerEnded) input()     {}
func (CheckStarted) input()    {}
func (CheckEnded) input()      {}
func (WaitEnded) input()       {}
func (Rejected) input()        {}
func (UploadDeleted) input()   {}
func (URLChanged) input()      {}
