//go:build linux && desktop

package desktop_test

import (
	"testing"

	"github.com/ferryapp/ferry/widgets/theme"
)

// TestKeysOfOtherLayouts opens the settings with the key that has the comma on a US keyboard, and
// leaves one level at a time with Escape.
func TestKeysOfOtherLayouts(t *testing.T) {
	ferry, ctx := launch(t)
	const comma = "ctrl+59" // a key code of X11
	plain, err := ferry.Colour(ctx, ferry.Window, cornerX, cornerY)
	must(t, err)
	covered := func(c string) bool { return c != plain }
	for _, layout := range []string{"ru", "ua", "il", "ara", "bg"} {
		must(t, ferry.SetKeyboardLayout(ctx, layout))
		must(t, ferry.Key(ctx, comma))
		must(t, ferry.AwaitColour(ctx, ferry.Window, cornerX, cornerY, "the settings with the layout "+layout, covered))
		must(t, ferry.Key(ctx, "Escape"))
		must(t, ferry.AwaitColour(ctx, ferry.Window, cornerX, cornerY, "the settings to close", func(c string) bool { return c == plain }))
	}
	must(t, ferry.SetKeyboardLayout(ctx, "us"))
	must(t, ferry.Key(ctx, "ctrl+comma", "Down", "Down", "Down", "Down", "Down")) // Data
	waitDrawn(t, ctx)
	must(t, ferry.Click(ctx, ferry.Window, 800, 458)) // the log
	waitDrawn(t, ctx)
	picture(t, ferry, "log")
	must(t, ferry.Key(ctx, "Escape"))
	waitDrawn(t, ctx)
	picture(t, ferry, "settings")
	must(t, ferry.AwaitColour(ctx, ferry.Window, cornerX, cornerY, "the settings below the log", covered))
	must(t, ferry.Key(ctx, "Escape"))
	must(t, ferry.AwaitColour(ctx, ferry.Window, addButtonX, addButtonY, "the window", isColour(theme.ColorAccent)))
}
