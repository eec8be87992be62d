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
	// Restored means that the program started and loaded the transfer. With Ask it
	// waits for the user instead of resuming.
	Restored struct{ Ask bool }

	// PausedByUser means that the user paused the transfer.
	PausedByUser struct{}

	// ResumedByUser means that the user resumed the transfer.
	ResumedByUser struct{}

	// RetriedByUser means that the user retried the transfer. With KeepUpload a file that
	// changed is compared again, otherwise it starts over.
	RetriedByUser struct{ KeepUpload bool }

	// ContinuedByUser means that the user decided that the transfer's file is the one
	// that was sent, where that cannot be verified.
	ContinuedByUser struct{}

	// ExistsResolved means that the user decided what becomes of the file if its name exists
	// on the server.
	ExistsResolved struct{ Policy uploader.ExistsPolicy }

	// UploadedAsIs means that the user does not want to wait until the file is no longer
	// being written.
	UploadedAsIs struct{}

	// FileWaitEnded means that the wait for a file that another program uses took too
	// long.
	FileWaitEnded struct{}

	// CancelledByUser means that the user cancelled the transfer.
	CancelledByUser struct{}

	// RemovedByUser means that the user removed the transfer from the list.
	RemovedByUser struct{}

	// AddedAgain means that the user added the transfer's file again, maybe from
	// another path.
	AddedAgain struct {
		File        source.File
		Fingerprint string // "": computed by the next worker
		Batch       uploader.BatchID
		UploadAgain bool                  // upload the file again without asking
		Exists      uploader.ExistsPolicy // of the batch; ExistsAsk changes nothing
	}

	// MovedToBatch means that the file was added again with another batch, and needs
	// no upload.
	MovedToBatch struct{ Batch uploader.BatchID }

	// RankChanged means that the user moved the transfer in the queue.
	RankChanged struct{ Rank int64 }
)

// Inputs from a worker.

type (
	// WorkerStarted means that a worker was started to upload the file.
	WorkerStarted struct{}

	// PhaseEntered means that the worker began a phase.
	PhaseEntered struct{ Phase uploader.Phase }

	// FileUpdated means that the file's size, time or name changed, but not what was
	// sent of it.
	FileUpdated struct {
		File        source.File
		Fingerprint string
	}

	// UploadCreated means that the server created an upload, or joined the parts into
	// one.
	UploadCreated struct {
		Session uploader.Session
		Result  uploader.Result
	}

	// PartsPlanned means that the file is uploaded in these parts.
	PartsPlanned struct{ Parts []uploader.Part }

	// PartChanged means that a part has a URL or another offset.
	PartChanged struct{ Part uploader.Part }

	// Acknowledged means that the server reported the offset. Session.URL is ignored.
	// Poor is set if the request brought so little that it counts as a failed attempt.
	Acknowledged struct {
		Session uploader.Session
		Result  uploader.Result
		Poor    bool
	}

	// BytesSent means that so many bytes were handed to the network.
	BytesSent struct{ Sent int64 }

	// BlocksHashed changes the proof of content, as [source.Proof.Replace] does. It is for
	// the store only.
	BlocksHashed struct{ Blocks source.Proof }

	// SourceVerified means that all that was sent is of the file as it is with this
	// change time; 0 if it has none that shows every later change.
	SourceVerified struct{ ChangeTime source.ChangeTime }

	// FileHashed means that the whole file was hashed; "" forgets the hash.
	FileHashed struct{ SHA256 string }

	// WorkerEnded means that the worker's goroutine is done.
	WorkerEnded struct {
		Fault   *fault.Fault // nil when the upload is complete or the worker was stopped
		Stopped bool         // the engine stopped it
		Active  time.Duration
		Random  float64 // in [0, 1), for the jitter of a wait
	}

	// CheckStarted means that a worker queries the server and sends nothing.
	CheckStarted struct{}

	// CheckEnded means that the check that CheckStarted began is done.
	CheckEnded struct {
		Fault      *fault.Fault
		AwaitsUser bool // the transfer waits for the user
	}
)

// Inputs from the engine.

type (
	// WaitEnded means that NextTry was reached.
	WaitEnded struct{}

	// Rejected means that the store refused the transfer, or that it must not be sent.
	Rejected struct{ Fault *fault.Fault }

	// UploadDeleted means that a cancelled upload was deleted, or is left to expire.
	UploadDeleted struct{ Session uploader.Session }

	// URLChanged means that the upload URL moved with the server's endpoint.
	URLChanged struct{ URL string }
)

func (Restored) input()        {}
func (PausedByUser) input()    {}
func (ResumedByUser) input()   {}
func (RetriedByUser) input()   {}
func (ContinuedByUser) input() {}
func (ExistsResolved) input()  {}
func (UploadedAsIs) input()    {}
func (FileWaitEnded) input()   {}
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
