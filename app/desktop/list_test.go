//go:build linux && desktop

package desktop_test

import (
	"testing"

	"github.com/ferryapp/ferry/app/desktop"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// Points of a window of the initial size.
const (
	sortX, sortY     = 707, 67 // the button with the orders of the list
	bySizeX, bySizeY = 738, 180
	activeX, tabY    = 112, 67 // the filter Active
	clearSearchX     = 931     // in the search field
)

// launchThree starts Ferry with three finished uploads of different names and sizes, and returns
// their links.
func launchThree(t *testing.T) (ferry *desktop.Ferry, links []string) {
	t.Helper()
	w := newProfileBuilder(t, map[uploader.ServerID]string{studio: uploadtest.UnusedURL(t)})
	w.single(studio, "beta.pdf", 3000, w.done)
	w.single(studio, "alpha.pdf", 2000, w.done)
	w.single(studio, "gamma.pdf", 5000, w.done)
	for _, row := range w.changes.Transfers {
		links = append(links, row.Session.URL)
	}
	ferry, ctx := launchProfile(t, w)
	awaitLinks(t, ctx, ferry, links...)
	return ferry, links
}

// TestSearchAndFilter searches by key and by mouse, opens what was found, and chooses filters.
func TestSearchAndFilter(t *testing.T) {
	ferry, links := launchThree(t)
	ctx := t.Context()
	details, err := ferry.Colour(ctx, ferry.Window, diagnosticsX, diagnosticsY)
	must(t, err)
	closed := func(c string) bool { return c == details }
	must(t, ferry.Key(ctx, "ctrl+f"))
	must(t, ferry.Type(ctx, "alpha"))
	must(t, ferry.Key(ctx, "Down", "Down", "ctrl+c"))
	must(t, ferry.AwaitClipboard(ctx, links[1]))
	must(t, ferry.Key(ctx, "Return"))
	must(t, ferry.AwaitColour(ctx, ferry.Window, diagnosticsX, diagnosticsY, "the details", func(c string) bool { return c != details }))
	picture(t, ferry, "found")
	must(t, ferry.Key(ctx, "Escape"))
	must(t, ferry.AwaitColour(ctx, ferry.Window, diagnosticsX, diagnosticsY, "the details to close", closed))
	must(t, ferry.Click(ctx, ferry.Window, clearSearchX, tabY))
	awaitLinks(t, ctx, ferry, links...)

	must(t, ferry.Click(ctx, ferry.Window, activeX, tabY))
	waitDrawn(t, ctx)
	picture(t, ferry, "active")
	must(t, ferry.Drop(ctx, createFile(t, "added.txt", 10))) // is shown under All
	awaitDone(t, ctx, ferry, 4)
	waitDrawn(t, ctx)
	picture(t, ferry, "added")
	awaitLinks(t, ctx, ferry, links...)
}

// TestListIsSorted chooses orders by mouse and by key. The order survives a kill.
func TestListIsSorted(t *testing.T) {
	ferry, links := launchThree(t)
	ctx := t.Context()
	must(t, ferry.Click(ctx, ferry.Window, sortX, sortY))
	waitDrawn(t, ctx)
	picture(t, ferry, "orders")
	must(t, ferry.Click(ctx, ferry.Window, bySizeX, bySizeY)) // the largest first
	awaitLinks(t, ctx, ferry, links[2], links[0], links[1])
	waitDrawn(t, ctx)
	ferry.Process.Kill()
	must(t, ferry.Start(ctx))
	awaitLinks(t, ctx, ferry, links[2], links[0], links[1])

	must(t, ferry.Key(ctx, "ctrl+f", "shift+Tab", "Return")) // the button beside the search
	waitDrawn(t, ctx)
	picture(t, ferry, "orders by key")
	must(t, ferry.Key(ctx, "Down", "Down", "Return")) // Name
	awaitLinks(t, ctx, ferry, links[1], links[0], links[2])
	picture(t, ferry, "by name")
}
