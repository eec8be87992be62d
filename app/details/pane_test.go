package details

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/theme"
)

// start returns a pane alone in a window.
func start(t *testing.T, record view.Record) (d *Pane, copied *string, closed *bool) {
	t.Helper()
	apptest.LoadEnglish(t)
	test.NewTempApp(t).Settings().SetTheme(theme.New(theme.System, 1))
	copied, closed = new(string), new(bool)
	d = New(widgets.NewTooltips(), Actions{
		Read:   func(_ uploader.TransferID, then func(view.Record)) { then(record) },
		Copy:   func(text string) { *copied = text },
		Closed: func() { *closed = true },
	})
	w := test.NewTempWindow(t, d.Content)
	w.Resize(fyne.NewSize(400, 900))
	return d, copied, closed
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
	d.Open(film.ID)
	d.Show(s, now.Add(time.Second))
	d.Show(s, now.Add(2*time.Second))
	if !d.Content.Visible() || d.title.Text != "interview.mov" || !strings.Contains(d.peak.Text, "18.0 MB/s") {
		t.Errorf("got title %q, peak %q", d.title.Text, d.peak.Text)
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
