//go:build linux && desktop

package desktop_test

import (
	"strings"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// undoX and undoY are a point of the undo button of a toast, in a window of the initial
// size.
const undoX, undoY = 633, 562

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

func TestMoveRowsByKey(t *testing.T) {
	w := newProfileBuilder(t, map[uploader.ServerID]string{studio: uploadtest.UnusedURL(t)})
	w.single(studio, "first.pdf", 1000, w.done)
	w.single(studio, "second.pdf", 1000, w.done)
	w.single(studio, "third.pdf", 1000, w.failed(fault.Refused, 0)) // only unfinished uploads can be moved
	first, second := w.changes.Transfers[0].Session.URL, w.changes.Transfers[1].Session.URL
	ferry, ctx := launchProfile(t, w)
	awaitLinks(t, ctx, ferry, first, second)
	must(t, ferry.Click(ctx, ferry.Window, rowX, firstRowY)) // the third: it needs attention
	must(t, ferry.ClickHolding(ctx, "ctrl", ferry.Window, rowX, firstRowY+2*rowHeight))
	must(t, ferry.Key(ctx, "alt+Up"))
	awaitLinks(t, ctx, ferry, second, first)
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
