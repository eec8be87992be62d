package view

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// film returns a transfer with its record.
func film(now time.Time) (*uploader.Transfer, Record) {
	t, events, parts := apptest.Film(now)
	return t, Record{Events: events, Parts: parts}
}

func TestDetailsOf(t *testing.T) {
	apptest.LoadEnglish(t)
	now := time.Date(2026, 3, 1, 14, 0, 0, 0, time.Local)
	film, record := film(now)
	got := DetailsOf(apptest.Snapshot(film), film, record, now)
	want := Details{
		Title: "interview.mov",
		State: "Uploading · 1.9 of 6.4 GB",
		Lines: []Line{
			{"From", filepath.FromSlash("/media/card"), "/media/card/interview.mov"},
			{"To", "Studio", ""},
			{"Link", "https://studio.example.com/files/secret-id", "https://studio.example.com/files/secret-id"},
			{"Sent", "1.9 of 6.4 GB", ""},
			{"Matched by", "Name, size, modification date", ""},
			{"Added", "13:00", ""},
			{"Started", "13:30", ""},
			{"Kept until", "2026-03-02 14:00", ""},
			{"Resumed at", "1.0 GB", ""},
		},
		Parts: []PartLine{{"Part 1 of 2 · 25 of 100 bytes", 0.25}, {"Part 2 of 2 · 0 of 0 bytes", 1}},
		History: []HistoryLine{
			{"13:41:00", "Resumed at 1.0 GB"},
			{"13:40:00", "Connection lost; retry at 13:41:00"},
			{"13:30:00", "Started"},
		},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(Details{}, Line{}, PartLine{}, HistoryLine{})); diff != "" {
		t.Error(diff)
	}
}

// TestK11DetailsSayThatThereIsNoLink is about a finished upload for which the server returned
// no URL. An unfinished one gets its URL later.
func TestK11DetailsSayThatThereIsNoLink(t *testing.T) {
	apptest.LoadEnglish(t)
	now := time.Date(2026, 3, 1, 14, 0, 0, 0, time.Local)
	for phase, want := range map[uploader.Phase]string{uploader.PhaseDone: "The server returned none", uploader.PhaseQueued: ""} {
		row, record := film(now)
		without := *row
		without.Phase, without.Session.URL = phase, ""
		got := Line{}
		for _, line := range DetailsOf(apptest.Snapshot(&without), &without, record, now).Lines {
			if line.Name == "Link" {
				got = line
			}
		}
		if got.Value != want || got.Copy != "" {
			t.Errorf("phase %v: link %+v, want %q", phase, got, want)
		}
		if link := Link(apptest.Snapshot(&without), &without); link != "" {
			t.Errorf("phase %v: copies %q", phase, link)
		}
	}
}

func TestC22DetailsContainSizeOfWholeRequests(t *testing.T) {
	apptest.LoadEnglish(t)
	film, record := film(time.Now())
	snapshot := apptest.Snapshot(film)
	server := &snapshot.Servers[slices.IndexFunc(snapshot.Servers, func(s uploader.Server) bool { return s.ID == film.Server })]
	line := func() string {
		for _, line := range DetailsOf(snapshot, film, record, time.Now()).Lines {
			if line.Name == "Requests" {
				return line.Value
			}
		}
		return ""
	}
	for _, test := range []struct {
		name        string
		limit, size int64
		want        string
	}{
		{"no limit", 0, 6_000_000_000, ""},
		{"limit", 4_000_000, 6_000_000_000, "The server keeps only whole requests; sending 4.0 MB at a time"},
		{"smaller file", 4_000_000, 4_000_000, ""},
		{"stream", 4_000_000, uploader.SizeUnknown, "The server keeps only whole requests; sending 4.0 MB at a time"},
	} {
		server.Options.WholeRequests, film.Source.Size = test.limit, test.size
		if got := line(); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

func TestDetailsOfFailedTransferContainRemedy(t *testing.T) {
	apptest.LoadEnglish(t)
	row := apptest.Transfer(1, apptest.Failed(fault.SourceMissing))
	got := DetailsOf(apptest.Snapshot(row), row, Record{}, time.Now())
	if len(got.Reasons) != 3 || !strings.Contains(got.Reasons[2], "try again") {
		t.Errorf("got reasons %q", got.Reasons)
	}
}

func TestDetailsSayWhetherTransferFinishedOrStopped(t *testing.T) {
	apptest.LoadEnglish(t)
	for name, row := range map[string]*uploader.Transfer{
		"Finished": apptest.Transfer(1, apptest.Done),
		"Stopped":  apptest.Transfer(1, apptest.Failed(fault.SourceChanged)),
	} {
		row.Finished = uploader.TimestampOf(time.Now())
		lines := DetailsOf(apptest.Snapshot(row), row, Record{}, time.Now()).Lines
		if !slices.ContainsFunc(lines, func(line Line) bool { return line.Name == name }) {
			t.Errorf("no line %q in %+v", name, lines)
		}
	}
}

func TestEveryEventKindHasText(t *testing.T) {
	apptest.LoadEnglish(t)
	kinds := []uploader.EventKind{
		uploader.EventStarted, uploader.EventCreated, uploader.EventResumed, uploader.EventWaiting, uploader.EventPaused,
		uploader.EventFailed, uploader.EventRelocated, uploader.EventRestarted, uploader.EventKept, uploader.EventDone, uploader.EventCancelled,
	}
	for _, kind := range kinds {
		for _, offset := range []int64{0, 1000} {
			text := historyLineOf(eventRun{uploader.Event{Kind: kind, Offset: offset, Fault: fault.Newf(fault.Busy, fault.Head, "")}, 1}, time.Now()).What
			if text == "" || strings.HasPrefix(text, "details.") {
				t.Errorf("%s at offset %d has text %q", kind, offset, text)
			}
		}
	}
}

func TestDiagnosticsContainNoNamesOrSecrets(t *testing.T) {
	film, record := film(time.Now())
	film.Fault = record.Events[1].Fault
	s := apptest.Snapshot(film)
	s.Servers[1].Options.Metadata = "pass abracadabra"
	text := TransferDiagnostics(s, film, record)
	for _, secret := range []string{"interview", "/media", "secret-id", "abracadabra"} {
		if strings.Contains(text, secret) {
			t.Errorf("secret %q is in\n%s", secret, text)
		}
	}
	for _, want := range []string{"https://studio.example.com", "offset: 1900000000", "waiting at 1000000000", "transient"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
}

func TestSpeedsKeepLastMinutesOfActiveTransfers(t *testing.T) {
	speeds, now := Speeds{}, time.Now()
	sending := apptest.Snapshot(apptest.Transfer(1, apptest.Sending), apptest.Transfer(2, apptest.Sending))
	sending.Progress[1], sending.Progress[2] = uploader.Progress{Rate: 1}, uploader.Progress{Rate: 2}
	for range 2 * maxSamples {
		now = now.Add(sampleInterval)
		speeds.Update(sending, 0, now)
	}
	if len(speeds[1].Samples) != maxSamples || speeds[2].Samples[0] != 2 {
		t.Errorf("got %d samples", len(speeds[1].Samples))
	}
	speeds.Update(apptest.Snapshot(), 2, now)
	if speeds[1] != nil || speeds[2] == nil {
		t.Error("want only the transfer passed as keep")
	}
}

func TestHistoryOmitsRepetitions(t *testing.T) {
	apptest.LoadEnglish(t)
	now := time.Date(2026, 3, 1, 14, 0, 0, 0, time.Local)
	at := func(seconds int) time.Time { return now.Add(time.Duration(seconds) * time.Second) }
	writing := func(seconds int) uploader.Event {
		return uploader.Event{At: at(seconds), Kind: uploader.EventWaiting, Until: at(seconds + 2), Fault: fault.Newf(fault.SourceBusy, fault.Read, "")}
	}
	connectionLost := uploader.Event{At: at(9), Kind: uploader.EventWaiting, Offset: 5e8, Until: at(10), Fault: fault.Newf(fault.Transient, fault.Patch, "reset")}
	film, _ := film(now)
	started := func(seconds int) uploader.Event { return uploader.Event{At: at(seconds), Kind: uploader.EventStarted} }
	got := DetailsOf(apptest.Snapshot(film), film, Record{Events: []uploader.Event{
		started(0), writing(0), started(2), writing(2), started(4),
		{At: at(4), Kind: uploader.EventCreated},
		connectionLost,
		started(10),
		{At: at(10), Kind: uploader.EventResumed, Offset: 5e8},
	}}, now).History
	want := []HistoryLine{
		{"14:00:10", "Resumed at 500.0 MB"},
		{"14:00:09", "Connection lost; retry at 14:00:10"},
		{"14:00:04", "Server created the upload"},
		{"14:00:02", "The file is still being written (2 times); retry at 14:00:04"},
		{"14:00:00", "Started"},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(HistoryLine{})); diff != "" {
		t.Error(diff)
	}
}
