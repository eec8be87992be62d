//go:build linux && desktop

package desktop_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ferryapp/ferry/app/desktop"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// Where rows are in a window of its first size.
const (
	rowsLeft  = 300
	firstRow  = 122 // the middle of the first row
	rowHeight = 60
)

// files makes small source files and returns their paths.
func files(t *testing.T, count int) []string {
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

// dropSingly drops files one by one, so that each has a row of its own.
func dropSingly(t *testing.T, ctx context.Context, ferry *desktop.Ferry, paths []string) { //nolint:revive // the context is the test's
	t.Helper()
	for _, path := range paths {
		must(t, ferry.Drop(ctx, path))
	}
	awaitDone(t, ctx, ferry, len(paths))
	drawn(t, ctx)
}

// drawn lets the window draw what happened: nothing outside tells when it has.
func drawn(t *testing.T, ctx context.Context) { //nolint:revive // the context is the test's
	t.Helper()
	select {
	case <-time.After(700 * time.Millisecond):
	case <-ctx.Done():
		t.Fatal(ctx.Err())
	}
}

func TestManyFilesAreDroppedAtOnce(t *testing.T) {
	ferry, ctx := launch(t)
	paths := files(t, 300)
	must(t, ferry.Drop(ctx, paths...))
	awaitDone(t, ctx, ferry, len(paths))
	for _, path := range paths {
		must(t, ferry.AwaitArrival(ctx, path, filepath.Base(path)))
	}
}

func TestCopiedFilesArePasted(t *testing.T) {
	ferry, ctx := launch(t)
	paths := files(t, 3)
	must(t, ferry.CopyFiles(paths[:2]...))
	must(t, ferry.Key(ctx, "ctrl+v"))
	awaitDone(t, ctx, ferry, 2)
	must(t, ferry.CopyText(paths[2]))
	drawn(t, ctx)
	must(t, ferry.Key(ctx, "ctrl+v"))
	awaitDone(t, ctx, ferry, 3)
	for _, path := range paths {
		must(t, ferry.AwaitArrival(ctx, path, filepath.Base(path)))
	}
}

func TestSelectedRowsAreRemovedTogetherAndBroughtBack(t *testing.T) {
	ferry, ctx := launch(t)
	dropSingly(t, ctx, ferry, files(t, 4))
	must(t, ferry.Click(ctx, ferry.Window, rowsLeft, firstRow))
	must(t, ferry.Key(ctx, "shift+Down", "shift+Down", "Delete"))
	_, err := ferry.AwaitRows(ctx, "three of four rows to go", func(rows []desktop.Row) bool { return len(rows) == 1 })
	must(t, err)
	picture(t, ferry, "removed")
}

func TestTheKeysAndTheContextMenuCopyTheLink(t *testing.T) {
	w := newWritten(t, map[uploader.ServerID]string{studio: uploadtest.Unused(t)})
	w.single(studio, "one.pdf", 1000, w.done)
	w.single(studio, "two.pdf", 1000, w.done)
	ferry, ctx := launchOn(t, func(ctx context.Context, profile string) { w.save(ctx, profile, func(*settings.Settings) {}) })
	drawn(t, ctx)
	must(t, ferry.Click(ctx, ferry.Window, rowsLeft, firstRow+rowHeight))
	must(t, ferry.Key(ctx, "ctrl+c"))
	_, err := ferry.Clipboard(ctx, w.changes.Transfers[1].Session.URL)
	must(t, err)
	must(t, ferry.ClickWith(ctx, ferry.Window, rowsLeft, firstRow, 3))
	drawn(t, ctx)
	picture(t, ferry, "menu")
	must(t, ferry.Key(ctx, "Down", "Return")) // the first item
	_, err = ferry.Clipboard(ctx, w.changes.Transfers[0].Session.URL)
	must(t, err)
}

func TestTheQuitQuestionKeepsUploadingOrQuits(t *testing.T) {
	ferry, ctx := launch(t)
	source := file(t, "archive.tar", large)
	must(t, ferry.Drop(ctx, source))
	_, err := ferry.AwaitPartial(ctx, 1)
	must(t, err)
	must(t, ferry.ClickTray(ctx, "Pause all"))
	must(t, ferry.AwaitTray(ctx, "Resume all"))
	must(t, ferry.ClickTray(ctx, "Resume all"))
	must(t, ferry.Key(ctx, "ctrl+q"))
	drawn(t, ctx)
	picture(t, ferry, "question")
	must(t, ferry.Key(ctx, "Escape"))
	must(t, ferry.AwaitArrival(ctx, source, filepath.Base(source)))
	if !ferry.Process.Running() {
		t.Error("it quit all the same")
	}
}

func TestAFolderOfAHundredThousandFilesIsTaken(t *testing.T) {
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
	must(t, ferry.Drop(ctx, folder))
	drawn(t, ctx)
	picture(t, ferry, "question")
	must(t, ferry.Key(ctx, "Return")) // so many are asked about
	drawn(t, ctx)
	picture(t, ferry, "counting")
	_, err := ferry.AwaitRows(ctx, "all to be counted", func(rows []desktop.Row) bool { return len(rows) == count })
	must(t, err)
	picture(t, ferry, "counted")
	must(t, ferry.ClickTray(ctx, "Pause all"))
	must(t, ferry.AwaitTray(ctx, "Resume all"))
}
