//go:build linux && desktop

package desktop_test

import (
	"testing"

	"github.com/ferryapp/ferry/app/desktop"
	"github.com/ferryapp/ferry/app/desktop/internal/virtual"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/widgets/theme"
)

// TestWindowKeepsItsPlacement moves, resizes and maximises the window, kills and hides Ferry, and
// compares where the window is afterwards.
func TestWindowKeepsItsPlacement(t *testing.T) {
	ferry, ctx := launch(t)
	place := func(w virtual.Window) [4]int { return [4]int{w.X, w.Y, w.Width, w.Height} }
	waitDrawn(t, ctx)
	waitDrawn(t, ctx) // the toolkit undoes a change of the size while it shows the window
	must(t, ferry.Place(ctx, ferry.Window, 140, 90, 720, 500))
	must(t, ferry.AwaitPlaced(ctx, "the window to be resized", func(w virtual.Window) bool { return w.Width == 720 && w.X >= 140 }))
	placed := place(ferry.Window)
	must(t, ferry.AwaitColour(ctx, ferry.Window, addButtonX-960+720, addButtonY, "the button in the smaller window", isColour(theme.ColorAccent)))
	maximized := func(w virtual.Window) bool { return w.Width > virtual.Width-40 }
	asPlaced := func(w virtual.Window) bool { return place(w) == placed }

	waitDrawn(t, ctx) // until its placement is saved
	waitDrawn(t, ctx)
	ferry.Process.Kill()
	must(t, ferry.Start(ctx))
	must(t, ferry.AwaitPlaced(ctx, "the window to be where it was", asPlaced))

	must(t, ferry.SetMaximized(ctx, ferry.Window, true))
	must(t, ferry.AwaitPlaced(ctx, "the window to be maximised", maximized))
	waitDrawn(t, ctx)
	must(t, ferry.CloseWindow(ctx, ferry.Window))
	must(t, ferry.AwaitHidden(ctx, desktop.Title))
	must(t, ferry.ChooseTray(ctx, openFerry[words.English], ferry.AwaitWindow))
	must(t, ferry.AwaitPlaced(ctx, "the window to be maximised again", maximized))
	picture(t, ferry, "maximised")
	must(t, ferry.SetMaximized(ctx, ferry.Window, false))
	must(t, ferry.AwaitPlaced(ctx, "the window to return to its size", asPlaced))

	must(t, ferry.SetMaximized(ctx, ferry.Window, true))
	must(t, ferry.AwaitPlaced(ctx, "the window to be maximised", maximized))
	must(t, ferry.Quit(ctx, "Quit"))
	must(t, ferry.Start(ctx))
	must(t, ferry.AwaitPlaced(ctx, "the window to start maximised", maximized))
	must(t, ferry.SetMaximized(ctx, ferry.Window, false))
	must(t, ferry.AwaitPlaced(ctx, "the window to return to its size after the restart", asPlaced))
}
