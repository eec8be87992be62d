//go:build linux && desktop

package desktop_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"

	"github.com/ferryapp/ferry/app/desktop"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/uploadtest"
	"github.com/ferryapp/ferry/widgets/theme"
)

// Where rows are in a window of its first size.
const (
	rowX  = 300
	firstRowY  = 122 // the middle of the first row
	rowHeight = 60

	emptyX, emptyY = 100, 500 // a point below a few rows

	bannerX, bannerY = 600, 72 // of the banner, right of its words
	stopX              = 912     // of the button in it
	resumeScanX              = 675     // of the button of the toast after that

	diagnosticsX, diagnosticsY = 690, 581 // a point of the button under the details, left of its words
)

// createFiles makes small source files and returns their paths.
func createFiles(t *testing.T, count int) []string {
	t.Helper()
	folder := t.TempDir()
	paths := make([]string, count)
	for i := range paths {
		paths[i] = filepath.Join(folder, fmt.Sprintf("note %03d.txt", i))
		must(t, os.WriteFile(paths[i], []byte(paths[i]), 0o600))
	}
	return paths
}

// awaitDone waits until so many uploads are across, and no others are there.
func awaitDone(t *testing.T, ctx context.Context, ferry *desktop.Ferry, count int) []desktop.Row { //nolint:revive // the context is the test's
	t.Helper()
	rows, err := ferry.AwaitRows(ctx, fmt.Sprintf("%d uploads to be done", count), func(rows []desktop.Row) bool {
		for _, row := range rows {
			if row.State != "done" {
				return false
			}
		}
		return len(rows) == count
	})
	must(t, err)
	return rows
}

// waitDrawn lets the window draw what happened: nothing outside tells when it has.
func waitDrawn(t *testing.T, ctx context.Context) { //nolint:revive // the context is the test's
	t.Helper()
	select {
	case <-time.After(700 * time.Millisecond):
	case <-ctx.Done():
		t.Fatal(ctx.Err())
	}
}

func TestDropManyFiles(t *testing.T) {
	ferry, ctx := launch(t)
	paths := createFiles(t, 300)
	must(t, ferry.Drop(ctx, paths...))
	awaitDone(t, ctx, ferry, len(paths))
	for _, path := range paths {
		must(t, ferry.AwaitReceived(ctx, path, filepath.Base(path)))
	}
}

func TestPasteCopiedFiles(t *testing.T) {
	ferry, ctx := launch(t)
	paths := createFiles(t, 3)
	must(t, ferry.CopyFiles(ctx, paths[:2]...))
	must(t, ferry.Key(ctx, "ctrl+v"))
	awaitDone(t, ctx, ferry, 2)
	must(t, ferry.CopyText(ctx, paths[2]))
	must(t, ferry.Key(ctx, "ctrl+v"))
	awaitDone(t, ctx, ferry, 3)
	for _, path := range paths {
		must(t, ferry.AwaitReceived(ctx, path, filepath.Base(path)))
	}
}

func TestRemoveSelectedRowsAndUndo(t *testing.T) {
	w := newProfileBuilder(t, map[uploader.ServerID]string{studio: uploadtest.Unused(t)})
	links := make([]string, 4)
	for i := range links {
		w.single(studio, fmt.Sprintf("%d.pdf", i), 1000, w.done)
		links[i] = w.changes.Transfers[i].Session.URL
	}
	ferry, ctx := launchWith(t, func(ctx context.Context, profile string) { w.save(ctx, profile, func(*settings.Settings) {}) })
	awaitLinks(t, ctx, ferry, links...)
	must(t, ferry.Click(ctx, ferry.Window, rowX, firstRowY))
	must(t, ferry.Key(ctx, "shift+Down", "shift+Down", "Delete", "ctrl+z"))
	awaitLinks(t, ctx, ferry, links...)
	must(t, ferry.Click(ctx, ferry.Window, rowX, firstRowY))
	must(t, ferry.Key(ctx, "shift+Down", "shift+Down", "Delete"))
	awaitLinks(t, ctx, ferry, links[3])
	_, err := ferry.AwaitRows(ctx, "three of four rows to go", func(rows []desktop.Row) bool { return len(rows) == 1 })
	must(t, err)
	picture(t, ferry, "removed")
}

// awaitLinks waits until the list holds uploads with these links, and no others.
func awaitLinks(t *testing.T, ctx context.Context, ferry *desktop.Ferry, links ...string) { //nolint:revive // the context is the test's
	t.Helper()
	must(t, ferry.Focus(ctx, ferry.Window))
	for copied := ""; copied != strings.Join(links, "\n"); {
		must(t, ferry.Key(ctx, "ctrl+a", "ctrl+c"))
		var err error
		if copied, err = ferry.Clipboard(ctx, "http"); err != nil {
			t.Fatalf("there are %q, not %q: %v", copied, links, err)
		}
	}
}

func TestDetailsOpenAndCloseByKey(t *testing.T) {
	w := newProfileBuilder(t, map[uploader.ServerID]string{studio: uploadtest.Unused(t)})
	w.single(studio, "one.pdf", 1000, w.done)
	ferry, ctx := launchWith(t, func(ctx context.Context, profile string) { w.save(ctx, profile, func(*settings.Settings) {}) })
	awaitLinks(t, ctx, ferry, w.changes.Transfers[0].Session.URL)
	before, err := ferry.Colour(ctx, ferry.Window, diagnosticsX, diagnosticsY)
	must(t, err)
	must(t, ferry.Click(ctx, ferry.Window, rowX, firstRowY))
	must(t, ferry.Key(ctx, "Return"))
	must(t, ferry.AwaitColour(ctx, ferry.Window, diagnosticsX, diagnosticsY, "the details", func(is string) bool { return is != before }))
	picture(t, ferry, "open")
	must(t, ferry.Key(ctx, "Escape"))
	must(t, ferry.AwaitColour(ctx, ferry.Window, diagnosticsX, diagnosticsY, "the details to go", func(is string) bool { return is == before }))
}

func TestCopyLinkByKeyAndContextMenu(t *testing.T) {
	w := newProfileBuilder(t, map[uploader.ServerID]string{studio: uploadtest.Unused(t)})
	w.single(studio, "one.pdf", 1000, w.done)
	w.single(studio, "two.pdf", 1000, w.done)
	ferry, ctx := launchWith(t, func(ctx context.Context, profile string) { w.save(ctx, profile, func(*settings.Settings) {}) })
	awaitLinks(t, ctx, ferry, w.changes.Transfers[0].Session.URL, w.changes.Transfers[1].Session.URL)
	must(t, ferry.Click(ctx, ferry.Window, rowX, firstRowY+rowHeight))
	must(t, ferry.Key(ctx, "ctrl+c"))
	must(t, ferry.AwaitClipboard(ctx, w.changes.Transfers[1].Session.URL))
	const left, top = rowX + 160, firstRowY + 100 // of the menu that opens at the pointer
	below, err := ferry.Colour(ctx, ferry.Window, left, top)
	must(t, err)
	must(t, ferry.ClickWith(ctx, ferry.Window, rowX, firstRowY, 3))
	must(t, ferry.AwaitColour(ctx, ferry.Window, left, top, "the menu", func(is string) bool { return is != below }))
	picture(t, ferry, "menu")
	must(t, ferry.Key(ctx, "Down", "Return")) // the first item
	must(t, ferry.AwaitClipboard(ctx, w.changes.Transfers[0].Session.URL))
}

func TestQuitDialogChoices(t *testing.T) {
	ferry, ctx := launchWith(t, limitedProfile(t, slow))
	source := createFile(t, "archive.tar", large)
	must(t, ferry.Drop(ctx, source))
	_, err := ferry.AwaitPartial(ctx, 1)
	must(t, err)

	unshaded, err := ferry.Colour(ctx, ferry.Window, emptyX, emptyY)
	must(t, err)
	openQuitDialog(t, ctx, ferry, unshaded)
	picture(t, ferry, "question")
	must(t, ferry.Key(ctx, "Return"))  // Cancel
	openQuitDialog(t, ctx, ferry, unshaded) // nothing lies over the window, which has the keyboard
	must(t, ferry.Key(ctx, "Tab", "Tab", "Return"))
	must(t, ferry.AwaitHidden(ctx, desktop.Title))
	if !ferry.Process.Running() {
		t.Fatal("kept in the tray it ended")
	}

	must(t, ferry.ChooseTray(ctx, openFerry[words.English], ferry.AwaitWindow))
	openQuitDialog(t, ctx, ferry, unshaded)
	must(t, ferry.Key(ctx, "Tab", "Return"))
	must(t, ferry.Process.Wait(ctx))
	if received, err := ferry.Received(); err != nil || received.Partial == 0 || received.Partial >= large {
		t.Fatalf("when it quit the receiver held %+v (%v)", received, err)
	}

	limitedProfile(t, 0)(ctx, ferry.Profile())
	must(t, ferry.Start(ctx))
	must(t, ferry.AwaitReceived(ctx, source, filepath.Base(source)))
	if received, err := ferry.Received(); err != nil || received.Uploads != 1 {
		t.Errorf("%d uploads were created for one file (%v)", received.Uploads, err)
	}
}

// openQuitDialog presses the key, and waits for the question, which shades what it
// lies over.
func openQuitDialog(t *testing.T, ctx context.Context, ferry *desktop.Ferry, plain string) { //nolint:revive // the context is the test's
	t.Helper()
	must(t, ferry.Focus(ctx, ferry.Window))
	must(t, ferry.AwaitColour(ctx, ferry.Window, emptyX, emptyY, "an earlier question to go", func(is string) bool { return is == plain }))
	must(t, ferry.Key(ctx, "ctrl+q"))
	must(t, ferry.AwaitColour(ctx, ferry.Window, emptyX, emptyY, "the question", func(is string) bool { return is != plain }))
}

func TestStopAndResumeScanOfManyFiles(t *testing.T) {
	ferry, ctx := launch(t)
	folder := filepath.Join(t.TempDir(), "lab")
	const count = 100_000
	for i := range count {
		path := filepath.Join(folder, fmt.Sprintf("run %03d", i/1000), fmt.Sprintf("sample %06d.csv", i))
		if i%1000 == 0 {
			must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		}
		must(t, os.WriteFile(path, nil, 0o600))
	}
	plain, err := ferry.Colour(ctx, ferry.Window, emptyX, emptyY)
	must(t, err)
	bare, err := ferry.Colour(ctx, ferry.Window, bannerX, bannerY)
	must(t, err)
	must(t, ferry.Drop(ctx, folder))
	must(t, ferry.AwaitColour(ctx, ferry.Window, emptyX, emptyY, "the question", func(is string) bool { return is != plain })) // so many are asked about
	picture(t, ferry, "question")
	must(t, ferry.Key(ctx, "Return"))
	must(t, ferry.AwaitColour(ctx, ferry.Window, emptyX, emptyY, "the question to go", func(is string) bool { return is == plain }))
	picture(t, ferry, "counting")
	must(t, ferry.AwaitColour(ctx, ferry.Window, bannerX, bannerY, "the count", isColour(theme.ColorAccentSoft)))
	must(t, ferry.Click(ctx, ferry.Window, stopX, bannerY))
	must(t, ferry.AwaitColour(ctx, ferry.Window, bannerX, bannerY, "the count to stop", func(is string) bool { return is == bare }))
	picture(t, ferry, "stopped")
	rows, err := ferry.Rows(ctx)
	must(t, err)
	if len(rows) == 0 || len(rows) >= count {
		t.Fatalf("stopped at %d rows", len(rows))
	}
	must(t, ferry.AwaitColour(ctx, ferry.Window, resumeScanX, undoY-12, "the offer to go on", func(is string) bool { return is != bare }))
	must(t, ferry.Click(ctx, ferry.Window, resumeScanX, undoY)) // Undo
	_, err = ferry.AwaitRows(ctx, "all to be counted", func(rows []desktop.Row) bool { return len(rows) == count })
	must(t, err)
	picture(t, ferry, "counted")
	must(t, pauseAll(ctx, ferry))
}

// isColour reports whether a point has that colour of the light look.
func isColour(name fyne.ThemeColorName) func(is string) bool {
	r, g, b, _ := theme.New(theme.Light, 1).Color(name, fynetheme.VariantLight).RGBA()
	want := fmt.Sprintf("#%02X%02X%02X", r>>8, g>>8, b>>8)
	return func(is string) bool { return is == want }
}

func TestSettingsApplyNowAndAfterRestart(t *testing.T) {
	ferry, ctx := launch(t)
	must(t, ferry.AwaitTray(ctx, "Open Ferry"))
	must(t, ferry.Focus(ctx, ferry.Window))
	waitDrawn(t, ctx)
	must(t, ferry.Key(ctx, "ctrl+comma"))
	waitDrawn(t, ctx)
	picture(t, ferry, "open")
	must(t, ferry.Key(ctx, "Down", "Down", "Down")) // the section of looks
	waitDrawn(t, ctx)
	picture(t, ferry, "section")
	// Its first field is the language. It opens, and goes from the system's over
	// English to Chinese.
	must(t, ferry.Key(ctx, "Tab", "Tab", "Down"))
	waitDrawn(t, ctx)
	must(t, ferry.Key(ctx, "Down", "Down", "Down", "Return"))
	must(t, ferry.AwaitTray(ctx, "打开 Ferry"))
	picture(t, ferry, "chosen")
	must(t, ferry.Quit(ctx, "退出"))
	must(t, ferry.Start(ctx))
	must(t, ferry.AwaitTray(ctx, "打开 Ferry"))
}
