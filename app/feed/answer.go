package feed

import (
	"context"
	"time"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// answers are the questions of transfers that were answered instead of reported.
type answers struct {
	answerFor func(*uploader.Transfer) Answer // Options.Answer
	answered  map[uploader.TransferID]bool
	pending   map[Answer][]uploader.TransferID // not carried out yet
}

func newAnswers() answers {
	return answers{answered: map[uploader.TransferID]bool{}, pending: map[Answer][]uploader.TransferID{}}
}

// answer returns the answer for a transfer that became final, and keeps it for act.
func (a *answers) answer(t *uploader.Transfer) Answer {
	if a.answerFor == nil || t.Phase != uploader.PhaseFailed || a.answered[t.ID] {
		return LeaveOpen
	}
	answer := a.answerFor(t)
	if answer != LeaveOpen {
		a.answered[t.ID] = true
		a.pending[answer] = append(a.pending[answer], t.ID)
	}
	return answer
}

// act carries out the pending answers, and reports whether there were any. The newest
// snapshot has their result.
func (a *answers) act(ctx context.Context, do func(context.Context, Answer, []uploader.TransferID) error) (acted bool, err error) {
	for answer := StartOver; answer <= Rename; answer++ {
		ids := a.pending[answer]
		if len(ids) == 0 {
			continue
		}
		delete(a.pending, answer)
		if err := do(ctx, answer, ids); err != nil {
			return true, err
		}
		acted = true
	}
	return acted, nil
}

// skippedEvent returns the event for a file that was uploaded before, with the URL of
// that upload.
func (f *follower) skippedEvent(s *uploader.Snapshot, t *uploader.Transfer, now time.Time) Event {
	e := newEvent(Skipped, s, t, words.Row(s, t, 0, now))
	if earlier := s.Transfer(t.EarlierUpload); earlier != nil {
		e.URL = words.Link(earlier.Session.URL)
	}
	return e
}
