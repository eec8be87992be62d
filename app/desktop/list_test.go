//go:build linux && desktop

package desktop_test

import (
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// sortX and sortY are a point of the button with the orders of the list.
const sortX, sortY = 707, 67

func TestListBySearchFilterAndOrder(t *testing.T) {
	w := newProfileBuilder(t, map[uploader.ServerID]string{studio: uploadtest.UnusedURL(t)})
	for name, size := range map[string]int64{"alpha.pdf": 1000} {
		w.single(studio, name, size, w.done)
	}
	w.single(studio, "beta.pdf", 3000, w.done)
	w.single(studio, "gamma.pdf", 2000, w.done)
	var links []string
	for _, row := range w.changes.Transfers {
		links = append(links, row.Session.URL)
	}
	ferry, ctx := launchProfile(t, w)
	awaitLinks(t, ctx, ferry, links...)
	must(t, ferry.Key(ctx, "ctrl+f"))
	must(t, ferry.Type(ctx, "beta"))
	must(t, ferry.Key(ctx, "Down", "ctrl+c"))
	must(t, ferry.AwaitClipboard(ctx, links[1]))
	picture(t, ferry, "search")
	must(t, ferry.Key(ctx, "shift+Tab"))
	waitDrawn(t, ctx)
	picture(t, ferry, "tab1")
	must(t, ferry.Key(ctx, "shift+Tab"))
	waitDrawn(t, ctx)
	picture(t, ferry, "tab2")
	must(t, ferry.Key(ctx, "shift+Tab"))
	waitDrawn(t, ctx)
	picture(t, ferry, "tab3")
	must(t, ferry.Key(ctx, "Escape"))
	must(t, ferry.Click(ctx, ferry.Window, sortX, sortY))
	waitDrawn(t, ctx)
	picture(t, ferry, "sort")
}
