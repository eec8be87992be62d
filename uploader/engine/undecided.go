package engine

import (
	"context"

	"github.com/ferryapp/ferry/uploader"
)

// undecided is a request for the transfers that wait for the user to resume them. They are
// put into it.
type undecided map[uploader.TransferID]bool

// Undecided returns the transfers that an earlier run left unfinished and that wait until
// the user resumes them ([Config.AskBeforeResume]). It fails like Do.
func (e *Engine) Undecided(ctx context.Context) (map[uploader.TransferID]bool, error) {
	found := undecided{}
	wait, err := e.submit(ctx, found)
	if err != nil {
		return nil, err
	}
	if err := wait(ctx); err != nil {
		return nil, err
	}
	return found, nil
}

// collectUndecided adds the transfers that wait for the user. One that is to run is in the
// queue otherwise, or was taken out of it for its drive.
func (l *loop) collectUndecided(found undecided) {
	s := l.state
	for row := range s.table.Rows() {
		id := row.ID()
		waits := row.Phase() == uploader.PhaseQueued && row.Intent() == uploader.IntentRun && s.running[id] == nil
		if waits && (s.checks[id] || !s.queue.Contains(int64(id))) {
			found[id] = true
		}
	}
	for _, parked := range l.drives.parked {
		for _, id := range parked {
			delete(found, id)
		}
	}
}
