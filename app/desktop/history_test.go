//go:build linux && desktop

package desktop_test

import (
	"slices"
	"strings"
	"testing"
)

// Points of a window of the initial size.
const (
	historyX, historyY = 898, 22  // the button that opens the history
	cornerX, cornerY   = 4, 4     // nothing is there; a dialog darkens it
	entryX, entryY     = 146, 186 // left of the icon of the first entry of the history
	belowEntriesY      = 486
)

// TestHistoryByKeyAndMouse removes everything from the list, and copies the links from the
// history.
func TestHistoryByKeyAndMouse(t *testing.T) {
	ferry, ctx, links := launchFinished(t, 3)
	slices.Reverse(links)
	newestFirst := strings.Join(links, "\n")
	must(t, ferry.Key(ctx, "ctrl+a", "Delete"))
	before, err := ferry.Colour(ctx, ferry.Window, cornerX, cornerY)
	must(t, err)
	awaitEntries := func() {
		t.Helper()
		must(t, ferry.AwaitColour(ctx, ferry.Window, cornerX, cornerY, "the history", func(c string) bool { return c != before }))
		background, err := ferry.Colour(ctx, ferry.Window, entryX, belowEntriesY)
		must(t, err)
		must(t, ferry.AwaitColour(ctx, ferry.Window, entryX, entryY, "the entries", func(c string) bool { return c != background }))
	}
	must(t, ferry.Key(ctx, "ctrl+h"))
	awaitEntries()
	picture(t, ferry, "history")
	must(t, ferry.Key(ctx, "Escape")) // in the search field, which is empty
	must(t, ferry.AwaitColour(ctx, ferry.Window, cornerX, cornerY, "the history to close", func(c string) bool { return c == before }))
	must(t, ferry.Key(ctx, "ctrl+h"))
	awaitEntries()
	must(t, ferry.Key(ctx, "Down", "ctrl+a", "ctrl+c")) // Down leaves the search field
	must(t, ferry.AwaitClipboard(ctx, newestFirst))
	must(t, ferry.Key(ctx, "Down", "ctrl+c", "Escape")) // the clipboard is another one
	must(t, ferry.AwaitColour(ctx, ferry.Window, cornerX, cornerY, "the history to close", func(c string) bool { return c == before }))
	must(t, ferry.Click(ctx, ferry.Window, historyX, historyY))
	awaitEntries()
	must(t, ferry.Key(ctx, "Down", "ctrl+a", "ctrl+c"))
	must(t, ferry.AwaitClipboard(ctx, newestFirst))
}
