//go:build linux && desktop

package desktop_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/app/desktop"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// linkLeft is where a finished row has its button for the link, in a window of its
// first size with no details open.
const linkLeft = 901

// finished is a Ferry with so many finished uploads in its list, and their links.
func finished(t *testing.T, count int) (ferry *desktop.Ferry, ctx context.Context, links []string) {
	t.Helper()
	w := newWritten(t, map[uploader.ServerID]string{studio: uploadtest.Unused(t)})
	for i := range count {
		w.single(studio, fmt.Sprintf("picture %d.pdf", i), 1000, w.done)
		links = append(links, w.changes.Transfers[i].Session.URL)
	}
	ferry, ctx = launchOn(t, func(ctx context.Context, profile string) { w.save(ctx, profile, func(*settings.Settings) {}) })
	awaitLinks(t, ctx, ferry, links...)
	return ferry, ctx, links
}

func TestTheDiagnosticsOfAnUploadAreCopiedByMouse(t *testing.T) {
	ferry, ctx, _ := finished(t, 1)
	before, err := ferry.Colour(ctx, ferry.Window, diagnoseLeft, diagnoseTop)
	must(t, err)
	must(t, ferry.Click(ctx, ferry.Window, rowsLeft, firstRow))
	must(t, ferry.Key(ctx, "Return"))
	must(t, ferry.AwaitColour(ctx, ferry.Window, diagnoseLeft, diagnoseTop, "the details", func(is string) bool { return is != before }))
	must(t, ferry.Click(ctx, ferry.Window, diagnoseLeft, diagnoseTop))
	story, err := ferry.Clipboard(ctx, "state: done")
	must(t, err)
	picture(t, ferry, "copied")
	if strings.Contains(story, "picture") {
		t.Errorf("the story tells the file's name:\n%s", story)
	}
}

func TestTheLinkIsCopiedByTheRowsButtonAndInTheTray(t *testing.T) {
	ferry, ctx, links := finished(t, 2)
	must(t, ferry.Click(ctx, ferry.Window, linkLeft, firstRow+rowHeight))
	picture(t, ferry, "clicked")
	must(t, ferry.AwaitClipboard(ctx, links[1]))
	must(t, ferry.Choose(ctx, "picture 0.pdf", func(ctx context.Context) error { return ferry.AwaitClipboard(ctx, links[0]) }))
}

func TestAProgramThatEndsWhilePastingDoesNotEndFerry(t *testing.T) {
	ferry, ctx, links := finished(t, 1)
	for range 100 { // it matters which of the two is faster
		must(t, ferry.AbandonPaste())
	}
	if err := ferry.AwaitClipboard(ctx, links[0]); err != nil { // which Ferry itself hands out
		t.Fatalf("%v; it runs: %t", err, ferry.Process.Running())
	}
}
