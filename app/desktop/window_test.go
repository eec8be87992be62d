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
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/uploadtest"
	"github.com/ferryapp/ferry/widgets/theme"
)

// Points of the window at its initial size.
const (
	rowX      = 300
	firstRowY = 122 // the middle of the first row
	rowHeight = 60

	emptyX, emptyY = 100, 500 // below a few rows

	bannerX, bannerY = 600, 72 // the banner, right of its text
	stopX            = 912     // the button of the banner
	resumeScanX      = 675     // the button of the toast after the scan was stopped

	diagnosticsX, diagnosticsY = 690, 581 // the button under the details, left of its label
)

// createFiles creates small source files and returns their paths.
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

// awaitDone waits until there are count uploads and all are done.
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

// waitDrawn waits for the window to draw: the end of drawing cannot be observed.
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
	w := newProfileBuilder(t, map[uploader.ServerID]string{studio: uploadtest.UnusedURL(t)})
	links := make([]string, 4)
	for i := range links {
		w.single(studio, fmt.Sprintf("%d.pdf", i), 1000, w.done)
		links[i] = w.changes.Transfers[i].Session.URL
	}
	ferry, ctx := launchProfile(t, w)
	awaitLinks(t, ctx, ferry, links...)
	must(t, ferry.Click(ctx, ferry.Window, rowX, firstRowY))
	must(t, ferry.Key(ctx, "shift+Down", "shift+Down", "Delete", "ctrl+z"))
	awaitLinks(t, ctx, ferry, links...)
	must(t, ferry.Key(ctx, "Home", "shift+Down", "shift+Down", "Delete")) // the fourth row is still below the pointer
	awaitLinks(t, ctx, ferry, links[3])
	picture(t, ferry, "removed")
	rows, err := ferry.Rows(ctx)
	must(t, err)
	if len(rows) != len(links) {
		t.Errorf("%d uploads are in the list or the history, want %d", len(rows), len(links))
	}
}

// awaitLinks waits until the list has exactly the uploads with these links.
func awaitLinks(t *testing.T, ctx context.Context, ferry *desktop.Ferry, links ...string) { //nolint:revive // the context is the test's
	t.Helper()
	must(t, ferry.Focus(ctx, ferry.Window))
	for copied := ""; copied != strings.Join(links, "\n"); {
		must(t, ferry.Key(ctx, "ctrl+a", "ctrl+c"))
		var err error
		if copied, err = ferry.Clipboard(ctx, "http"); err != nil {
			t.Fatalf("list has %q, want %q: %v", copied, links, err)
		}
	}
}

func TestDetailsOpenAndCloseByKey(t *testing.T) {
	w := newProfileBuilder(t, map[uploader.ServerID]string{studio: uploadtest.UnusedURL(t)})
	w.single(studio, "one.pdf", 1000, w.done)
	ferry, ctx := launchProfile(t, w)
	awaitLinks(t, ctx, ferry, w.changes.Transfers[0].Session.URL)
	before, err := ferry.Colour(ctx, ferry.Window, diagnosticsX, diagnosticsY)
	must(t, err)
	must(t, ferry.Click(ctx, ferry.Window, rowX, firstRowY))
	must(t, ferry.Key(ctx, "Return"))
	must(t, ferry.AwaitColour(ctx, ferry.Window, diagnosticsX, diagnosticsY, "the details", func(c string) bool { return c != before }))
	picture(t, ferry, "open")
	must(t, ferry.Key(ctx, "Escape"))
	must(t, ferry.AwaitColour(ctx, ferry.Window, diagnosticsX, diagnosticsY, "the details to close", func(c string) bool { return c == before }))
}

func TestCopyLinkByKeyAndContextMenu(t *testing.T) {
	w := newProfileBuilder(t, map[uploader.ServerID]string{studio: uploadtest.UnusedURL(t)})
	w.single(studio, "one.pdf", 1000, w.done)
	w.single(studio, "two.pdf", 1000, w.done)
	ferry, ctx := launchProfile(t, w)
	awaitLinks(t, ctx, ferry, w.changes.Transfers[0].Session.URL, w.changes.Transfers[1].Session.URL)
	must(t, ferry.Click(ctx, ferry.Window, rowX, firstRowY+rowHeight))
	must(t, ferry.Key(ctx, "ctrl+c"))
	must(t, ferry.AwaitClipboard(ctx, w.changes.Transfers[1].Session.URL))
	const left, top = rowX + 100, firstRowY + 100 // a point of the menu
	below, err := ferry.Colour(ctx, ferry.Window, left, top)
	must(t, err)
	must(t, ferry.ClickWith(ctx, ferry.Window, rowX, firstRowY, 3))
	must(t, ferry.AwaitColour(ctx, ferry.Window, left, top, "the menu", func(c string) bool { return c != below }))
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

	plain, err := ferry.Colour(ctx, ferry.Window, emptyX, emptyY)
	must(t, err)
	openQuitDialog(t, ctx, ferry, plain)
	picture(t, ferry, "dialog")
	must(t, ferry.Key(ctx, "Escape"))
	openQuitDialog(t, ctx, ferry, plain) // the window has the keyboard focus again
	must(t, ferry.Key(ctx, "Return"))    // Keep uploading in the tray, which is highlighted
	must(t, ferry.AwaitHidden(ctx, desktop.Title))
	if !ferry.Process.Running() {
		t.Fatal("Ferry exited instead of staying in the tray")
	}

	must(t, ferry.ChooseTray(ctx, openFerry[words.English], ferry.AwaitWindow))
	openQuitDialog(t, ctx, ferry, plain)
	must(t, ferry.Key(ctx, "shift+Tab", "Return")) // Quit
	must(t, ferry.Process.Wait(ctx))
	if received, err := ferry.Received(); err != nil || received.Partial == 0 || received.Partial >= large {
		t.Fatalf("after quitting the receiver has %+v (%v)", received, err)
	}

	limitedProfile(t, 0)(ctx, ferry.Profile())
	must(t, ferry.Start(ctx))
	must(t, ferry.AwaitReceived(ctx, source, filepath.Base(source)))
	if received, err := ferry.Received(); err != nil || received.Uploads != 1 {
		t.Errorf("%d uploads created for one file (%v)", received.Uploads, err)
	}
}

// openQuitDialog opens the quit dialog by key and waits for it. The dialog shades the
// window.
func openQuitDialog(t *testing.T, ctx context.Context, ferry *desktop.Ferry, plain string) { //nolint:revive // the context is the test's
	t.Helper()
	must(t, ferry.Focus(ctx, ferry.Window))
	must(t, ferry.AwaitColour(ctx, ferry.Window, emptyX, emptyY, "the previous dialog to close", func(c string) bool { return c == plain }))
	must(t, ferry.Key(ctx, "ctrl+q"))
	must(t, ferry.AwaitColour(ctx, ferry.Window, emptyX, emptyY, "the dialog", func(c string) bool { return c != plain }))
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
	must(t, ferry.AwaitColour(ctx, ferry.Window, emptyX, emptyY, "the confirmation", func(c string) bool { return c != plain })) // required for so many files
	picture(t, ferry, "confirmation")
	must(t, ferry.Key(ctx, "Return"))
	must(t, ferry.AwaitColour(ctx, ferry.Window, emptyX, emptyY, "the confirmation to close", func(c string) bool { return c == plain }))
	picture(t, ferry, "scanning")
	must(t, ferry.AwaitColour(ctx, ferry.Window, bannerX, bannerY, "the scan", isColour(theme.ColorAccentSoft)))
	must(t, ferry.Click(ctx, ferry.Window, stopX, bannerY))
	must(t, ferry.AwaitColour(ctx, ferry.Window, bannerX, bannerY, "the scan to stop", func(c string) bool { return c == bare }))
	picture(t, ferry, "stopped")
	rows, err := ferry.Rows(ctx)
	must(t, err)
	if len(rows) == 0 || len(rows) >= count {
		t.Fatalf("stopped at %d rows", len(rows))
	}
	must(t, ferry.AwaitColour(ctx, ferry.Window, resumeScanX, undoY-12, "the undo button", func(c string) bool { return c != bare }))
	must(t, ferry.Click(ctx, ferry.Window, resumeScanX, undoY)) // Undo
	_, err = ferry.AwaitRows(ctx, "all to be counted", func(rows []desktop.Row) bool { return len(rows) == count })
	must(t, err)
	picture(t, ferry, "scanned")
	must(t, pauseAll(ctx, ferry))
}

// isColour matches a colour of the light theme.
func isColour(name fyne.ThemeColorName) func(c string) bool {
	r, g, b, _ := theme.New(theme.Light, 1).Color(name, fynetheme.VariantLight).RGBA()
	want := fmt.Sprintf("#%02X%02X%02X", r>>8, g>>8, b>>8)
	return func(c string) bool { return c == want }
}

func TestSettingsApplyNowAndAfterRestart(t *testing.T) {
	ferry, ctx := launch(t)
	must(t, ferry.AwaitTray(ctx, "Open Ferry"))
	must(t, ferry.Focus(ctx, ferry.Window))
	waitDrawn(t, ctx)
	must(t, ferry.Key(ctx, "ctrl+comma"))
	waitDrawn(t, ctx)
	picture(t, ferry, "open")
	must(t, ferry.Key(ctx, "Down", "Down", "Down")) // the look section
	waitDrawn(t, ctx)
	picture(t, ferry, "section")
	// After the sections that follow, the first field is the language: same as system, English, Chinese.
	must(t, ferry.Key(ctx, "Tab", "Tab", "Tab", "Tab", "Tab", "Tab", "Down"))
	waitDrawn(t, ctx)
	must(t, ferry.Key(ctx, "Down", "Down", "Down", "Return"))
	must(t, ferry.AwaitTray(ctx, "打开 Ferry"))
	picture(t, ferry, "chosen")
	must(t, ferry.Quit(ctx, "退出"))
	must(t, ferry.Start(ctx))
	must(t, ferry.AwaitTray(ctx, "打开 Ferry"))
}
