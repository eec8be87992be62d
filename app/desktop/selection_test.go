//go:build linux && desktop

package desktop_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/app/desktop"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/uploader"
)

// undoX and undoY are a point of the undo button of a toast, in a window of the initial
// size.
const undoX, undoY = 633, 562

// removeButtonX is the middle of the last button of a row.
const removeButtonX = 932

func TestMouseSelectionAndUndoRemove(t *testing.T) {
	ferry, ctx, links := launchFinished(t, 4)
	row := func(i int) int { return firstRowY + i*rowHeight }
	must(t, ferry.Click(ctx, ferry.Window, rowX, row(0)))
	must(t, ferry.ClickHolding(ctx, "ctrl", ferry.Window, rowX, row(2)))
	must(t, ferry.Key(ctx, "ctrl+c"))
	must(t, ferry.AwaitClipboard(ctx, strings.Join([]string{links[0], links[2]}, "\n")))

	must(t, ferry.Click(ctx, ferry.Window, rowX, row(1)))
	must(t, ferry.ClickHolding(ctx, "shift", ferry.Window, rowX, row(3)))
	must(t, ferry.Key(ctx, "ctrl+c"))
	must(t, ferry.AwaitClipboard(ctx, strings.Join(links[1:], "\n")))

	plain, err := ferry.Colour(ctx, ferry.Window, undoX, undoY-12) // above the button's label
	must(t, err)
	must(t, ferry.Key(ctx, "Delete"))
	must(t, ferry.AwaitColour(ctx, ferry.Window, undoX, undoY-12, "the undo button", func(c string) bool { return c != plain }))
	picture(t, ferry, "removed")
	must(t, ferry.Click(ctx, ferry.Window, undoX, undoY))
	awaitLinks(t, ctx, ferry, links...)
}

// launchQueue starts Ferry with one upload that runs, very slowly, and others that wait, with the
// names that are given.
func launchQueue(t *testing.T, names ...string) (*desktop.Ferry, context.Context) {
	t.Helper()
	w := newProfileBuilder(t, nil)
	w.single(uploader.BuiltinServer, "first.mov", 512*mebibyte, nil)
	for _, name := range names {
		w.single(uploader.BuiltinServer, name, 512*mebibyte, nil)
	}
	ferry, ctx := launchWith(t, func(ctx context.Context, profile string) {
		w.save(ctx, profile, func(s *settings.Settings) { s.Transfers.MaxFiles, s.Transfers.Limit = 1, 100_000 })
	})
	awaitQueue(t, ctx, ferry, names...)
	must(t, ferry.Focus(ctx, ferry.Window))
	return ferry, ctx
}

// awaitQueue waits until these files wait, in this order.
func awaitQueue(t *testing.T, ctx context.Context, ferry *desktop.Ferry, names ...string) { //nolint:revive // the context is the test's
	t.Helper()
	_, err := ferry.AwaitRows(ctx, fmt.Sprintf("the queue %q", names), func(rows []desktop.Row) bool {
		places := map[string]string{}
		for _, row := range rows {
			places[filepath.Base(row.Path)] = row.Message
		}
		for i, name := range names {
			if place := []string{"1st", "2nd", "3rd", "4th"}[i]; places[name] != "Waiting, "+place+" in the queue" {
				return false
			}
		}
		return true
	})
	must(t, err)
}

// addToSelection selects a row beside another one that is selected, and waits until it looks the
// same.
func addToSelection(t *testing.T, ctx context.Context, ferry *desktop.Ferry, selectedY, y int) { //nolint:revive // the context is the test's
	t.Helper()
	const x = rowX + 200 // right of the texts
	must(t, ferry.ClickHolding(ctx, "ctrl", ferry.Window, rowX, y))
	must(t, ferry.AwaitColour(ctx, ferry.Window, x, y, "the selection", func(c string) bool {
		selected, err := ferry.Colour(ctx, ferry.Window, x, selectedY)
		return err == nil && c == selected
	}))
}

func TestMoveRowsByKey(t *testing.T) {
	ferry, ctx := launchQueue(t, "a.mov", "b.mov", "c.mov", "d.mov")
	row := func(i int) int { return firstRowY + i*rowHeight } // of the first file, then a to d
	must(t, ferry.Click(ctx, ferry.Window, rowX, row(3)))
	addToSelection(t, ctx, ferry, row(3), row(4))
	must(t, ferry.Key(ctx, "alt+Up"))
	awaitQueue(t, ctx, ferry, "a.mov", "c.mov", "d.mov", "b.mov")
	must(t, ferry.Key(ctx, "alt+End"))
	awaitQueue(t, ctx, ferry, "a.mov", "b.mov", "c.mov", "d.mov")
	must(t, ferry.Key(ctx, "alt+Home"))
	awaitQueue(t, ctx, ferry, "c.mov", "d.mov", "a.mov", "b.mov")
}

func TestDragRows(t *testing.T) {
	ferry, ctx := launchQueue(t, "a.mov", "b.mov", "c.mov", "d.mov")
	row := func(i int) int { return firstRowY + i*rowHeight }
	above := func(i int) int { return row(i) - rowHeight/2 + 4 }
	must(t, ferry.DragInside(ctx, ferry.Window, rowX, row(4), rowX, above(1), "Escape"))
	must(t, ferry.DragInside(ctx, ferry.Window, rowX, row(3), rowX, above(1)))
	awaitQueue(t, ctx, ferry, "c.mov", "a.mov", "b.mov", "d.mov")
	must(t, ferry.Click(ctx, ferry.Window, rowX, row(1)))
	addToSelection(t, ctx, ferry, row(1), row(3))
	must(t, ferry.DragInside(ctx, ferry.Window, rowX, row(3), rowX, above(5)))
	picture(t, ferry, "dragged")
	awaitQueue(t, ctx, ferry, "a.mov", "d.mov", "c.mov", "b.mov")
}

// TestDoubleClickRemovesOneRow clicks twice on the button that removes a row, so that the second
// click meets the next row.
func TestDoubleClickRemovesOneRow(t *testing.T) {
	ferry, ctx, links := launchFinished(t, 4)
	must(t, ferry.DoubleClick(ctx, ferry.Window, removeButtonX, firstRowY+rowHeight))
	awaitLinks(t, ctx, ferry, links[0], links[2], links[3])
	picture(t, ferry, "removed one")
}

func TestContextMenuByMouse(t *testing.T) {
	ferry, ctx, links := launchFinished(t, 2)
	must(t, ferry.Click(ctx, ferry.Window, rowX, firstRowY+rowHeight))
	const left, top = rowX + 100, firstRowY + rowHeight + 100 // a point of the menu
	below, err := ferry.Colour(ctx, ferry.Window, left, top)
	must(t, err)
	must(t, ferry.ClickWith(ctx, ferry.Window, rowX, firstRowY+rowHeight, 3))
	must(t, ferry.AwaitColour(ctx, ferry.Window, left, top, "the menu", func(c string) bool { return c != below }))
	picture(t, ferry, "menu")
	must(t, ferry.Click(ctx, ferry.Window, rowX+100, firstRowY+rowHeight+20))
	must(t, ferry.AwaitClipboard(ctx, links[1]))
}
