package widgets_test

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/internal/widgettest"
	"github.com/ferryapp/ferry/widgets/theme"
)

func TestGoldenMarkup(t *testing.T) {
	for modeName, mode := range map[string]theme.Mode{"light": theme.Light, "dark": theme.Dark} {
		widgettest.SetTheme(t, mode)
		objects := map[string]fyne.CanvasObject{
			"badge":  widgets.NewBadge("Active 3", theme.Active),
			"banner": widgets.NewBanner(widgets.BannerModel{Icon: theme.IconError, Tone: theme.Error, Text: "The disk is full.", OnDismiss: func() {}}),
			"empty":  widgets.NewEmptyState(widgets.EmptyModel{Title: "Nothing found", Hint: "Nothing is called that.", Button: "Clear"}, nil),
		}
		for name, object := range objects {
			golden := "parts/" + name + "-" + modeName + ".xml"
			t.Run(golden, func(t *testing.T) {
				window := widgettest.Show(t, object, 640, max(48, object.MinSize().Height))
				test.AssertRendersToMarkup(t, golden, window.Canvas())
			})
		}
	}
}
