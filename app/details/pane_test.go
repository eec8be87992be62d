package details

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/theme"
)

// start returns a pane alone in a window.
func start(t *testing.T, record view.Record) (d *Pane, copied *string, closed *bool) {
	t.Helper()
	apptest.LoadEnglish(t)
	apptest.App(t).Settings().SetTheme(theme.New(theme.System, 1))
	copied, closed = new(string), new(bool)
	d = New(widgets.NewTooltips(), Actions{
		Read:    func(_ uploader.TransferID, then func(view.Record)) { then(record) },
		Refresh: func() {},
		Copy:    func(text string) { *copied = text },
		Closed:  func() { *closed = true },
	})
	w := test.NewTempWindow(t, d.Content)
	w.Resize(fyne.NewSize(400, 900))
	return d, copied, closed
}

// of returns one transfer as a subject.
func of(id uploader.TransferID) view.Subject {
	return view.Subject{Transfers: []uploader.TransferID{id}}
}

func TestPane(t *testing.T) {
	now := time.Now()
	film, events, parts := apptest.Film(now)
	record := view.Record{Events: events, Parts: parts}
	s := apptest.Snapshot(film)
	s.Progress[film.ID] = uploader.Progress{Sent: film.Session.Offset, Rate: 18e6}
	d, copied, closed := start(t, record)
	if d.Show(s, now); d.Content.Visible() {
		t.Error("visible before Open")
	}
	d.Open(of(film.ID))
	d.Show(s, now.Add(time.Second))
	d.Show(s, now.Add(2*time.Second))
	if !d.Content.Visible() || d.title.Text() != "interview.mov" || !strings.Contains(d.peak.Text, "18.0 MB/s") {
		t.Errorf("got title %q, peak %q", d.title.Text(), d.peak.Text)
	}
	if len(d.history.rows) != 3 || len(d.parts.rows) != 2 {
		t.Errorf("got %d events and %d parts", len(d.history.rows), len(d.parts.rows))
	}
	for _, row := range d.lines.rows {
		if line := row.(*lineRow); line.copy == film.Session.URL {
			test.Tap(line.button)
		}
	}
	if *copied != film.Session.URL {
		t.Errorf("copied %q", *copied)
	}
	d.copyDiagnostics()
	if !strings.Contains(*copied, "phase: sending") {
		t.Errorf("copied %q", *copied)
	}
	d.Show(apptest.Snapshot(), now)
	if !*closed {
		t.Error("not closed after its transfer was removed")
	}
}

// TestRecordIsReadForTheLastSnapshot: nothing changes any more, so no other snapshot follows.
func TestRecordIsReadForTheLastSnapshot(t *testing.T) {
	now := time.Now()
	film, events, parts := apptest.Film(now)
	d, _, _ := start(t, view.Record{})
	reads, refreshed := 0, 0
	var read func(view.Record)
	d.actions.Read = func(_ uploader.TransferID, then func(view.Record)) { reads, read = reads+1, then }
	d.actions.Refresh = func() { refreshed++ }
	show := func(s *uploader.Snapshot, at time.Duration) time.Duration { return d.Show(s, now.Add(at)) }

	first, last := apptest.Snapshot(film), apptest.Snapshot(film)
	d.Open(of(film.ID))
	show(first, 0)
	read(view.Record{Events: events[:1]})
	if again := show(first, 0); refreshed != 1 || len(d.history.rows) != 1 || again != 0 {
		t.Errorf("refreshed %d times, %d events, shown again in %v", refreshed, len(d.history.rows), again)
	}
	if again := show(last, readInterval/4); reads != 1 || again != readInterval*3/4 {
		t.Errorf("read %d times, shown again in %v", reads, again)
	}
	show(last, readInterval)
	read(view.Record{Events: events, Parts: parts})
	if again := show(last, 3*readInterval); reads != 2 || len(d.history.rows) != 3 || again != 0 {
		t.Errorf("read %d times, %d events, shown again in %v", reads, len(d.history.rows), again)
	}
}

func TestPaneOffersToUploadFileAsItIs(t *testing.T) {
	var acted []uploader.TransferID
	d, _, _ := start(t, view.Record{})
	d.actions.Act = func(a view.Action, s view.Selection) {
		if a == view.ActionUploadAsIs {
			acted = append(acted, view.IDs(s.All)...)
		}
	}
	d.Open(of(7))
	d.Show(apptest.Snapshot(apptest.Transfer(7, apptest.Sending)), time.Now())
	if d.asIs.Visible() {
		t.Error("button is visible while the file is sent")
	}
	d.Show(apptest.Snapshot(apptest.Transfer(7, apptest.WaitingForFile)), time.Now())
	if !d.asIs.Visible() || !strings.Contains(d.reasons.Text, "still writing") {
		t.Errorf("button visible: %v, reasons %q", d.asIs.Visible(), d.reasons.Text)
	}
	test.Tap(buttonIn(d.asIs))
	if len(acted) != 1 || acted[0] != 7 {
		t.Errorf("acted on %v, want 7", acted)
	}
}

// buttonIn returns the button in nested containers.
func buttonIn(object fyne.CanvasObject) *widgets.Button {
	for {
		switch o := object.(type) {
		case *fyne.Container:
			object = o.Objects[0]
		case *widgets.Button:
			return o
		}
	}
}

func TestPaneShowsBatchWithItsErrors(t *testing.T) {
	type act struct {
		action view.Action
		ids    []uploader.TransferID
	}
	var acted []act
	d, copied, closed := start(t, view.Record{})
	d.actions.Act = func(a view.Action, s view.Selection) { acted = append(acted, act{a, view.IDs(s.All)}) }
	refused := apptest.Failed(fault.Refused)
	s := apptest.WithBatches(apptest.Snapshot(
		apptest.Transfer(1, apptest.InFolder(7, "Iceland/one.raw"), refused),
		apptest.Transfer(2, apptest.InFolder(7, "Iceland/two.raw"), refused),
		apptest.Transfer(3, apptest.InFolder(7, "Iceland/three.raw"), apptest.Sending),
		apptest.Transfer(4, refused),
	), apptest.Folder(7, "Iceland"))
	s.Progress[3] = uploader.Progress{Rate: 18e6}
	s = apptest.Summed(s)
	now := time.Now()
	d.Open(view.Subject{Batches: []uploader.BatchID{7}})
	d.Show(s, now)
	if d.title.Text() != "Iceland" || !d.speed.Visible() || d.parts.content.Visible() && len(d.parts.rows) > 0 {
		t.Errorf("title is %q, speed visible %t, %d parts", d.title.Text(), d.speed.Visible(), len(d.parts.rows))
	}
	if !d.errorsTitle.Visible() || len(d.errors.rows) != 1 {
		t.Fatalf("got %d groups of errors", len(d.errors.rows))
	}
	row := d.errors.rows[0].(*errorRow)
	if row.text.Text != "2 files: The server rejected the upload" || row.button.Text != "Retry all 2" {
		t.Errorf("group is %q, %q", row.text.Text, row.button.Text)
	}
	test.Tap(row.button)
	if diff := cmp.Diff([]act{{view.ActionRetry, []uploader.TransferID{1, 2}}}, acted, cmp.AllowUnexported(act{})); diff != "" {
		t.Error(diff)
	}
	d.copyDiagnostics()
	if !strings.Contains(*copied, "transfers: 3") {
		t.Errorf("copied %q", *copied)
	}
	d.Open(of(4))
	d.Show(s, now)
	if d.errorsTitle.Visible() || row.line.Visible() || !d.reasons.Visible() {
		t.Error("groups of errors are shown for one transfer")
	}
	d.Open(view.Subject{Batches: []uploader.BatchID{7}})
	d.Show(apptest.Snapshot(), now)
	if !*closed {
		t.Error("not closed after its batch was removed")
	}
}
