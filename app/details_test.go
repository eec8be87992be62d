package app

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/widgets"
)

// theFilm is an upload that has been through something.
func theFilm(now time.Time) (*uploader.Transfer, dossier) {
	t := transfer(7, sending)
	t.Source.Path, t.Source.Size = "/media/card/interview.mov", 6_400_000_000
	t.Server, t.Fingerprint = 2, "m1:abc"
	t.Added, t.Started = uploader.MomentOf(now.Add(-time.Hour)), uploader.MomentOf(now.Add(-30*time.Minute))
	t.Session = uploader.Session{URL: "https://studio.example.com/files/secret-id", Offset: 1_900_000_000, Expires: uploader.MomentOf(now.Add(24 * time.Hour))}
	t.Resumed, t.Active = 1_000_000_000, 20*time.Minute
	cut := fault.Newf(fault.Transient, fault.Patch, "PATCH https://studio.example.com/files/secret-id of /media/card/interview.mov: reset")
	return t, dossier{
		events: []uploader.Event{
			{At: now.Add(-30 * time.Minute), Kind: uploader.EventStarted},
			{At: now.Add(-20 * time.Minute), Kind: uploader.EventWaiting, Offset: 1_000_000_000, Until: now.Add(-19 * time.Minute), Fault: cut},
			{At: now.Add(-19 * time.Minute), Kind: uploader.EventResumed, Offset: 1_000_000_000},
		},
		parts: []uploader.Part{{Index: 0, Length: 100, Offset: 25}, {Index: 1, Start: 100}},
	}
}

func TestDetailsTellAllThereIsToTell(t *testing.T) {
	raise(t, newFakeEngine())
	now := time.Date(2026, 3, 1, 14, 0, 0, 0, time.Local)
	film, kept := theFilm(now)
	got := factsOf(snapshotOf(film), film, kept, now)
	want := facts{
		title: "interview.mov",
		state: "Uploading · 1.9 of 6.4 GB",
		lines: []fact{
			{"From", "/media/card", "/media/card/interview.mov"},
			{"To", "Studio", ""},
			{"Link", "https://studio.example.com/files/secret-id", "https://studio.example.com/files/secret-id"},
			{"Sent", "1.9 of 6.4 GB", ""},
			{"Matched by", "Name, size, modification date", ""},
			{"Added", "13:00", ""},
			{"Started", "13:30", ""},
			{"Kept until", "2026-03-02 14:00", ""},
			{"Resumed at", "1.0 GB", ""},
		},
		parts: []partFact{{"Part 1 of 2 · 25 of 100 bytes", 0.25}, {"Part 2 of 2 · 0 of 0 bytes", 1}},
		history: []happening{
			{"13:41:00", "Resumed at 1.0 GB"},
			{"13:40:00", "Connection lost; retry at 13:41:00"},
			{"13:30:00", "Started"},
		},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(facts{}, fact{}, partFact{}, happening{})); diff != "" {
		t.Error(diff)
	}
}

func TestDetailsOfWhatFailedSayWhatToDo(t *testing.T) {
	raise(t, newFakeEngine())
	row := transfer(1, failed(fault.SourceMissing))
	got := factsOf(snapshotOf(row), row, dossier{}, time.Now())
	if len(got.because) != 3 || !strings.Contains(got.because[2], "try again") {
		t.Errorf("said %q", got.because)
	}
}

func TestEveryKindOfEventHasItsWords(t *testing.T) {
	raise(t, newFakeEngine())
	kinds := []uploader.EventKind{
		uploader.EventStarted, uploader.EventCreated, uploader.EventResumed, uploader.EventWaiting, uploader.EventPaused,
		uploader.EventFailed, uploader.EventFound, uploader.EventRestarted, uploader.EventLeft, uploader.EventDone, uploader.EventCancelled,
	}
	for _, kind := range kinds {
		for _, offset := range []int64{0, 1000} {
			said := happeningOf(chapter{uploader.Event{Kind: kind, Offset: offset, Fault: fault.Newf(fault.Busy, fault.Head, "")}, 1}, time.Now()).what
			if said == "" || strings.HasPrefix(said, "details.") {
				t.Errorf("%s at %d: %q", kind, offset, said)
			}
		}
	}
}

func TestDiagnosticsHoldNoNameAndNoSecret(t *testing.T) {
	film, kept := theFilm(time.Now())
	film.Fault = kept.events[1].Fault
	s := snapshotOf(film)
	s.Servers[1].Profile.Metadata = "pass abracadabra"
	text := diagnosticsOf(s, film, kept)
	for _, secret := range []string{"interview", "/media", "secret-id", "abracadabra"} {
		if strings.Contains(text, secret) {
			t.Errorf("%q is in\n%s", secret, text)
		}
	}
	for _, told := range []string{"https://studio.example.com", "offset: 1900000000", "waiting at 1000000000", "transient"} {
		if !strings.Contains(text, told) {
			t.Errorf("%q is not in\n%s", told, text)
		}
	}
}

// pane is the details alone, in a window.
func pane(t *testing.T, kept dossier) (d *details, copied *string, closed *bool) {
	t.Helper()
	raise(t, newFakeEngine())
	copied, closed = new(string), new(bool)
	d = newDetails(widgets.NewHints(), detailsActions{
		recall: func(_ uploader.TransferID, then func(dossier)) { then(kept) },
		copy:   func(text string) { *copied = text },
		closed: func() { *closed = true },
	})
	w := test.NewTempWindow(t, d.content)
	w.Resize(fyne.NewSize(400, 900))
	return d, copied, closed
}

func TestTheDetailsPane(t *testing.T) {
	now := time.Now()
	film, kept := theFilm(now)
	s := snapshotOf(film)
	s.Live[film.ID] = uploader.Live{Sent: film.Session.Offset, Rate: 18e6}
	d, copied, closed := pane(t, kept)
	if d.show(s, now); d.content.Visible() {
		t.Error("it is open before anyone opened it")
	}
	d.open(film.ID)
	d.show(s, now.Add(time.Second))
	d.show(s, now.Add(2*time.Second))
	if !d.content.Visible() || d.title.Text != "interview.mov" || !strings.Contains(d.peak.Text, "18.0 MB/s") {
		t.Errorf("it is titled %q, the peak %q", d.title.Text, d.peak.Text)
	}
	if len(d.history.rows) != 3 || len(d.parts.rows) != 2 {
		t.Errorf("%d events and %d parts", len(d.history.rows), len(d.parts.rows))
	}
	for _, row := range d.lines.rows {
		if line := row.(*factLine); line.copied == film.Session.URL {
			test.Tap(line.button)
		}
	}
	if *copied != film.Session.URL {
		t.Errorf("copied %q", *copied)
	}
	d.diagnose()
	if !strings.Contains(*copied, "phase: sending") {
		t.Errorf("copied %q", *copied)
	}
	d.show(snapshotOf(), now)
	if !*closed {
		t.Error("it stays open for a transfer that is gone")
	}
}

func TestTheCurveKeepsTheLastMinutesOfWhatMoves(t *testing.T) {
	c, now := curves{}, time.Now()
	moving := snapshotOf(transfer(1, sending), transfer(2, sending))
	moving.Live[1], moving.Live[2] = uploader.Live{Rate: 1}, uploader.Live{Rate: 2}
	for range 2 * curveSamples {
		now = now.Add(curveEvery)
		c.sample(moving, 0, now)
	}
	if len(c[1].samples) != curveSamples || c[2].samples[0] != 2 {
		t.Errorf("%d samples", len(c[1].samples))
	}
	c.sample(snapshotOf(), 2, now)
	if c[1] != nil || c[2] == nil {
		t.Error("the curve that is looked at is kept, and no other")
	}
}

func TestTheStoryIsToldWithoutRepeating(t *testing.T) {
	raise(t, newFakeEngine())
	now := time.Date(2026, 3, 1, 14, 0, 0, 0, time.Local)
	at := func(seconds int) time.Time { return now.Add(time.Duration(seconds) * time.Second) }
	writing := func(seconds int) uploader.Event {
		return uploader.Event{At: at(seconds), Kind: uploader.EventWaiting, Until: at(seconds + 2), Fault: fault.Newf(fault.SourceBusy, fault.Read, "")}
	}
	cut := uploader.Event{At: at(9), Kind: uploader.EventWaiting, Offset: 5e8, Until: at(10), Fault: fault.Newf(fault.Transient, fault.Patch, "reset")}
	film, _ := theFilm(now)
	began := func(seconds int) uploader.Event { return uploader.Event{At: at(seconds), Kind: uploader.EventStarted} }
	got := factsOf(snapshotOf(film), film, dossier{events: []uploader.Event{
		began(0), writing(0), began(2), writing(2), began(4),
		{At: at(4), Kind: uploader.EventCreated},
		cut,
		began(10),
		{At: at(10), Kind: uploader.EventResumed, Offset: 5e8},
	}}, now).history
	want := []happening{
		{"14:00:10", "Resumed at 500.0 MB"},
		{"14:00:09", "Connection lost; retry at 14:00:10"},
		{"14:00:04", "Server created the upload"},
		{"14:00:02", "The file is still being written (2 times); retry at 14:00:04"},
		{"14:00:00", "Started"},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(happening{})); diff != "" {
		t.Error(diff)
	}
}
