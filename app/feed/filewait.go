package feed

import (
	"context"
	"slices"
	"time"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// fileWaits are the followed transfers that wait for files that other programs use.
type fileWaits struct {
	began map[uploader.TransferID]fileWait
	ended map[uploader.TransferID]bool // not followed any more
}

// fileWait is one such wait, from the first time at which the file was in use.
type fileWait struct {
	settled time.Time    // when the file would be sent if it did not change again
	fault   *fault.Fault // the latest one
}

func newFileWaits() fileWaits {
	return fileWaits{began: map[uploader.TransferID]fileWait{}, ended: map[uploader.TransferID]bool{}}
}

// update records whether a transfer waits for its file. Between two checks of the file
// it is queued and prepared, which does not end the wait.
func (w *fileWaits) update(t *uploader.Transfer, now time.Time) {
	wait, waits := w.began[t.ID]
	switch {
	case t.Phase == uploader.PhaseWaiting && t.Fault.FileInUse():
		if !waits {
			wait.settled = now.Add(t.Fault.RetryAfter)
		}
		wait.fault = t.Fault
		w.began[t.ID] = wait
	case !waits || t.Intent == uploader.IntentRun && !t.AsIs && (t.Phase == uploader.PhaseQueued || t.Phase == uploader.PhasePreparing):
	default:
		delete(w.began, t.ID)
	}
}

// waits reports whether a transfer waits for its file.
func (w *fileWaits) waits(id uploader.TransferID) bool {
	_, waits := w.began[id]
	return waits
}

// forget removes a transfer.
func (w *fileWaits) forget(id uploader.TransferID) {
	delete(w.ended, id)
	delete(w.began, id)
}

// over returns the transfers that wait longer than allowed, in the order of their IDs.
func (w *fileWaits) over(allowed time.Duration, now time.Time) []uploader.TransferID {
	var ids []uploader.TransferID
	for id, wait := range w.began {
		if now.Sub(wait.settled) >= allowed {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// endFileWaits ends the waits that are longer than allowed.
func (f *follower) endFileWaits(ctx context.Context, s *uploader.Snapshot, allowed FileWait, now time.Time) error {
	if allowed.Max <= 0 || len(f.files.began) == 0 {
		return nil
	}
	over := f.files.over(allowed.Max, now)
	if len(over) > 0 && allowed.End != nil {
		return allowed.End(ctx, over) // they fail unless their files were freed in between
	}
	for _, id := range over {
		if err := f.endFileWait(s, id); err != nil {
			return err
		}
	}
	return nil
}

// endFileWait reports a transfer as failed that keeps waiting.
func (f *follower) endFileWait(s *uploader.Snapshot, id uploader.TransferID) error {
	before := f.followed(id)
	failed := *before
	failed.Phase, failed.Fault = uploader.PhaseFailed, f.files.began[id].fault
	f.count(before, &failed)
	f.failed[id] = &failed
	delete(f.files.began, id)
	delete(f.waits, id)
	f.exhaustion.forget(id)
	f.files.ended[id] = true
	server, _ := s.Server(failed.Server)
	message := words.Fault(failed.Fault, words.Subject{File: failed.Source.Path, Server: words.Server(server)}).String()
	return f.emit(newEvent(Failed, s, &failed, message))
}
