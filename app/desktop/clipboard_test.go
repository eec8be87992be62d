//go:build linux && desktop

package desktop_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/app/desktop"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// linkButtonX is a point of the copy-link button of a finished row, in a window of
// the initial size without details.
const linkButtonX = 901

// launchFinished starts Ferry with count finished uploads and returns their links.
func launchFinished(t *testing.T, count int) (ferry *desktop.Ferry, ctx context.Context, links []string) {
	t.Helper()
	w := newProfileBuilder(t, map[uploader.ServerID]string{studio: uploadtest.UnusedURL(t)})
	for i := range count {
		w.single(studio, fmt.Sprintf("picture %d.pdf", i), 1000, w.done)
		links = append(links, w.changes.Transfers[i].Session.URL)
	}
	ferry, ctx = launchProfile(t, w)
	awaitLinks(t, ctx, ferry, links...)
	return ferry, ctx, links
}

func TestCopyDiagnosticsButton(t *testing.T) {
	ferry, ctx, _ := launchFinished(t, 1)
	before, err := ferry.Colour(ctx, ferry.Window, diagnosticsX, diagnosticsY)
	must(t, err)
	must(t, ferry.Click(ctx, ferry.Window, rowX, firstRowY))
	must(t, ferry.Key(ctx, "Return"))
	must(t, ferry.AwaitColour(ctx, ferry.Window, diagnosticsX, diagnosticsY, "the details", func(c string) bool { return c != before }))
	must(t, ferry.Click(ctx, ferry.Window, diagnosticsX, diagnosticsY))
	report, err := ferry.Clipboard(ctx, "state: done")
	must(t, err)
	picture(t, ferry, "copied")
	if strings.Contains(report, "picture") {
		t.Errorf("the diagnostics contain the file name:\n%s", report)
	}
}

func TestCopyLinkByRowButtonAndTray(t *testing.T) {
	ferry, ctx, links := launchFinished(t, 2)
	must(t, ferry.Click(ctx, ferry.Window, linkButtonX, firstRowY+rowHeight))
	picture(t, ferry, "clicked")
	must(t, ferry.AwaitClipboard(ctx, links[1]))
	must(t, ferry.ChooseTray(ctx, "picture 0.pdf", func(ctx context.Context) error { return ferry.AwaitClipboard(ctx, links[0]) }))
}

func TestSurvivesPasterExitDuringPaste(t *testing.T) {
	ferry, ctx, links := launchFinished(t, 1)
	for range 100 { // a race between the two processes
		must(t, ferry.AbandonPaste())
	}
	if err := ferry.AwaitClipboard(ctx, links[0]); err != nil { // requires that Ferry responds to the paste
		t.Fatalf("%v; Ferry is running: %t", err, ferry.Process.Running())
	}
}
