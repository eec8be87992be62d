package history

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/ferryapp/ferry/app/bridge"
	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets/theme"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// testDialog is the dialog in a window on the headless driver.
type testDialog struct {
	*Dialog
	t        *testing.T
	ui       *apptest.UI
	engine   *apptest.Engine
	window   fyne.Window
	copied   string
	again    []uploader.TransferID // given to UploadAgain
	server   uploader.ServerID
	exported chan []byte
	failed   func(error) // receives errors of the bridge
}

// start opens the dialog with count entries, of which the last one finished last. They
// are of server 2, and every tenth of server 3.
func start(t *testing.T, count int) *testDialog {
	t.Helper()
	apptest.LoadEnglish(t)
	apptest.App(t).Settings().SetTheme(theme.New(theme.System, 1))
	engine := apptest.NewEngine()
	snapshot := *engine.Snapshot()
	snapshot.Servers = []uploader.Server{{ID: 1}, {ID: 2, Name: "Studio"}, {ID: 3, Name: "Archive"}}
	engine.Publish(&snapshot)
	for id := uploader.TransferID(1); int(id) <= count; id++ {
		entry := uploader.Transfer{ID: id, Server: 2, Phase: uploader.PhaseDone, Finished: uploader.TimestampOf(time.Now().Add(time.Duration(int(id)-count) * time.Hour))}
		if id%10 == 0 {
			entry.Server = 3
		}
		entry.Source.Path, entry.Session.URL = fmt.Sprintf("/home/ada/film%04d.mov", id), fmt.Sprintf("https://s.example/%d", id)
		engine.History = append(engine.History, entry)
	}
	d := &testDialog{t: t, ui: apptest.NewUI(t), engine: engine, window: test.NewTempWindow(t, nil), exported: make(chan []byte, 1)}
	d.failed = func(err error) { t.Errorf("command failed: %v", err) }
	d.window.SetPadded(false)
	d.window.Resize(fyne.NewSize(960, 640))
	engine.Wake = d.ui.Wake
	b := bridge.New(bridge.Config{
		Engine: engine, Log: slog.New(slog.DiscardHandler), UI: d.ui.Post,
		Show:   func(*uploader.Snapshot) time.Duration { return 0 },
		Failed: func(err error) { d.failed(err) },
	})
	d.Dialog = New(Config{
		Bridge: b, Dialogs: form.NewDialogs(d.window.Canvas(), func() {}), Log: slog.New(slog.DiscardHandler), Find: engine.FindHistory,
		Copy: func(text string, _ int) { d.copied = text },
		UploadAgain: func(server uploader.ServerID, transfers []*uploader.Transfer) {
			d.server, d.again = server, view.IDs(transfers)
		},
		Export: func(write func(context.Context, io.Writer) error) {
			b.Run(func(ctx context.Context) {
				var out bytes.Buffer
				if err := write(ctx, &out); err != nil {
					t.Errorf("export: %v", err)
				}
				d.exported <- out.Bytes()
			})
		},
	})
	b.Start(t.Context())
	t.Cleanup(func() {
		b.Stop()
		b.Wait()
	})
	d.Open()
	d.waitRead()
	return d
}

// waitRead waits until no page is being read.
func (d *testDialog) waitRead() {
	d.t.Helper()
	d.ui.Until("the page is read", func() bool { return !d.loading })
}

// tapMenu chooses an item of the menu, or of a menu in it.
func (d *testDialog) tapMenu(labels ...string) {
	d.t.Helper()
	menu := d.Menu()
	for i, label := range labels {
		var found *fyne.MenuItem
		for _, item := range menu.Items {
			if item.Label == label {
				found = item
			}
		}
		if found == nil {
			d.t.Fatalf("no menu item %q", label)
		}
		if menu = found.ChildMenu; i == len(labels)-1 {
			found.Action()
		}
	}
}

func (d *testDialog) wantEntries(count int, newest uploader.TransferID) {
	d.t.Helper()
	if d.Len() != count || count > 0 && d.ID(0) != int64(newest) {
		d.t.Errorf("%d entries from %v, want %d from %d", d.Len(), d.entries[:min(1, len(d.entries))], count, newest)
	}
}

func TestPagesAreReadWhenTheyAreShown(t *testing.T) {
	d := start(t, 3*pageSize)
	d.wantEntries(pageSize, 3*pageSize)
	d.rows.SetScrollOffset(float32(pageSize))
	d.waitRead()
	d.wantEntries(2*pageSize, 3*pageSize)
	d.rows.SetScrollOffset(2 * pageSize)
	d.waitRead()
	d.rows.SetScrollOffset(3 * pageSize)
	d.waitRead()
	d.wantEntries(3*pageSize, 3*pageSize)
	if d.more && d.loading {
		t.Error("it still reads")
	}
}

// TestUnreadableHistoryIsNotCalledEmpty: what the error says is not that nothing finished.
func TestUnreadableHistoryIsNotCalledEmpty(t *testing.T) {
	d := start(t, 0)
	if d.empty.Text == "" {
		t.Error("an empty history has no text")
	}
	unreadable, reported := errors.New("disk error"), error(nil)
	d.failed = func(err error) { reported = err }
	d.config.Find = func(context.Context, uploader.HistoryQuery) ([]uploader.Transfer, error) { return nil, unreadable }
	d.reload()
	d.ui.Until("the error is reported", func() bool { return reported != nil })
	if !errors.Is(reported, unreadable) || d.empty.Text != "" {
		t.Errorf("reported %v, and %q", reported, d.empty.Text)
	}
	d.config.Find = d.engine.FindHistory
	d.reload()
	d.waitRead()
	if d.empty.Text == "" {
		t.Error("an empty history has no text after an error")
	}
}

func TestFilters(t *testing.T) {
	d := start(t, 100)
	d.search.SetText("FILM000")
	d.waitRead()
	d.wantEntries(9, 9)
	d.search.SetText("archive film")
	d.waitRead()
	d.wantEntries(10, 100)
	d.search.SetText("nowhere")
	d.waitRead()
	d.wantEntries(0, 0)
	if d.empty.Text != "No results" {
		t.Errorf("empty list says %q", d.empty.Text)
	}
	d.search.SetText("")
	d.filter.Period = view.HistoryWeek
	d.reload()
	d.waitRead()
	if n := d.Len(); n == 0 || n == 100 {
		t.Logf("%d entries of the last 7 days", n)
	}
	d.filter = view.HistoryFilter{Server: 3}
	d.reload()
	d.waitRead()
	d.wantEntries(10, 100)
}

func TestEscapeClearsTheSearchBeforeItClosesTheDialog(t *testing.T) {
	d := start(t, 3)
	escape := &fyne.KeyEvent{Name: fyne.KeyEscape}
	d.search.SetText("film")
	d.waitRead()
	d.search.TypedKey(escape)
	if d.search.Text != "" || !d.box.Visible() {
		t.Errorf("search %q, dialog is visible: %t", d.search.Text, d.box.Visible())
	}
	d.search.TypedKey(escape)
	if d.box.Visible() {
		t.Error("the dialog is still open")
	}
}

func TestFindFocusesTheSearch(t *testing.T) {
	d := start(t, 3)
	canvas := d.config.Dialogs.Canvas()
	canvas.Focus(d.rows)
	d.rows.TypedShortcut(&desktop.CustomShortcut{KeyName: fyne.KeyF, Modifier: fyne.KeyModifierShortcutDefault})
	if canvas.Focused() != d.search {
		t.Errorf("%T is focused", canvas.Focused())
	}
}

func TestNothingFinishedYet(t *testing.T) {
	d := start(t, 0)
	if d.empty.Text != "No finished uploads yet" || !d.copy.Disabled() {
		t.Errorf("empty list says %q", d.empty.Text)
	}
}

func TestActionsOnSelectedEntries(t *testing.T) {
	d := start(t, 20)
	d.rows.Select(20, 19)
	if d.copy.Disabled() {
		t.Error("links cannot be copied")
	}
	test.Tap(d.copy)
	if want := "https://s.example/20\nhttps://s.example/19"; d.copied != want {
		t.Errorf("copied %q, want %q", d.copied, want)
	}
	d.copied = ""
	d.rows.TypedShortcut(&fyne.ShortcutCopy{})
	if want := "https://s.example/20\nhttps://s.example/19"; d.copied != want {
		t.Errorf("the key copied %q, want %q", d.copied, want)
	}
	d.tapMenu("Copy links as Markdown")
	if want := "[film0020.mov](<https://s.example/20>)\n[film0019.mov](<https://s.example/19>)"; d.copied != want {
		t.Errorf("copied %q, want %q", d.copied, want)
	}
	d.tapMenu("Upload again to", "Archive")
	if d.server != 3 || !cmp.Equal(d.again, []uploader.TransferID{20, 19}) || d.box.Visible() {
		t.Errorf("uploads %v again to %d", d.again, d.server)
	}
}

func TestForgetCanBeUndoneUntilTheNextOrTheEnd(t *testing.T) {
	d := start(t, 5)
	d.rows.Select(5, 4)
	d.tapMenu("Forget")
	d.wantEntries(3, 3)
	if d.note.Text != "Removed 2 uploads from the history" || !d.undo.Visible() {
		t.Errorf("message %q", d.note.Text)
	}
	test.Tap(d.undo)
	d.waitRead()
	d.wantEntries(5, 5)
	d.rows.Select(5)
	d.tapMenu("Forget")
	d.rows.Select(3)
	d.rows.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDelete})
	d.box.Hide()
	d.ui.Until("both are forgotten", func() bool { return len(d.engine.Commands()) == 2 })
	want := []uploader.Command{uploader.Forget{IDs: []uploader.TransferID{5}}, uploader.Forget{IDs: []uploader.TransferID{3}}}
	if diff := cmp.Diff(want, d.engine.Commands()); diff != "" {
		t.Error(diff)
	}
}

// TestForgettingAllThatWasReadShowsTheNextPage: the history is not empty.
func TestForgettingAllThatWasReadShowsTheNextPage(t *testing.T) {
	d := start(t, pageSize+3)
	var all []int64
	for i := range d.Len() {
		all = append(all, d.ID(i))
	}
	d.rows.Select(all...)
	d.forget()
	if d.empty.Text != "" {
		t.Errorf("the list says %q while the next page is read", d.empty.Text)
	}
	d.waitRead()
	d.wantEntries(3, 3)
	d.rows.Select(3, 2, 1)
	d.forget()
	if d.empty.Text != "No finished uploads yet" {
		t.Errorf("empty list says %q", d.empty.Text)
	}
}

// TestSelectedEntriesDoNotChange: an action reads them while others are forgotten.
func TestSelectedEntriesDoNotChange(t *testing.T) {
	d := start(t, 5)
	d.rows.Select(4, 2)
	selected := d.Selected()
	d.rows.Select(5)
	d.forget()
	if got := view.IDs(selected); !cmp.Equal(got, []uploader.TransferID{4, 2}) {
		t.Errorf("selected entries became %v", got)
	}
}

func TestExportWritesAllOfTheView(t *testing.T) {
	d := start(t, 2500)
	d.search.SetText("film")
	d.waitRead()
	d.tapMenu("Export as CSV…")
	lines := strings.Split(strings.TrimSpace(string(<-d.exported)), "\r\n")
	if len(lines) != 2501 || !strings.HasPrefix(lines[1], "film2500.mov,") || !strings.HasPrefix(lines[2500], "film0001.mov,") {
		t.Errorf("%d lines, the first %q, the last %q", len(lines), lines[1], lines[len(lines)-1])
	}
}
