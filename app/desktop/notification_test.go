//go:build linux && desktop

package desktop_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/ferryapp/ferry/app/desktop"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/db"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/uploadtest"
	"github.com/ferryapp/ferry/widgets/theme"
)

// copyLinkButton is counted from the last button of the notification, Show.
const copyLinkButton = 1

// TestNotificationCopiesLink closes the window during an upload, and copies its link from the
// notification.
func TestNotificationCopiesLink(t *testing.T) {
	server := uploadtest.NewTusd(t)
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	proxy.HoldEachAfter(100_000) // until the window is hidden
	w := newProfileBuilder(t, map[uploader.ServerID]string{studio: proxy.URL(server.Endpoint)})
	w.single(studio, "film.mov", 1_000_000, nil)
	ferry, ctx := launchWith(t, func(ctx context.Context, profile string) {
		w.save(ctx, profile, func(*settings.Settings) {})
		database, err := db.Open(ctx, filepath.Join(profile, "ferry.db"))
		must(t, err)
		defer database.Close()
		must(t, database.SaveSetting(ctx, "window", []byte(`{"hideExplained":true}`))) // no other notification
	})
	waitDrawn(t, ctx)
	must(t, ferry.CloseWindow(ctx, ferry.Window))
	must(t, ferry.AwaitHidden(ctx, desktop.Title))
	proxy.HoldEachAfter(0)
	_, err := ferry.AwaitNotification(ctx, "1 upload finished")
	must(t, err)
	picture(t, ferry, "finished")
	must(t, ferry.PressNotification(ctx, copyLinkButton))
	rows, err := ferry.Rows(ctx)
	must(t, err)
	must(t, ferry.AwaitClipboard(ctx, rows[0].URL))
	if ferry.Visible(ctx, desktop.Title) {
		t.Error("the window was opened")
	}
}

const (
	newRowsX, newRowsY = 448, 123 // in the button that offers new rows, left of its text
	markX              = 7        // the mark of a new row
)

// TestNewRowsAreOffered adds a file by another process while the pointer rests on a row of a long
// list, and goes to the new row with the button.
func TestNewRowsAreOffered(t *testing.T) {
	ferry, ctx, _ := launchFinished(t, 30)
	must(t, ferry.Key(ctx, "End"))
	waitDrawn(t, ctx)
	must(t, ferry.MovePointer(ctx, ferry.Window.X+rowX, ferry.Window.Y+firstRowY+3*rowHeight))
	waitDrawn(t, ctx)
	must(t, ferry.SendToRunning(ctx, createFile(t, "added.txt", 10)))
	waitDrawn(t, ctx)
	must(t, ferry.AwaitColour(ctx, ferry.Window, newRowsX, newRowsY, "the button", isColour(theme.ColorToast)))
	picture(t, ferry, "offered")
	must(t, ferry.Click(ctx, ferry.Window, newRowsX, newRowsY))
	must(t, ferry.AwaitColour(ctx, ferry.Window, markX, firstRowY, "the row to be marked", isColour(theme.ColorAccent)))
	picture(t, ferry, "shown")
}
