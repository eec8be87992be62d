//go:build linux && desktop

package desktop_test

import (
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/ferryapp/ferry/app/desktop"
	"github.com/ferryapp/ferry/uploader/uploadtest"
	"github.com/ferryapp/ferry/widgets/theme"
)

// addButtonX and addButtonY are a point of the button Add, left of its icon.
const addButtonX, addButtonY = 650, 22

// TestDropWhileDialogIsOpenIsAddedAfterwards drops a file onto the open settings.
func TestDropWhileDialogIsOpenIsAddedAfterwards(t *testing.T) {
	ferry, ctx := launch(t)
	source := createFile(t, "film.mov", mebibyte)
	plain, err := ferry.Colour(ctx, ferry.Window, cornerX, cornerY)
	must(t, err)
	must(t, ferry.Key(ctx, "ctrl+comma"))
	must(t, ferry.AwaitColour(ctx, ferry.Window, cornerX, cornerY, "the settings", func(c string) bool { return c != plain }))
	must(t, ferry.Drop(ctx, source))
	waitDrawn(t, ctx)
	picture(t, ferry, "waiting")
	rows, err := ferry.Rows(ctx)
	must(t, err)
	if len(rows) != 0 {
		t.Errorf("%d uploads while the dialog is open", len(rows))
	}
	must(t, ferry.Key(ctx, "Escape"))
	must(t, ferry.AwaitReceived(ctx, source, filepath.Base(source)))
}

// TestAddServerByAddress types the address of a server, and uploads a file to it.
func TestAddServerByAddress(t *testing.T) {
	server := uploadtest.NewTusd(t)
	ferry, ctx := launch(t)
	waitDrawn(t, ctx)
	plain, err := ferry.Colour(ctx, ferry.Window, cornerX, cornerY)
	must(t, err)
	must(t, ferry.Click(ctx, ferry.Window, 110, 22)) // the destination
	waitDrawn(t, ctx)
	must(t, ferry.Click(ctx, ferry.Window, 140, 146)) // Add a server
	must(t, ferry.AwaitColour(ctx, ferry.Window, cornerX, cornerY, "the dialog", func(c string) bool { return c != plain }))
	must(t, ferry.Type(ctx, server.Endpoint))
	must(t, ferry.Key(ctx, "Return"))
	must(t, ferry.AwaitColour(ctx, ferry.Window, cornerX, cornerY, "the dialog to close", func(c string) bool { return c == plain }))
	picture(t, ferry, "added")
	must(t, ferry.Drop(ctx, createFile(t, "film.mov", mebibyte)))
	_, err = ferry.AwaitRows(ctx, "the upload to be done", func(rows []desktop.Row) bool {
		return len(rows) == 1 && rows[0].State == "done"
	})
	must(t, err)
	if received, err := ferry.Received(); err != nil || received.Uploads != 0 {
		t.Errorf("the built-in server has %d uploads (%v)", received.Uploads, err)
	}
}

// TestWindowIsDrawnAfterLongStop stops the program for longer than the toolkit keeps the
// renderers of what it does not draw, which is a minute by default.
func TestWindowIsDrawnAfterLongStop(t *testing.T) {
	t.Setenv("FYNE_CACHE", "2s")
	ferry, ctx := launch(t)
	highlighted := isColour(theme.ColorAccent)
	must(t, ferry.AwaitColour(ctx, ferry.Window, addButtonX, addButtonY, "the button", highlighted))
	must(t, ferry.Process.Signal(syscall.SIGSTOP))
	select {
	case <-time.After(11 * time.Second): // the toolkit removes renderers every ten seconds
	case <-ctx.Done():
		t.Fatal(ctx.Err())
	}
	must(t, ferry.MovePointer(ctx, ferry.Window.X+historyX, ferry.Window.Y+historyY)) // the first frame draws a change
	must(t, ferry.Process.Signal(syscall.SIGCONT))
	waitDrawn(t, ctx)
	must(t, ferry.Drop(ctx, createFile(t, "film.mov", mebibyte)))
	awaitDone(t, ctx, ferry, 1)
	waitDrawn(t, ctx)
	picture(t, ferry, "continued")
	must(t, ferry.AwaitColour(ctx, ferry.Window, addButtonX, addButtonY, "the button", highlighted))
}
