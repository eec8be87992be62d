package engine

import (
	"context"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/table"
	"github.com/ferryapp/ferry/uploader/worker"
)

// report sends a worker's inputs to the loop. It is called from workers' goroutines.
func (w *workers) report(id uploader.TransferID, inputs ...lifecycle.Input) {
	w.send(func() {
		for _, in := range inputs {
			w.receive(id, in)
		}
	})
}

// save is report for inputs that must be saved before the worker continues. They are
// saved together. It fails with ctx's error, so that a worker that is stopped does not wait
// for a store that cannot be written. It is called from workers' goroutines.
func (w *workers) save(ctx context.Context, id uploader.TransferID, inputs ...lifecycle.Input) error {
	saved := make(chan struct{})
	w.send(func() {
		for _, in := range inputs {
			w.receive(id, in)
		}
		w.state.afterCommit = append(w.state.afterCommit, func(context.Context) { close(saved) })
	})
	select {
	case <-saved:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-w.closed:
		return worker.ErrShutdown
	}
}

// receive applies an input from a worker, also to the state of its server.
func (w *workers) receive(id uploader.TransferID, in lifecycle.Input) {
	running := w.state.running[id]
	if f, ended := workerEnd(in); ended {
		w.release(id, running)
		w.config.freeFiles(f, w.tasks)
	}
	t := w.state.table.Get(id)
	if t == nil {
		return
	}
	if running != nil {
		for _, change := range running.moves {
			in = change.Input(in)
		}
		if w.rejects(t, running, in) {
			return
		}
	}
	if end, isCheck := in.(lifecycle.CheckEnded); isCheck {
		w.checks.ended(id, end, running != nil && w.isStale(running, t.Server, end.Fault))
		return
	}
	w.record(t, in)
	w.state.apply(id, in)
	if next := w.state.table.Get(id); next == nil || next.Phase.Final() {
		delete(w.state.continued, id)
	}
	if end, isEnd := in.(lifecycle.WorkerEnded); isEnd {
		w.ended(t, running, end)
	}
}

// workerEnd reports whether an input is the last one of a worker, and its fault.
func workerEnd(in lifecycle.Input) (f *fault.Fault, ended bool) {
	switch in := in.(type) {
	case lifecycle.CheckEnded:
		return in.Fault, true
	case lifecycle.WorkerEnded:
		return in.Fault, true
	default:
		return nil, false
	}
}

// record records what an input of a worker changes apart from its transfer.
func (w *workers) record(t *uploader.Transfer, in lifecycle.Input) {
	s := w.state
	switch in := in.(type) {
	case lifecycle.UploadCreated, lifecycle.Acknowledged:
		w.accepted(t.Server)
	case lifecycle.PartChanged:
		w.accepted(t.Server)
		s.saveParts(t.ID, in.Part)
	case lifecycle.PartsPlanned:
		s.saveParts(t.ID, in.Parts...)
	case lifecycle.FileUpdated:
		if in.File.Path != t.Source.Path {
			w.log.Info("renamed file found", "transfer", t.ID)
		}
	case lifecycle.PhaseEntered:
		if in.Phase == uploader.PhaseSending { // what was sent has been compared
			delete(s.continued, t.ID)
		}
	case lifecycle.BlocksHashed:
		s.saveProof(t.ID, in)
	case lifecycle.WorkerEnded:
		w.log.Debug("worker ended", "transfer", t.ID, "fault", in.Fault, "stopped", in.Stopped)
		w.saveObserved(t.Server) // also that the cookies of a finished upload are no longer needed
	}
}

// ended does what follows the end of the worker of a transfer, given the transfer before that.
func (w *workers) ended(t *uploader.Transfer, running *runningWorker, end lifecycle.WorkerEnded) {
	if running != nil {
		w.drives.ended(t.ID, running, end)
	}
	switch {
	case end.Fault == nil && !end.Stopped && uploader.IsSmall(t.Source):
		if w.admission.SmallFileSent() {
			w.limitFiles()
		}
	case end.Fault == nil:
	case running != nil && w.isStale(running, t.Server, end.Fault):
		w.state.apply(t.ID, lifecycle.RetriedByUser{})
	default:
		w.failed(w.state.table.Get(t.ID), end.Fault)
	}
}

// rejects reports whether an input is ignored because its transfer failed: it fails
// when the server gave it the upload of another file.
func (w *workers) rejects(t *uploader.Transfer, running *runningWorker, in lifecycle.Input) bool {
	var f *fault.Fault
	switch in := in.(type) {
	case lifecycle.UploadCreated:
		var other uploader.TransferID
		if f, other = w.urlConflict(t, in.Session.URL, table.WholeFile); f != nil && in.Session.Offset > 0 {
			w.rejectOverwritten(other, t.ID)
		}
	case lifecycle.PartChanged:
		f, _ = w.urlConflict(t, in.Part.URL, in.Part.Index)
	case lifecycle.CheckEnded, lifecycle.WorkerEnded:
		return false
	}
	if f != nil && !running.rejected {
		running.rejected = true
		w.log.Warn("transfer rejected", "transfer", t.ID, "server", t.Server, "fault", f.Error())
		w.state.apply(t.ID, lifecycle.Rejected{Fault: f})
	}
	return running.rejected
}

// rejectOverwritten fails an unfinished transfer whose upload the server gave to another
// file, together with data of that: it is not known whose bytes the upload has.
func (w *workers) rejectOverwritten(id, by uploader.TransferID) {
	t := w.state.table.Get(id)
	if t == nil || !t.Unfinished() {
		return
	}
	f := fault.Newf(fault.Mismatch, fault.Create, "the server gave the upload URL to transfer %d as well, and accepted its data there", by)
	w.log.Warn("transfer rejected", "transfer", id, "server", t.Server, "fault", f.Error())
	if running := w.state.running[id]; running != nil {
		running.rejected = true
	}
	w.state.apply(id, lifecycle.Rejected{Fault: f})
}
