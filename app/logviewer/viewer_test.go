package logviewer

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/widgets/theme"
)

// openViewer opens the log in a window. The test reads the file with v.readNewer, not once
// per interval.
func openViewer(t *testing.T, path string) (v *viewer, copied *string) {
	t.Helper()
	apptest.LoadEnglish(t)
	apptest.App(t).Settings().SetTheme(theme.New(theme.System, 1))
	window := test.NewTempWindow(t, widget.NewLabel(""))
	window.Resize(fyne.NewSize(480, 360))
	copied = new(string)
	config := Config{
		Dialogs: form.NewDialogs(window.Canvas(), func() {}), Copy: func(text string) { *copied = text }, Log: slog.New(slog.DiscardHandler),
		Run: func(func(context.Context)) {}, Post: func(do func()) { do() },
	}
	v = open(config, "Log", path, true)
	v.readNewer()
	return v, copied
}

// shown returns the lines that the filter and the search leave.
func (v *viewer) shown() []string {
	var texts []string
	for _, i := range v.matches {
		texts = append(texts, v.lines[i].text)
	}
	return texts
}

func TestViewerFiltersAndSearches(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ferry.log")
	info, warning, failure := "t=1 level=INFO msg=started", "t=2 level=WARN msg=Slow", "t=3 level=ERROR msg=failed"
	write(t, path, strings.Join([]string{info, warning, failure}, "\n")+"\n", os.O_APPEND)
	v, copied := openViewer(t, path)
	want := func(step string, want ...string) {
		t.Helper()
		if got := v.shown(); !slices.Equal(got, want) {
			t.Errorf("%s: %q are shown, want %q", step, got, want)
		}
	}
	want("all", info, warning, failure)
	v.level = slog.LevelWarn
	v.filter()
	want("warnings", warning, failure)
	v.copy()
	if *copied != warning+"\n"+failure+"\n" {
		t.Errorf("copied %q", *copied)
	}
	v.level, v.search = slog.LevelDebug, "slow"
	v.filter()
	want("search", warning)
	v.search = "nothing of this kind"
	v.filter()
	want("no match")
	if !v.nothing.Visible() {
		t.Error("the text about no entries is hidden")
	}
}

func TestViewerShowsSelectedLineInFull(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ferry.log")
	write(t, path, "t=1 level=INFO msg="+strings.Repeat("long ", 100)+"\n", os.O_APPEND)
	v, _ := openViewer(t, path)
	if v.below.Visible() {
		t.Error("a line is shown in full before one is selected")
	}
	v.list.Select(0)
	if !v.below.Visible() || v.full.Text != v.lines[0].text {
		t.Errorf("selected line is shown: %t, %q", v.below.Visible(), v.full.Text)
	}
	v.search = "long"
	v.filter()
	if v.below.Visible() {
		t.Error("the selected line is shown after another search")
	}
}

// TestNewLinesKeepSelectedLine: the user is reading it.
func TestNewLinesKeepSelectedLine(t *testing.T) {
	v, _ := openViewer(t, filepath.Join(t.TempDir(), "ferry.log"))
	v.add([]line{{text: "first"}, {text: "second"}, {text: strings.Repeat("long ", 1000)}}, false, false)
	v.list.Select(2)
	v.below.ScrollToBottom()
	offset := v.below.Offset.Y
	want := func(step string, index int) {
		t.Helper()
		if !v.below.Visible() || v.full.Text != v.lines[index].text || v.below.Offset.Y != offset || offset == 0 {
			t.Errorf("%s: the selected line is shown: %t, %.10q at %v, want %v", step, v.below.Visible(), v.full.Text, v.below.Offset.Y, offset)
		}
		selected := -1
		v.list.OnUnselected = func(index int) { selected = index }
		v.list.UnselectAll()
		v.list.OnUnselected = nil
		if selected != index {
			t.Errorf("%s: line %d is selected, want %d", step, selected, index)
		}
		v.list.Select(index)
	}
	v.add([]line{{text: "new"}}, false, false)
	want("a new line", 2)
	v.add(slices.Repeat([]line{{text: "x"}}, maxLines-3), false, false)
	want("one line less is kept", 1)
	v.add(slices.Repeat([]line{{text: "y"}}, maxLines), false, false)
	if v.below.Visible() {
		t.Error("a line is selected that is no longer kept")
	}
	v.list.Select(0)
	v.add([]line{{text: "of another file"}}, true, false)
	if v.below.Visible() {
		t.Error("a line is selected after the log was rotated")
	}
}

func TestViewerFollowsLog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ferry.log")
	write(t, path, strings.Repeat("t=1 level=INFO msg=old\n", 200), os.O_APPEND)
	v, _ := openViewer(t, path)
	bottom := v.list.GetScrollOffset()
	if bottom == 0 {
		t.Fatal("the last line is not in view")
	}
	write(t, path, "t=2 level=INFO msg=new\n", os.O_APPEND)
	v.readNewer()
	if got := v.list.GetScrollOffset(); got <= bottom || len(v.lines) != 201 {
		t.Errorf("scrolled to %v of %d lines, want more than %v", got, len(v.lines), bottom)
	}
	v.setFollow(false)
	v.list.ScrollToTop()
	write(t, path, "t=3 level=INFO msg=newer\n", os.O_APPEND)
	v.readNewer()
	if got := v.list.GetScrollOffset(); got != 0 || len(v.lines) != 202 {
		t.Errorf("scrolled to %v of %d lines without following", got, len(v.lines))
	}
}

// TestViewerKeepsLimitedLines checks that what is kept is limited while a log grows.
func TestViewerKeepsLimitedLines(t *testing.T) {
	v, _ := openViewer(t, filepath.Join(t.TempDir(), "ferry.log"))
	for range 5 {
		v.add(slices.Repeat([]line{{text: "x"}}, maxLines/2), false, true)
	}
	if len(v.lines) != maxLines || v.older.Visible() {
		t.Errorf("%d lines are kept, want %d; earlier ones are offered: %t", len(v.lines), maxLines, v.older.Visible())
	}
	v.add([]line{{text: "of another file"}}, true, false)
	if got := v.shown(); !slices.Equal(got, []string{"of another file"}) {
		t.Errorf("%q are shown after the log was rotated", got)
	}
}

// TestLinesAreShownBeforeOthersAreRead: those of a log that was rotated meanwhile would be
// shown first.
func TestLinesAreShownBeforeOthersAreRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ferry.log")
	write(t, path, strings.Repeat("t=1 level=INFO msg=old\n", 15_000), os.O_APPEND)
	v, _ := openViewer(t, path)
	v.config.Run = func(do func(context.Context)) { do(t.Context()) }
	v.config.Post = func(show func()) {
		if len(v.turn) > 0 {
			t.Error("another task may read the file before the lines are shown")
		}
		show()
	}
	v.readOlder()
	v.readNewer()
}

func TestViewerShowsEarlierPages(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ferry.log")
	write(t, path, "first\n"+strings.Repeat("t=1 level=INFO msg=old\n", 15_000), os.O_APPEND)
	v, _ := openViewer(t, path)
	v.config.Run = func(do func(context.Context)) { do(t.Context()) }
	for range 10 {
		if v.older.Visible() {
			test.Tap(v.older)
		}
	}
	if v.lines[0].text != "first" || v.older.Visible() || v.list.GetScrollOffset() != 0 {
		t.Errorf("first line is %q, earlier ones are offered: %t", v.lines[0].text, v.older.Visible())
	}
}
