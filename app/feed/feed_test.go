package feed_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
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
	"github.com/ferryapp/ferry/uploader/paged"
	"github.com/ferryapp/ferry/uploader/source"
)

func TestMain(m *testing.M) {
	if err := words.Load("en"); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

const batch uploader.BatchID = 7

// fakeSource returns prepared snapshots: each call of Snapshot the next one, and
// then the last one again.
type fakeSource struct {
	snapshots []*uploader.Snapshot
	calls     atomic.Int64
}

func (f *fakeSource) Snapshot() *uploader.Snapshot {
	i := min(int(f.calls.Add(1)), len(f.snapshots))
	return f.snapshots[i-1]
}

func (f *fakeSource) Watch(ctx context.Context) <-chan struct{} {
	updates := make(chan struct{}, len(f.snapshots))
	for range len(f.snapshots) - 1 {
		updates <- struct{}{}
	}
	close(updates)
	return updates
}

func transfer(id uploader.TransferID, phase uploader.Phase, change ...func(*uploader.Transfer)) *uploader.Transfer {
	t := &uploader.Transfer{
		ID: id, Batch: batch, Server: 1, Phase: phase,
		Source: source.File{Path: "/x/" + string(rune('a'+id-1)), Size: 100}, ActiveTime: 2 * time.Second,
	}
	for _, c := range change {
		c(t)
	}
	return t
}

func withFault(kind fault.Kind, attempt int32) func(*uploader.Transfer) {
	return func(t *uploader.Transfer) {
		t.Fault, t.Attempt = fault.Newf(kind, fault.Patch, "raw"), attempt
	}
}

func snapshot(expanded bool, running map[uploader.TransferID]uploader.Progress, transfers ...*uploader.Transfer) *uploader.Snapshot {
	return &uploader.Snapshot{
		Transfers: uploader.RowsOf(transfers...), Progress: running,
		Batches: map[uploader.BatchID]*uploader.Batch{batch: {ID: batch, Scanned: expanded}},
		Servers: []uploader.Server{{ID: 1, Name: "This computer"}},
	}
}

func live(id uploader.TransferID, bytes int64) map[uploader.TransferID]uploader.Progress {
	return map[uploader.TransferID]uploader.Progress{id: {Sent: bytes}}
}

func TestFollow(t *testing.T) {
	paused := transfer(1, uploader.PhaseQueued, func(t *uploader.Transfer) { t.Intent = uploader.IntentPause })
	other := transfer(9, uploader.PhaseQueued, func(t *uploader.Transfer) { t.Batch = 8 })
	queued1, queued2, done1 := transfer(1, uploader.PhaseQueued), transfer(2, uploader.PhaseQueued), transfer(1, uploader.PhaseDone)
	sending := transfer(1, uploader.PhaseSending)
	waiting := transfer(1, uploader.PhaseWaiting, withFault(fault.Transient, 1))
	inUse := func(nextTry uploader.Timestamp) *uploader.Transfer {
		return transfer(1, uploader.PhaseWaiting, busyFile, func(t *uploader.Transfer) { t.NextTry = nextTry })
	}
	for _, test := range []struct {
		name      string
		snapshots []*uploader.Snapshot
		events    string
		summary   feed.Summary
		err       error
	}{
		{
			"an empty batch ends immediately",
			[]*uploader.Snapshot{snapshot(true, nil)},
			"",
			feed.Summary{},
			nil,
		},
		{
			"Follow waits until the batch is scanned",
			[]*uploader.Snapshot{snapshot(false, nil), snapshot(true, nil, done1)},
			"added 1 0, done 1 100",
			feed.Summary{Done: 1, Bytes: 100},
			nil,
		},
		{
			"progress is emitted when the sent bytes change",
			[]*uploader.Snapshot{
				snapshot(true, nil, queued1), snapshot(true, live(1, 0), sending), snapshot(true, live(1, 40), sending),
				snapshot(true, live(1, 40), sending), snapshot(true, live(1, 70), sending), snapshot(true, nil, done1),
			},
			"added 1 0, progress 1 40, progress 1 70, done 1 100",
			feed.Summary{Done: 1, Bytes: 100},
			nil,
		},
		{
			"each wait has one event with its fault",
			[]*uploader.Snapshot{
				snapshot(true, nil, sending), snapshot(true, nil, waiting), snapshot(true, nil, transfer(1, uploader.PhaseWaiting, withFault(fault.Transient, 1))),
				snapshot(true, nil, transfer(1, uploader.PhaseWaiting, withFault(fault.Offline, 1))), snapshot(true, nil, done1),
			},
			"added 1 0, waiting 1 0 transient, waiting 1 0 offline, done 1 100",
			feed.Summary{Done: 1, Bytes: 100},
			nil,
		},
		{
			"failed and cancelled transfers are final",
			[]*uploader.Snapshot{snapshot(true, nil, transfer(1, uploader.PhaseFailed, withFault(fault.TooLarge, 0)), transfer(2, uploader.PhaseCancelled))},
			"added 1 0, failed 1 0 too-large, added 2 0, failed 2 0",
			feed.Summary{Failed: 2},
			nil,
		},
		{
			"a retried transfer has further events",
			[]*uploader.Snapshot{
				snapshot(true, nil, transfer(1, uploader.PhaseFailed, withFault(fault.Quota, 0)), queued2), snapshot(true, nil, queued1, queued2),
				snapshot(true, nil, done1, transfer(2, uploader.PhaseDone)),
			},
			"added 1 0, failed 1 0 quota, added 2 0, done 1 100, done 2 100",
			feed.Summary{Done: 2, Bytes: 200},
			nil,
		},
		{
			"a removed transfer counts as failed unless it was done",
			[]*uploader.Snapshot{snapshot(true, nil, done1, queued2), snapshot(true, nil, done1), snapshot(true, nil)},
			"added 1 0, done 1 100, added 2 0, failed 2 0",
			feed.Summary{Done: 1, Failed: 1, Bytes: 100},
			nil,
		},
		{
			"reordering emits no events",
			[]*uploader.Snapshot{snapshot(true, nil, queued1, queued2), snapshot(true, nil, queued2, queued1), snapshot(true, nil, transfer(2, uploader.PhaseDone), done1)},
			"added 1 0, added 2 0, done 2 100, done 1 100",
			feed.Summary{Done: 2, Bytes: 200},
			nil,
		},
		{
			"transfers of other batches are ignored",
			[]*uploader.Snapshot{snapshot(true, nil, other, queued1), snapshot(true, live(9, 50), other, done1)},
			"added 1 0, done 1 100",
			feed.Summary{Done: 1, Bytes: 100},
			nil,
		},
		{
			"a paused transfer is waiting",
			[]*uploader.Snapshot{snapshot(true, nil, queued1), snapshot(true, nil, paused), snapshot(true, nil, queued1), snapshot(true, nil, done1)},
			"added 1 0, waiting 1 0, done 1 100",
			feed.Summary{Done: 1, Bytes: 100},
			nil,
		},
		{
			"a wait for a file has one event, however often the file is looked at",
			[]*uploader.Snapshot{
				snapshot(true, nil, inUse(1)), snapshot(true, nil, transfer(1, uploader.PhaseQueued, busyFile)), snapshot(true, nil, transfer(1, uploader.PhasePreparing)),
				snapshot(true, nil, inUse(2)), snapshot(true, nil, transfer(1, uploader.PhasePreparing)), snapshot(true, nil, inUse(3)), snapshot(true, nil, done1),
			},
			"added 1 0, waiting 1 0 source-busy, done 1 100",
			feed.Summary{Done: 1, Bytes: 100},
			nil,
		},
		{
			"a stopped engine is an error",
			[]*uploader.Snapshot{snapshot(true, nil, queued1)},
			"added 1 0",
			feed.Summary{Open: 1},
			feed.ErrStopped,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			summary, err := feed.Follow(t.Context(), &fakeSource{snapshots: test.snapshots}, feed.Batch(batch), feed.Options{}, func(e feed.Event) error {
				line := e.Event + " " + string('0'+rune(e.ID)) + " " + json.Number(jsonOf(t, e.Sent)).String()
				got = append(got, strings.TrimSpace(line+" "+e.Fault))
				return nil
			})
			if !errors.Is(err, test.err) {
				t.Errorf("err = %v, want %v", err, test.err)
			}
			for i, line := range got {
				if strings.HasPrefix(line, "added") || strings.HasPrefix(line, "failed") || strings.HasPrefix(line, "waiting") {
					got[i] = strings.Replace(line, " 100", " 0", 1) // not checked for these events
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

func TestEventJSON(t *testing.T) {
	failed := transfer(1, uploader.PhaseFailed, withFault(fault.SourceMissing, 0))
	failed.Session = uploader.Session{URL: "http://h/files/1", Offset: 30}
	var got []string
	_, err := feed.Follow(t.Context(), &fakeSource{snapshots: []*uploader.Snapshot{snapshot(true, nil, failed)}}, feed.Batch(batch), feed.Options{}, func(e feed.Event) error {
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

func TestM4EventsHaveResultAndMessage(t *testing.T) {
	sent := func(t *uploader.Transfer) {
		t.Server, t.Session.URL, t.Result = 2, "http://h/files/1", &uploader.Result{ID: "8cbb", Answer: "thanks"}
	}
	refused := func(t *uploader.Transfer) {
		t.Fault = &fault.Fault{Kind: fault.Refused, Op: fault.Create, Status: 400, ServerMessage: "no more cats"}
	}
	plain := func(t *uploader.Transfer) { t.Server, t.Session.URL = 3, "http://h/files/3?signature=secret" }
	s := snapshot(true, nil, transfer(1, uploader.PhaseDone, sent), transfer(2, uploader.PhaseFailed, refused), transfer(3, uploader.PhaseDone, plain))
	s.Servers = append(s.Servers, uploader.Server{ID: 2, Name: "studio", Options: uploader.ServerOptions{LinkTemplate: "https://d/{id}"}})
	byKind, plainEvents := map[string]string{}, ""
	_, err := feed.Follow(t.Context(), &fakeSource{snapshots: []*uploader.Snapshot{s}}, feed.Batch(batch), feed.Options{}, func(e feed.Event) error {
		if e.ID == 3 {
			plainEvents += jsonOf(t, e)
		} else {
			byKind[e.Event] = jsonOf(t, e)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for kind, want := range map[string]string{
		feed.Done:   `"file_id":"8cbb","answer":"thanks","link":"https://d/8cbb"`,
		feed.Failed: `"server_message":"no more cats"`,
	} {
		if !strings.Contains(byKind[kind], want) {
			t.Errorf("%s has not %s: %s", kind, want, byKind[kind])
		}
	}
	if strings.Contains(plainEvents, `"link"`) || !strings.Contains(plainEvents, `"event":"done"`) {
		t.Errorf("the URL of the upload is repeated as a link: %s", plainEvents)
	}
	if strings.Contains(byKind[feed.Added], "8cbb") {
		t.Errorf("added: %s", byKind[feed.Added])
	}
}

func TestEventJSONKeepsBytesAndHostNames(t *testing.T) {
	done := transfer(1, uploader.PhaseDone)
	done.Source.Path = "/x/caf\xe9"
	done.Session = uploader.Session{URL: "http://b%C3%BCcher.example/files/1", Offset: 100}
	got := ""
	_, err := feed.Follow(t.Context(), &fakeSource{snapshots: []*uploader.Snapshot{snapshot(true, nil, done)}}, feed.Batch(batch), feed.Options{}, func(e feed.Event) error {
		got = jsonOf(t, e)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"path":"/x/caf\ufffd","path_escaped":"/x/caf%E9",`, `"url":"http://bücher.example/files/1"`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not in %s", want, got)
		}
	}
}

func TestSaveErrorIsReportedOnce(t *testing.T) {
	full := snapshot(true, nil, transfer(1, uploader.PhaseQueued))
	full.StoreFault = fault.Newf(fault.LocalDisk, fault.Save, "disk full")
	var reports int
	_, err := feed.Follow(t.Context(), &fakeSource{snapshots: []*uploader.Snapshot{full, full, full, snapshot(true, nil, transfer(1, uploader.PhaseDone))}}, feed.Batch(batch), feed.Options{},
		func(e feed.Event) error {
			if e.ID == 0 && e.Event == feed.Waiting && e.Fault == "local-disk" {
				reports++
			}
			return nil
		})
	if err != nil || reports != 1 {
		t.Errorf("%d reports (err: %v), want 1", reports, err)
	}
}

func TestHoldIsReportedOnce(t *testing.T) {
	held := func(reason uploader.HoldReason) *uploader.Snapshot {
		s := snapshot(true, nil, transfer(1, uploader.PhaseQueued))
		s.Holds = map[uploader.ServerID]uploader.Hold{1: {Reason: reason}}
		return s
	}
	f := &fakeSource{snapshots: []*uploader.Snapshot{
		held(uploader.HeldBySchedule), held(uploader.HeldBySchedule), held(uploader.HeldByMetering),
		snapshot(true, nil, transfer(1, uploader.PhaseQueued)), held(uploader.HeldByMetering), snapshot(true, nil, transfer(1, uploader.PhaseDone)),
	}}
	var messages []string
	if _, err := feed.Follow(t.Context(), f, feed.Batch(batch), feed.Options{}, func(e feed.Event) error {
		if e.Event == feed.Waiting {
			messages = append(messages, e.Message)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	want := []string{"Waiting (schedule)", "Waiting: metered network", "Waiting: metered network"}
	if diff := cmp.Diff(want, messages); diff != "" {
		t.Error("messages (-want +got):\n" + diff)
	}
}

// TestDriveThatDoesNotRespondIsReportedOnce blocks a running transfer, releases it, and
// blocks it again.
func TestDriveThatDoesNotRespondIsReportedOnce(t *testing.T) {
	sending := transfer(1, uploader.PhaseSending)
	hangs := &fault.Fault{Kind: fault.SourceBusy, Op: fault.Read, Code: fault.CodeDriveHangs}
	blocked := map[uploader.TransferID]uploader.Progress{1: {Sent: 40, Wait: hangs}}
	f := &fakeSource{snapshots: []*uploader.Snapshot{
		snapshot(true, live(1, 40), sending), snapshot(true, blocked, sending), snapshot(true, blocked, sending),
		snapshot(true, live(1, 50), sending), snapshot(true, blocked, sending), snapshot(true, nil, transfer(1, uploader.PhaseDone)),
	}}
	var got []feed.Event
	if _, err := feed.Follow(t.Context(), f, feed.Batch(batch), feed.Options{}, func(e feed.Event) error {
		if e.Event == feed.Waiting {
			got = append(got, e)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	want := feed.Event{
		Event: feed.Waiting, ID: 1, Path: "/x/a", Server: "This computer", Size: 100, Sent: 40, Fault: "source-busy",
		Message: "The drive with “a” doesn't respond. Check the drive and its cable, or the network and the file server.",
	}
	if diff := cmp.Diff([]feed.Event{want, want}, got); diff != "" {
		t.Error("events (-want +got):\n" + diff)
	}
}

func TestDriveOfScanThatDoesNotRespondIsReportedOnce(t *testing.T) {
	scanning := func(waits bool) *uploader.Snapshot {
		s := snapshot(false, nil)
		s.Batches[batch].Roots = []string{"/net/lab"}
		if waits {
			s.ScanFaults = map[uploader.BatchID]*fault.Fault{batch: {Kind: fault.SourceBusy, Op: fault.Read, Code: fault.CodeDriveHangs}}
		}
		return s
	}
	f := &fakeSource{snapshots: []*uploader.Snapshot{
		scanning(false), scanning(true), scanning(true), scanning(false), snapshot(true, nil, transfer(1, uploader.PhaseDone)),
	}}
	var messages []string
	if _, err := feed.Follow(t.Context(), f, feed.Batch(batch), feed.Options{}, func(e feed.Event) error {
		if e.Event == feed.Waiting {
			messages = append(messages, e.Message)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	want := []string{"The drive with “/net/lab” doesn't respond. Check the drive and its cable, or the network and the file server."}
	if diff := cmp.Diff(want, messages); diff != "" {
		t.Error("messages (-want +got):\n" + diff)
	}
}

// TestEventsOfBatchesAreInTheirOrder: scripts get the same events in each run.
func TestEventsOfBatchesAreInTheirOrder(t *testing.T) {
	filter, waiting, scanned := feed.Filter{Batches: map[uploader.BatchID]bool{}}, snapshot(false, nil), snapshot(true, nil)
	waiting.ScanFaults = map[uploader.BatchID]*fault.Fault{}
	var want []string
	for id := uploader.BatchID(1); id <= 9; id++ {
		folder := fmt.Sprint("/folder ", id)
		filter.Batches[id] = true
		waiting.Batches[id] = &uploader.Batch{ID: id, Roots: []string{folder}}
		waiting.ScanFaults[id] = &fault.Fault{Kind: fault.SourceBusy, Op: fault.Read, Code: fault.CodeDriveHangs}
		scanned.Batches[id] = &uploader.Batch{ID: id, Scanned: true, Skipped: uploader.Skipped{Links: uploader.SkippedEntries{Count: int(id), Names: []string{folder}}}}
		want = append(want, folder)
	}
	var waits, omitted []string
	_, err := feed.Follow(t.Context(), &fakeSource{snapshots: []*uploader.Snapshot{waiting, scanned}}, filter, feed.Options{}, func(e feed.Event) error {
		switch e.Event {
		case feed.Waiting:
			_, quoted, _ := strings.Cut(e.Message, "“")
			folder, _, _ := strings.Cut(quoted, "”")
			waits = append(waits, folder)
		case feed.Omitted:
			omitted = append(omitted, e.Names...)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, waits); diff != "" {
		t.Error("scans that wait (-want +got):\n" + diff)
	}
	if diff := cmp.Diff(want, omitted); diff != "" {
		t.Error("omitted entries (-want +got):\n" + diff)
	}
}

func TestFollowReturnsWhenOnlyBlockedTransfersRemain(t *testing.T) {
	blocked := func(transfers ...*uploader.Transfer) *uploader.Snapshot {
		s := snapshot(true, live(2, 40), transfers...)
		s.Blocked = map[uploader.ServerID]*fault.Fault{1: fault.Newf(fault.Auth, fault.Create, "unauthorized")}
		return s
	}
	refused, queued := transfer(1, uploader.PhaseFailed, withFault(fault.Auth, 0)), transfer(3, uploader.PhaseQueued)
	var events []feed.Event
	summary, err := feed.Follow(t.Context(), &fakeSource{snapshots: []*uploader.Snapshot{
		blocked(refused, transfer(2, uploader.PhaseSending), queued), // a running transfer may still finish
		blocked(refused, transfer(2, uploader.PhaseDone), queued),
	}}, feed.Batch(batch), feed.Options{}, func(e feed.Event) error {
		if e.ID == 0 {
			events = append(events, e)
		}
		return nil
	})
	if want := (feed.Summary{Done: 1, Failed: 1, Open: 1, Bytes: 100}); err != nil || summary != want {
		t.Errorf("%+v (%v), want %+v", summary, err, want)
	}
	if len(events) != 1 || events[0].Event != feed.Waiting || events[0].Fault != "auth" || !strings.Contains(events[0].Message, "sign-in") {
		t.Errorf("events %+v, want one sign-in event", events)
	}
}

func TestUnfinished(t *testing.T) {
	s := snapshot(false, nil, transfer(1, uploader.PhaseQueued), transfer(2, uploader.PhaseFailed), transfer(3, uploader.PhaseDone), transfer(4, uploader.PhaseCancelled))
	got := feed.Unfinished(s)
	if want := map[uploader.BatchID]bool{batch: true}; !maps.Equal(got.Batches, want) {
		t.Errorf("batches %v, want %v", got.Batches, want)
	}
	for name, c := range map[string]struct {
		got  paged.Map[uploader.TransferID, bool]
		want map[uploader.TransferID]bool
	}{
		"transfers": {got.Transfers, map[uploader.TransferID]bool{1: true, 2: true}},
		"except":    {got.Except, map[uploader.TransferID]bool{3: true, 4: true}},
	} {
		if all := maps.Collect(c.got.All()); !maps.Equal(all, c.want) {
			t.Errorf("%s: %v, want %v", name, all, c.want)
		}
	}
}

func TestFollowReturnsErrorsOfEmitAndContext(t *testing.T) {
	snapshots := []*uploader.Snapshot{snapshot(true, nil, transfer(1, uploader.PhaseQueued))}
	emitErr := errors.New("emit failed")
	if _, err := feed.Follow(t.Context(), &fakeSource{snapshots: snapshots}, feed.Batch(batch), feed.Options{}, func(feed.Event) error { return emitErr }); !errors.Is(err, emitErr) {
		t.Errorf("err = %v, want emit's error", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := feed.Follow(ctx, &fakeSource{snapshots: snapshots}, feed.Batch(batch), feed.Options{}, func(feed.Event) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v, want the context's error", err)
	}
}
