package feed_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/ferryapp/ferry/app/feed"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
)

func TestMain(m *testing.M) {
	if err := words.Load("en"); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

const batch uploader.BatchID = 7

// film shows prepared snapshots, one after another: the next one as soon as the
// last was looked at.
type film struct {
	snapshots []*uploader.Snapshot
	shown     atomic.Int64
}

func (f *film) Snapshot() *uploader.Snapshot {
	i := min(int(f.shown.Add(1)), len(f.snapshots))
	return f.snapshots[i-1]
}

func (f *film) Watch(ctx context.Context) <-chan struct{} {
	kicks := make(chan struct{}, len(f.snapshots))
	for range len(f.snapshots) - 1 {
		kicks <- struct{}{}
	}
	close(kicks)
	return kicks
}

func row(id uploader.TransferID, phase uploader.Phase, change ...func(*uploader.Transfer)) *uploader.Transfer {
	t := &uploader.Transfer{
		ID: id, Batch: batch, Server: 1, Phase: phase,
		Source: source.File{Path: "/x/" + string(rune('a'+id-1)), Size: 100}, Active: 2 * time.Second,
	}
	for _, c := range change {
		c(t)
	}
	return t
}

func because(kind fault.Kind, attempt int32) func(*uploader.Transfer) {
	return func(t *uploader.Transfer) {
		t.Fault, t.Attempt = fault.Newf(kind, fault.Patch, "raw"), attempt
	}
}

func shot(expanded bool, live map[uploader.TransferID]uploader.Live, rows ...*uploader.Transfer) *uploader.Snapshot {
	return &uploader.Snapshot{
		Transfers: rows, Live: live,
		Batches: map[uploader.BatchID]*uploader.Batch{batch: {ID: batch, Expanded: expanded}},
		Servers: []uploader.Server{{ID: 1, Name: "This computer"}},
	}
}

func sent(id uploader.TransferID, bytes int64) map[uploader.TransferID]uploader.Live {
	return map[uploader.TransferID]uploader.Live{id: {Sent: bytes}}
}

func TestFollow(t *testing.T) {
	held := row(1, uploader.PhaseQueued, func(t *uploader.Transfer) { t.Intent = uploader.IntentHold })
	other := row(9, uploader.PhaseQueued, func(t *uploader.Transfer) { t.Batch = 8 })
	queued1, queued2, done1 := row(1, uploader.PhaseQueued), row(2, uploader.PhaseQueued), row(1, uploader.PhaseDone)
	sending := row(1, uploader.PhaseSending)
	waiting := row(1, uploader.PhaseWaiting, because(fault.Transient, 1))
	for _, test := range []struct {
		name      string
		snapshots []*uploader.Snapshot
		events    string
		summary   feed.Summary
		err       error
	}{
		{
			"an empty batch ends at once",
			[]*uploader.Snapshot{shot(true, nil)},
			"",
			feed.Summary{},
			nil,
		},
		{
			"a batch that is still walked is waited for",
			[]*uploader.Snapshot{shot(false, nil), shot(true, nil, done1)},
			"added 1 0, done 1 100",
			feed.Summary{Done: 1, Bytes: 100},
			nil,
		},
		{
			"progress is told when there is some",
			[]*uploader.Snapshot{
				shot(true, nil, queued1), shot(true, sent(1, 0), sending), shot(true, sent(1, 40), sending),
				shot(true, sent(1, 40), sending), shot(true, sent(1, 70), sending), shot(true, nil, done1),
			},
			"added 1 0, progress 1 40, progress 1 70, done 1 100",
			feed.Summary{Done: 1, Bytes: 100},
			nil,
		},
		{
			"each wait is told once, with its fault",
			[]*uploader.Snapshot{
				shot(true, nil, sending), shot(true, nil, waiting), shot(true, nil, row(1, uploader.PhaseWaiting, because(fault.Transient, 1))),
				shot(true, nil, row(1, uploader.PhaseWaiting, because(fault.Offline, 1))), shot(true, nil, done1),
			},
			"added 1 0, waiting 1 0 transient, waiting 1 0 offline, done 1 100",
			feed.Summary{Done: 1, Bytes: 100},
			nil,
		},
		{
			"a failure is final, a cancellation too",
			[]*uploader.Snapshot{shot(true, nil, row(1, uploader.PhaseFailed, because(fault.TooLarge, 0)), row(2, uploader.PhaseCancelled))},
			"added 1 0, failed 1 0 too-large, added 2 0, failed 2 0",
			feed.Summary{Failed: 2},
			nil,
		},
		{
			"what failed and was tried again is told again",
			[]*uploader.Snapshot{
				shot(true, nil, row(1, uploader.PhaseFailed, because(fault.Quota, 0)), queued2), shot(true, nil, queued1, queued2),
				shot(true, nil, done1, row(2, uploader.PhaseDone)),
			},
			"added 1 0, failed 1 0 quota, added 2 0, done 1 100, done 2 100",
			feed.Summary{Done: 2, Bytes: 200},
			nil,
		},
		{
			"what is removed on the way counts as failed, what is across stays done",
			[]*uploader.Snapshot{shot(true, nil, done1, queued2), shot(true, nil, done1), shot(true, nil)},
			"added 1 0, done 1 100, added 2 0, failed 2 0",
			feed.Summary{Done: 1, Failed: 1, Bytes: 100},
			nil,
		},
		{
			"another order is no change",
			[]*uploader.Snapshot{shot(true, nil, queued1, queued2), shot(true, nil, queued2, queued1), shot(true, nil, row(2, uploader.PhaseDone), done1)},
			"added 1 0, added 2 0, done 2 100, done 1 100",
			feed.Summary{Done: 2, Bytes: 200},
			nil,
		},
		{
			"others' transfers are not told of",
			[]*uploader.Snapshot{shot(true, nil, other, queued1), shot(true, sent(9, 50), other, done1)},
			"added 1 0, done 1 100",
			feed.Summary{Done: 1, Bytes: 100},
			nil,
		},
		{
			"a pause is a wait",
			[]*uploader.Snapshot{shot(true, nil, queued1), shot(true, nil, held), shot(true, nil, queued1), shot(true, nil, done1)},
			"added 1 0, waiting 1 0, done 1 100",
			feed.Summary{Done: 1, Bytes: 100},
			nil,
		},
		{
			"an engine that stops is an error",
			[]*uploader.Snapshot{shot(true, nil, queued1)},
			"added 1 0",
			feed.Summary{Open: 1},
			feed.ErrEnded,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			summary, err := feed.Follow(t.Context(), &film{snapshots: test.snapshots}, feed.Batch(batch), func(e feed.Event) error {
				line := e.Event + " " + string('0'+rune(e.ID)) + " " + json.Number(jsonOf(t, e.Sent)).String()
				got = append(got, strings.TrimSpace(line+" "+e.Fault))
				return nil
			})
			if !errors.Is(err, test.err) {
				t.Errorf("ended with %v, want %v", err, test.err)
			}
			for i, line := range got {
				if strings.HasPrefix(line, "added") || strings.HasPrefix(line, "failed") || strings.HasPrefix(line, "waiting") {
					got[i] = strings.Replace(line, " 100", " 0", 1) // of no interest here
				}
			}
			if diff := cmp.Diff(test.events, strings.Join(got, ", ")); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.summary, summary); diff != "" {
				t.Errorf("summary (-want +got):\n%s", diff)
			}
		})
	}
}

func jsonOf(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestEventsAreWrittenAsDocumented(t *testing.T) {
	failed := row(1, uploader.PhaseFailed, because(fault.SourceMissing, 0))
	failed.Session = uploader.Session{URL: "http://h/files/1", Offset: 30}
	var got []string
	_, err := feed.Follow(t.Context(), &film{snapshots: []*uploader.Snapshot{shot(true, nil, failed)}}, feed.Batch(batch), func(e feed.Event) error {
		got = append(got, jsonOf(t, e))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`{"event":"added","id":1,"path":"/x/a","server":"This computer","size":100,"sent":30,"url":"http://h/files/1"}`,
		`{"event":"failed","id":1,"path":"/x/a","server":"This computer","size":100,"sent":30,"url":"http://h/files/1","fault":"source-missing",` +
			`"message":"“/x/a” can't be found: it was moved or deleted, or its drive is not connected. Put the file back or connect the drive, then try again."}`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTroubleWithTheDiskIsToldOnce(t *testing.T) {
	full := shot(true, nil, row(1, uploader.PhaseQueued))
	full.Trouble = fault.Newf(fault.LocalDisk, fault.Save, "disk full")
	var told int
	_, err := feed.Follow(t.Context(), &film{snapshots: []*uploader.Snapshot{full, full, full, shot(true, nil, row(1, uploader.PhaseDone))}}, feed.Batch(batch),
		func(e feed.Event) error {
			if e.ID == 0 && e.Event == feed.Waiting && e.Fault == "local-disk" {
				told++
			}
			return nil
		})
	if err != nil || told != 1 {
		t.Errorf("told %d times (%v), want once", told, err)
	}
}

func TestAHoldIsToldOnce(t *testing.T) {
	held := func(reason uploader.Reason) *uploader.Snapshot {
		s := shot(true, nil, row(1, uploader.PhaseQueued))
		s.Held = map[uploader.ServerID]uploader.Hold{1: {Reason: reason}}
		return s
	}
	f := &film{snapshots: []*uploader.Snapshot{
		held(uploader.HeldBySchedule), held(uploader.HeldBySchedule), held(uploader.HeldByMetering),
		shot(true, nil, row(1, uploader.PhaseQueued)), held(uploader.HeldByMetering), shot(true, nil, row(1, uploader.PhaseDone)),
	}}
	var told []string
	if _, err := feed.Follow(t.Context(), f, feed.Batch(batch), func(e feed.Event) error {
		if e.Event == feed.Waiting {
			told = append(told, e.Message)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	want := []string{"Waiting (schedule)", "Waiting: metered network", "Waiting: metered network"}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Error("told (-want +got):\n" + diff)
	}
}

func TestWhatStandsBeforeABlockedServerIsNotWaitedFor(t *testing.T) {
	blocked := func(rows ...*uploader.Transfer) *uploader.Snapshot {
		s := shot(true, sent(2, 40), rows...)
		s.Blocked = map[uploader.ServerID]*fault.Fault{1: fault.Newf(fault.Auth, fault.Create, "who are you")}
		return s
	}
	refused, queued := row(1, uploader.PhaseFailed, because(fault.Auth, 0)), row(3, uploader.PhaseQueued)
	var told []feed.Event
	summary, err := feed.Follow(t.Context(), &film{snapshots: []*uploader.Snapshot{
		blocked(refused, row(2, uploader.PhaseSending), queued), // what is under way may yet come across
		blocked(refused, row(2, uploader.PhaseDone), queued),
	}}, feed.Batch(batch), func(e feed.Event) error {
		if e.ID == 0 {
			told = append(told, e)
		}
		return nil
	})
	if want := (feed.Summary{Done: 1, Failed: 1, Open: 1, Bytes: 100}); err != nil || summary != want {
		t.Errorf("%+v (%v), want %+v", summary, err, want)
	}
	if len(told) != 1 || told[0].Event != feed.Waiting || told[0].Fault != "auth" || !strings.Contains(told[0].Message, "sign-in") {
		t.Errorf("told %+v, want once that the server wants a sign-in", told)
	}
}

func TestUnfinishedMeansWhatIsNotAcross(t *testing.T) {
	s := shot(false, nil, row(1, uploader.PhaseQueued), row(2, uploader.PhaseFailed), row(3, uploader.PhaseDone), row(4, uploader.PhaseCancelled))
	want := feed.Filter{
		Batches:   map[uploader.BatchID]bool{batch: true},
		Except:    map[uploader.TransferID]bool{3: true, 4: true},
		Transfers: map[uploader.TransferID]bool{1: true, 2: true},
	}
	if diff := cmp.Diff(want, feed.Unfinished(s)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFollowingEndsWithItsReaderAndItsContext(t *testing.T) {
	snapshots := []*uploader.Snapshot{shot(true, nil, row(1, uploader.PhaseQueued))}
	gone := errors.New("reader gone")
	if _, err := feed.Follow(t.Context(), &film{snapshots: snapshots}, feed.Batch(batch), func(feed.Event) error { return gone }); !errors.Is(err, gone) {
		t.Errorf("ended with %v, want the reader's error", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := feed.Follow(ctx, &film{snapshots: snapshots}, feed.Batch(batch), func(feed.Event) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v, want the context's error", err)
	}
}
