package feed_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/app/feed"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

func TestQuestionsAreAnswered(t *testing.T) {
	asks := transfer(1, uploader.PhaseFailed, withFault(fault.AmbiguousMatch, 0))
	asksAgain := transfer(1, uploader.PhaseFailed, withFault(fault.AmbiguousMatch, 0))
	other := transfer(2, uploader.PhaseDone)
	removed := snapshot(true, nil, other)
	for _, c := range []struct {
		name    string
		answer  feed.Answer
		after   []*uploader.Snapshot // since the answer is carried out
		events  string
		acts    string
		summary feed.Summary
	}{
		{
			"left open", feed.LeaveOpen, nil,
			"added 1, failed 1 several, added 2, done 2", "",
			feed.Summary{Done: 1, Failed: 1, Bytes: 100},
		},
		{
			"started over", feed.StartOver,
			[]*uploader.Snapshot{snapshot(true, nil, transfer(1, uploader.PhaseQueued), other), snapshot(true, nil, transfer(1, uploader.PhaseDone), other)},
			"added 1, added 2, done 2, done 1", "1 [1]",
			feed.Summary{Done: 2, Bytes: 200},
		},
		{
			"started over and failed again", feed.StartOver,
			[]*uploader.Snapshot{snapshot(true, nil, transfer(1, uploader.PhaseQueued), other), snapshot(true, nil, asksAgain, other)},
			"added 1, added 2, done 2, failed 1 several", "1 [1]",
			feed.Summary{Done: 1, Failed: 1, Bytes: 100},
		},
		{
			"the earlier upload continues", feed.ContinueEarlier,
			[]*uploader.Snapshot{snapshot(true, nil, other, transfer(3, uploader.PhaseQueued)), snapshot(true, nil, other, transfer(3, uploader.PhaseDone))},
			"added 1, added 2, done 2, added 3, done 3", "2 [1]",
			feed.Summary{Done: 2, Bytes: 200},
		},
		{
			"skipped", feed.Skip,
			[]*uploader.Snapshot{removed},
			"added 1, skipped 1 several, added 2, done 2", "3 [1]",
			feed.Summary{Done: 1, Bytes: 100, Skipped: 1},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			var events, acts []string
			source := &fakeSource{snapshots: append([]*uploader.Snapshot{snapshot(true, nil, asks, other)}, c.after...)}
			summary, err := feed.Follow(t.Context(), source, feed.Batch(batch), feed.Options{
				Answer: func(*uploader.Transfer) feed.Answer { return c.answer },
				Act: func(_ context.Context, answer feed.Answer, ids []uploader.TransferID) error {
					acts = append(acts, fmt.Sprint(answer, ids))
					return nil
				},
			}, func(e feed.Event) error {
				events = append(events, strings.TrimSpace(fmt.Sprint(e.Event, " ", e.ID, " ", e.Fault)))
				return nil
			})
			if got := strings.Join(events, ", "); got != c.events {
				t.Errorf("events %q, want %q", got, c.events)
			}
			if got := strings.Join(acts, ", "); got != c.acts {
				t.Errorf("carried out %q, want %q", got, c.acts)
			}
			if summary != c.summary || err != nil {
				t.Errorf("summary %+v (%v), want %+v", summary, err, c.summary)
			}
		})
	}
}

func TestErrorOfAnswerIsReturned(t *testing.T) {
	actErr := errors.New("stopped")
	s := snapshot(true, nil, transfer(1, uploader.PhaseFailed, withFault(fault.AmbiguousMatch, 0)))
	_, err := feed.Follow(t.Context(), &fakeSource{snapshots: []*uploader.Snapshot{s}}, feed.Batch(batch), feed.Options{
		Answer: func(*uploader.Transfer) feed.Answer { return feed.StartOver },
		Act:    func(context.Context, feed.Answer, []uploader.TransferID) error { return actErr },
	}, func(feed.Event) error { return nil })
	if !errors.Is(err, actErr) {
		t.Errorf("err = %v, want the error of Act", err)
	}
}
